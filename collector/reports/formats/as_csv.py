"""One line for each figure, for programs: RFC 4180 in UTF-8, decimal points, column names in English."""

import csv
import io

from collector.domain.catalogue import Unit
from collector.i18n import Speech
from collector.reports.document import Document, Figure, Row, Table

COLUMNS = ("table", "site", "period", "figure", "name", "value", "unit", "status", "bound")
UNITS = {
    Unit.COUNT: "count",
    Unit.RATIO: "number",
    Unit.SECONDS: "hours",
    Unit.SHARE: "share",
    Unit.DAYS: "days",
    Unit.BAND: "class",
}
WORDS = {"": "", "\u2265": "at_least", "\u2264": "at_most", "\u2248": "about"}


def as_csv(document: Document, _speech: Speech) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for _, table in document.tables():
        for row, column, entry in table.figures():
            writer.writerow(line(table, row, column, entry))
    return text.getvalue().encode()


def line(table: Table, row: Row, column: int, entry: Figure) -> tuple[str, ...]:
    shown = entry.shown
    value = "" if shown.value is None else shown.text if entry.unit is Unit.BAND else format(shown.value, "f")
    name = f"{row.head} / {table.head[column]}"
    return (
        table.name,
        entry.site,
        entry.period,
        entry.figure,
        name,
        value,
        UNITS.get(entry.unit, str(entry.unit)),
        str(shown.status),
        WORDS[shown.bound],
    )
