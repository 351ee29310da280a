"""A report in words: sections of sentences, tables and pictures, the same for every format."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from collector.charts import Chart
from collector.domain.catalogue import Unit
from collector.reports.shown import Shown


class Figure(NamedTuple):
    """One figure in a table, and what it is, for programs."""

    shown: Shown
    unit: Unit
    figure: str
    """Its id in the catalogue."""
    period: str
    """"2026" or "2026-03"."""
    site: str
    """Its code; empty for the Region."""


class Change(NamedTuple):
    """How a figure grew; people read it, programs work it out themselves."""

    text: str
    why_not: str = ""
    """Why the two years cannot be compared."""


Entry = Figure | Change | str


class Row(NamedTuple):
    head: str
    entries: tuple[Entry, ...]
    kind: str = ""
    """"total", "part" (of the row before), "group" (a heading within the table), or nothing."""


class Table(NamedTuple):
    name: str
    """A word for programs, of its own in the report."""
    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    small: bool = False
    """Whether it needs small letters to fit on paper."""

    def figures(self) -> Iterator[tuple[Row, int, Figure]]:
        """Each figure with its row and the number of its column."""
        for row in self.rows:
            for column, entry in enumerate(row.entries, 1):
                if isinstance(entry, Figure):
                    yield row, column, entry


class Sentence(NamedTuple):
    text: str
    kind: str = ""
    """"lead", "note", "warning", or nothing."""


class Facts(NamedTuple):
    """Words with what they mean."""

    pairs: tuple[tuple[str, str], ...]


class Picture(NamedTuple):
    name: str
    chart: Chart


class Signatures(NamedTuple):
    """Lines to sign on."""

    labels: tuple[str, ...]
    for_name: str
    for_place: str


Block = Sentence | Table | Facts | Picture | Signatures


class Section(NamedTuple):
    name: str
    """A word for addresses and sheets, of its own in the report."""
    title: str
    blocks: tuple[Block, ...]
    own_page: bool = False
    """On paper; short ones follow what stands before them."""


@dataclass(frozen=True, slots=True)
class Document:
    language: str
    title: str
    subtitle: str
    cover: tuple[tuple[str, str], ...]
    running: str
    """Coverage and method, on every page of figures."""
    status: str
    """Draft, or which vintage; on every page."""
    watermark: str
    """Empty for the public."""
    contents: str
    """The word above the table of contents."""
    sections: tuple[Section, ...]
    made_at: int
    """The date of the files, in seconds since 1970-01-01 UTC."""

    def tables(self) -> Iterator[tuple[Section, Table]]:
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    yield section, block
