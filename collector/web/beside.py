"""What stands beside the figures of a year: what the catalogue has in words or in other tables, and the label."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain.calendar import local_date
from collector.domain.catalogue import Catalogue, Figure, Unit
from collector.domain.cells import Cell, counted
from collector.domain.entered import HowCounted, Service, Trait, figures_of
from collector.domain.label import SECONDS_OF_HOUR, Criterion, criteria
from collector.domain.statistics import Rules
from collector.domain.year import YearFigures
from collector.reports.inputs import Age, Public
from collector.reports.register import ages_of, public
from collector.reports.told import RegionTold
from collector.storage.queries.entered import entered_of_sites
from collector.storage.queries.regional import decisions_of
from collector.storage.queries.sites import Site


class Asked(NamedTuple):
    """A criterion of the label."""

    figure: Figure
    least: Cell
    since: dt.date
    is_met: bool | None
    """None where nobody knows."""
    sites_met: int
    """Of the Region: how many sites have it, of those of which it is known."""
    sites_known: int


class Beside(NamedTuple):
    how_counted: tuple[HowCounted, ...]
    """C2."""
    public: tuple[tuple[Trait, tuple[Public, ...]], ...]
    """D3."""
    services: tuple[Service, ...]
    """D5."""
    ages: tuple[Age, ...]
    """E1, by age."""
    label: tuple[Asked, ...]


def beside_of(
    connection: Connection,
    site: Site,
    figures: YearFigures,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    *,
    everything: bool,
) -> Beside:
    """Of a site and year; `everything` is for readers from whom nothing small is hidden."""
    people = entered_of_sites(connection, [site.site_id], figures.year, figures.year)
    mine = people[site.site_id]
    last_day = min(dt.date(figures.year, 12, 31), local_date(now, rules.zone))
    asked = criteria(decisions_of(connection, rules.zone), last_day)
    whole = figures.whole.cells
    return Beside(
        figures_of(mine, figures.year).how_counted,
        _by_trait(public(people.values(), figures.year, everything=everything)),
        next((each.services or () for each in mine.years if each.year == figures.year), ()),
        ages_of(connection, [site.site_id], last_day, rules.zone),
        tuple(_asked(each, each.is_met(whole), [whole], catalogue) for each in asked),
    )


def beside_region(connection: Connection, told: RegionTold, now: int, rules: Rules, catalogue: Catalogue) -> Beside:
    """Of the Region, which has no services and no way of counting of its own."""
    last_day = min(dt.date(told.region.year, 12, 31), local_date(now, rules.zone))
    asked = criteria(decisions_of(connection, rules.zone), last_day)
    return Beside(
        (),
        _by_trait(told.public),
        (),
        told.ages,
        tuple(_asked(each, None, told.label, catalogue) for each in asked),
    )


def _by_trait(counts: Sequence[Public]) -> tuple[tuple[Trait, tuple[Public, ...]], ...]:
    by_trait = {trait: tuple(each for each in counts if each.trait == trait.value) for trait in Trait}
    return tuple((trait, some) for trait, some in by_trait.items() if some)


def _asked(
    criterion: Criterion, is_met: bool | None, sites: Iterable[Mapping[str, Cell]], catalogue: Catalogue
) -> Asked:
    figure = catalogue.figures[criterion.figure]
    met = [criterion.is_met(cells) for cells in sites]
    return Asked(
        figure,
        counted(criterion.limit * (SECONDS_OF_HOUR if figure.unit is Unit.SECONDS else 1)),
        criterion.since,
        is_met,
        met.count(True),
        len(met) - met.count(None),
    )
