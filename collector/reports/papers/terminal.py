"""Whether the rule on terminal equipment applies to the agent."""

from collector.i18n import Speech
from collector.reports.document import Document
from collector.reports.papers.facts import Facts
from collector.reports.papers.parts import blank, paper, section, table


def terminal(speech: Speech, facts: Facts) -> Document:
    _ = speech.gettext
    return paper(
        speech,
        facts,
        _("Access to terminal equipment"),
        _("Article 5(3) of Directive 2002/58/EC, in Belgium Article 10/2 of the law of 30 July 2018"),
        section(
            "rule",
            _("The rule"),
            _(
                "Storing information, or gaining access to information stored, in the terminal equipment of a"
                " subscriber or user needs consent, unless it is strictly necessary for a service that the user"
                " explicitly asked for, or serves only the transmission of a communication."
            ),
            _(
                "In Belgium the rule stood in Article 129 of the law of 13 June 2005 on electronic communications;"
                " since January 2022 it stands in Article 10/2 of the law of 30 July 2018. The controller checks the"
                " text that is in force."
            ),
            _(
                "It protects the equipment, not only personal data: that the counts name nobody does not take them"
                " out of it (Guidelines 2/2023 of the European Data Protection Board)."
            ),
        ),
        section(
            "facts",
            _("What the agent does on a computer"),
            table(
                "facts",
                _("Access and storage"),
                (_("What"), _("Whose information"), _("Leaves the computer")),
                (
                    _("Reads that a session of the system began, was locked or ended"),
                    _("of the system; the account is compared with a list of staff in memory"),
                    _("as counts by quarter of an hour"),
                ),
                (
                    _("Reads the seconds since the last input"),
                    _("of the desktop of whoever sits there"),
                    _("no; only time in use and starts"),
                ),
                (
                    _("Reads the state of the hardware and of the system"),
                    _("of the operator’s equipment"),
                    _("yes, as in the list of what is measured"),
                ),
                (
                    _("Reads two serial numbers"),
                    _("of the operator’s equipment"),
                    _("no; a number that cannot be computed back"),
                ),
                (
                    _("Stores counts, and a secret of its own"),
                    _("of the program; nothing is put into a visitor’s session or browser"),
                    _("the counts, once"),
                ),
            ),
        ),
        section(
            "analysis",
            _("For and against"),
            _(
                "For the rule: a public computer is connected to a public network, the visitor is its user for the"
                " time, and statistics are not strictly necessary for what the visitor asks for."
            ),
            _(
                "Against it: the computer belongs to the operator, who is also the subscriber of the connection,"
                " installs the program and agrees to it; what is read is the operator’s own information on its own"
                " equipment, and nothing that a visitor has stored there."
            ),
            _(
                "Open: whether the agreement of the operator as subscriber is enough, or whether the seconds since the"
                " last input are information of the user. The text says “subscriber or user” and does not say which"
                " of them prevails."
            ),
        ),
        section(
            "choices",
            _("What the controller can choose"),
            _("Count log-ons only and leave presence out: then nothing of the visitor’s desktop is read at all."),
            _("Inform visitors before they begin: the poster in the room, and a sentence on the log-on screen."),
            _("Ask for consent at the log-on screen, where that is thought to be needed."),
            _("The program works with each of these; without presence the hours of use are marked as an upper bound."),
        ),
        section(
            "conclusion",
            _("Conclusion of the controller"),
            blank(_("conclusion and its reasons")),
            blank(_("opinion of the data protection officer, date")),
        ),
    )
