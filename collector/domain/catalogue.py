"""The catalogue of figures as values: what each is called, how it adds up, and what follows from it.

`collector.catalogue` reads it from files, so that it can change without a release; here it is made and checked.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

LANGUAGES = ("en", "fr", "nl")


class NotACatalogue(ValueError):
    """Its text is one sentence for the reader: what, where, how to mend it."""


class Unit(StrEnum):
    """What the value of a cell is."""

    HEADING = "heading"
    """A name for its parts; it has no cell."""
    COUNT = "count"
    RATIO = "ratio"
    """A number with decimals."""
    SECONDS = "seconds"
    """Shown as hours."""
    SHARE = "share"
    """0 to 1, shown as per cent."""
    DAYS = "days"
    BAND = "band"
    """The number of a class of lengths, from 0 on, in the order of the catalogue."""
    PROFILE = "profile"
    """Weekday by hour: no cell, but a table."""
    TEXT = "text"
    """Sentences; it has no cell."""


WITHOUT_CELL = frozenset({Unit.HEADING, Unit.PROFILE, Unit.TEXT})


class Grain(StrEnum):
    """The finest period of a figure outside its site."""

    MONTH = "month"
    QUARTER = "quarter"


class Words(NamedTuple):
    """One figure in one language. A part has the definition and formula of its whole where it states none."""

    name: str
    definition: str
    formula: str


@dataclass(frozen=True, slots=True)
class Figure:
    id: str
    unit: Unit
    over_months: bool
    """Whether months add up to the year."""
    over_sites: bool
    """Whether sites add up to the Region."""
    follows: tuple[str, ...]
    """Where one of these is confidential, this one is too."""
    fewest: int
    """The smallest count above zero that may leave the site; 0 where nothing is hidden for being small."""
    outside: Grain
    coverage: bool
    """Whether it is printed with its coverage."""
    words: Mapping[str, Words]
    """By language."""

    def letter(self) -> str:
        """The part of the catalogue, A to E."""
        return self.id[0]

    def whole(self) -> str | None:
        """The figure of which this one is a part; None where it stands alone."""
        before, dot, _ = self.id.partition(".")
        return before if dot else None

    def has_cell(self) -> bool:
        return self.unit not in WITHOUT_CELL


@dataclass(frozen=True, slots=True)
class Catalogue:
    version: int
    valid_from: dt.date
    figures: Mapping[str, Figure]
    """By id, in the order in which tables show them."""

    def cells(self) -> Iterator[Figure]:
        """Those that have a value in each period."""
        return (figure for figure in self.figures.values() if figure.has_cell())

    def follows(self, figure_id: str) -> frozenset[str]:
        """All figures that must not be told where this one may not, at first or at second hand; without itself."""
        found: set[str] = set()
        new = {figure_id}
        while new:
            new = {figure.id for figure in self.figures.values() if new & set(figure.follows)} - found
            found |= new
        return frozenset(found)


def catalogue_of(facts: Mapping[str, Any], words: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """The catalogue that files say, parsed; `words` by language. Raises NotACatalogue."""
    version, valid_from, listed = facts.get("version"), facts.get("valid_from"), facts.get("figures")
    if not isinstance(version, int) or version < 1:
        raise NotACatalogue("The catalogue has no “version”; write a whole number from 1 on.")
    if not isinstance(valid_from, dt.date):
        raise NotACatalogue("The catalogue has no “valid_from”; write a date, such as 2026-01-01.")
    if not isinstance(listed, list) or not listed:
        raise NotACatalogue("The catalogue has no “figures”; list at least one.")
    figures: dict[str, Figure] = {}
    ids = [str(entry.get("id", "")) for entry in listed]
    for entry in listed:
        figure = _figure(entry, ids, words)
        if figure.id in figures:
            raise NotACatalogue(f"The catalogue has “{figure.id}” twice; remove one.")
        figures[figure.id] = figure
    for language in LANGUAGES:
        for name in sorted(set(words.get(language, {})) - set(figures)):
            raise NotACatalogue(f"The words in “{language}” name “{name}”, which is no figure; remove it or add it.")
    return Catalogue(version, valid_from, figures)


def _figure(entry: Mapping[str, Any], ids: list[str], words: Mapping[str, Mapping[str, Any]]) -> Figure:
    name = str(entry.get("id", ""))
    if not name or not name[0].isalpha():
        raise NotACatalogue("A figure of the catalogue has no “id” that begins with a letter; give it one.")
    known = {"id", "unit", "over_months", "over_sites", "follows", "fewest", "outside", "coverage"}
    for wrong in sorted(set(entry) - known):
        raise NotACatalogue(f"“{name}” of the catalogue has the unknown key “{wrong}”; remove it.")
    for other in entry.get("follows", ()):
        if other not in ids:
            raise NotACatalogue(f"“{name}” of the catalogue follows from “{other}”, which is no figure.")
    try:
        unit, outside = Unit(entry.get("unit", "")), Grain(entry.get("outside", Grain.MONTH))
    except ValueError as error:
        raise NotACatalogue(f"“{name}” of the catalogue: {error}; see the top of the file.") from error
    return Figure(
        id=name,
        unit=unit,
        over_months=bool(entry.get("over_months", False)),
        over_sites=bool(entry.get("over_sites", False)),
        follows=tuple(entry.get("follows", ())),
        fewest=int(entry.get("fewest", 0)),
        outside=outside,
        coverage=bool(entry.get("coverage", False)),
        words={language: _words(name, language, words.get(language, {})) for language in LANGUAGES},
    )


def _words(name: str, language: str, words: Mapping[str, Any]) -> Words:
    mine = words.get(name, {})
    whole = words.get(name.partition(".")[0], {})
    if not mine.get("name"):
        raise NotACatalogue(f"“{name}” of the catalogue has no name in “{language}”; add it to that file of words.")
    found = {key: mine.get(key) or whole.get(key) for key in ("definition", "formula")}
    for key, text in found.items():
        if not text:
            raise NotACatalogue(
                f"“{name}” of the catalogue has no {key} in “{language}”; add it to that file of words."
            )
    return Words(mine["name"], str(found["definition"]), str(found["formula"]))
