"""A document as files. The same document gives the same bytes, on the same versions of these libraries."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from collector.i18n import Speech
from collector.reports.document import Document
from collector.reports.formats.as_csv import as_csv
from collector.reports.formats.as_html import as_html
from collector.reports.formats.as_ods import as_ods
from collector.reports.formats.as_pdf import as_pdf
from collector.reports.formats.as_xlsx import as_xlsx


class Format(NamedTuple):
    media_type: str
    render: Callable[[Document, Speech], bytes]


FORMATS: Mapping[str, Format] = {
    "pdf": Format("application/pdf", as_pdf),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "ods": Format("application/vnd.oasis.opendocument.spreadsheet", as_ods),
    "csv": Format("text/csv; charset=utf-8", as_csv),
    "html": Format("text/html; charset=utf-8", as_html),
}
