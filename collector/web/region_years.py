"""What the sites of the Region did in a year, under disclosure control: computed beside the pages, and kept a while.

What hides one figure is decided with those of all sites, which takes seconds in a large Region: longer than anybody
should wait for a page. Each page says of when its figures are.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from collector.domain.catalogue import Catalogue
from collector.domain.cells import Cell
from collector.domain.disclosure import Audience
from collector.domain.statistics import Rules
from collector.reports.gathering import drawn_year, one_of, told_until
from collector.reports.told import MANY_SITES, rules_of_telling, state_of
from collector.storage.engine import reading
from collector.storage.queries.site_statistics import rules_in_force
from collector.storage.queries.sites import sites_of_region
from collector.web.works import Work, Works

FRESH_SECONDS = 600
"""For how long they are shown in a large Region, where something changes all the time, before they are read again."""
SETTLING_SECONDS = 30
"""The same in a smaller one, after a change: while many months are added up again, each of them is one."""
MOST_KEPT = 4
STEPS = ("figures",)


class Key(NamedTuple):
    """What decides what may be shown: where it has changed, nothing older is."""

    rules_sha256: str
    state_sha256: str
    """Empty in a large Region."""


class RegionYear(NamedTuple):
    read_at: int
    computed_at: int
    key: Key
    region: Mapping[str, Cell]
    sites: Mapping[int, Mapping[str, Cell]]
    """Cells of the year by site, and by id of the catalogue."""


def is_fresh(read_at: int, known: Key, key: Key, now: int) -> bool:
    """Whether what was read under the `known` key may still be shown where the key is this one."""
    if known.rules_sha256 != key.rules_sha256:
        return False
    if key.state_sha256:
        return known == key or now - read_at < SETTLING_SECONDS
    return now - read_at < FRESH_SECONDS


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
        key = self.key_of(connection, year, now)
        kept = self._kept.get(year)
        if kept is not None and is_fresh(kept.read_at, kept.key, key, now):
            return kept
        work = self.works.start(subject_of(year), STEPS, lambda _: self.compute(year, now))
        found = self._kept.get(year)
        return found if found is not None and is_fresh(found.read_at, found.key, key, now) else work

    def compute(self, year: int, now: int) -> None:
        with reading(self.engine) as connection:
            key = self.key_of(connection, year, now)
            rules = rules_in_force(connection, self.rules)
            drawn = drawn_year(connection, None, Audience.REGION, year, now, rules, self.catalogue)
        sites = {site_id: figures.whole.cells for site_id, figures in drawn.years.sites.items()}
        region = one_of(drawn.years, None).whole.cells
        self._kept[year] = RegionYear(now, drawn.computed_at, key, region, sites)
        for oldest in list(self._kept)[:-MOST_KEPT]:
            del self._kept[oldest]

    def key_of(self, connection: Connection, year: int, now: int) -> Key:
        sites, rules = sites_of_region(connection), rules_in_force(connection, self.rules)
        state = "" if len(sites) >= MANY_SITES else state_of(connection, year, told_until(now, rules.zone))
        return Key(rules_of_telling(connection, sites, Audience.REGION, rules, self.catalogue), state)


def subject_of(year: int) -> str:
    return f"region {year}"
