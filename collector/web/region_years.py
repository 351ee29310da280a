"""What the sites of the Region did in a year, under disclosure control: computed beside the pages, and kept a while.

What hides one figure is decided with those of all sites, which takes seconds in a large Region: longer than anybody
should wait for a page. Each page says of when its figures are.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, select

from collector.domain.catalogue import Catalogue
from collector.domain.cells import Cell
from collector.domain.disclosure import Audience
from collector.domain.regional import Decisions
from collector.domain.statistics import Rules
from collector.reports.gathering import years_seen
from collector.storage.engine import reading
from collector.storage.models import vintage
from collector.storage.queries.regional import decisions_of
from collector.web.works import Work, Works

FRESH_SECONDS = 600
"""For how long they are shown before they are computed again, beside the page that shows them still."""
MOST_KEPT = 4
STEPS = ("figures",)


class Key(NamedTuple):
    """What decides what may be shown: where it has changed, nothing older is."""

    decisions: tuple[tuple[object, ...], ...]
    vintages: int
    last_frozen_at: int


class RegionYear(NamedTuple):
    computed_at: int
    key: Key
    region: Mapping[str, Cell]
    sites: Mapping[int, Mapping[str, Cell]]
    """Cells of the year by site, and by id of the catalogue."""


class RegionYears:
    """The years that somebody has lately asked for."""

    def __init__(self, engine: Engine, works: Works, rules: Rules, catalogue: Catalogue) -> None:
        self.engine = engine
        self.works = works
        self.rules = rules
        self.catalogue = catalogue
        self._kept: dict[int, RegionYear] = {}

    def of(self, connection: Connection, year: int, now: int) -> RegionYear | Work:
        """What is known of a year, or the work that finds it out."""
        key = key_of(connection, self.rules)
        kept = self._kept.get(year)
        if kept is not None and kept.key == key and now - kept.computed_at < FRESH_SECONDS:
            return kept
        work = self.works.start(subject_of(year), STEPS, lambda _: self.compute(year, now))
        found = self._kept.get(year)
        return found if found is not None and found.key == key else work

    def compute(self, year: int, now: int) -> None:
        with reading(self.engine) as connection:
            key = key_of(connection, self.rules)
            years = years_seen(connection, None, Audience.REGION, year, now, self.rules, self.catalogue)
        assert years.region is not None
        sites = {site_id: figures.whole.cells for site_id, figures in years.sites.items()}
        self._kept[year] = RegionYear(now, key, years.region.whole.cells, sites)
        for oldest in list(self._kept)[:-MOST_KEPT]:
            del self._kept[oldest]


def subject_of(year: int) -> str:
    return f"region {year}"


def key_of(connection: Connection, rules: Rules) -> Key:
    decisions: Decisions = decisions_of(connection, rules.zone)
    told = tuple((which.value, *each) for which, some in sorted(decisions.items()) for each in some)
    columns = vintage.c
    count, last = connection.execute(select(func.count(), func.max(columns.frozen_at)).select_from(vintage)).one()
    return Key(told, int(count), int(last or 0))
