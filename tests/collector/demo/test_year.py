"""The invented region, through the commit and the roller of real data."""

import datetime as dt
from itertools import count
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select

from collector.demo.region import PLACES, Gap, Out
from collector.demo.year import Region, fill, held, region_of
from collector.domain.calendar import start_of_day
from collector.ingest.purging import Kept, purge
from collector.ingest.roller import roll
from collector.storage.engine import reading
from collector.storage.models import site_slot, station_contact
from tests.collector.demo.truth import truth_of

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = 1_795_353_600
"""Sunday 22 November 2026, 14:20 in Brussels."""
DAY = 86_400
SMALL = (
    PLACES[0]._replace(stations=3, outages=(Out(2, 20, 10, "carte mère"),), newcomers=((3, 30),)),
    PLACES[2]._replace(stations=2, gaps=(Gap(40, 30),)),
)


class Sums(NamedTuple):
    sessions: int
    seconds_in_use: int
    seconds_observed: int


def filled(engine: Engine, now: int = NOW) -> Region:
    marks = count(1)
    region = region_of(engine, BRUSSELS, now, places=SMALL, months=3)
    for _ in fill(engine, region, lambda: now, mark=lambda: next(marks)):
        pass
    while roll(engine, now, "test", 2_000, mark=lambda: next(marks)):
        pass
    return region


def sums(engine: Engine, site_id: int, first: dt.date, end: dt.date, rule: int) -> Sums:
    slots = [start_of_day(day, BRUSSELS) for day in (first, end)]
    columns = (f"starts_{rule}", f"seconds_in_use_{rule}", "seconds_observed")
    with reading(engine) as connection:
        row = connection.execute(
            select(*(func.coalesce(func.sum(site_slot.c[name]), 0) for name in columns)).where(
                site_slot.c.site_id == site_id, site_slot.c.slot >= slots[0], site_slot.c.slot < slots[1]
            )
        ).one()
    return Sums(*map(int, row))


def days(first: dt.date, end: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=number) for number in range((end - first).days)]


def test_a_demonstration_that_was_stopped_goes_on_where_it_was_and_grows_with_the_days(engine: Engine) -> None:
    yesterday = NOW - 2 * DAY
    region = region_of(engine, BRUSSELS, yesterday, places=SMALL[:1], months=2)
    for share in fill(engine, region, lambda: yesterday):
        if share > 0.3:
            break
    region = region_of(engine, BRUSSELS, NOW, places=SMALL[:1], months=2)
    assert region.started_on == dt.date(2026, 11, 20)
    shares = list(fill(engine, region, lambda: NOW))
    assert 0.3 < shares[0] < shares[-1] == 1
    while roll(engine, NOW, "test", 2_000):
        pass
    [(site_id, site)] = region.sites
    first, end = dt.date(2026, 10, 1), dt.date(2026, 11, 23)
    truth = truth_of(site, region.stations(site), days(first, end), 10, NOW)
    assert sums(engine, site_id, first, end, 10)[:2] == (
        truth.sessions + truth.sessions_outside,
        truth.seconds + truth.seconds_outside,
    )
    assert list(fill(engine, region, lambda: NOW)) == [1]


def test_the_past_that_is_filled_in_last_does_not_turn_back_when_a_station_was_heard_of(engine: Engine) -> None:
    region = filled(engine)
    with reading(engine) as connection:
        contacts = connection.execute(select(station_contact.c.received_at)).scalars().all()
    assert len(contacts) == sum(place.stations for place in SMALL)
    assert min(contacts) > NOW - 7 * DAY
    assert held(engine, region) == (dt.date(2026, 9, 1), dt.date(2026, 11, 21))


def test_what_was_purged_is_not_drawn_again(engine: Engine) -> None:
    region = filled(engine)
    begun = held(engine, region)
    purged = purge(engine, NOW, Kept(slot_records_days=21), BRUSSELS)
    assert purged.runs > 0
    assert held(engine, region) == begun
    assert list(fill(engine, region, lambda: NOW)) == [1]
    sealed: list[int] = []
    while roll(engine, NOW, "test", 2_000, dropped=sealed.append):
        pass
    assert sealed == []
