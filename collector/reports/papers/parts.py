"""Pieces of which papers are made."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from collector.i18n import Speech
from collector.reports.document import Block, Document, Row, Section, Sentence, Table
from collector.reports.papers.facts import Facts

DOTS = "…………"


def blank(what: str) -> str:
    """A place that the controller fills in."""
    return f"{DOTS} ({what})"


def section(name: str, title: str, *blocks: Block | str) -> Section:
    """Texts become sentences of their own."""
    made = tuple(Sentence(each) if isinstance(each, str) else each for each in blocks)
    return Section(name, title, made)


def items(texts: Sequence[str]) -> tuple[str, ...]:
    """Sentences of a list."""
    return tuple(f"• {text}" for text in texts)


def table(name: str, title: str, head: Sequence[str], *rows: Sequence[str]) -> Table:
    return Table(name, title, tuple(head), tuple(Row(row[0], tuple(row[1:])) for row in rows))


def paper(speech: Speech, facts: Facts, title: str, subtitle: str, *sections: Section) -> Document:
    _ = speech.gettext
    day = dt.datetime.fromtimestamp(facts.made_at, ZoneInfo(facts.time_zone)).date()
    made = _("As the settings of this collector are on %(day)s") % {"day": speech.date(day)}
    dots = _("Dots stand where the controller has to write.")
    return Document(
        language=speech.language,
        title=title,
        subtitle=subtitle,
        cover=(
            (_("Controller"), blank(_("name and address of the controller"))),
            (_("Data protection officer"), blank(_("name and address to write to"))),
            (_("State"), f"{made}. {dots}"),
        ),
        running=made,
        status="",
        watermark=_("Demonstration") if facts.demonstration else "",
        contents=_("Contents"),
        sections=sections,
        made_at=facts.made_at,
    )
