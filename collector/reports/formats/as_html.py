"""One page of its own: no script, nothing from elsewhere, readable on a phone and on paper."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from collector.i18n import Speech
from collector.reports.document import Change, Document, Facts, Figure, Picture, Sentence, Signatures, Table
from collector.reports.formats.as_pdf import numeric_columns

HERE = Path(__file__).parent
ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
ENVIRONMENT.globals |= {"numeric_columns": numeric_columns}
ENVIRONMENT.tests |= {
    "table": lambda block: isinstance(block, Table),
    "sentence": lambda block: isinstance(block, Sentence),
    "facts": lambda block: isinstance(block, Facts),
    "picture": lambda block: isinstance(block, Picture),
    "signatures": lambda block: isinstance(block, Signatures),
    "figure": lambda entry: isinstance(entry, Figure),
    "change": lambda entry: isinstance(entry, Change),
}
STYLE = (HERE / "report.css").read_text("utf-8")


def as_html(document: Document, _speech: Speech) -> bytes:
    style = Markup(STYLE)  # noqa: S704 - a file of ours
    page = ENVIRONMENT.get_template("report.html").render(document=document, style=style)
    return page.encode()


def fragment(document: Document) -> Markup:
    """The report without its frame, for a page that has one."""
    page = ENVIRONMENT.get_template("body.html").render(document=document)
    return Markup(page)  # noqa: S704 - the template has escaped what it was given
