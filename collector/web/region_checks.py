"""What is noticed at all sites of the Region before its report is frozen: found beside the pages, and kept a while."""

from typing import NamedTuple

from sqlalchemy import Connection

from collector.reports.checking import Noticed
from collector.reports.desk import Checks, noticed_of, told_of
from collector.storage.engine import reading
from collector.web.region_years import MOST_KEPT, STEPS, Key, RegionYears, is_fresh
from collector.web.works import Work


class Kept(NamedTuple):
    read_at: int
    key: Key
    noticed: Noticed


class RegionChecks:
    """Of the years that somebody has lately asked for."""

    def __init__(self, years: RegionYears) -> None:
        self.years = years
        self._kept: dict[int, Kept] = {}

    def of(self, connection: Connection, year: int, now: int) -> Checks | Work:
        """With what was let pass until now, or the work that finds them."""
        key = self.years.key_of(connection, year, now)
        kept = self._kept.get(year)
        if kept is None or not is_fresh(kept.read_at, kept.key, key, now):
            work = self.years.works.start(f"checks of the region {year}", STEPS, lambda _: self.compute(year, now))
            kept = self._kept.get(year)
            if kept is None or not is_fresh(kept.read_at, kept.key, key, now):
                return work
        return told_of(connection, None, year, kept.noticed, self.years.rules)

    def compute(self, year: int, now: int) -> None:
        with reading(self.years.engine) as connection:
            key = self.years.key_of(connection, year, now)
            found = noticed_of(connection, None, year, now, self.years.rules, self.years.catalogue)
        self._kept[year] = Kept(now, key, found)
        for oldest in list(self._kept)[:-MOST_KEPT]:
            del self._kept[oldest]
