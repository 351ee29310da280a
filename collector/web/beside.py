"""What stands beside the figures of a year: what the catalogue has in words or in other tables, and the label."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain.calendar import local_date
from collector.domain.catalogue import Catalogue, Figure, Unit
from collector.domain.cells import Cell, counted
from collector.domain.entered import Entered, HowCounted, Service, Trait, figures_of
from collector.domain.label import SECONDS_OF_HOUR, Criterion, criteria
from collector.domain.statistics import Rules
from collector.reports.disclosing import Years
from collector.reports.gathering import one_of
from collector.reports.inputs import Age, Public
from collector.reports.register import ages_of, public
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
    site: Site | None,
    years: Years,
    year: int,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    *,
    everything: bool,
) -> Beside:
    """Of a site, or of the Region; `everything` is for readers from whom nothing small is hidden."""
    sites = list(years.sites) if site is None else [site.site_id]
    people = entered_of_sites(connection, sites, year, year)
    last_day = min(dt.date(year, 12, 31), local_date(now, rules.zone))
    counts = public(people.values(), year, everything=everything)
    by_trait = {trait: tuple(each for each in counts if each.trait == trait.value) for trait in Trait}
    mine = Entered() if site is None else people[site.site_id]
    return Beside(
        figures_of(mine, year).how_counted,
        tuple((trait, some) for trait, some in by_trait.items() if some),
        next((each.services or () for each in mine.years if each.year == year), ()),
        ages_of(connection, sites, last_day, rules.zone),
        tuple(
            _asked(each, site, years, catalogue) for each in criteria(decisions_of(connection, rules.zone), last_day)
        ),
    )


def _asked(criterion: Criterion, site: Site | None, years: Years, catalogue: Catalogue) -> Asked:
    figure = catalogue.figures[criterion.figure]
    met = [criterion.is_met(each.whole.cells) for each in years.sites.values()]
    return Asked(
        figure,
        counted(criterion.limit * (SECONDS_OF_HOUR if figure.unit is Unit.SECONDS else 1)),
        criterion.since,
        None if site is None else criterion.is_met(one_of(years, site).whole.cells),
        met.count(True),
        len(met) - met.count(None),
    )
