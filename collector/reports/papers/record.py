"""The record of processing activities (Article 30 of the GDPR)."""

from collector.i18n import Speech
from collector.reports.document import Document
from collector.reports.papers.facts import Facts
from collector.reports.papers.kept import kept
from collector.reports.papers.parts import blank, paper, section, table


def record(speech: Speech, facts: Facts) -> Document:
    _ = speech.gettext
    return paper(
        speech,
        facts,
        _("Record of processing"),
        _("Article 30 of the GDPR: statistics on the use of public computers"),
        section(
            "activity",
            _("The activity"),
            table(
                "activity",
                _("What Article 30(1) asks for"),
                (_("Item"), _("Entry")),
                (_("Controller, joint controllers"), blank(_("name and address of the controller"))),
                (_("Representative, data protection officer"), blank(_("name and address to write to"))),
                (
                    _("Purposes"),
                    _(
                        "Statistics on the operation and attendance of Digital Public Spaces, among them the annual"
                        " activity report that the Region’s label asks for; maintenance of the computers"
                    ),
                ),
                (
                    _("Legal basis"),
                    blank(_("such as Article 6(1)(e) of the GDPR with the task and the law that gives it")),
                ),
                (
                    _("Persons concerned"),
                    _(
                        "Visitors, only as far as counts of a single computer could be linked with them by knowledge"
                        " from elsewhere; staff with an account; persons whose names are written into the register"
                    ),
                ),
                (
                    _("Kinds of data"),
                    _("Those of the table below; no special categories (Article 9), no offences (Article 10)"),
                ),
                (
                    _("Recipients"),
                    _(
                        "Coordinators of a site for their site, the Region under disclosure control, the public for"
                        " published reports; processors as in the paper on roles"
                    ),
                ),
                (
                    _("Transfers to third countries"),
                    _("None by the program: it sends to nobody but the collector. %(rest)s")
                    % {"rest": blank(_("where the collector and its backups stand"))},
                ),
            ),
        ),
        section("kept", _("Time limits"), kept(speech, facts)),
        section(
            "security",
            _("Technical and organisational measures (Article 32)"),
            _("All that is sent is encrypted (TLS); agents refuse to send over an open network without it."),
            _("Secrets, tokens and log-ins are stored as checksums, passwords as argon2."),
            _("The agent listens on no network port, and nothing that the collector answers can run on a computer."),
            _("Sums are separated from single computers, and these counts are deleted as in the table above."),
            _("Small figures are hidden, and every report is attacked by the program before it can be frozen."),
            blank(_("measures of the operator: access to the server, backups, updates, training of staff")),
        ),
    )
