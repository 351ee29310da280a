"""When a site is busiest and quietest."""

from fractions import Fraction

import pytest

from collector.domain.busy import Time, busy_times, one_in
from collector.domain.offer import SlotKind
from collector.domain.week import HourRow

HOUR = 3600
LIMIT = Fraction(4, 5)
TUESDAY, FRIDAY = 24, 96


def row(
    hour: int,
    *,
    share: float,
    weeks: int = 12,
    known: float = 1.0,
    full: int = 0,
    kind: SlotKind = SlotKind.FREE_ACCESS,
    several: bool = True,
) -> HourRow:
    """An hour of the week with two stations, open every week; `full` of its quarters had no free station."""
    service = 2 * HOUR * weeks
    seen = round(service * known)
    return HourRow(
        hour, kind, several, HOUR * weeks, service, seen, 0, round(seen * share), 0, 4 * weeks, full
    )  # fmt: skip


def test_two_hours_on_end_are_looked_at_together_and_told_with_how_often_no_station_is_free() -> None:
    rows = [
        *(row(TUESDAY + hour, share=0.2) for hour in (9, 10, 11)),
        row(TUESDAY + 14, share=0.8, full=24),
        row(TUESDAY + 15, share=0.6, full=8),
        *(row(FRIDAY + hour, share=0.1) for hour in (9, 10)),
    ]
    found = busy_times(rows, LIMIT, demonstration=False)
    assert found is not None
    assert found.busiest == Time(1, 14, 16, Fraction(7, 10), Fraction(1, 3))
    assert one_in(Fraction(1, 3)) == 3
    assert (found.quietest.weekday, found.quietest.hour, found.quietest.until) == (4, 9, 11)


def test_a_time_does_not_go_over_midnight_nor_over_a_break() -> None:
    rows = [row(23, share=0.9), row(24, share=0.9), row(TUESDAY + 9, share=0.5), row(TUESDAY + 11, share=0.4)]
    found = busy_times(rows, LIMIT, demonstration=False)
    assert found is not None
    assert (found.busiest.weekday, found.busiest.hour, found.busiest.until) == (0, 23, 24)
    assert (found.quietest.hour, found.quietest.until) == (11, 12)


def test_trainings_exceptions_and_what_nobody_knows_are_no_times() -> None:
    usual = [row(TUESDAY + hour, share=0.3 + hour / 100) for hour in (9, 10, 13, 14)]
    rows = [
        *usual,
        row(9, share=1.0, kind=SlotKind.TRAINING),
        row(57, share=1.0, weeks=2),
        row(FRIDAY + 9, share=1.0, known=0.5),
        row(FRIDAY + 12, share=1.0, several=False),
    ]
    assert busy_times(rows, LIMIT, demonstration=False) == busy_times(usual, LIMIT, demonstration=False)
    alone = busy_times(rows, LIMIT, demonstration=True)
    assert alone is not None
    assert alone.busiest.weekday == 4


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(9, share=0.5)],
        [row(9, share=0.0), row(TUESDAY + 9, share=0.0)],
        [row(9, share=0.5), row(TUESDAY + 9, share=0.5)],
    ],
)
def test_where_there_is_nothing_to_compare_nothing_is_said(rows: list[HourRow]) -> None:
    assert busy_times(rows, LIMIT, demonstration=False) is None


def test_quarters_of_which_nobody_knows_whether_all_were_taken_leave_that_open() -> None:
    rows = [row(9, share=0.5)._replace(slots_known=0), row(TUESDAY + 9, share=0.2)]
    found = busy_times(rows, LIMIT, demonstration=False)
    assert found is not None
    assert found.busiest.full is None
