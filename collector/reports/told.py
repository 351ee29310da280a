"""Years as the readers of the Region and the public are told of them, kept in the database by whoever computed them.

To decide what is hidden in one cell, the figures of all sites are needed: some hundredths of a second for each site.
So the roller computes them ahead (`collector.reports.keeping`), and pages only read. What is kept counts while the
rules by which it is told are the same, and

* nothing has changed since of what it was computed from; or
* the Region is large, and it is younger than STALE_SECONDS: there something changes all the time, and what is told
  follows within the hour.

Whoever finds nothing that counts computes it.
"""

import hashlib
import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from collector import __version__
from collector.domain.catalogue import Catalogue
from collector.domain.cells import Cell, counted
from collector.domain.disclosure import Audience
from collector.domain.label import FIGURES
from collector.domain.marks import Mark
from collector.domain.statistics import Rules
from collector.domain.week import Week
from collector.domain.year import PeriodFigures, YearFigures
from collector.reports.inputs import Age, Public, exact, parsed
from collector.storage.queries.regional import decisions_of
from collector.storage.queries.sites import Site
from collector.storage.queries.told_years import Kept, kept_year, kept_years, state_of_year, vintages_there
from collector.storage.queries.vintages import REGION_ID

MANY_SITES = 100
"""From so many on a Region is large: to compute a year of it takes seconds."""
STALE_SECONDS = 7_200
"""Twice the time from one keeping to the next."""
CHECKSUM = 48
"""So much of a state is a checksum; the rest is the moment."""
OF_LABEL = tuple(figure for figure, _ in FIGURES.values())


@dataclass(frozen=True, slots=True)
class RegionTold:
    """The Region's year, with what stands beside it of all sites together."""

    region: YearFigures
    label: Sequence[Mapping[str, Cell]]
    """Of each site, the figures that the label asks of it."""
    public: tuple[Public, ...]
    ages: tuple[Age, ...]


class Standing(NamedTuple):
    """What is kept and counts."""

    figures: Mapping[int, bytes]
    """By site, and the Region's."""
    until: int
    """Up to when it tells."""
    kept_at: int


class SitesTold(NamedTuple):
    """Years of sites, and of the Region where all were asked for."""

    region: RegionTold | None
    sites: Mapping[int, YearFigures]
    until: int
    kept_at: int


def rules_of_telling(
    connection: Connection, sites: Sequence[Site], audience: Audience, rules: Rules, catalogue: Catalogue
) -> str:
    """A checksum over what decides how figures are told; `sites` are those of the Region, `rules` those in force.

    Every report that was frozen is part of it: readers have it in hands.
    """
    decided = [
        (which.value, *map(str, each)) for which, some in decisions_of(connection, rules.zone).items() for each in some
    ]
    lines = [
        [__version__, audience.value, rules.zone.key, str(rules.coverage_limit)],
        *([str(each.valid_from), str(each.minutes)] for each in rules.idle_rules),
        *(sorted(decided)),
        [str(each) for each in vintages_there(connection)],
        [str(catalogue.version)],
        *([each.id, str(each.over_months), str(each.over_sites)] for each in catalogue.cells()),
        *([str(site.site_id), site.code] for site in sorted(sites, key=lambda site: site.site_id)),
    ]
    return hashlib.sha256("\n".join(" ".join(line) for line in lines).encode()).hexdigest()


def state_of(connection: Connection, year: int, moment: int) -> str:
    """A checksum over what figures of a year up to a moment are computed from."""
    return f"{state_of_year(connection, year)[:CHECKSUM]}{moment:016x}"


def until_of(kept: Kept) -> int:
    """The moment of its state."""
    return int(kept.state_sha256[CHECKSUM:], 16)


def standing(
    connection: Connection,
    found: Mapping[int, Kept],
    wanted: Collection[int],
    sites: Sequence[Site],
    audience: Audience,
    year: int,
    moment: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
) -> Standing | None:
    """What of `found` was kept together, of just these sites, and may still be told; `moment` is up to when."""
    if set(found) != set(wanted) or len({each.kept_at for each in found.values()}) != 1:
        return None
    kept = next(iter(found.values()))
    if kept.rules_sha256 != rules_of_telling(connection, sites, audience, rules, catalogue):
        return None
    is_young = len(sites) >= MANY_SITES and 0 <= now - kept.kept_at < STALE_SECONDS
    if not is_young and kept.state_sha256 != state_of(connection, year, moment):
        return None
    return Standing({site_id: each.figures for site_id, each in found.items()}, until_of(kept), kept.kept_at)


def told_of_region(
    connection: Connection,
    sites: Sequence[Site],
    audience: Audience,
    year: int,
    moment: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
) -> RegionTold | None:
    """What is kept of the Region; None where that does not count."""
    found = _kept(connection, REGION_ID, year, audience)
    kept = standing(connection, found, {REGION_ID}, sites, audience, year, moment, now, rules, catalogue)
    return None if kept is None else read_region(kept.figures[REGION_ID])


def told_of_sites(
    connection: Connection,
    sites: Sequence[Site],
    asked: Site | None,
    audience: Audience,
    year: int,
    moment: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
) -> SitesTold | None:
    """What is kept of one site, or of the Region and all sites where none is asked; None where that does not count."""
    if asked is None:
        found, wanted = kept_years(connection, year, audience.value), {REGION_ID, *(site.site_id for site in sites)}
    else:
        found, wanted = _kept(connection, asked.site_id, year, audience), {asked.site_id}
    kept = standing(connection, found, wanted, sites, audience, year, moment, now, rules, catalogue)
    if kept is None:
        return None
    region = read_region(kept.figures[REGION_ID]) if asked is None else None
    years = {site.site_id: read_year(kept.figures[site.site_id]) for site in ([asked] if asked is not None else sites)}
    return SitesTold(region, years, kept.until, kept.kept_at)


def _kept(connection: Connection, site_id: int, year: int, audience: Audience) -> dict[int, Kept]:
    one = kept_year(connection, site_id, year, audience.value)
    return {} if one is None else {site_id: one}


def written_year(year: YearFigures) -> bytes:
    """Without its tallies: nothing may be computed again from what was hidden."""
    return _deflated(_year(year))


def read_year(content: bytes) -> YearFigures:
    """What `written_year` wrote."""
    return _read_year(_inflated(content))


def written_region(told: RegionTold) -> bytes:
    document = {
        "region": _year(told.region),
        "label": [[exact(cells[figure]) for figure in OF_LABEL] for cells in told.label],
        "public": [[each.trait, each.value, exact(each.persons)] for each in told.public],
        "ages": [[each.kind, each.years, each.count] for each in told.ages],
    }
    return _deflated(document)


def read_region(content: bytes) -> RegionTold:
    """What `written_region` wrote."""
    document = _inflated(content)
    return RegionTold(
        _read_year(document["region"]),
        [dict(zip(OF_LABEL, map(_cell, texts), strict=True)) for texts in document["label"]],
        tuple(Public(trait, value, _cell(text)) for trait, value, text in document["public"]),
        tuple(Age(*each) for each in document["ages"]),
    )


def label_figures(years: Iterable[YearFigures]) -> list[Mapping[str, Cell]]:
    return [{figure: each.whole.cells[figure] for figure in OF_LABEL} for each in years]


def _deflated(document: object) -> bytes:
    return zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 1)


def _inflated(content: bytes) -> Any:
    return json.loads(zlib.decompress(content))


def _year(year: YearFigures) -> dict[str, object]:
    return {
        "site": year.site,
        "year": year.year,
        "months": [_period(each) for each in year.months],
        "whole": _period(year.whole),
        "week": {f"{day}-{hour}": _texts(cells) for (day, hour), cells in year.week.items()},
    }


def _period(period: PeriodFigures) -> list[object]:
    return [
        _texts(period.cells),
        list(period.marks),
        sorted(period.methods),
        sorted(period.idle_rules),
        period.seconds_repaired,
    ]


def _texts(cells: Mapping[str, Cell]) -> dict[str, str]:
    return {figure: exact(cell) for figure, cell in cells.items()}


def _read_year(document: Mapping[str, Any]) -> YearFigures:
    return YearFigures(
        document["site"],
        document["year"],
        tuple(_read_period(each) for each in document["months"]),
        _read_period(document["whole"]),
        _read_week(document["week"]),
    )


def _read_period(document: Sequence[Any]) -> PeriodFigures:
    texts, marks, methods, minutes, repaired = document
    return PeriodFigures(
        _cells(texts), tuple(Mark(each) for each in marks), frozenset(methods), frozenset(minutes), repaired
    )


def _read_week(document: Mapping[str, Mapping[str, str]]) -> Week:
    found = {}
    for name, texts in document.items():
        day, _, hour = name.partition("-")
        found[int(day), int(hour)] = _cells(texts)
    return found


def _cells(texts: Mapping[str, str]) -> dict[str, Cell]:
    return {figure: _cell(text) for figure, text in texts.items()}


@lru_cache(maxsize=8192)  # most cells are empty, or small numbers
def _cell(text: str) -> Cell:
    return counted(int(text)) if text.isdecimal() else parsed(text)
