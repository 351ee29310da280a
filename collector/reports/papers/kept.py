"""For how long every kind of data is kept, and why: one table for all papers."""

from collector.domain.health.flags import ALERTS_KEPT_MONTHS, READINGS_FINE_DAYS
from collector.i18n import Speech
from collector.reports.document import Table
from collector.reports.papers.facts import Facts
from collector.reports.papers.parts import blank, table

SPOOL_DAYS = 60
REPLAY_DAYS = 7
"""Both are of the agent, where they cannot be set."""
DIGEST_DAYS = 30
UNCONFIRMED_DAYS = 2
"""Both as the daily purge finds them; an hour after the code was sent it opens nothing."""


def kept(speech: Speech, facts: Facts) -> Table:
    _, number = speech.gettext, speech.number

    def days(count: int) -> str:
        return speech.ngettext("%(count)s day", "%(count)s days", count) % {"count": number(count)}

    def months(count: int) -> str:
        return speech.ngettext("%(count)s month", "%(count)s months", count) % {"count": number(count)}

    for_good = _("not deleted by the program")
    system = _("as the operating system keeps it")
    decides = blank(_("the controller decides"))
    return table(
        "kept",
        _("What is kept, for how long, and why"),
        (_("Kind of data"), _("For how long"), _("Why")),
        (
            _("Counts on the public computer that wait to be sent"),
            _("at most %(days)s; copies of what was sent %(copies)s")
            % {"days": days(SPOOL_DAYS), "copies": days(REPLAY_DAYS)},
            _("A computer may be without network for weeks, and the service may have to be restored."),
        ),
        (
            _("Counts of single public computers, by quarter of an hour; when they were on or off"),
            days(facts.slot_records_days),
            _("To add them up, to correct late ones and to check the sums. No page, file or API shows them."),
        ),
        (
            _("Sums of a site by quarter of an hour"),
            months(facts.site_slots_months),
            _("To compare with the year before, and to count again when opening hours are corrected."),
        ),
        (
            _("Sums of a site by month, hour of the week and kind of opening; frozen annual reports"),
            for_good,
            _("Statistics over years. They tell neither of a visitor nor of a single computer."),
        ),
        (
            _("Readings of the hardware"),
            _("every change %(fine)s, then one value a day; %(days)s in all, and the latest of each kind stays")
            % {"fine": days(READINGS_FINE_DAYS), "days": days(facts.readings_days)},
            _("To maintain the computers."),
        ),
        (
            _("Alerts about the hardware, what happened to them, and who took them on; maintenance windows"),
            _("while they last, and %(months)s after their end") % {"months": months(ALERTS_KEPT_MONTHS)},
            _("To mend the computers, and to see what comes back. They tell nothing of their use."),
        ),
        (
            _("Messages about alerts: which was sent to whom or to which channel, and when"),
            _("those about one alert as long as the alert, those of a morning %(days)s") % {"days": days(DIGEST_DAYS)},
            _("To send each once."),
        ),
        (
            _("Public computers: name, hardware key, checksum of their secret, last contact"),
            for_good,
            _("To know them again, and to keep out those that were revoked."),
        ),
        (
            _("Attempts of computers to enrol, without network address"),
            _("%(days)s, at most the last %(most)s")
            % {"days": days(facts.enrolment_attempts_days), "most": number(facts.enrolment_attempts_most)},
            _("To notice a token in wrong hands."),
        ),
        (
            _("The register of sites, and figures that staff enter"),
            f"{for_good} – {decides}",
            _("The annual reports rest on them. They hold counts of visitors, never names."),
        ),
        (
            _("Who changed what in the register and in the figures, and when (audit)"),
            days(facts.audit_days),
            _("To answer for a published figure, as long as somebody may ask about it."),
        ),
        (
            _(
                "Accounts of staff: name, mail address, roles, language, checksum (argon2) of the password, key of the "
                "second factor, name, public key and last use of security keys, checksums of recovery codes and of "
                "tokens for programs"
            ),
            f"{for_good} – {decides}",
            _("To let in those who may, and to say who made a change. An account can be disabled."),
        ),
        (
            _("Who downloaded which file, and when"),
            days(facts.downloads_days),
            _("To know who has figures that are not public."),
        ),
        (
            _("Invitations to an account: mail address, checksum of a random key"),
            days(facts.invitation_days),
            _("To let those in whom an administrator has invited."),
        ),
        (
            _("A new mail address of an account that is not yet confirmed, checksum of its code"),
            _("at most %(days)s") % {"days": days(UNCONFIRMED_DAYS)},
            _("To send mails to nobody who has not asked for them."),
        ),
        (
            _("Log-ins: checksum of a random key, and the kind of browser"),
            speech.ngettext("%(count)s hour at most", "%(count)s hours at most", facts.log_in_hours)
            % {"count": number(facts.log_in_hours)},
            _("To stay logged in for a working day."),
        ),
        (
            _("Network addresses of failed log-ins and rejected computers"),
            _("in memory only, and never longer than the program runs; for log-ins a quarter of an hour counts"),
            _("To slow down guessing."),
        ),
        (
            _("Log of the service: a line for each request, without name, address or content"),
            f"{system} – {decides}",
            _("To find faults."),
        ),
        (
            _("Cookies of these pages: log-in, protection of forms, language"),
            _("the log-in as above, the language %(days)s, the other until the browser is closed")
            % {"days": days(facts.language_cookie_days)},
            _("Necessary for what the reader asks for. There are no others, and nobody else’s."),
        ),
        (_("Backups"), decides, _("To go on after a fault. What was deleted meanwhile lives in them until they are.")),
    )
