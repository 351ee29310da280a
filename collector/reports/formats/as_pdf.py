"""A tagged PDF (PDF/UA-1 and PDF/A-2a), typeset by typst from the template beside this file.

It uses the typesetter's own letters and nothing of the machine, so that the same report gives the same bytes.
"""

import json
from pathlib import Path
from typing import Any

import typst

from collector.i18n import LOCALES, Speech
from collector.reports.document import Block, Change, Document, Entry, Facts, Figure, Picture, Row, Sentence, Table

LONG_HEAD = 40
"""Characters of a first column from which it shares the room with columns of words."""
TEMPLATE = Path(__file__).with_name("report.typ")


def as_pdf(document: Document, speech: Speech) -> bytes:
    language, _, country = LOCALES[document.language].partition("_")
    _ = speech.gettext
    data = {
        "language": language,
        "country": country,
        "title": document.title,
        "subtitle": document.subtitle,
        "cover": document.cover,
        "running": document.running,
        "status": document.status,
        "watermark": document.watermark,
        "contents": document.contents,
        "page": _("Page"),
        "sections": [
            {"title": section.title, "own_page": section.own_page, "blocks": [plain(block) for block in section.blocks]}
            for section in document.sections
        ],
    }
    return typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=["ua-1", "a-2a"],
        timestamp=document.made_at,
    )


def plain(block: Block) -> dict[str, Any]:
    """A block as the template reads it."""
    if isinstance(block, Sentence):
        return {"is": "sentence", "text": block.text, "kind": block.kind}
    if isinstance(block, Facts):
        return {"is": "facts", "pairs": block.pairs}
    if isinstance(block, Picture):
        chart = block.chart
        return {"is": "picture", "svg": str(chart.picture), "title": chart.title, "words": chart.description}
    if isinstance(block, Table):
        return {
            "is": "table",
            "title": block.title,
            "head": block.head,
            "rows": [plain_row(row) for row in block.rows],
            "note": block.note,
            "small": block.small,
            "numbers": numeric_columns(block),
            "weights": weights(block),
            "head_weight": head_weight(block),
        }
    return {"is": "signatures", "labels": block.labels, "name": block.for_name, "place": block.for_place}


def plain_row(row: Row) -> dict[str, Any]:
    return {"head": row.head, "entries": [text_of(entry) for entry in row.entries], "kind": row.kind}


def text_of(entry: Entry) -> str:
    if isinstance(entry, str):
        return entry
    return entry.text if isinstance(entry, Change) else entry.shown.text


def numeric_columns(table: Table) -> list[bool]:
    """Which columns hold figures, the first one not among them: they are set to the right."""
    found = [False] * (len(table.head) - 1)
    for row in table.rows:
        for column, entry in enumerate(row.entries):
            found[column] = found[column] or isinstance(entry, Figure | Change)
    return found


def head_weight(table: Table) -> float:
    """The same for the first column, where it is long; 0 where it is as wide as its words."""
    longest = max((len(row.head) for row in table.rows if row.kind != "group"), default=0)
    return longest**0.5 if longest > LONG_HEAD else 0


def weights(table: Table) -> list[float]:
    """How the room is shared among columns of words: by the root of their longest text or first word of the head."""
    return [
        max(len(text) for text in (head.partition(" ")[0] + "  ", *texts_of(table, column))) ** 0.5
        for column, head in enumerate(table.head[1:])
    ]


def texts_of(table: Table, column: int) -> list[str]:
    return [text_of(row.entries[column]) for row in table.rows if column < len(row.entries)]
