"""Fills a demonstration with the region's past, chunk by chunk, and keeps it up with the clock."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select

from agent.wire.v1 import Readings
from collector.demo.furnishing import furnish
from collector.demo.region import MONTHS, PLACES, SEED, Place, first_day
from collector.demo.stations import Site, Station, envelope
from collector.domain import calendar
from collector.domain.calendar import local_date
from collector.ingest.commit import Stored, commit
from collector.ingest.facts import Arrival, Facts, facts_of
from collector.ingest.roller import new_mark
from collector.storage.engine import reading, writing
from collector.storage.models import site, station_contact
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.sites import all_sites, site_of_code

DAYS_AT_ONCE = 7
"""So many of one station fit into an envelope; they are committed for all places at once."""
NOTHING = Readings()


class Region(NamedTuple):
    """The region as it stands in a database: each place with its number."""

    sites: tuple[tuple[int, Site], ...]
    started_on: dt.date
    """The day on which it was made."""
    first_day: dt.date
    zone: ZoneInfo
    seed: int = SEED

    def stations(self, which: Site) -> list[Station]:
        return [
            Station(which.place, number, self.seed, self.started_on) for number in range(1, which.place.stations + 1)
        ]


def region_of(
    engine: Engine, zone: ZoneInfo, now: int, *, places: Sequence[Place] = PLACES, months: int = MONTHS
) -> Region:
    """The region of a database, made there if it is not there yet; it keeps the day on which it was made."""
    with writing(engine) as connection:
        if site_of_code(connection, places[0].code) is None:
            for place in places:
                furnish(connection, place, zone, now, months)
        numbers = {each.code: each.site_id for each in all_sites(connection)}
        found = [(numbers[place.code], place) for place in places]
        made_at = connection.execute(select(site.c.created_at).where(site.c.site_id == found[0][0])).scalar_one()
        made_on = local_date(made_at, zone)
        first = first_day(made_on, months)
        calendars = calendars_of(
            connection, [number for number, _ in found], first.year - 1, local_date(now, zone).year
        )
    sites = tuple((number, Site(place, calendars[number], zone)) for number, place in found)
    return Region(sites, made_on, first, zone)


def fill(
    engine: Engine, region: Region, clock: Callable[[], int], *, mark: Callable[[], int] = new_mark
) -> Iterator[float]:
    """Commits what is missing up to now, oldest first; yields the share that is done after each commit."""
    begin = filled_until(engine, region)
    while True:
        now = clock()
        today = local_date(now, region.zone)
        days = [begin + dt.timedelta(days=number) for number in range(min(DAYS_AT_ONCE, (today - begin).days + 1))]
        if not days:
            return
        store(engine, region, days, now, mark())
        begin = days[-1] + dt.timedelta(days=1)
        whole = (today - region.first_day).days + 1
        yield 1 - ((today - days[-1]).days / whole)
        if days[-1] >= today:
            return


def store(engine: Engine, region: Region, days: Sequence[dt.date], now: int, mark: int) -> None:
    """Commits some days of all stations in one transaction; today's up to now."""
    batch: list[Facts] = []
    end = calendar.start_of_day(days[-1] + dt.timedelta(days=1), region.zone) * calendar.SLOT_SECONDS
    moment = min(now, end - 1)
    for site_id, which in region.sites:
        for each in region.stations(which):
            said = envelope(which, each, days, moment, NOTHING)
            if said is not None:
                batch.append(facts_of(Arrival(site_id, each.number, said.composed_at_seconds, said)))
    results = commit(engine, batch, mark)
    refused = [result for result in results if not isinstance(result, Stored)]
    if refused:
        raise RuntimeError(f"the demonstration could not be stored: {refused[0]}")


def filled_until(engine: Engine, region: Region) -> dt.date:
    """The last day of which something was stored; before that, the first day of the region."""
    with reading(engine) as connection:
        last = connection.execute(
            select(func.max(station_contact.c.received_at)).where(
                station_contact.c.site_id.in_([site_id for site_id, _ in region.sites])
            )
        ).scalar()
    return region.first_day if last is None else local_date(last, region.zone)
