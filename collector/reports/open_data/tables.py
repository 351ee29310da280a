"""The public edition of a frozen report as tables: one value or one status in each cell, as its other files have it."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from collector.domain.catalogue import WITHOUT_CELL, Unit
from collector.domain.cells import Cell
from collector.reports.formats.as_csv import UNITS, WORDS
from collector.reports.inputs import Definition, Edition, Figures, Inputs, Subject
from collector.reports.shown import bound_of, shown_value

REGION = "REGION"
"""Stands for all sites together where a code is asked for."""
LANGUAGES = ("fr", "nl", "en")
Values = tuple[str, ...]


class Column(NamedTuple):
    name: str
    kind: str
    """A type of the Frictionless table schema."""
    meaning: str
    words: tuple[str, ...] = ()
    """All that it may hold, where that is a list."""
    needed: bool = True


CELL = (
    Column("figure", "string", "id of the figure; figures.csv says what it is"),
    Column(
        "value",
        "number",
        "count, number, hours, share of 1, days or number of a class, as the unit of the figure says; empty where the"
        " status is not “value”, and an empty value is never zero",
        needed=False,
    ),
    Column(
        "status",
        "string",
        "value; closed: no opening hours; unknown: open, but nothing is known; confidential: hidden by disclosure"
        " control; not_applicable: there is no such thing",
        ("value", "closed", "unknown", "confidential", "not_applicable"),
    ),
    Column(
        "bound",
        "string",
        "whether the true value may be larger (at_least), smaller (at_most) or either (about); else empty",
        ("at_least", "at_most", "about"),
        needed=False,
    ),
)
PLACE = Column("site", "string", "code of the site; REGION for all sites together")
CELLS = (PLACE, Column("period", "string", "a year (YYYY) or a month (YYYY-MM), local time"), *CELL)
WEEK = (
    PLACE,
    Column("period", "year", "the year of which the week is the average"),
    Column("weekday", "integer", "1 is Monday, 7 is Sunday"),
    Column("hour", "integer", "the local hour that begins then, 0 to 23"),
    *CELL,
)
FIGURES = (
    Column("id", "string", "id of the figure"),
    Column("unit", "string", "what the value is", tuple(dict.fromkeys(UNITS.values()))),
    *(Column(f"name_{language}", "string", f"name ({language})") for language in LANGUAGES),
    *(Column(f"definition_{language}", "string", f"definition ({language})") for language in LANGUAGES),
)
SITES = (
    Column("site", "string", "code of the site; REGION for all sites together"),
    *(Column(f"name_{language}", "string", f"name ({language})", needed=False) for language in LANGUAGES),
    *(Column(f"municipality_{each}", "string", f"municipality ({each})", needed=False) for each in ("fr", "nl")),
)


class NotPublic(ValueError):
    """An edition that strangers may not read."""


def cell_values(figure: str, cell: Cell, unit: Unit) -> Values:
    value = "" if cell.value is None else format(shown_value(cell.value, unit), "f")
    return figure, value, str(cell.status), WORDS[bound_of(cell)]


def units_of(inputs: Inputs) -> dict[str, Unit]:
    """Of the figures that have cells."""
    return {each.id: each.unit for each in inputs.definitions if each.unit not in WITHOUT_CELL}


def cells(inputs: Inputs) -> Iterator[Values]:
    """The year first, then its months; of the Region first, then of its sites."""
    if inputs.edition is not Edition.PUBLIC:
        raise NotPublic(inputs.edition)
    units = units_of(inputs)
    columns: list[tuple[Subject, Figures, Sequence[Figures]]] = [
        (inputs.subject, inputs.figures.year, inputs.figures.months)
    ]
    columns += [(part.subject, part.year, part.months) for part in inputs.parts]
    for subject, year, months in columns:
        periods = [(str(inputs.year), year)]
        periods += [(f"{inputs.year}-{number:02d}", month) for number, month in enumerate(months, 1)]
        for period, figures in periods:
            for figure, unit in units.items():
                if figure in figures:
                    yield (subject.code or REGION, period, *cell_values(figure, figures[figure], unit))


def week(inputs: Inputs) -> Iterator[Values]:
    if inputs.edition is not Edition.PUBLIC:
        raise NotPublic(inputs.edition)
    units = units_of(inputs)
    for name, figures in sorted(inputs.figures.week.items(), key=lambda pair: [int(n) for n in pair[0].split("-")]):
        weekday, _, hour = name.partition("-")
        start = (inputs.subject.code or REGION, str(inputs.year), str(int(weekday) + 1), hour)
        for figure in sorted(figures):
            yield (*start, *cell_values(figure, figures[figure], units[figure]))


def figures(inputs: Inputs) -> Iterator[Values]:
    for each in inputs.definitions:
        if each.unit not in WITHOUT_CELL:
            names = tuple(each.name[language] for language in LANGUAGES)
            yield (each.id, UNITS.get(each.unit, str(each.unit)), *names, *definitions(each))


def definitions(each: Definition) -> Values:
    return tuple(each.definition.get(language, "") for language in LANGUAGES)


def sites(inputs: Inputs) -> Iterator[Values]:
    for subject in (inputs.subject, *(part.subject for part in inputs.parts)):
        names = tuple(subject.name.get(language, "") for language in LANGUAGES)
        towns = tuple(subject.municipality.get(language, "") for language in ("fr", "nl"))
        yield (subject.code or REGION, *names, *towns)


class Table(NamedTuple):
    columns: tuple[Column, ...]
    rows: Callable[[Inputs], Iterator[Values]]
    key: tuple[str, ...]
    refers: Mapping[str, tuple[str, str]]
    """Columns that name a line of another table: column to (table, column)."""


TABLES: Mapping[str, Table] = {
    "cells": Table(
        CELLS, cells, ("site", "period", "figure"), {"figure": ("figures", "id"), "site": ("sites", "site")}
    ),
    "week": Table(
        WEEK,
        week,
        ("site", "period", "weekday", "hour", "figure"),
        {"figure": ("figures", "id"), "site": ("sites", "site")},
    ),
    "figures": Table(FIGURES, figures, ("id",), {}),
    "sites": Table(SITES, sites, ("site",), {}),
}


def as_csv(columns: Sequence[Column], rows: Iterator[Values]) -> str:
    """RFC 4180 in UTF-8, decimal points."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in columns)
    writer.writerows(rows)
    return text.getvalue()


def as_json(tables: Mapping[str, tuple[Sequence[Column], Iterator[Values]]], about: Mapping[str, object]) -> str:
    """All tables; numbers are numbers, and what is empty is null."""
    body = {
        name: [dict(zip((each.name for each in columns), typed(columns, row), strict=True)) for row in rows]
        for name, (columns, rows) in tables.items()
    }
    return json.dumps({**about, **body}, ensure_ascii=False) + "\n"


def typed(columns: Sequence[Column], row: Values) -> Iterator[object]:
    for column, value in zip(columns, row, strict=True):
        if value == "":
            yield None
        elif column.kind in {"integer", "year"}:
            yield int(value)
        elif column.kind == "number":
            yield float(value) if "." in value else int(value)
        elif column.kind == "boolean":
            yield value == "true"
        else:
            yield value


def schema(columns: Sequence[Column], key: Sequence[str], refers: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """A Frictionless table schema."""
    fields = []
    for column in columns:
        field: dict[str, object] = {"name": column.name, "type": column.kind, "description": column.meaning}
        bounds: dict[str, object] = {"required": True} if column.needed else {}
        if column.words:
            bounds["enum"] = list(column.words)
        fields.append(field | ({"constraints": bounds} if bounds else {}))
    made: dict[str, object] = {"fields": fields, "missingValues": [""], "primaryKey": list(key)}
    if refers:
        made["foreignKeys"] = [
            {"fields": column, "reference": {"resource": table, "fields": other}}
            for column, (table, other) in refers.items()
        ]
    return made


def resource(name: str, content: str, made_schema: Mapping[str, object]) -> dict[str, object]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content.encode()),
        "schema": dict(made_schema),
    }
