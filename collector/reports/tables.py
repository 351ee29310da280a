"""The tables of a report: a year beside the one before, months, sites."""

import datetime as dt
from collections.abc import Mapping, Sequence

from collector.domain.catalogue import WITHOUT_CELL, Unit
from collector.domain.cells import Cell
from collector.reports.document import Change, Figure, Row, Table
from collector.reports.inputs import Part
from collector.reports.wording import Wording

COVERAGE = "A8"


def year_table(words: Wording, name: str, title: str, figures: Sequence[str], note: str = "") -> Table:
    """This year, the year before, and the change; parts stand below the name of their whole."""
    inputs = words.inputs
    before = inputs.before.year if inputs.before else {}
    rows: list[Row] = []
    whole = ""
    for figure in figures:
        definition = words.definitions[figure]
        if definition.unit in WITHOUT_CELL:
            continue
        heading = words.definitions.get(definition.whole())
        if heading is not None and heading.unit is Unit.HEADING and heading.id != whole:
            rows.append(Row(words.local(heading.name), (), "group"))
            whole = heading.id
        entries: list[Figure | object] = [words.figure(inputs.figures.year, figure, str(inputs.year))]
        if inputs.before:
            entries.append(words.figure(before, figure, str(inputs.year - 1)))
            entries.append(words.change(figure))
        kind = "part" if heading is not None else ""
        rows.append(Row(words.local(definition.name), tuple(entries), kind))  # type: ignore[arg-type]
    head = [words.speech.gettext("Figure"), str(inputs.year)]
    if inputs.before:
        head += [str(inputs.year - 1), words.speech.gettext("Change")]
    reasons = [entry.why_not for row in rows for entry in row.entries if isinstance(entry, Change) and entry.why_not]
    note = " ".join(dict.fromkeys([note, *reasons])).strip()
    return Table(name, title, tuple(head), tuple(rows), note)


def month_table(
    words: Wording, name: str, title: str, figures: Sequence[str], note: str = "", *, coverage: bool = False
) -> Table:
    """Twelve months and the year; with a column of coverage where figures of use stand beside it."""
    shown = [figure for figure in figures if words.has(figure)]
    if coverage and words.has(COVERAGE):
        shown.append(COVERAGE)
    inputs = words.inputs

    def entries(cells: Mapping[str, Cell], period: str) -> tuple[Figure, ...]:
        return tuple(words.figure(cells, figure, period) for figure in shown)

    rows = [
        Row(words.speech.month_word(number), entries(cells, period))
        for number, (period, cells) in enumerate(zip(words.periods(), inputs.figures.months, strict=True), 1)
    ]
    rows.append(Row(str(inputs.year), entries(inputs.figures.year, str(inputs.year)), "total"))
    head = (words.speech.gettext("Month"), *(words.name(figure) for figure in shown))
    return Table(name, title, head, tuple(rows), note, small=len(shown) > 5)  # noqa: PLR2004 - columns


def by_municipality(words: Wording) -> list[tuple[str, list[Part]]]:
    """Sites by the name of their municipality, both in order."""
    found: dict[str, list[Part]] = {}
    for part in sorted(words.inputs.parts, key=lambda part: part.subject.code):
        found.setdefault(words.local(part.subject.municipality), []).append(part)
    return sorted(found.items())


def site_table(words: Wording, name: str, title: str, figures: Sequence[str], note: str = "") -> Table:
    """One row for each site, below its municipality, and the Region."""
    shown = [figure for figure in figures if words.has(figure)]
    period = str(words.inputs.year)
    rows: list[Row] = []
    for municipality, parts in by_municipality(words):
        if municipality:
            rows.append(Row(municipality, (), "group"))
        rows += [
            Row(
                words.local(part.subject.name),
                tuple(words.figure(part.year, figure, period, part.subject.code) for figure in shown),
            )
            for part in parts
        ]
    total = tuple(words.figure(words.inputs.figures.year, figure, period) for figure in shown)
    rows.append(Row(words.speech.gettext("Region"), total, "total"))
    head = (words.speech.gettext("Site"), *(words.name(figure) for figure in shown))
    return Table(name, title, head, tuple(rows), note, small=True)


def site_month_table(words: Wording, name: str, title: str, figure: str, note: str = "") -> Table:
    """One figure of each site by month."""
    rows: list[Row] = []

    def row(head: str, months: Sequence[Mapping[str, Cell]], year: Mapping[str, Cell], site: str, kind: str) -> Row:
        cells = [
            words.figure(cells, figure, period, site) for period, cells in zip(words.periods(), months, strict=True)
        ]
        return Row(head, (*cells, words.figure(year, figure, str(words.inputs.year), site)), kind)

    for municipality, parts in by_municipality(words):
        if municipality:
            rows.append(Row(municipality, (), "group"))
        rows += [row(words.local(part.subject.name), part.months, part.year, part.subject.code, "") for part in parts]
    inputs = words.inputs
    rows.append(row(words.speech.gettext("Region"), inputs.figures.months, inputs.figures.year, "", "total"))
    months = [words.speech.month_name(dt.date(words.inputs.year, number, 1)) for number in range(1, 13)]
    head = (words.speech.gettext("Site"), *months, str(inputs.year))
    return Table(name, title, head, tuple(rows), note, small=True)
