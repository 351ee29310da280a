"""A table of figures as a page shows it, and the same as CSV and XLSX: numbers are numbers, the rest is its word."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import xlsxwriter

from collector.domain.catalogue import Unit
from collector.domain.cells import Cell
from collector.i18n import Speech
from collector.reports.shown import Shown, decimals_of, shown

Form = Literal["csv", "xlsx"]
MEDIA_TYPES: Mapping[Form, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEAD_WIDTH, WIDTH = 34, 16
"""Of columns, in letters."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""With which a spreadsheet takes a text for a formula."""


class Field(NamedTuple):
    shown: Shown
    unit: Unit


class Row(NamedTuple):
    name: str
    fields: tuple[Field, ...]
    whole: bool = False
    """Whether it is the sum or the whole of the others."""
    link: str = ""


class Table(NamedTuple):
    title: str
    under: str
    """Of what it tells: a site and a year."""
    head: tuple[str, ...]
    """With that of the first column."""
    rows: tuple[Row, ...]


def field(cell: Cell, unit: Unit, speech: Speech, bands: Sequence[str] = ()) -> Field:
    return Field(shown(cell, unit, speech, bands), unit)


def words(text: str) -> Field:
    """A cell of words."""
    return Field(Shown(None, None, text), Unit.TEXT)  # type: ignore[arg-type]  # words have no status


def written(table: Table, form: Form, sign: str) -> bytes:
    """As a file; `sign` heads the columns of what is a bound, in CSV."""
    return as_xlsx(table) if form == "xlsx" else as_csv(table, sign).encode("utf-8-sig")


def as_csv(table: Table, sign: str) -> str:
    """Points in numbers, hours as hours, shares from 0 to 1; a column with a bound in it has one of its signs beside.

    A text that a spreadsheet would compute stands behind an apostrophe.
    """
    columns = range(len(table.head) - 1)
    bounded = {at for at in columns if any(row.fields[at].shown.bound for row in table.rows)}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    head = [table.head[0]]
    for at in columns:
        head += [table.head[at + 1], *([sign] if at in bounded else [])]
    writer.writerow(map(plain, head))
    for row in table.rows:
        line = [plain(row.name)]
        for at, each in enumerate(row.fields):
            value = each.shown.value
            line.append(plain(each.shown.text) if value is None or each.unit is Unit.BAND else str(value))
            if at in bounded:
                line.append(each.shown.bound)
        writer.writerow(line)
    return out.getvalue()


def plain(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_SIGNS) else text


def as_xlsx(table: Table) -> bytes:
    """Bounds stand in the number's format, so that it stays a number."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": table.title, "subject": table.under})
        sheet = book.add_worksheet()
        sheet.set_column(0, 0, HEAD_WIDTH)
        sheet.set_column(1, len(table.head), WIDTH)
        sheet.write_string(0, 0, table.title, book.add_format({"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, table.under, book.add_format({"italic": True}))
        heads = book.add_format({"bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom"})
        for at, name in enumerate(table.head):
            sheet.write_string(3, at, name, heads)
        sheet.freeze_panes(4, 1)
        formats = {
            (pattern, bold): book.add_format({"num_format": pattern, "bold": bold, "align": "right"})
            for row in table.rows
            for pattern, bold in {(pattern_of(each), row.whole) for each in row.fields}
        }
        name_formats = {bold: book.add_format({"bold": bold}) for bold in (False, True)}
        for number, row in enumerate(table.rows, 4):
            sheet.write_string(number, 0, row.name, name_formats[row.whole])
            for at, each in enumerate(row.fields, 1):
                style = formats[pattern_of(each), row.whole]
                if each.shown.value is None or each.unit is Unit.BAND:
                    sheet.write_string(number, at, each.shown.text, style)
                else:
                    sheet.write_number(number, at, float(each.shown.value), style)
    return target.getvalue()


def pattern_of(each: Field) -> str:
    value = each.shown.value
    if value is None or each.unit is Unit.BAND:
        return "General"
    places = decimals_of(value)
    plain_pattern = "0%" if each.unit is Unit.SHARE else "#,##0" + ("." + "0" * places if places else "")
    return f'"{each.shown.bound} "{plain_pattern}' if each.shown.bound else plain_pattern
