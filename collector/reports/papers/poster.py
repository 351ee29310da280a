"""The poster for the room: what is counted and what never is, in French and Dutch on one sheet."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from collector.i18n import Speech
from collector.reports.formats.typesetting import typeset
from collector.reports.papers.facts import Facts
from collector.reports.papers.parts import blank
from collector.reports.papers.privacy import counted, never

LANGUAGES = ("fr", "nl")


class Half(NamedTuple):
    """One language of it."""

    language: str
    title: str
    lead: str
    counted_title: str
    counted: Sequence[str]
    never_title: str
    never: Sequence[str]
    ask: str


def halves(languages: Mapping[str, Speech], public_url: str) -> list[Half]:
    return [half(languages[language], public_url) for language in LANGUAGES]


def half(speech: Speech, public_url: str) -> Half:
    _ = speech.gettext
    where = public_url.partition("://")[2] + "/privacy" if public_url else blank(_("address of the privacy notice"))
    return Half(
        speech.language,
        _("These computers are counted. You are not."),
        _("A small program on each public computer counts sessions. It does not know who you are or what you do."),
        _("What is counted"),
        counted(speech),
        _("What is never stored or sent"),
        never(speech),
        _("More about it, and your rights: %(where)s, or ask us.") % {"where": where},
    )


def poster_pdf(languages: Mapping[str, Speech], public_url: str, facts: Facts) -> bytes:
    parts = [
        {name.replace("_", "-"): value for name, value in each._asdict().items()}
        for each in halves(languages, public_url)
    ]
    names = [languages[language].gettext("Digital Public Spaces") for language in LANGUAGES]
    marks = [languages[language].gettext("Demonstration") for language in LANGUAGES if facts.demonstration]
    document = {
        "title": " – ".join(str(part["title"]) for part in parts),
        "author": " – ".join(names),
        "watermark": " – ".join(marks),
        "parts": parts,
    }
    return typeset("poster.typ", json.dumps(document, ensure_ascii=False), facts.made_at)
