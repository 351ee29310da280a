"""Who decides, who carries out."""

from collector.i18n import Speech
from collector.reports.document import Document
from collector.reports.papers.facts import Facts
from collector.reports.papers.parts import blank, paper, section, table


def roles(speech: Speech, facts: Facts) -> Document:
    _ = speech.gettext
    return paper(
        speech,
        facts,
        _("Controller and processors"),
        _("A proposal of roles under Articles 4, 26 and 28 of the GDPR"),
        section(
            "proposal",
            _("Who does what"),
            _("The program fixes no role. This is a proposal; the parties decide and write their agreement down."),
            table(
                "roles",
                _("Parties and their part"),
                (_("Party"), _("What it decides or does"), _("Role that is proposed")),
                (
                    blank(_("the Region’s coordination of digital inclusion")),
                    _("decides that there are statistics, which, for how long, and what is published"),
                    _("controller, or joint controller with the operators"),
                ),
                (
                    blank(_("the operator of each site")),
                    _("decides that the agent runs on its computers, informs its visitors, enters figures"),
                    _("joint controller (Article 26), or controller of its own site"),
                ),
                (
                    blank(_("who runs the collector")),
                    _("keeps the service and its backups running, on instructions"),
                    _("processor (Article 28), unless it is the controller itself"),
                ),
                (
                    blank(_("who maintains the computers")),
                    _("installs the agent and reads the state of the hardware, no use of single computers"),
                    _("processor (Article 28) of the operator"),
                ),
                (
                    _("Those who make the program"),
                    _("have no access to any data; nothing is sent to them"),
                    _("none"),
                ),
            ),
        ),
        section(
            "agreement",
            _("What the agreement must settle"),
            _("Subject, duration, kinds of data and of persons: as in the record of processing."),
            _("Who informs visitors (the poster and the privacy notice), and who answers requests."),
            _("Who may have an account, who disables it, and who looks at the audit."),
            _("Security, notification of breaches, sub-processors, return and deletion at the end."),
            blank(_("date of the agreement, and where it is kept")),
        ),
    )
