"""What both kinds of spreadsheet hold: the first sheet tells of the document, then one for each table."""

from collections.abc import Iterator
from typing import NamedTuple

from collector.i18n import Speech
from collector.reports.document import Document, Facts, Row, Section, Sentence, Table

LONGEST_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


class Sheet(NamedTuple):
    name: str
    table: Table
    under: str
    """Coverage, method and status, on every sheet of figures."""


def sheet_name(title: str, taken: set[str]) -> str:
    """Of at most 31 letters, and unlike every other one."""
    plain = " ".join(title.translate(FORBIDDEN).split())
    name, number = plain[:LONGEST_NAME].strip(), 2
    while name.lower() in taken:
        suffix = f" {number}"
        name, number = plain[: LONGEST_NAME - len(suffix)].strip() + suffix, number + 1
    taken.add(name.lower())
    return name


def sheets(document: Document) -> Iterator[Sheet]:
    taken: set[str] = set()
    for _, table in document.tables():
        yield Sheet(sheet_name(table.title, taken), table, f"{document.running} · {document.status}")


def front_name(speech: Speech) -> str:
    return speech.gettext("Report")


def front(document: Document) -> Iterator[tuple[str, str]]:
    """The lines of the first sheet: what the document is, and what it says in sentences, beside the titles."""
    yield document.title, ""
    yield document.subtitle, ""
    if document.watermark:
        yield document.watermark, ""
    yield from document.cover
    yield "", document.running
    for section in document.sections:
        lines = list(sentences(section))
        if lines:
            yield "", ""
            yield section.title, ""
            yield from lines


def sentences(section: Section) -> Iterator[tuple[str, str]]:
    for block in section.blocks:
        if isinstance(block, Sentence):
            yield (block.text, "") if block.kind == "heading" else ("", block.text)
        elif isinstance(block, Facts):
            yield from block.pairs


def indented(row: Row) -> str:
    return ("\u2003" if row.kind == "part" else "") + row.head
