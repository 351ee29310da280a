"""What may stand in the register. Each check raises Mistake with one sentence."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

from collector.domain.calendar import EARLIEST_YEAR
from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage
from collector.domain.fields import MINUTES_OF_DAY, of_column, read_text, write_clock
from collector.domain.mistakes import N_, Mistake
from collector.domain.opening_hours import regular_week
from collector.domain.register import Closure, Extra, WeeklyInterval

SLOT_MINUTES = 15
LONGEST_LABEL = 64
LONGEST_MODEL = 120
LONGEST_SERIAL = 64
LONGEST_REASON = 120
LONGEST_OUTAGE_REASON = 200
LONGEST_CLOSURE_DAYS = 3660


def check_minutes(from_minute: int, until_minute: int) -> None:
    """An opening of at most a day that begins on its day."""
    for minute in (from_minute, until_minute):
        if minute % SLOT_MINUTES:
            raise Mistake(
                N_("%(clock)s is not a whole quarter of an hour; openings begin and end at :00, :15, :30 or :45."),
                clock=write_clock(minute),
            )
    if until_minute <= from_minute:
        raise Mistake(
            N_("An opening from %(first)s cannot end at %(last)s; correct one of the two."),
            first=write_clock(from_minute),
            last=write_clock(until_minute),
        )
    if not (0 <= from_minute < MINUTES_OF_DAY and until_minute <= from_minute + MINUTES_OF_DAY):
        raise Mistake(N_("An opening begins on its day and lasts at most 24 hours."))


def checked_week(intervals: Iterable[WeeklyInterval]) -> tuple[WeeklyInterval, ...]:
    """A timetable in order, without overlaps, not even over midnight or over the end of the week."""
    week = tuple(sorted(intervals))
    for each in week:
        check_minutes(each.from_minute, each.until_minute)
    for before, after in pairwise(regular_week(week)):
        if before.until_minute > after.from_minute:
            raise Mistake(
                N_("The openings %(one)s and %(other)s of the same week overlap; let one end before the other begins."),
                one=_clocks(before),
                other=_clocks(after),
            )
    return week


def _clocks(interval: WeeklyInterval) -> str:
    """Of an interval in minutes of the week."""
    first, last = interval.from_minute % MINUTES_OF_DAY, interval.until_minute % MINUTES_OF_DAY
    return f"{write_clock(first)}–{write_clock(last or MINUTES_OF_DAY)}"


def checked_closure(closure: Closure) -> Closure:
    if closure.last_day < closure.first_day:
        raise Mistake(N_("The last day of a closure cannot lie before its first; correct one of the two days."))
    if (closure.last_day - closure.first_day).days > LONGEST_CLOSURE_DAYS:
        raise Mistake(N_("A closure of more than ten years is a site that has gone; write an empty timetable instead."))
    return closure._replace(reason=read_text(closure.reason, LONGEST_REASON))


def checked_extra(extra: Extra) -> Extra:
    check_minutes(extra.from_minute, extra.until_minute)
    return extra


def checked_equipment(item: Equipment, others: Sequence[Equipment]) -> Equipment:
    """`others` are the other devices of the site."""
    label = read_text(item.label, LONGEST_LABEL, needed=True)
    if any(other.label == label for other in others):
        raise Mistake(
            N_("There is already a device labelled “%(label)s” at this site; choose another label."), label=label
        )
    if item.station_id is not None:
        if item.kind is not EquipmentKind.STATION:
            raise Mistake(N_("Only a station can have an agent; leave the station’s number empty."))
        if any(other.station_id == item.station_id and other.equipment_id is not None for other in others):
            raise Mistake(N_("Station %(number)s is another device of this site already."), number=item.station_id)
    first = item.first_day()
    if item.retired_on is not None and first is not None and item.retired_on < first:
        raise Mistake(N_("A device cannot be gone before it was there; correct one of the two days."))
    if item.maintained_until is not None and item.supplied_on is not None and item.maintained_until < item.supplied_on:
        raise Mistake(N_("The maintenance cannot end before the supply; correct one of the two days."))
    model = of_column("model", read_text, item.model, LONGEST_MODEL)
    serial = of_column("serial", read_text, item.serial, LONGEST_SERIAL)
    return item._replace(label=label, model=model, serial=serial)


def checked_outage(outage: EquipmentOutage, others: Iterable[EquipmentOutage], now: int) -> EquipmentOutage:
    """`others` are those of the same device, without the one that it replaces."""
    if outage.start > now or (outage.end is not None and outage.end > now):
        raise Mistake(N_("A device cannot have been out of order in the future; leave the end empty while it lasts."))
    if outage.start < dt.datetime(EARLIEST_YEAR, 1, 1, tzinfo=dt.UTC).timestamp():
        raise Mistake(N_("An outage cannot have begun before the year %(year)s."), year=EARLIEST_YEAR)
    if outage.end is not None and outage.end <= outage.start:
        raise Mistake(N_("An outage must end after it began; correct one of the two moments."))
    for other in others:
        begins_before = outage.end is None or other.start < outage.end
        ends_after = other.end is None or outage.start < other.end
        if begins_before and ends_after:
            raise Mistake(N_("This device was already out of order at that time; mend the earlier entry instead."))
    return outage._replace(reason=read_text(outage.reason, LONGEST_OUTAGE_REASON))
