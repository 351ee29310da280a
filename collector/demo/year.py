"""Fills a demonstration with the region's past, chunk by chunk, and keeps it up with the clock."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select

from collector.demo.contacts import away, with_contacts
from collector.demo.furnishing import furnish
from collector.demo.region import MONTHS, PLACES, SEED, Place, first_day
from collector.demo.stations import Site, Station, envelope
from collector.domain import calendar
from collector.domain.calendar import SLOT_SECONDS, local_date
from collector.ingest.commit import Stored, commit
from collector.ingest.facts import Arrival, Facts, facts_of
from collector.ingest.roller import new_mark
from collector.storage.engine import reading, writing
from collector.storage.models import rolled_month, run, site, site_slot, station_contact
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.sites import all_sites, site_of_code

ONE_DAY = dt.timedelta(days=1)
DAYS_AT_ONCE = 7
"""So many of one station fit into an envelope; they are committed for all places at once."""


class Region(NamedTuple):
    """The region as it stands in a database: each place with its number."""

    sites: tuple[tuple[int, Site], ...]
    started_on: dt.date
    """The day on which it was made."""
    first_day: dt.date
    zone: ZoneInfo
    seed: int = SEED

    def was_open(self, first: dt.date, last: dt.date) -> bool:
        """Whether any site had opening hours from the first to the last day."""
        return any(which.openings(day) for day in days_between(first, last) for _, which in self.sites)

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
    """Commits what is missing up to now, newest first; yields the share that is done after each commit.

    So the pages show this month at once, and the past grows behind it.
    """
    now = clock()
    today = local_date(now, region.zone)
    first, last = held(engine, region) or (today + ONE_DAY, today + ONE_DAY)
    whole = (today - region.first_day).days + 1
    for day in days_between(last, today):
        store(engine, region, [day], now, mark())
    while region.was_open(region.first_day, first - ONE_DAY):
        begin = max(region.first_day, first - ONE_DAY * DAYS_AT_ONCE)
        store(engine, region, days_between(begin, first - ONE_DAY), now, mark())
        first = begin
        yield 1 - (first - region.first_day).days / whole
    yield 1.0


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """All days from the first to the last, both included."""
    return [first + ONE_DAY * number for number in range((last - first).days + 1)]


def store(engine: Engine, region: Region, days: Sequence[dt.date], now: int, mark: int) -> None:
    """Commits some days of all stations in one transaction; today's up to now."""
    batch: list[Facts] = []
    end = calendar.start_of_day(days[-1] + ONE_DAY, region.zone) * SLOT_SECONDS
    moment = min(now, end - 1)
    for site_id, which in region.sites:
        outs = [out for day in days if (out := away(which, region.seed, day)) is not None]
        for each in region.stations(which):
            said = envelope(which, each, days, moment)
            if said is not None:
                facts = facts_of(Arrival(site_id, each.number, said.composed_at_seconds, said))
                batch.append(facts._replace(slots=with_contacts(facts.slots, said, outs)))
    results = commit(engine, batch, mark)
    refused = [result for result in results if not isinstance(result, Stored)]
    if refused:
        raise RuntimeError(f"the demonstration could not be stored: {refused[0]}")


def held(engine: Engine, region: Region) -> tuple[dt.date, dt.date] | None:
    """The first and the last day of which something is stored; None before the first commit.

    Runs are purged before the site slots that follow from them, and these before the months into which they fold.
    """
    numbers = [site_id for site_id, _ in region.sites]
    first_of = (
        select(func.min(run.c.started_at)).where(run.c.site_id.in_(numbers)),
        select(func.min(site_slot.c.slot) * SLOT_SECONDS).where(site_slot.c.site_id.in_(numbers)),
        select(func.min(rolled_month.c.first_slot) * SLOT_SECONDS).where(
            rolled_month.c.site_id.in_(numbers), rolled_month.c.folded_at.is_not(None)
        ),
    )
    with reading(engine) as connection:
        firsts = [first for each in first_of if (first := connection.execute(each).scalar()) is not None]
        last = connection.execute(
            select(func.max(station_contact.c.received_at)).where(station_contact.c.site_id.in_(numbers))
        ).scalar()
    if not firsts or last is None:
        return None
    return local_date(min(firsts), region.zone), local_date(last, region.zone)
