"""The accessibility statement, after the model of the European Union (Decision 2018/1523)."""

from collector.i18n import Speech
from collector.reports.document import Document
from collector.reports.papers.facts import Facts
from collector.reports.papers.parts import blank, paper, section


def accessibility(speech: Speech, facts: Facts) -> Document:
    _ = speech.gettext
    return paper(
        speech,
        facts,
        _("Accessibility statement"),
        _("Pages and documents on the use of Digital Public Spaces"),
        section(
            "scope",
            _("What it is about"),
            blank(_("name and address of the controller")),
            _(
                "The operator wants these pages to be accessible, as the Brussels ordinance of 4 October 2018 on the"
                " accessibility of websites and mobile applications of regional bodies and municipalities asks for."
            ),
        ),
        section(
            "status",
            _("How far it goes"),
            _(
                "The pages were made to meet WCAG 2.2 at level AA. Until the operator has had them evaluated, they"
                " count as partially compliant."
            ),
            _(
                "They work without scripts, by keyboard alone, with large letters and on small screens, in light and"
                " dark; colour is never the only sign. Charts have a title and a description, and their figures stand"
                " in a table or can be downloaded. Reports exist as tagged PDF and as a page."
            ),
        ),
        section(
            "not",
            _("What is not accessible yet"),
            _("Wide tables of twelve months need scrolling to the side on a small screen."),
            _("Texts that staff enter stand in one language only."),
            blank(_("what the evaluation has found")),
        ),
        section(
            "made",
            _("How this statement was made"),
            _("By those who made the program, from automatic tests and their own use."),
            blank(_("day and method of the evaluation by the operator")),
        ),
        section(
            "say",
            _("Tell us"),
            _("Tell us what you cannot use, or what you need in another form: %(who)s")
            % {"who": blank(_("name and address to write to"))},
            _("If the answer does not satisfy you, turn to the ombudsperson who is competent for the operator: %(who)s")
            % {"who": blank(_("name and address to write to"))},
        ),
    )
