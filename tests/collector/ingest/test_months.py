"""What is stored of a month is what its quarter-hours say, and nobody ever reads anything older."""

import datetime as dt
from collections.abc import Sequence
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from collector.catalogue import catalogue
from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.cells import Status, counted
from collector.domain.marks import Mark
from collector.domain.statistics import Figures, Rules
from collector.domain.year import YearFigures
from collector.ingest import months
from collector.ingest.commit import commit
from collector.ingest.months import Due, MonthRoller, due_by_calendar, marked, rebuild_months
from collector.ingest.purging import Kept, purge
from collector.ingest.rebuilding import Seen, verify, verify_months
from collector.ingest.roller import roll
from collector.storage.engine import reading, writing
from collector.storage.models import (
    closure,
    dirty_month,
    horizon,
    roll_up,
    rolled_month,
    seal,
    site_slot,
    slot_record,
    station,
    timetable,
    weekly_interval,
)
from collector.storage.queries.rolled_months import mark_months, rolled_months
from collector.storage.queries.site_statistics import figures_of_site
from collector.storage.queries.sites import site_of_code
from collector.storage.queries.year_statistics import figures_of_years
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT, arrival
from tests.collector.web.seeded_region import slot_row

RULES = Rules()
ZONE = ZoneInfo("Europe/Brussels")
DAY = 86_400
TODAY = calendar.today(NOW, ZONE)
NOVEMBER = calendar.month(Month(2025, 11), ZONE)
MOMENT = TODAY.start() + 15 * 3600 + 100
"""An afternoon in November; the site began in September."""
BEGIN = calendar.month(Month(2025, 9), ZONE)


def open_weekdays(engine: Engine, since: dt.date, hours: tuple[int, int] = (10, 17)) -> None:
    with writing(engine) as connection:
        connection.execute(insert(timetable).values(site_id=1, valid_from=since))
        row = {"site_id": 1, "valid_from": since, "from_minute": hours[0] * 60, "until_minute": hours[1] * 60}
        rows = [{**row, "weekday": day, "kind": "training" if day == 2 else "free_access"} for day in range(5)]
        connection.execute(insert(weekly_interval), rows)


def use(engine: Engine) -> None:
    """Site 1, with three stations since September and a timetable since October; known by halves, at random."""
    random = Random(8)
    since = BEGIN.start()
    with writing(engine) as connection:
        connection.execute(update(station).values(installed_at=since, counted_from=since))
        lives = {7: since + 40 * DAY, 8: since, 9: since}
        rows = [
            {"site_id": 1, "station_id": number, "label": str(number), "installed_at": at, "counted_from": at}
            for number, at in lives.items()
        ]
        connection.execute(insert(station), rows)
        rows = [
            slot_row(1, slot, random.randint(0, 2), random.randrange(4), random.choice([0, 450, 900]), silent=1)
            for slot in range(BEGIN.first_slot, MOMENT // 900 + 1)
            if random.random() < 0.15
        ]
        connection.execute(insert(site_slot), rows)
    open_weekdays(engine, dt.date(2025, 10, 6))


@pytest.fixture
def used(sqlite_region: Engine) -> Engine:
    use(sqlite_region)
    return sqlite_region


@pytest.fixture
def used_anywhere(region: Engine) -> Engine:
    """Both databases in turn."""
    use(region)
    return region


def year(engine: Engine, now: int = MOMENT, number: int = 2025) -> YearFigures:
    with reading(engine) as connection:
        site = site_of_code(connection, code_of(engine))
        assert site is not None
        return figures_of_years(connection, [site], number, now, RULES, catalogue())[1]


def code_of(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(connection.exec_driver_sql("SELECT code FROM site WHERE site_id = 1").scalar_one())


def rolled(engine: Engine, now: int = MOMENT) -> None:
    """Everything that is due."""
    roller = MonthRoller(engine, ZONE)
    while roller(now):
        pass


def stored(engine: Engine) -> list[tuple[int, str, int]]:
    with reading(engine) as connection:
        found = rolled_months(connection, [1, 2])
    return [(site, str(month), each.until_slot) for site, some in found.items() for month, each in some.items()]


def wrong(engine: Engine) -> list[str]:
    return [difference.sentence for difference in verify_months(engine, ZONE)]


def test_months_are_stored_up_to_the_last_midnight_since_the_site_began(used: Engine) -> None:
    rolled(used)
    ends = [calendar.month(Month(2025, number), ZONE).end_slot for number in (9, 10)]
    expected = [("2025-09", ends[0]), ("2025-10", ends[1]), ("2025-11", TODAY.first_slot)]
    assert [each[1:] for each in stored(used) if each[0] == 1] == expected
    assert due_by_calendar(used, MOMENT, ZONE) == []
    tomorrow = due_by_calendar(used, MOMENT + DAY, ZONE)
    assert {(each.site_id, str(each.month)) for each in tomorrow} == {(1, "2025-11"), (2, "2025-11")}
    assert wrong(used) == []


def test_months_before_the_first_station_have_their_opening_hours_and_are_stored_in_its_year(used: Engine) -> None:
    with writing(used) as connection:
        connection.execute(insert(timetable).values(site_id=1, valid_from=dt.date(2019, 1, 1)))
        row = {"site_id": 1, "valid_from": dt.date(2019, 1, 1), "from_minute": 600, "until_minute": 960}
        connection.execute(insert(weekly_interval), [{**row, "weekday": day, "kind": "training"} for day in range(5)])
    rolled(used)
    assert [month for site, month, _ in stored(used) if site == 1] == [f"2025-{month:02d}" for month in range(1, 12)]
    assert wrong(used) == []
    for number, when in ((2019, MOMENT), (2025, MOMENT)):
        # March 2019 and March 2025 have 21 weekdays; Easter is in April.
        march = year(used, when, number).months[2].cells
        assert march["A2"] == march["A4.training"] == counted(21 * 6 * 3600)
        assert march["A5"].status is march["B1"].status is Status.NOT_APPLICABLE


def test_a_month_with_site_slots_is_stored_even_where_its_stations_came_later(used: Engine) -> None:
    with writing(used) as connection:
        connection.execute(insert(site_slot), [slot_row(1, BEGIN.first_slot - 1, 1, 1, 450, silent=0)])
    assert min(str(each.month) for each in due_by_calendar(used, MOMENT, ZONE) if each.site_id == 1) == "2025-08"


def test_figures_are_the_same_from_what_is_stored_and_from_the_slots(used_anywhere: Engine) -> None:
    used = used_anywhere
    fresh = year(used)
    rolled(used)
    assert year(used) == fresh
    with writing(used) as connection:
        # Nothing but today is read from the slots any more.
        connection.execute(delete(site_slot).where(site_slot.c.slot < TODAY.first_slot))
    assert year(used) == fresh
    assert fresh.whole.cells["B1"].value
    assert any(cell.value for cell in (hour["B1"] for hour in fresh.week.values()))


def test_page_export_and_year_show_the_same_figures(used: Engine) -> None:
    rolled(used)
    found = year(used)
    with reading(used) as connection:
        site = site_of_code(connection, code_of(used))
        assert site is not None
        periods = [calendar.month(Month(2025, number), ZONE) for number in range(1, 13)]
        rows: Sequence[Figures] = figures_of_site(connection, site, periods, MOMENT, RULES)
    for row, month in zip(rows, found.months, strict=True):
        cells = month.cells
        assert (row.sessions, row.seconds_of_use, row.coverage) == (cells["B1"], cells["B2"], cells["A8"])
        assert (row.sessions_outside, row.seconds_available) == (cells["B1x"], cells["A6"])
        assert row.marks == month.marks


def test_a_mark_makes_everybody_read_the_slots_until_the_month_is_stored_again(used: Engine) -> None:
    rolled(used)
    before = year(used)
    with writing(used) as connection:
        changed = connection.execute(
            update(site_slot).where(site_slot.c.slot == NOVEMBER.first_slot).values(starts_10=5)
        ).rowcount
        if not changed:
            connection.execute(insert(site_slot).values(slot_row(1, NOVEMBER.first_slot, 2, 5, 0, silent=1)))
    assert year(used) == before
    with writing(used) as connection:
        mark_months(connection, [(1, 202511)], 7)
    after = year(used)
    assert after != before
    assert wrong(used) == []
    rolled(used)
    assert year(used) == after
    assert marked(used, 9) == []
    assert wrong(used) == []


def test_a_timetable_mended_in_november_changes_october(used: Engine) -> None:
    rolled(used)
    before = year(used)
    with writing(used) as connection:
        day = dt.date(2025, 10, 20)
        connection.execute(insert(closure).values(site_id=1, first_day=day, last_day=day, reason="strike"))
        mark_months(connection, [(1, 202510)], 3)
    for _ in range(2):
        found = year(used).months[9].cells["A2"].value
        assert (before.months[9].cells["A2"].value or 0) - (found or 0) == 7 * 3600
        rolled(used)


def test_a_run_of_saturated_slots_goes_on_from_what_is_stored_into_today(sqlite_region: Engine) -> None:
    engine = sqlite_region
    open_weekdays(engine, dt.date(2025, 10, 6), (0, 24))
    with writing(engine) as connection:
        connection.execute(update(station).values(installed_at=BEGIN.start(), counted_from=BEGIN.start()))
        friday = TODAY.first_slot + 96
        slots = range(friday - 3, friday + 2)
        connection.execute(insert(site_slot), [slot_row(1, slot, 2, 0, 1800) for slot in slots])
    fresh = year(engine, MOMENT + DAY).months[10].cells["B7.longest"]
    rolled(engine, MOMENT + DAY)
    assert stored(engine)[-1][2] == friday
    assert year(engine, MOMENT + DAY).months[10].cells["B7.longest"] == fresh == counted(5 * 900, at_least=True)


def test_a_quarter_hour_that_comes_late_marks_its_month(region: Engine) -> None:
    with writing(region) as connection:
        connection.execute(update(station).values(installed_at=BEGIN.start()))
    while roll(region, NOW, "one", 500):
        pass
    rolled(region, NOW)
    commit(region, [arrival(1, slots=[cast.slot(TODAY.first_slot - 10, starts=3)])], 1)
    commit(region, [arrival(2, slots=[cast.slot(SLOT, starts=2)])], 2)
    while roll(region, NOW, "one", 500):
        pass
    with reading(region) as connection:
        assert connection.execute(select(dirty_month.c.site_id, dirty_month.c.month)).all() == [(1, 202511)]
    assert wrong(region) == []
    rolled(region, NOW)
    assert wrong(region) == []
    assert stored(region)


def test_a_station_retired_in_the_past_marks_the_months_that_it_leaves(used: Engine) -> None:
    rolled(used)
    before = year(used)
    with writing(used) as connection:
        mine = (station.c.site_id == 1, station.c.station_id == 9)
        connection.execute(update(station).where(*mine).values(retired_at=calendar.month(Month(2025, 10), ZONE).end()))
    while roll(used, MOMENT, "one", 500):
        pass
    with reading(used) as connection:
        assert {row.month for row in connection.execute(select(dirty_month))} == {202511}
    rolled(used)
    after = year(used)
    assert after.months[9].cells == before.months[9].cells
    assert (after.months[10].cells["A5"].value or 0) < (before.months[10].cells["A5"].value or 0)


def test_a_month_that_changes_while_it_is_added_up_stays_due(used: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(used) as connection:
        mark_months(connection, [(1, 202510)], 1)
    really = months.sums_of

    def slow(*given: object) -> object:
        with writing(used) as other:
            mark_months(other, [(1, 202510)], 2)
        return really(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(months, "sums_of", slow)
    months.roll_months(used, marked(used, 1), MOMENT, ZONE)
    assert [each.mark for each in marked(used, 9)] == [2]
    assert stored(used) == []


def test_verify_names_a_month_that_was_changed(used: Engine) -> None:
    rolled(used)
    seen = Seen()
    assert list(verify_months(used, ZONE, seen)) == []
    assert seen.months == 6
    with writing(used) as connection:
        key = (roll_up.c.site_id == 1, roll_up.c.month == 202510, roll_up.c.hour_of_week == 11)
        connection.execute(update(roll_up).where(*key).values(starts_10=999))
    assert wrong(used) == ["the stored month 2025-10 is wrong: free_access in hour 11 of the week"]
    assert rebuild_months(used, MOMENT, "one", ZONE, 5) == 6
    assert wrong(used) == []


FOLD_NOW = calendar.month(Month(2027, 12), ZONE).start() + DAY
"""Of the 25 whole months before this one, November 2025 is the first."""


def sealed(engine: Engine) -> None:
    with writing(engine) as connection:
        for site_id in (1, 2):
            connection.execute(insert(horizon).values(site_id=site_id, slot=FOLD_NOW // 900 // 96 * 96 - 90 * 96))


def grow_old(engine: Engine) -> Engine:
    """Two years later: everything is sealed, and the first months are added up."""
    with writing(engine) as connection:
        connection.execute(delete(horizon))
        sealed = FOLD_NOW // 900 // 96 * 96
        connection.execute(insert(horizon), [{"site_id": site_id, "slot": sealed} for site_id in (1, 2)])
    months.roll_months(engine, [Due(1, Month(2025, number), None) for number in (9, 10)], FOLD_NOW, ZONE)
    return engine


@pytest.fixture
def old(used: Engine) -> Engine:
    return grow_old(used)


def test_a_month_is_not_folded_while_an_earlier_one_is_not_stored(old: Engine) -> None:
    with writing(old) as connection:
        for table in (roll_up, rolled_month):
            connection.execute(delete(table).where(table.c.month == 202509))
    done = purge(old, FOLD_NOW, Kept(), ZONE)
    assert (done.months_folded, done.site_slots, done.postponed) == (0, 0, [1])


def test_after_25_months_site_slots_fold_into_what_is_stored(used_anywhere: Engine) -> None:
    old = grow_old(used_anywhere)
    before = year(old, FOLD_NOW)
    done = purge(old, FOLD_NOW, Kept(), ZONE)
    assert done.months_folded == 2
    assert done.site_slots > 500
    with reading(old) as connection:
        first = connection.execute(select(func.min(site_slot.c.slot))).scalar_one()
        assert connection.execute(select(func.count()).select_from(seal).where(seal.c.day < first // 96)).scalar() == 0
    assert first >= NOVEMBER.first_slot // 96 * 96
    assert year(old, FOLD_NOW) == before
    assert wrong(old) == []
    again = purge(old, FOLD_NOW, Kept(), ZONE)
    assert (again.months_folded, again.site_slots) == (0, 0)


def test_a_folded_month_cannot_follow_a_correction_and_says_so(old: Engine) -> None:
    purge(old, FOLD_NOW, Kept(), ZONE)
    before = year(old, FOLD_NOW).months[8]
    with writing(old) as connection:
        mark_months(connection, [(1, 202509)], 1)
    assert year(old, FOLD_NOW).months[8] == before
    rolled(old, FOLD_NOW)
    after = year(old, FOLD_NOW).months[8]
    assert after.cells == before.cells
    assert set(after.marks) - set(before.marks) == {Mark.LATE_CORRECTION}
    assert wrong(old) == []


def test_a_folded_month_that_is_changed_is_found(old: Engine) -> None:
    purge(old, FOLD_NOW, Kept(), ZONE)
    with writing(old) as connection:
        connection.execute(update(roll_up).where(roll_up.c.month == 202509, roll_up.c.site_id == 1).values(starts_5=9))
    assert wrong(old) == ["the stored month 2025-09 is wrong: the sums of a folded month"]


def test_a_month_that_is_marked_is_not_folded(old: Engine) -> None:
    with writing(old) as connection:
        mark_months(connection, [(1, 202509)], 1)
    done = purge(old, FOLD_NOW, Kept(), ZONE)
    assert (done.months_folded, done.site_slots, done.postponed) == (0, 0, [1])


def test_a_sealed_quarter_hour_that_comes_again_is_a_late_correction(used: Engine) -> None:
    with writing(used) as connection:
        connection.execute(delete(horizon))
        connection.execute(insert(horizon).values(site_id=1, slot=NOVEMBER.first_slot // 96 * 96 + 96 * 3))
    rolled(used)
    commit(used, [arrival(1, slots=[cast.slot(NOVEMBER.first_slot + 50, starts=3)])], 1)
    dropped: list[int] = []
    while roll(used, MOMENT, "one", 500, dropped=dropped.append):
        pass
    assert dropped == [1]
    assert Mark.LATE_CORRECTION in year(used).months[10].marks
    assert Mark.LATE_CORRECTION not in year(used).months[9].marks


def test_the_facts_of_the_cast_and_their_months_agree(region: Engine) -> None:
    """From envelopes to the year: two stations, one session."""
    with writing(region) as connection:
        connection.execute(update(station).values(installed_at=NOW - 3 * DAY))
        connection.execute(insert(station).values(site_id=1, station_id=5, label="5", installed_at=NOW - 3 * DAY))
    commit(region, [arrival(1, slots=[cast.slot(SLOT - 100, starts=1, in_use=600)])], 1)
    while roll(region, NOW, "one", 500):
        pass
    rolled(region, NOW)
    assert list(verify(region)) == []
    assert year(region, NOW).whole.cells["B1"] == counted(1, at_least=True)
    with writing(region) as connection:
        connection.execute(delete(slot_record))
