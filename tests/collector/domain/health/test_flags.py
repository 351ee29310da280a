"""E3: alerts are counted in the period in which they began to ask for somebody, and as open where they still do."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from collector.domain import calendar
from collector.domain.calendar import Month, month
from collector.domain.cells import NOT_APPLICABLE, UNKNOWN, Cell, counted, total
from collector.domain.equipment import Equipment, EquipmentKind
from collector.domain.health.findings import Level
from collector.domain.health.flags import Change, Flag, Watched, flagged
from tests.collector.domain.health.town import ZONE, at

MARCH = month(Month(2026, 3), ZONE)
LATER = at("2026-06-10 12:00")
SINCE = at("2026-01-05 08:00")
PC = Equipment(None, EquipmentKind.STATION, "PC", 1, measured_from=SINCE)


def alert(raised: str, ended: str | None = None, level: Level = Level.WARNING, *later: tuple[str, Level]) -> Flag:
    changes = [Change(at(raised), level), *(Change(at(when), each) for when, each in later)]
    return Flag(changes, None if ended is None else at(ended))


def march(*flags: Flag, since: int | None = SINCE, now: int = LATER, pc: Equipment = PC) -> tuple[Cell, Cell]:
    found = flagged(Watched(since, flags), [pc], MARCH, now, ZONE)
    return found["E3.begun"], found["E3.open"]


def test_an_alert_counts_where_it_begins_and_where_it_is_open_at_the_end() -> None:
    before, within = alert("2026-02-20 10:00", "2026-03-04 10:00"), alert("2026-03-04 10:00", "2026-03-09 10:00")
    lasting, after = alert("2026-03-31 23:59"), alert("2026-04-01 00:00")
    assert march(before, within, lasting, after) == (counted(2), counted(1))


def test_information_asks_nobody_until_it_is_worse_and_what_got_better_asks_no_longer() -> None:
    information = alert("2026-02-01 10:00", None, Level.INFORMATION)
    worse = alert("2026-02-01 10:00", None, Level.INFORMATION, ("2026-03-10 10:00", Level.CRITICAL))
    better = alert("2026-03-02 10:00", None, Level.WARNING, ("2026-03-20 10:00", Level.INFORMATION))
    assert march(information, worse, better) == (counted(2), counted(1))


def test_before_the_watch_began_nobody_knows_and_of_a_part_of_the_month_at_least() -> None:
    early, late = alert("2026-03-05 10:00", "2026-03-06 10:00"), alert("2026-03-25 10:00")
    assert march(since=None) == (UNKNOWN, UNKNOWN)
    assert march(since=MARCH.end()) == (UNKNOWN, UNKNOWN)
    assert march(late, since=at("2026-03-20 10:00")) == (counted(1, at_least=True), counted(1))
    # An upgrade knows alerts that were raised before it, and not since when anybody looked.
    assert march(early, since=MARCH.end()) == (counted(1, at_least=True), UNKNOWN)


def test_a_site_is_counted_whole_from_its_first_station_on() -> None:
    came = PC._replace(measured_from=at("2026-03-16 09:00"))
    assert march(since=at("2026-03-16 08:00"), pc=came) == (counted(0), counted(0))


def test_without_a_measured_station_and_before_the_month_there_is_no_such_thing() -> None:
    gone = PC._replace(measured_until=MARCH.start())
    for found in (march(pc=gone), march(pc=PC._replace(measured_from=None)), march(now=MARCH.start())):
        assert found == (NOT_APPLICABLE, NOT_APPLICABLE)


def test_what_was_forgotten_after_25_months_is_not_zero() -> None:
    old = alert("2026-03-04 10:00", "2026-03-09 10:00")
    assert march(old, now=at("2028-04-30 12:00")) == (counted(1), counted(0))
    assert march(old, now=at("2028-05-01 12:00")) == (UNKNOWN, UNKNOWN)


MOMENTS = st.integers(at("2025-11-01 00:00"), LATER)
LEVELS = st.sampled_from([Level.INFORMATION, Level.WARNING, Level.CRITICAL])


@st.composite
def flags(draw: st.DrawFn) -> Flag:
    moments = sorted(draw(st.lists(MOMENTS, min_size=1, max_size=4)))
    end = draw(st.none() | st.integers(moments[-1], LATER))
    return Flag([Change(moment, draw(LEVELS)) for moment in moments], end)


@given(st.lists(flags(), max_size=6))
def test_months_add_up_to_the_year_and_the_year_ends_as_its_last_month(some: list[Flag]) -> None:
    watched = Watched(SINCE, some)
    months = [flagged(watched, [PC], month(Month(2026, number), ZONE), LATER, ZONE) for number in range(1, 13)]
    year = flagged(watched, [PC], calendar.days(dt.date(2026, 1, 1), dt.date(2026, 12, 31), ZONE, "2026"), LATER, ZONE)
    assert total(each["E3.begun"] for each in months) == year["E3.begun"]
    assert months[5]["E3.open"] == year["E3.open"]
