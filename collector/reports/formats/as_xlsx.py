"""A workbook for people who calculate: numbers are numbers, and what is not a value is its word."""

import datetime as dt
import io
import textwrap
from collections.abc import Iterable

import xlsxwriter
from xlsxwriter.format import Format as Style
from xlsxwriter.worksheet import Worksheet

from collector.domain.catalogue import Unit
from collector.i18n import Speech
from collector.reports.document import Change, Document, Entry, Figure
from collector.reports.formats.sheets import Sheet, front, front_name, indented, sheets
from collector.reports.shown import decimals_of

FIRST_ROW = 3
"""Of the table, below its title and what is true of it all."""
LABEL_WIDTH, TEXT_WIDTH = 40, 80
"""In letters, of the first sheet."""
NARROW, USUAL, WIDE, WORDS = 18, 14, 36, 40
"""Columns, in letters: heads beside texts, figures, heads beside figures, texts."""
LINE_POINTS = 15


class Styles:
    """Number formats by what a figure is, made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.made: dict[tuple[str, bool], Style] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.under = book.add_format({"italic": True, "font_color": "#566168"})
        self.head = book.add_format({"bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom"})
        self.bold = book.add_format({"bold": True})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def of(self, pattern: str, *, bold: bool) -> Style:
        key = pattern, bold
        if key not in self.made:
            self.made[key] = self.book.add_format({"num_format": pattern, "bold": bold, "align": "right"})
        return self.made[key]


def pattern_of(figure: Figure) -> str:
    """Bounds stand in the format, so that the number stays a number."""
    if figure.shown.value is None:
        return "General"
    places = decimals_of(figure.shown.value)
    plain = "0%" if figure.unit is Unit.SHARE else "#,##0" + ("." + "0" * places if places else "")
    return f'"{figure.shown.bound} "{plain}' if figure.shown.bound else plain


def as_xlsx(document: Document, speech: Speech) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        made_at = dt.datetime.fromtimestamp(document.made_at, tz=dt.UTC).replace(tzinfo=None)
        book.set_properties(
            {"title": document.title, "subject": document.subtitle, "comments": document.status, "created": made_at}
        )
        styles = Styles(book)
        first = book.add_worksheet(front_name(speech))
        write_front(first, document, styles)
        for sheet in sheets(document):
            write_sheet(book.add_worksheet(sheet.name), sheet, styles, document)
    return target.getvalue()


def write_front(target: Worksheet, document: Document, styles: Styles) -> None:
    """Sentences go over both columns."""
    target.set_column(0, 0, LABEL_WIDTH)
    target.set_column(1, 1, TEXT_WIDTH)
    for number, (label, text) in enumerate(front(document)):
        if number == 0:
            target.write_string(number, 0, label, styles.title)
        elif text or not label:
            target.set_row(number, height([(label, LABEL_WIDTH), (text, TEXT_WIDTH)]))
            target.write_string(number, 0, label, styles.wrapped)
            target.write_string(number, 1, text, styles.wrapped)
        else:
            target.set_row(number, height([(label, LABEL_WIDTH + TEXT_WIDTH)]))
            target.merge_range(number, 0, number, 1, label, styles.wrapped)
    target.set_paper(9)
    target.fit_to_pages(1, 0)


def height(texts: Iterable[tuple[str, int]]) -> int:
    """In points, of a row that holds texts in columns of so many letters: not every program finds it out itself."""
    return LINE_POINTS * max([1, *(len(textwrap.wrap(text, letters)) for text, letters in texts)])


def write_sheet(target: Worksheet, sheet: Sheet, styles: Styles, document: Document) -> None:
    table = sheet.table
    target.write_string(0, 0, table.title, styles.title)
    target.write_string(1, 0, sheet.under, styles.under)
    texts = any(isinstance(entry, str) for row in table.rows for entry in row.entries)
    first, others = (NARROW, WORDS) if texts else (WIDE, USUAL)
    target.set_column(0, 0, first)
    target.set_column(1, max(1, len(table.head) - 1), others)
    target.set_row(FIRST_ROW, height((word, others) for word in table.head))
    for column, word in enumerate(table.head):
        target.write_string(FIRST_ROW, column, word, styles.head)
    for number, row in enumerate(table.rows, FIRST_ROW + 1):
        bold = row.kind in {"total", "group"}
        words = [(entry, others) for entry in row.entries if isinstance(entry, str)]
        if words:
            target.set_row(number, height(words))
        target.write_string(number, 0, indented(row), styles.bold if bold else styles.wrapped if words else None)
        for column, entry in enumerate(row.entries, 1):
            write_entry(target, number, column, entry, styles, bold=bold)
    target.freeze_panes(FIRST_ROW + 1, 1)
    if table.note:
        target.write_string(FIRST_ROW + len(table.rows) + 2, 0, table.note, styles.under)
    target.set_landscape()
    target.set_paper(9)
    target.fit_to_pages(1, 0)
    target.repeat_rows(FIRST_ROW)
    target.set_footer(f"&L{escaped(document.running)}&R{escaped(document.status)} – &P/&N")
    if document.watermark:
        target.set_header(f"&C{escaped(document.watermark)}")


def escaped(text: str) -> str:
    """For headers and footers, which are limited to 255 letters."""
    return text.replace("&", "&&")[:110]


def write_entry(target: Worksheet, row: int, column: int, entry: Entry, styles: Styles, *, bold: bool) -> None:
    if isinstance(entry, Figure) and entry.shown.value is not None and entry.unit is not Unit.BAND:
        target.write_number(row, column, float(entry.shown.value), styles.of(pattern_of(entry), bold=bold))
    elif isinstance(entry, Figure):
        target.write_string(row, column, entry.shown.text, styles.of("General", bold=bold))
    elif isinstance(entry, Change):
        target.write_string(row, column, entry.text, styles.of("General", bold=bold))
    else:
        target.write_string(row, column, entry, styles.wrapped)
