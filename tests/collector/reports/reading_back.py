"""Reads the figures of a report back from each of its files, as somebody would who has nothing but the file."""

import csv
import io
import re
import subprocess
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

Grid = list[list[str]]
"""Rows of the texts or numbers that stand in them, heads included."""


def of_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Grid] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        if tag == "table":
            self.found.append([])
        elif tag == "tr":
            self.found[-1].append([])
        elif tag in {"th", "td"}:
            self.found[-1][-1].append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"th", "td"}:
            self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            self.found[-1][-1][-1] += data


def of_html(content: bytes) -> list[Grid]:
    tables = _Tables()
    tables.feed(content.decode())
    return tables.found


def of_xlsx(content: bytes, first: int = 1) -> list[Grid]:
    """Each sheet after the first, or from any other on, from its head on."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    words = ["".join(each.itertext()) for each in ET.fromstring(archive.read("xl/sharedStrings.xml"))]
    names = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    found = []
    for name in sorted(names, key=lambda name: int(re.sub(r"\D", "", name)))[first:]:
        rows: dict[int, dict[str, str]] = {}
        for cell in ET.fromstring(archive.read(name)).iter(f"{SHEET}c"):
            column, row = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", "")).groups()  # type: ignore[union-attr]
            value = cell.findtext(f"{SHEET}v", "")
            rows.setdefault(int(row), {})[column] = words[int(value)] if cell.get("t") == "s" else value
        found.append([[rows[row][column] for column in rows[row]] for row in sorted(rows) if row > 3])
    return found


def of_ods(content: bytes) -> list[Grid]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    found = []
    for table in list(ET.fromstring(archive.read("content.xml")).iter(f"{TABLE}table"))[1:]:
        rows = [
            [
                cell.get(f"{OFFICE}value") or "".join("".join(words.itertext()) for words in cell.iter(f"{TEXT}p"))
                for cell in row
            ]
            for row in list(table.iter(f"{TABLE}table-row"))[3:]
        ]
        found.append(rows)
    return found


def of_pdf(content: bytes, folder: Path) -> str:
    """Its text in the order of reading, without spaces and hyphens."""
    path = folder / "report.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True)
    return squeezed(done.stdout.decode())


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad-]", "", text)
