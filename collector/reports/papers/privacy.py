"""What a visitor of a site may know: what is counted, what never is."""

from collector.i18n import Speech
from collector.reports.document import Document
from collector.reports.papers.facts import Facts
from collector.reports.papers.kept import kept
from collector.reports.papers.parts import blank, items, paper, section


def counted(speech: Speech) -> tuple[str, ...]:
    _ = speech.gettext
    return (
        _("That a session began, how long the computer was in use, and in which of seven classes of length it falls."),
        _("For each quarter of an hour and each public computer, and not for a person: a session has no name."),
        _("The state of the computer: memory, disks, processor, operating system, network link, pending restart."),
    )


def never(speech: Speech) -> tuple[str, ...]:
    _ = speech.gettext
    return (
        _(
            "Names, accounts, passwords of visitors. An account is compared in memory with a list of staff, and"
            " forgotten."
        ),
        _("Keys, mouse movements, screen contents, titles of windows."),
        _("Programs, files, web addresses, printed pages."),
        _("Network addresses, names of wireless networks, serial numbers."),
        _("What one visitor did at one time; nobody sees the use of a single computer."),
    )


def privacy(speech: Speech, facts: Facts) -> Document:
    _ = speech.gettext
    return paper(
        speech,
        facts,
        _("Privacy notice"),
        _("How the public computers of the Digital Public Spaces are counted"),
        section(
            "short",
            _("In short"),
            _("A small program on each public computer counts sessions. It does not know who you are or what you do."),
            _("The sums tell the site and the Region how much the computers are used, and whether they work."),
        ),
        section("counted", _("What is counted"), *items(counted(speech))),
        section("never", _("What is never stored or sent"), *items(never(speech))),
        section(
            "how",
            _("How it works"),
            _(
                "Where you log on, a session is a log-on. Where a computer is always logged on, it begins with the"
                " first input and ends after %(minutes)s minutes without any."
            )
            % {"minutes": speech.number(facts.idle_rule_minutes)},
            _(
                "To know that, the program asks the computer one thing: how many seconds ago keyboard or mouse were"
                " last touched. Not which key, and not where."
            ),
            _(
                "Two serial numbers of the computer are read to compute a number by which technicians notice that a"
                " computer was copied. The serial numbers themselves never leave it."
            ),
            _(
                "Before figures are published, small ones are hidden: a month with one to four sessions, and hours of"
                " fewer than ten. The thresholds count sessions, not persons."
            ),
        ),
        section("kept", _("What is kept, and for how long"), kept(speech, facts)),
        section(
            "who",
            _("Who is responsible, and your rights"),
            blank(_("name and address of the controller")),
            blank(_("legal basis, such as Article 6(1)(e) of the GDPR with the task and the law that gives it")),
            _(
                "You have the rights of access, rectification, erasure, restriction and objection. The program keeps"
                " nothing by which the counts could be found that concern you (Article 11 of the GDPR); staff with an"
                " account can be shown theirs."
            ),
            _("Write to the data protection officer: %(who)s") % {"who": blank(_("name and address to write to"))},
            _(
                "You may complain to the Data Protection Authority (APD-GBA), rue de la Presse 35, 1000 Brussels,"
                " contact@apd-gba.be."
            ),
        ),
        section(
            "pages",
            _("These pages"),
            _("They use no cookie but those in the table above, load nothing from elsewhere and count no readers."),
        ),
    )
