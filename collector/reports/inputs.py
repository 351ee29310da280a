"""What a report is made of: everything computed, before it is put into words.

Inputs are values only, and hold all that a report says, definitions included: kept as canonical JSON (sorted keys, no
spaces, figures as exact text), they give the same report again after facts were purged and timetables mended.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from collector.domain.catalogue import Unit
from collector.domain.cells import Cell, Status

SCHEMA = 1
REGION = ""
"""The code of all sites together; no site can have it."""
EXACT = re.compile(r"(?P<bound>>=|<=|~|)(?P<value>-?\d+(/[1-9]\d*)?)", re.ASCII)
BOUNDS = {(True, True): "~", (True, False): ">=", (False, True): "<=", (False, False): ""}
FLAGS = {sign: flags for flags, sign in BOUNDS.items()}


def exact(cell: Cell) -> str:
    """A cell as text without loss: "120", ">=7/2", "closed"."""
    if cell.value is None:
        return str(cell.status)
    return BOUNDS[cell.at_least, cell.at_most] + str(cell.value)


def parsed(text: object) -> Cell:
    """The cell that `exact` wrote; raises ValueError."""
    if isinstance(text, Cell):
        return text
    found = EXACT.fullmatch(str(text))
    if not found:
        return Cell(Status(str(text)))
    value = Fraction(found["value"])
    at_least, at_most = FLAGS[found["bound"]]
    return Cell(Status.VALUE, int(value) if value.denominator == 1 else value, at_least, at_most)


CellText = Annotated[Cell, PlainValidator(parsed), PlainSerializer(exact)]
Figures = Mapping[str, CellText]
"""By id of the catalogue."""
Local = Mapping[str, str]
"""The same in each language; what people entered in one language stands under "" too."""


class Edition(StrEnum):
    INTERNAL = "internal"
    """For the site's own coordinators, or for those of the Region; watermarked."""
    PUBLIC = "public"
    """With disclosure control."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A site, or the Region, which has the code REGION."""

    code: str
    name: Local
    municipality: Local = field(default_factory=dict)
    operator: str = ""
    contact: str = ""
    label_since: str = ""
    """A date; empty where the site has no label."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A figure of the catalogue as it was then."""

    id: str
    unit: Unit
    over_months: bool
    coverage: bool
    name: Local
    definition: Local
    formula: Local

    def letter(self) -> str:
        return self.id[0]

    def whole(self) -> str:
        """The figure of which this is a part; empty where it stands alone."""
        before, dot, _ = self.id.partition(".")
        return before if dot else ""


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months, January first, and the year."""

    months: tuple[Figures, ...]
    year: Figures
    week: Mapping[str, Figures] = field(default_factory=dict)
    """Of the whole year, by weekday and hour: "0-13" is Monday from 13 to 14 h. What is missing is closed."""


@dataclass(frozen=True, slots=True)
class Part:
    """One site within the report of the Region."""

    subject: Subject
    months: tuple[Figures, ...]
    year: Figures


@dataclass(frozen=True, slots=True)
class Imported:
    """A figure of a month that another tool counted."""

    month: str
    figure: str
    cell: CellText
    source: str
    method: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Regular opening hours, as minutes after midnight; 0 is Monday."""

    weekday: int
    from_minute: int
    until_minute: int
    kind: str


@dataclass(frozen=True, slots=True)
class Timetable:
    valid_from: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    first_day: str
    last_day: str
    reason: str


@dataclass(frozen=True, slots=True)
class Public:
    """Persons of one kind in activities; words of collector.domain.entered.Trait and of its values."""

    trait: str
    value: str
    persons: CellText


@dataclass(frozen=True, slots=True)
class Age:
    """So many devices of one age in whole years at the end of the year; None where nobody knows the day of supply."""

    kind: str
    years: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """What the label asks for at least, in hours or stations, as the Region decided it from a day on."""

    figure: str
    limit: int
    since: str


@dataclass(frozen=True, slots=True)
class Entered:
    timetables: tuple[Timetable, ...] = ()
    closures: tuple[Closure, ...] = ()
    how_counted: tuple[str, ...] = ()
    """Words of collector.domain.entered.HowCounted."""
    services: tuple[str, ...] = ()
    """Words of collector.domain.entered.Service."""
    narrative: str = ""
    public: tuple[Public, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    modes: tuple[str, ...]
    """log_on, activity."""
    idle_rules_minutes: tuple[int, ...]
    """Those in force within the year, in order of time."""
    upper_bound: bool
    agent_versions: tuple[str, ...]
    coverage_limit: Fraction
    time_zone: str
    disclosure: Mapping[str, int] = field(default_factory=dict)
    """The thresholds of disclosure control; empty where the edition has none."""
    capped: bool = False
    """Whether sessions of more than 12 hours are among what was counted."""
    seconds_repaired: int = 0
    """Of opening hours, over all stations: on, as the systems' logs told while no agent ran."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A gate that was open, and why a coordinator let it pass."""

    gate: str
    site: str
    month: str
    facts: Mapping[str, CellText]
    reason: str
    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that the last vintage printed otherwise; `period` is a month, or the year."""

    site: str
    period: str
    figure: str
    before: CellText
    now: CellText


@dataclass(frozen=True, slots=True)
class Inputs:
    subject: Subject
    year: int
    edition: Edition
    cut_off: int
    """The moment at which it was computed, in seconds since 1970-01-01 UTC."""
    catalogue_version: int
    definitions: tuple[Definition, ...]
    figures: Year
    before: Year | None
    """The year before, as its last vintage said, or as it is computed now."""
    method: Method
    parts: tuple[Part, ...] = ()
    entered: Entered = field(default_factory=Entered)
    imported: tuple[Imported, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    open_gates: int = 0
    corrections: tuple[Correction, ...] = ()
    ages: tuple[Age, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    has_earlier: bool = False
    """Whether there is a vintage before this one."""
    vintage: int | None = None
    """Its number; None for a draft."""
    demonstration: bool = False
    schema: int = SCHEMA

    def is_region(self) -> bool:
        return self.subject.code == REGION


_ADAPTER = TypeAdapter(Inputs)


class NotInputs(ValueError):
    """Its text is one sentence for the reader."""


def canonical_json(inputs: Inputs) -> str:
    """The one text of these inputs: sorted keys, no spaces, no letters escaped, figures as exact text."""
    return json.dumps(
        _ADAPTER.dump_python(inputs, mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def checksum(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_inputs(text: str) -> Inputs:
    """The inputs of a canonical JSON; raises NotInputs."""
    try:
        plain: dict[str, Any] = json.loads(text)
        if plain.get("schema") != SCHEMA:
            raise NotInputs(f"these inputs have the schema {plain.get('schema')}; this version reads {SCHEMA}.")
        return _ADAPTER.validate_python(plain)
    except (ValueError, AttributeError) as error:
        if isinstance(error, NotInputs):
            raise
        raise NotInputs(f"this is not the JSON of a report's inputs: {error}") from error
