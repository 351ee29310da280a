"""The same cell has the same value or the same status in every format."""

import io
import re
import shutil
import zipfile
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from collector.domain.catalogue import Unit
from collector.domain.cells import Status
from collector.i18n import load_languages
from collector.reports.composing import compose
from collector.reports.document import Change, Document, Figure, Sentence
from collector.reports.formats import FORMATS
from collector.reports.inputs import Edition
from tests.collector.reports import cast
from tests.collector.reports.reading_back import of_csv, of_html, of_ods, of_pdf, of_xlsx, squeezed

LANGUAGES = load_languages()
REPORTS = {
    "site": cast.site(Edition.INTERNAL),
    "public": cast.site(Edition.PUBLIC, vintage=2),
    "region": cast.region(),
}


@cache
def composed(which: str, language: str) -> Document:
    return compose(REPORTS[which], LANGUAGES[language])


def rendered(which: str, language: str, form: str) -> tuple[Document, bytes]:
    document = composed(which, language)
    return document, FORMATS[form].render(document, LANGUAGES[language])


def figures(document: Document) -> list[list[list[Figure]]]:
    """Of each table, of each row."""
    return [
        [[entry for entry in row.entries if isinstance(entry, Figure)] for row in table.rows]
        for _, table in document.tables()
    ]


def texts(document: Document) -> list[list[list[str]]]:
    return [[[entry.shown.text for entry in row] for row in table] for table in figures(document)]


def numbers(document: Document) -> list[list[list[str]]]:
    """What a spreadsheet holds: the number where there is one, else the word."""
    return [
        [
            [
                entry.shown.text
                if entry.shown.value is None or entry.unit is Unit.BAND
                else format(entry.shown.value.normalize(), "f")
                for entry in row
            ]
            for row in table
        ]
        for table in figures(document)
    ]


def without_words(grids: list[list[list[str]]], document: Document) -> list[list[list[str]]]:
    """Of rows that were read, the columns that hold figures; the head is left out."""
    found = []
    for grid, (_, table) in zip(grids, document.tables(), strict=True):
        rows = []
        for cells, row in zip(grid[1:], table.rows, strict=False):
            rows.append([cells[column] for column, entry in enumerate(row.entries, 1) if isinstance(entry, Figure)])
        found.append(rows)
    return found


def plain(word: str) -> str:
    """A number without the zeros at its end; spreadsheets hold as many digits as a float needs."""
    try:
        return format(Decimal(word).quantize(Decimal("0.01")).normalize(), "f")
    except ArithmeticError:
        return word


@pytest.mark.parametrize(("which", "language"), [("site", "fr"), ("public", "nl"), ("region", "en")])
class TestEveryFormat:
    def test_the_page_says_what_the_report_says(self, which: str, language: str) -> None:
        document, content = rendered(which, language, "html")
        assert without_words(of_html(content), document) == texts(document)

    def test_the_pdf_says_it_in_the_same_order(self, which: str, language: str, tmp_path: Path) -> None:
        if not shutil.which("pdftotext"):
            pytest.skip("pdftotext (poppler-utils) is not installed")
        document, content = rendered(which, language, "pdf")
        text, place = of_pdf(content, tmp_path), 0
        for _, table in document.tables():
            for row in table.rows:
                words = [entry.shown.text for entry in row.entries if isinstance(entry, Figure)]
                if len(words) == len([entry for entry in row.entries if not isinstance(entry, Change)]):
                    found = text.find(squeezed("".join(words)), text.find(squeezed(row.head), place))
                    assert found >= place, (table.name, row.head, words)
                    place = found

    @pytest.mark.parametrize(("form", "read"), [("xlsx", of_xlsx), ("ods", of_ods)])
    def test_spreadsheets_hold_it_as_numbers(self, which: str, language: str, form: str, read: object) -> None:
        document, content = rendered(which, language, form)
        grids = without_words(read(content), document)  # type: ignore[operator]
        assert [[[plain(cell) for cell in row] for row in grid] for grid in grids] == numbers(document)

    def test_the_csv_has_a_line_for_each(self, which: str, language: str) -> None:
        document, content = rendered(which, language, "csv")
        lines = of_csv(content)
        expected = [entry for table in figures(document) for row in table for entry in row]
        assert [(line["figure"], line["period"], line["site"], line["status"]) for line in lines] == [
            (entry.figure, entry.period, entry.site, entry.shown.status) for entry in expected
        ]
        for line, entry in zip(lines, expected, strict=True):
            if entry.shown.value is None:
                assert line["value"] == ""
            elif entry.unit is not Unit.BAND:
                assert Decimal(line["value"]) == entry.shown.value


def test_rows_of_a_workbook_are_as_high_as_their_texts_and_sheets_as_wide_as_a_page() -> None:
    """LibreOffice does not find the heights of a workbook itself: definitions were printed over each other."""
    _, workbook = rendered("site", "fr", "xlsx")
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        names = sorted(name for name in parts.namelist() if name.startswith("xl/worksheets/sheet"))
        sheets = [parts.read(name).decode() for name in names]
    assert all('fitToHeight="0"' in sheet for sheet in sheets)
    heights = [max([0.0, *map(float, re.findall(r' ht="([0-9.]+)"', sheet))]) for sheet in sheets]
    assert max(heights) >= 60
    _, table = rendered("site", "fr", "ods")
    with zipfile.ZipFile(io.BytesIO(table)) as parts:
        assert 'style:scale-to-X="1"' in parts.read("styles.xml").decode()


def test_every_kind_of_cell_is_among_those_that_were_read() -> None:
    statuses = {
        entry.shown.status
        for which in REPORTS
        for table in figures(composed(which, "en"))
        for row in table
        for entry in row
    }
    assert statuses == set(Status)


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_report_gives_the_same_bytes(form: str) -> None:
    first, second = (rendered("public", "fr", form)[1] for _ in range(2))
    assert first == second


def test_the_internal_edition_says_so_on_every_page_and_sheet() -> None:
    assert composed("site", "nl").watermark == "Intern"
    assert composed("public", "nl").watermark == ""


@pytest.mark.parametrize(("language", "hours"), [("fr", "2,5\u00a0h"), ("nl", "2,5\u00a0u"), ("en", "2.5\u00a0h")])
def test_a_report_says_what_was_made_good_from_a_log_where_anything_was(language: str, hours: str) -> None:
    def method(which: str) -> str:
        [section] = [each for each in composed(which, language).sections if each.name == "method"]
        return " ".join(block.text for block in section.blocks if isinstance(block, Sentence))

    assert hours in method("region")
    assert hours not in method("site")
