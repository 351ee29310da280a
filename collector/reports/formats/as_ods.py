"""The same sheets for LibreOffice and others.

Tables are written as text and read by odfdo whole: made cell by cell they took a hundred times as long.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup
from odfdo import Document as OdsDocument
from odfdo import Element

from collector.domain.catalogue import Unit
from collector.i18n import LOCALES, Speech
from collector.reports.document import Change, Document, Entry, Figure, Row
from collector.reports.formats.sheets import Sheet, front, front_name, indented, sheets
from collector.reports.shown import decimals_of

COLUMNS = {"wide": "8cm", "usual": "3.2cm", "text": "9cm", "lines": "16cm"}
PAGE = {
    "fo:page-width": "29.7cm",
    "fo:page-height": "21cm",
    "style:print-orientation": "landscape",
    "style:scale-to-X": "1",
    "style:scale-to-Y": "0",
}
"""Printed, a sheet is as wide as a page."""


class Pattern(NamedTuple):
    """How a cell looks: the sign before its number, whether it is a share, its decimals, its weight."""

    bound: str = ""
    share: bool = False
    decimals: int = -1
    """-1: text."""
    bold: bool = False
    large: bool = False
    wrapped: bool = True
    """Of text: not where it may run over the cells beside it."""
    at_end: bool = False
    """Of a word that stands among numbers."""

    def name(self) -> str:
        sign = {"": "", "\u2265": "l", "\u2264": "m", "\u2248": "a"}[self.bound]
        looks = "".join(
            letter
            for letter, wanted in (("b", self.bold), ("1", self.large), ("o", not self.wrapped), ("e", self.at_end))
            if wanted
        )
        return f"c{sign}{'p' if self.share else 'n'}{self.decimals + 1}{looks}"


class Styles:
    """The patterns in use; they are declared once all tables are written."""

    def __init__(self) -> None:
        self.used: dict[Pattern, None] = {}

    def name(self, pattern: Pattern) -> str:
        self.used[pattern] = None
        return pattern.name()

    def declared(self) -> Iterator[Markup]:
        for name, width in COLUMNS.items():
            yield Markup(
                '<style:style style:name="{}" style:family="table-column"><style:table-column-properties'
                ' style:column-width="{}"/></style:style>'
            ).format(name, width)
        yield Markup(
            '<style:style style:name="row" style:family="table-row">'
            '<style:table-row-properties style:use-optimal-row-height="true"/></style:style>'
        )
        for pattern in self.used:
            yield from declaration(pattern)


def declaration(pattern: Pattern) -> Iterator[Markup]:
    name, data = pattern.name(), Markup()
    if pattern.decimals >= 0:
        kind = "percentage" if pattern.share else "number"
        yield Markup(
            '<number:{kind}-style style:name="d{name}">{sign}<number:number number:decimal-places="{places}"'
            ' number:min-decimal-places="{places}" number:min-integer-digits="1" number:grouping="true"/>{unit}'
            "</number:{kind}-style>"
        ).format(
            kind=kind,
            name=name,
            places=pattern.decimals,
            sign=Markup("<number:text>{}\u00a0</number:text>").format(pattern.bound) if pattern.bound else "",
            unit=Markup("<number:text>\u00a0%</number:text>") if pattern.share else "",
        )
        data = Markup(' style:data-style-name="d{}"').format(name)
    align = (
        Markup('<style:paragraph-properties fo:text-align="end"/>')
        if pattern.decimals >= 0 or pattern.at_end
        else Markup()
    )
    size = Markup(' fo:font-size="14pt"') if pattern.large else Markup()
    bold = Markup('<style:text-properties fo:font-weight="bold"{}/>').format(size) if pattern.bold else Markup()
    wrap = (
        Markup('<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>')
        if pattern.decimals < 0 and pattern.wrapped
        else Markup()
    )
    yield Markup('<style:style style:name="{}" style:family="table-cell"{}>{}{}{}</style:style>').format(
        name, data, wrap, align, bold
    )


def as_ods(document: Document, speech: Speech) -> bytes:
    made = OdsDocument("spreadsheet")
    made.body.clear()
    styles = Styles()
    tables = [front_sheet(front_name(speech), document, styles)]
    tables += [table_sheet(sheet, styles) for sheet in sheets(document)]
    for table in tables:
        made.body.append(Element.from_tag(str(table)))
    automatic = made.get_part("content.xml").get_element("//office:automatic-styles")  # type: ignore[union-attr]
    for style in styles.declared():
        automatic.append(Element.from_tag(str(style)))  # type: ignore[union-attr]
    page = made.get_part("styles.xml").get_element("//style:page-layout-properties")  # type: ignore[union-attr]
    for name, value in PAGE.items():
        page.set_attribute(name, value)  # type: ignore[union-attr]
    moment = dt.datetime.fromtimestamp(document.made_at, tz=dt.UTC).replace(tzinfo=None)
    meta = made.meta
    meta.title, meta.subject, meta.description = document.title, document.subtitle, document.status
    meta.language = LOCALES[document.language].replace("_", "-")
    meta.creation_date = meta.date = moment
    target = io.BytesIO()
    made.save(target)
    return dated(target.getvalue(), moment)


def dated(archive: bytes, moment: dt.datetime) -> bytes:
    """The same archive with one date on all its files, so that its bytes do not tell when it was written."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(target, "w") as after:
        for entry in before.infolist():
            plain = zipfile.ZipInfo(entry.filename, moment.timetuple()[:6])
            plain.compress_type = entry.compress_type
            after.writestr(plain, before.read(entry))
    return target.getvalue()


def text_cell(text: str, styles: Styles, pattern: Pattern) -> Markup:
    if not text:
        return Markup("<table:table-cell/>")
    return Markup(
        '<table:table-cell table:style-name="{}" office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    ).format(styles.name(pattern), text)


def entry_cell(entry: Entry, styles: Styles, *, bold: bool) -> Markup:
    if isinstance(entry, str):
        return text_cell(entry, styles, Pattern(bold=bold))
    if isinstance(entry, Change) or entry.shown.value is None or entry.unit is Unit.BAND:
        text = entry.text if isinstance(entry, Change) else entry.shown.text
        return text_cell(text, styles, Pattern(bold=bold, at_end=True))
    return number_cell(entry, styles, bold=bold)


def number_cell(entry: Figure, styles: Styles, *, bold: bool) -> Markup:
    shown, share = entry.shown, entry.unit is Unit.SHARE
    assert shown.value is not None
    places = 0 if share else decimals_of(shown.value)
    return Markup(
        '<table:table-cell table:style-name="{}" office:value-type="{}" office:value="{}"><text:p>{}</text:p>'
        "</table:table-cell>"
    ).format(
        styles.name(Pattern(shown.bound, share, places, bold)),
        "percentage" if share else "float",
        format(shown.value, "f"),
        shown.text,
    )


def line(*cells: Markup) -> Markup:
    return Markup('<table:table-row table:style-name="row">{}</table:table-row>').format(Markup("").join(cells))


def sheet_of(name: str, columns: list[str], rows: list[Markup]) -> Markup:
    wide = Markup("").join(Markup('<table:table-column table:style-name="{}"/>').format(each) for each in columns)
    return Markup('<table:table table:name="{}">{}{}</table:table>').format(name, wide, Markup("").join(rows))


def front_sheet(name: str, document: Document, styles: Styles) -> Markup:
    rows = [
        line(
            text_cell(label, styles, Pattern(bold=number == 0, large=number == 0, wrapped=number > 0)),
            text_cell(text, styles, Pattern()),
        )
        for number, (label, text) in enumerate(front(document))
    ]
    return sheet_of(name, ["text", "lines"], rows)


def table_sheet(sheet: Sheet, styles: Styles) -> Markup:
    table = sheet.table
    bold = Pattern(bold=True)
    rows = [
        line(text_cell(table.title, styles, Pattern(bold=True, large=True, wrapped=False))),
        line(text_cell(sheet.under, styles, Pattern(wrapped=False))),
        line(Markup("<table:table-cell/>")),
        line(*(text_cell(word, styles, bold) for word in table.head)),
    ]
    rows += [row_of(row, styles) for row in table.rows]
    if table.note:
        rows += [line(Markup("<table:table-cell/>")), line(text_cell(table.note, styles, Pattern(wrapped=False)))]
    texts = any(isinstance(entry, str) for row in table.rows for entry in row.entries)
    columns = ["wide", *(["text" if texts else "usual"] * max(1, len(table.head) - 1))]
    return sheet_of(sheet.name, columns, rows)


def row_of(row: Row, styles: Styles) -> Markup:
    bold = row.kind in {"total", "group"}
    head = text_cell(indented(row), styles, Pattern(bold=bold))
    return line(head, *(entry_cell(entry, styles, bold=bold) for entry in row.entries))
