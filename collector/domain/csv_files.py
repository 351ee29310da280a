"""Reads a table as spreadsheets write it, and writes one that they open. Raises Mistake.

Separators are comma, semicolon, tab or vertical bar; letters are UTF-8, UTF-16 with its mark, or else Windows-1252.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from collector.domain.mistakes import N_, Mistake

SEPARATORS = ",;\t|"
LARGEST_BYTES = 4_000_000
LARGEST_CELL = 20_000
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Line(NamedTuple):
    """One row; `number` is the line of the file in which it begins, the first being 1."""

    number: int
    cells: dict[str, str]
    """By the name of the column; stripped."""
    overflow: bool
    """Whether it has more cells than there are columns."""


class Sheet(NamedTuple):
    columns: tuple[str, ...]
    """As they are written, stripped."""
    lines: list[Line]


def read_sheet(data: bytes) -> Sheet:
    """The first line names the columns; empty lines are left out."""
    if len(data) > LARGEST_BYTES:
        raise Mistake(N_("The file is too large; split it into files of at most 4 MB."))
    text = _decoded(data)
    if "\0" in text:
        raise Mistake(N_("This is not a CSV file; save the table as CSV and try again."))
    first, _, rest = text.partition("\n")
    separator = None
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == len("sep=;"):
        separator, text = first.strip()[-1], rest
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator or _separator(text), strict=True)
    skipped = 1 if separator else 0
    rows: list[tuple[int, list[str]]] = []
    begin = 1 + skipped
    try:
        for row in reader:
            rows.append((begin, [cell.strip() for cell in row]))
            begin = reader.line_num + 1 + skipped
    except csv.Error:
        raise Mistake(
            N_("Line %(line)s cannot be read; look for a quotation mark without its counterpart."), line=begin
        ) from None
    rows = [(number, row) for number, row in rows if any(row)]
    if not rows:
        raise Mistake(N_("The file is empty; its first line must name the columns."))
    columns = _columns(rows[0][1])
    return Sheet(columns, [_line(columns, number, row) for number, row in rows[1:]])


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Commas, lines that end in LF, quotation marks only where needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def _decoded(data: bytes) -> str:
    try:
        if data.startswith(UTF_16):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise Mistake(N_("The letters of the file cannot be read; save it as CSV UTF-8 and try again.")) from None


def _separator(text: str) -> str:
    """The one that the first line with any has most often outside quotation marks."""
    for line in text.splitlines():
        outside = "".join(line.split('"')[::2])
        counts = {each: outside.count(each) for each in SEPARATORS}
        if line.strip():
            return max(counts, key=lambda each: counts[each])
    return ","


def _columns(names: list[str]) -> tuple[str, ...]:
    while names and not names[-1]:
        names.pop()
    known: set[str] = set()
    for name in names:
        if name.casefold() in known:
            raise Mistake(N_("Two columns are named “%(name)s”; rename or remove one of them."), name=name[:40])
        known.add(name.casefold())
    return tuple(names)


def _line(columns: tuple[str, ...], number: int, row: list[str]) -> Line:
    padded = row + [""] * (len(columns) - len(row))
    return Line(number, dict(zip(columns, padded, strict=False)), any(padded[len(columns) :]))
