"""Reads what was published, as its readers have it: the canonical JSON of a report, and its CSV.

The Region's report names its sites, so it says which sites add up to it. Where the same cell stands in several files it
must be the same; files that were frozen as vintages with different numbers are compared instead.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NamedTuple

from collector.domain.calendar import MONTHS_OF_YEAR
from collector.domain.cells import Cell, Status
from collector.domain.disclosure.tables import PERIOD, Key, NotATable, Tables

REGION = "the Region"
BOUNDS = (">=", "<=", "~")
SECONDS = 3600
SLACK = {"count": Fraction(0), "hours": Fraction(SECONDS, 2), "share": Fraction(1, 100)}
"""How much a CSV rounds, by its unit; a share a little below all reads 0.99; ratios and days by half a tenth."""
SLACK_OF_OTHERS = Fraction(1, 20)
LEFT_OUT = {"corrections", "imported"}
"""Tables of a CSV that tell what another file or another tool said."""
TOO_ROUND = {"A8", "B11"}
"""Not taken from a CSV: what is computed with them would not add up."""


class Told(NamedTuple):
    """One cell of one file."""

    key: Key
    hour: tuple[int, int] | None
    """Weekday and hour, of the week profile."""
    figure: str
    cell: Cell
    slack: Fraction = Fraction(0)
    """How much rounding may have moved it."""


class File(NamedTuple):
    name: str
    vintage: int
    """0 for a draft, and for a CSV, which does not say."""
    cells: tuple[Told, ...]
    sites: tuple[str, ...]
    """Those that add up to the Region, where the file says."""
    idle_rule_minutes: int
    """0 where the file does not say, or names several."""


def read(name: str, text: str) -> File:
    """A published file, by what is in it; raises NotATable with its name."""
    try:
        if text.lstrip("\ufeff \n").startswith("{"):
            return _read_json(name, json.loads(text))
        return _read_csv(name, text.lstrip("\ufeff"))
    except (AttributeError, KeyError, TypeError, ValueError, InvalidOperation) as error:
        if isinstance(error, NotATable):
            raise NotATable(f"{name}: {error}") from error
        raise NotATable(
            f"{name} is neither the JSON nor the CSV of a report ({type(error).__name__}: {error})."
        ) from error


def _read_json(name: str, inputs: Mapping[str, Any]) -> File:
    unit, year = inputs["subject"]["code"] or REGION, int(inputs["year"])
    told = list(_year(unit, year, inputs["figures"]))
    if inputs.get("before"):
        told += _year(unit, year - 1, inputs["before"])
    sites = [part["subject"]["code"] for part in inputs.get("parts", ())]
    for site, part in zip(sites, inputs.get("parts", ()), strict=True):
        told += _year(site, year, part)
    rules = inputs["method"]["idle_rules_minutes"]
    return File(name, inputs.get("vintage") or 0, tuple(told), tuple(sites), rules[0] if len(rules) == 1 else 0)


def _year(unit: str, year: int, figures: Mapping[str, Any]) -> Iterator[Told]:
    if len(figures["months"]) != MONTHS_OF_YEAR:
        raise NotATable(f"the year of {unit} has {len(figures['months'])} months.")
    periods = [f"{year}-{month:02d}" for month in range(1, MONTHS_OF_YEAR + 1)]
    for period, there in zip([*periods, str(year)], [*figures["months"], figures["year"]], strict=True):
        for figure, text in there.items():
            yield Told((unit, period), None, figure, _cell(text))
    for hour, there in figures.get("week", {}).items():
        weekday, _, of_day = hour.partition("-")
        for figure, text in there.items():
            yield Told((unit, str(year)), (int(weekday), int(of_day)), figure, _cell(text))


def _cell(text: str) -> Cell:
    """A cell as the canonical JSON writes it: "120", ">=7/2", "closed"."""
    if text in set(Status):
        return Cell(Status(text))
    sign = next((bound for bound in BOUNDS if text.startswith(bound)), "")
    found = Fraction(text.removeprefix(sign))
    value = int(found) if found.denominator == 1 else found
    return Cell(Status.VALUE, value, sign in (">=", "~"), sign in ("<=", "~"))


def _read_csv(name: str, text: str) -> File:
    lines = csv.DictReader(io.StringIO(text, newline=""))
    missing = {"site", "period", "figure", "value", "unit", "status"} - set(lines.fieldnames or ())
    if missing:
        raise NotATable(f"there is no column {', '.join(sorted(missing))}.")
    told = [found for line in lines if (found := _line(line)) is not None]
    return File(name, 0, tuple(told), (), 0)


def _line(line: Mapping[str, str]) -> Told | None:
    period, _, hour = line["period"].partition(" ")
    figure, unit = line["figure"], line["unit"]
    if not PERIOD.fullmatch(period) or not figure or figure in TOO_ROUND or line.get("table") in LEFT_OUT:
        return None
    weekday, dash, of_day = hour.partition("-")
    place = (int(weekday), int(of_day)) if dash else None
    key = (line["site"] or REGION, period)
    if line["status"] != Status.VALUE:
        return Told(key, place, figure, Cell(Status(line["status"])))
    if unit == "class":
        return None
    value = Fraction(Decimal(line["value"])) * (SECONDS if unit == "hours" else 1)
    cell = Cell(Status.VALUE, int(value) if value.denominator == 1 else value)
    return Told(key, place, figure, cell, SLACK.get(unit, SLACK_OF_OTHERS))


class Together(NamedTuple):
    """All files as one reader has them."""

    newest: Tables
    older: tuple[Tables, ...]
    idle_rule_minutes: int
    conflicts: tuple[str, ...]
    """Sentences about cells that two files tell differently."""


def together(files: Iterable[File]) -> Together:
    """Lay files side by side: what has no vintage belongs to the newest."""
    files = list(files)
    newest = max((file.vintage for file in files), default=0)
    by_vintage: dict[int, list[File]] = defaultdict(list)
    for file in files:
        by_vintage[file.vintage or newest].append(file)
    sites = max((file.sites for file in files), key=len, default=())
    rules = {file.idle_rule_minutes for file in files if file.idle_rule_minutes}
    conflicts: list[str] = []
    tables = {vintage: _laid(by_vintage[vintage], sites, conflicts) for vintage in sorted(by_vintage)}
    return Together(
        tables.pop(newest, Tables({})),
        tuple(tables.values()),
        rules.pop() if len(rules) == 1 else 0,
        tuple(conflicts),
    )


def _laid(files: Iterable[File], sites: tuple[str, ...], conflicts: list[str]) -> Tables:
    closest: dict[tuple[Key, tuple[int, int] | None, str], tuple[Told, str]] = {}
    for file in files:
        for told in file.cells:
            place = (told.key, told.hour, told.figure)
            before, where = closest.setdefault(place, (told, file.name))
            if not _same(before, told):
                conflicts.append(
                    f"{told.figure} of {told.key[0]} in {told.key[1]} is not the same in {file.name} and in {where}."
                )
            elif told.slack < before.slack:
                closest[place] = (told, file.name)
    figures: dict[Key, dict[str, Cell]] = defaultdict(dict)
    weeks: dict[Key, dict[tuple[int, int], dict[str, Cell]]] = defaultdict(lambda: defaultdict(dict))
    for (key, hour, figure), (told, _) in closest.items():
        there = figures[key]
        if hour is not None:
            there = weeks[key][hour]
        there[figure] = told.cell
    units = {unit for unit, _ in figures}
    found = tuple(site for site in sites if site in units)
    return Tables(figures, {REGION: found} if found and REGION in units else {}, weeks)


def _same(one: Told, other: Told) -> bool:
    if one.cell.value is None or other.cell.value is None:
        return one.cell.status is other.cell.status
    apart = Fraction(one.cell.value) - Fraction(other.cell.value)
    return abs(apart) <= max(one.slack, other.slack)
