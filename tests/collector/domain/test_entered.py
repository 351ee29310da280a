import datetime as dt
from fractions import Fraction

import pytest

from collector.domain.calendar import Month
from collector.domain.cells import NOT_APPLICABLE, UNKNOWN, counted
from collector.domain.entered import (
    Activity,
    ActivityKind,
    Attendance,
    Entered,
    HowCounted,
    MonthlyFigure,
    MonthlyKind,
    Service,
    SiteYear,
    Trait,
    by_trait,
    figures_of,
    span_to_enter,
)
from collector.domain.entry_rules import checked_activity, checked_attendance, checked_month, checked_year
from collector.domain.equipment import Equipment, EquipmentKind
from collector.domain.missing import Filled, Wanted, missing
from collector.domain.mistakes import Mistake
from collector.domain.register import Calendar, Timetable

TODAY = dt.date(2026, 11, 22)
TALLY = HowCounted.TALLY


def of_2026(number: int, month: int = 11) -> dt.date:
    return dt.date(2026, month, number)


@pytest.mark.parametrize(
    ("known", "proposed"),
    [
        ([], (of_2026(1, 10), of_2026(31, 10))),
        ([(of_2026(1, 10), of_2026(31, 10))], (of_2026(1), of_2026(22))),
        ([(of_2026(1, 8), of_2026(31, 8)), (of_2026(1, 7), of_2026(31, 7))], (of_2026(1, 9), of_2026(30, 9))),
        ([(of_2026(9), of_2026(15))], (of_2026(16), of_2026(22))),
        ([(of_2026(16), of_2026(18))], (of_2026(19), of_2026(21))),
        ([(of_2026(16), of_2026(20))], (of_2026(21), of_2026(22))),
        ([(of_2026(22), of_2026(22))], (of_2026(22), of_2026(22))),
    ],
)
def test_attendance_goes_on_after_the_latest_entry_and_never_beyond_today(
    known: list[tuple[dt.date, dt.date]], proposed: tuple[dt.date, dt.date]
) -> None:
    assert span_to_enter([Attendance(*span, 1, TALLY) for span in known], TODAY) == proposed


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def visits(first: str, last: str, number: int, persons: int | None = None) -> Attendance:
    return Attendance(day(first), day(last), number, TALLY, persons)


def workshop(first: str, *numbers: int | None, last: str | None = None, number: int = 1) -> Activity:
    """Attendances, and recurrent ones."""
    attendances, recurrent = numbers or (None, None)
    return Activity(
        None, ActivityKind.WORKSHOP, day(first), day(last or first), number, 7200 * number, attendances, recurrent
    )


def test_months_of_attendance_are_known_where_every_day_is() -> None:
    figures = figures_of(
        Entered([visits("2026-01-01", "2026-01-31", 400), visits("2026-02-02", "2026-02-08", 90)]), 2026
    )

    assert figures.months[0]["C1"] == counted(400)
    assert figures.months[1]["C1"] == counted(90, at_least=True)
    assert figures.months[2]["C1"] == UNKNOWN
    assert figures.year["C1"] == counted(490, at_least=True)
    assert figures.how_counted == (TALLY,)


def test_an_entry_over_several_months_counts_in_the_year_only() -> None:
    figures = figures_of(Entered([visits("2026-01-01", "2026-12-31", 5000, 800)]), 2026)

    assert {month["C1"] for month in figures.months} == {UNKNOWN}
    assert (figures.year["C1"], figures.year["C3"]) == (counted(5000), counted(800))


def test_distinct_persons_of_two_periods_are_not_added() -> None:
    figures = figures_of(
        Entered([visits("2026-01-01", "2026-01-31", 400, 90), visits("2026-02-01", "2026-02-28", 300, 80)]), 2026
    )

    assert (figures.months[0]["C3"], figures.year["C3"]) == (counted(90), NOT_APPLICABLE)


def test_activities_one_by_one_and_as_a_monthly_total_add_up() -> None:
    entered = Entered(
        activities=[
            workshop("2026-03-04", 8, 3),
            workshop("2026-03-01", 40, 10, last="2026-03-31", number=6),
            Activity(None, ActivityKind.SUPPORT_WALK_IN, day("2026-03-01"), day("2026-03-31"), 55),
        ]
    )
    march = figures_of(entered, 2026).months[2]

    assert march["D1.number"] == counted(7)
    assert march["D1.hours"] == counted(7 * 7200)
    assert march["D1.attendances"] == counted(48)
    assert march["D1.persons"] == counted(35)
    assert (march["D2.walk_in"], march["D2.appointment"]) == (counted(55), NOT_APPLICABLE)


def test_what_nobody_noted_of_an_activity_is_not_zero() -> None:
    march = figures_of(Entered(activities=[workshop("2026-03-04", 8, 3), workshop("2026-03-11")]), 2026).months[2]
    alone = figures_of(Entered(activities=[workshop("2026-03-11")]), 2026).months[2]

    assert march["D1.attendances"] == counted(8, at_least=True)
    assert (alone["D1.attendances"], alone["D1.persons"], alone["D1.number"]) == (UNKNOWN, UNKNOWN, counted(1))


def test_imported_figures_stand_apart_and_page_views_are_those_of_the_site() -> None:
    january = Month(2026, 1)
    figures = figures_of(
        Entered(
            monthly=[
                MonthlyFigure(january, MonthlyKind.SESSIONS, 120, "old tool", "log-ons"),
                MonthlyFigure(january, MonthlyKind.VISITS, 300, "old tool", "door"),
                MonthlyFigure(january, MonthlyKind.PAGE_VIEWS, 900, "web host", "log files"),
            ]
        ),
        2026,
    )

    assert figures.months[0]["C1"] == UNKNOWN
    assert figures.imported[0][MonthlyKind.SESSIONS].value == 120
    assert set(figures.imported[0]) == {MonthlyKind.SESSIONS, MonthlyKind.VISITS}
    assert (figures.months[0]["C4"], figures.year["C4"]) == (counted(900), counted(900, at_least=True))
    assert figures.year["D6"] == NOT_APPLICABLE


def test_facilitators_are_those_of_the_year() -> None:
    figures = figures_of(Entered(years=[SiteYear(2026, 3, 150)]), 2026)
    assert (figures.year["D4.heads"], figures.year["D4.fte"]) == (counted(3), counted(Fraction(3, 2)))
    assert figures_of(Entered(), 2026).year["D4.heads"] == UNKNOWN


def test_traits_add_up() -> None:
    one = workshop("2026-03-04", 8, 3)._replace(public=((Trait.AGE, "26_54", 5), (Trait.GENDER, "women", 2)))
    assert by_trait([one, one]) == {(Trait.AGE, "26_54"): 10, (Trait.GENDER, "women"): 4}


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (visits("2026-03-02", "2026-03-01", 1), "cannot lie before the first"),
        (visits("2026-11-23", "2026-11-30", 1), "lies in the future"),
        (visits("2026-03-01", "2026-03-31", 5, 6), "more persons than visits"),
        (visits("2026-02-15", "2026-03-01", 5), "From 2026-02-01 to 2026-02-28 attendance has been entered already"),
        (visits("2024-01-01", "2025-12-31", 5), "at most a year"),
    ],
)
def test_attendance_that_cannot_be_is_refused(entry: Attendance, sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        checked_attendance(entry, [visits("2026-02-01", "2026-02-28", 1)], TODAY)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (workshop("2026-03-04", 3, 4), "more recurrent attendances than attendances"),
        (workshop("2026-03-04", number=0), "at least 1"),
        (workshop("2026-03-01", last="2026-03-30"), "one whole month"),
        (workshop("2026-03-02", last="2026-03-31"), "one whole month"),
        (workshop("2026-03-04", 3, 0)._replace(public=((Trait.AGE, "26_54", 4),)), "more persons of one kind"),
        (workshop("2026-03-04", 3, 0)._replace(public=((Trait.AGE, "old", 1),)), "is not one of these words"),
    ],
)
def test_an_activity_that_cannot_be_is_refused(entry: Activity, sentence: str) -> None:
    with pytest.raises(Mistake, match=sentence):
        checked_activity(entry, TODAY)


def test_years_and_months_that_cannot_be_are_refused() -> None:
    with pytest.raises(Mistake, match="has not begun"):
        checked_year(SiteYear(2027), TODAY)
    with pytest.raises(Mistake, match="more full-time equivalents than persons"):
        checked_year(SiteYear(2026, 1, 150), TODAY)
    with pytest.raises(Mistake, match="how this figure was counted"):
        checked_month(MonthlyFigure(Month(2026, 1), MonthlyKind.VISITS, 1, "tool", ""), TODAY)
    with pytest.raises(Mistake, match="2026-12 has not begun"):
        checked_month(MonthlyFigure(Month(2026, 12), MonthlyKind.VISITS, 1, "tool", "door"), TODAY)


def test_what_is_missing_for_a_year_is_named() -> None:
    entered = Entered([visits("2026-01-01", "2026-01-31", 400), visits("2026-02-02", "2026-02-08", 90)])
    printer = Equipment(1, EquipmentKind.PRINTER, "Laser")
    open_months = [number != 8 for number in range(1, 13)]
    found = missing(2026, entered, Calendar((Timetable(day("2026-01-15"), ()),)), open_months, [printer], TODAY)

    attendance = found.months[Wanted.ATTENDANCE]
    assert attendance[:3] == (Filled.WHOLE, Filled.PART, Filled.NOTHING)
    assert (attendance[7], attendance[10], attendance[11]) == (Filled.CLOSED, Filled.LATER, Filled.LATER)
    assert found.months[Wanted.OPENING_HOURS][:2] == (Filled.PART, Filled.WHOLE)
    assert set(found.year) == {Wanted.FACILITATORS, Wanted.SERVICES, Wanted.NARRATIVE, Wanted.SUPPLY_DATES}
    assert found.open_points() == 4 + 1 + 8 + 9


def test_nothing_is_missing_where_all_is_entered() -> None:
    entered = Entered(
        [visits("2025-01-01", "2025-12-31", 5000)],
        [workshop(f"2025-{number:02d}-03", 5, 0) for number in range(1, 13)],
        [SiteYear(2025, 2, 150, (Service.WIFI,), "A good year.")],
    )
    laser = Equipment(1, EquipmentKind.PRINTER, "Laser", supplied_on=day("2024-01-01"))
    found = missing(2025, entered, Calendar((Timetable(day("2020-01-01"), ()),)), [True] * 12, [laser], TODAY)
    assert found.open_points() == 0
