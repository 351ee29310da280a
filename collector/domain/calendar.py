"""Local days and months of a time zone, as ranges of slots.

A slot is a quarter of an hour, aligned on UTC and named by seconds since 1970-01-01 UTC divided by 900. Durations are
counted in slots, buckets are cut in local time: in Europe/Brussels the days on which the clock changes have 92 and
100 slots. Zones whose offset is not a whole number of quarters do not occur since 1972 and are not supported.
"""

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

SLOT_SECONDS = 900
MONTHS_OF_YEAR = 12
EARLIEST_YEAR = 2000
LATEST_YEAR = 2100


class NotAMonth(ValueError):
    """Its text is one sentence for the reader."""


class Month(NamedTuple):
    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def next(self) -> "Month":
        if self.month == MONTHS_OF_YEAR:
            return Month(self.year + 1, 1)
        return Month(self.year, self.month + 1)

    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)


class Period(NamedTuple):
    """A stretch of local time; `name` is "2026-11-22" for a day, "2026-11" for a month, "first/last" else."""

    name: str
    first_day: dt.date
    last_day: dt.date
    first_slot: int
    end_slot: int
    """The first slot that is no longer in it."""

    def start(self) -> int:
        """Seconds since 1970-01-01 UTC."""
        return self.first_slot * SLOT_SECONDS

    def end(self) -> int:
        """Seconds since 1970-01-01 UTC; the first second that is no longer in it."""
        return self.end_slot * SLOT_SECONDS


def parse_month(text: str) -> Month:
    """Read "2026-11"; raises NotAMonth."""
    year, dash, month = text.partition("-")
    digits = year + month
    if dash and len(year) == len("2026") and len(month) == len("11") and digits.isascii() and digits.isdigit():
        found = Month(int(year), int(month))
        if 1 <= found.month <= MONTHS_OF_YEAR and EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            return found
    raise NotAMonth(f"“{text[:32]}” is not a month; write it as YYYY-MM, for example 2026-11.")


def months_between(first: Month, last: Month) -> list[Month]:
    """All months from the first to the last, both included; empty when the last lies before the first."""
    months = []
    while first <= last:
        months.append(first)
        first = first.next()
    return months


def start_of_day(day: dt.date, zone: ZoneInfo) -> int:
    """The slot in which a local day begins."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) // SLOT_SECONDS


def days(first: dt.date, last: dt.date, zone: ZoneInfo, name: str = "") -> Period:
    """The period of all local days from the first to the last, both included."""
    return Period(
        name or f"{first.isoformat()}/{last.isoformat()}",
        first,
        last,
        start_of_day(first, zone),
        start_of_day(last + dt.timedelta(days=1), zone),
    )


def day(date: dt.date, zone: ZoneInfo) -> Period:
    return days(date, date, zone, date.isoformat())


def month(which: Month, zone: ZoneInfo) -> Period:
    return days(which.first_day(), which.next().first_day() - dt.timedelta(days=1), zone, str(which))


def month_of(period: Period, zone: ZoneInfo) -> Month | None:
    """The month that a period is; None when it is anything else."""
    found = Month(period.first_day.year, period.first_day.month)
    return found if period[1:] == month(found, zone)[1:] else None


def days_of(period: Period, zone: ZoneInfo) -> list[Period]:
    """Each local day of a period, in order."""
    count = (period.last_day - period.first_day).days + 1
    return [day(period.first_day + dt.timedelta(days=number), zone) for number in range(count)]


def local_date(seconds: int, zone: ZoneInfo) -> dt.date:
    return dt.datetime.fromtimestamp(seconds, tz=zone).date()


def today(now: int, zone: ZoneInfo) -> Period:
    return day(local_date(now, zone), zone)


def this_month(now: int, zone: ZoneInfo) -> Period:
    date = local_date(now, zone)
    return month(Month(date.year, date.month), zone)


def last_months(count: int, now: int, zone: ZoneInfo) -> list[Period]:
    """The last `count` local months, this one included, in order."""
    date = local_date(now, zone)
    number = date.year * MONTHS_OF_YEAR + date.month - 1
    return [
        month(Month(each // MONTHS_OF_YEAR, each % MONTHS_OF_YEAR + 1), zone)
        for each in range(number - count + 1, number + 1)
    ]


def last_days(count: int, now: int, zone: ZoneInfo) -> Period:
    """The last `count` local days, today included."""
    date = local_date(now, zone)
    return days(date - dt.timedelta(days=count - 1), date, zone)
