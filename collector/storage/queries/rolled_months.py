"""Stored sums of months: written by the roller, read by whoever asks for figures.

A month's sums hold the slots up to `until_slot`, and count only while no mark in `dirty_month` says that something has
changed. A folded month has no site slots any more: its sums are final, whatever is marked.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Join, Select, and_, bindparam, delete, func, or_, select, update

from collector.domain.calendar import Month
from collector.domain.offer import SlotKind
from collector.domain.rollups import Key, OfDay, RuleSums, Sums, flat, sums_of_parts
from collector.domain.tally import Counts, Part
from collector.domain.week import HourRow
from collector.storage.models import IDLE_RULES_MINUTES, dirty_month, month_sum, roll_up, rolled_month
from collector.storage.rows import delete_by_keys, insert_rows, insertion, select_by_keys, set_by_keys

_KEY = ("site_id", "month", "hour_of_week", "kind", "several")
_VALUES = tuple(column.name for column in roll_up.columns)[len(_KEY) :]
_SUMS = insertion(roll_up, (*_KEY, *_VALUES))
_PARTS = insertion(month_sum, ("site_id", "month", "kind", "several", *_VALUES))
_MONTHS = insertion(rolled_month, ("site_id", "month", "first_slot", "until_slot", "rolled_at"))
MARKS = insertion(dirty_month, ("site_id", "month", "mark"))
_ALONE = 12


class Stored(NamedTuple):
    """What is stored of one month of a site. `until_slot` is the first slot that is not in it."""

    until_slot: int
    parts: list[tuple[Part, Counts]]


class Rolled(NamedTuple):
    """A stored month, without its sums."""

    month: Month
    first_slot: int
    until_slot: int
    late_correction: bool
    sha256: str | None
    """Of a folded month."""
    mark: int | None


def number_of(month: Month) -> int:
    return month.year * 100 + month.month


def month_of_number(number: int) -> Month:
    return Month(*divmod(number, 100))


def stored_counts(
    connection: Connection, site_ids: Sequence[int], months: Mapping[Month, int]
) -> dict[tuple[int, Month], Stored]:
    """By site and month, where the sums count; `months` holds the place of the official idle rule of each.

    Sums and marks are read by one statement for each idle rule: what a roller does meanwhile is seen whole or not.
    """
    found: dict[tuple[int, Month], Stored] = {}
    for rule in sorted(set(months.values())):
        numbers = [number_of(month) for month, mine in months.items() if mine == rule]
        rows = connection.execute(_stored_counts(rule), {"sites": list(site_ids), "months": numbers})
        for site_id, number, until_slot, kind, several, *numbers_of_part in rows:
            stored = found.setdefault((site_id, month_of_number(number)), Stored(until_slot, []))
            stored.parts.append((Part(SlotKind(kind), bool(several)), Counts._make(numbers_of_part)))
    return found


def stored_hours(connection: Connection, site_id: int, months: Mapping[Month, int]) -> list[HourRow]:
    """By hour of the week and kind, without what is closed, of months that `stored_counts` has found."""
    found: list[HourRow] = []
    for rule in sorted(set(months.values())):
        numbers = [number_of(month) for month, mine in months.items() if mine == rule]
        rows = connection.execute(_stored_hours(rule), {"site": site_id, "months": numbers})
        found += [HourRow._make((row[0], SlotKind(row[1]), bool(row[2]), *map(int, row[3:]))) for row in rows]
    return found


@cache
def _stored_counts(rule: int) -> Select[Any]:
    """Built once: to build it takes longer than to ask it."""
    state = rolled_month.c
    names = ("kind", "several", *_columns_of(rule))
    return (
        select(state.site_id, state.month, state.until_slot, *(month_sum.c[name] for name in names))
        .select_from(_counting())
        .where(
            state.site_id.in_(bindparam("sites", expanding=True)),
            state.month.in_(bindparam("months", expanding=True)),
            _counts(),
        )
    )


@cache
def _stored_hours(rule: int) -> Select[Any]:
    """Built once, too."""
    minutes = IDLE_RULES_MINUTES[rule]
    names = (
        "seconds",
        "seconds_in_service",
        "seconds_observed",
        "seconds_off",
        f"seconds_in_use_{minutes}",
        f"starts_{minutes}",
        f"slots_known_{minutes}",
        f"slots_saturated_{minutes}",
    )
    key = (roll_up.c.hour_of_week, roll_up.c.kind, roll_up.c.several)
    return (
        select(*key, *(func.sum(roll_up.c[name]) for name in names))
        .where(
            roll_up.c.site_id == bindparam("site"),
            roll_up.c.month.in_(bindparam("months", expanding=True)),
            roll_up.c.kind != SlotKind.CLOSED.value,
        )
        .group_by(*key)
    )


def _counting() -> Join:
    same = [rolled_month.c[name] == month_sum.c[name] for name in ("site_id", "month")]
    marked = [rolled_month.c[name] == dirty_month.c[name] for name in ("site_id", "month")]
    return rolled_month.join(month_sum, and_(*same)).outerjoin(dirty_month, and_(*marked))


def _counts() -> ColumnElement[bool]:
    return or_(dirty_month.c.mark.is_(None), rolled_month.c.folded_at.is_not(None))


def _columns_of(rule: int) -> tuple[str, ...]:
    """The columns of sums in the order of Counts."""
    minutes = IDLE_RULES_MINUTES[rule]
    return (
        *_VALUES[:8],
        *(f"starts_{each}" for each in IDLE_RULES_MINUTES),
        *(f"{name}_{minutes}" for name in ("starts", "seconds_in_use", "slots_known", "slots_saturated")),
        *(f"length_{band}_{minutes}" for band in range(7)),
        "contacts_due",
        "contacts_made",
        "records_capped",
        "seconds_repaired",
        "most_installed",
        f"longest_{minutes}",
        f"most_taken_{minutes}",
    )


def rolled_months(connection: Connection, site_ids: Sequence[int]) -> dict[int, dict[Month, Rolled]]:
    """By site, every stored month, without its sums."""
    found: dict[int, dict[Month, Rolled]] = {site_id: {} for site_id in site_ids}
    state = rolled_month.c
    marked = [rolled_month.c[name] == dirty_month.c[name] for name in ("site_id", "month")]
    rows = connection.execute(
        select(
            state.site_id,
            state.month,
            state.first_slot,
            state.until_slot,
            state.late_correction,
            state.sha256,
            dirty_month.c.mark,
        )
        .select_from(rolled_month.outerjoin(dirty_month, and_(*marked)))
        .where(state.site_id.in_(site_ids))
        .order_by(state.site_id, state.month)
    )
    for row in rows:
        month = month_of_number(row.month)
        found[row.site_id][month] = Rolled(
            month, row.first_slot, row.until_slot, bool(row.late_correction), row.sha256, row.mark
        )
    return found


def stored_sums(connection: Connection, site_id: int, month: Month) -> dict[Key, Sums]:
    """All sums of a stored month."""
    table = roll_up.c
    rows = connection.execute(
        select(*(table[name] for name in (*_KEY[2:], *_VALUES))).where(
            table.site_id == site_id, table.month == number_of(month)
        )
    )
    return {Key(row[0], SlotKind(row[1]), bool(row[2])): _sums(tuple(row[3:])) for row in rows}


def stored_parts(connection: Connection, site_id: int, month: Month) -> OfDay:
    """The sums of a stored month over its hours."""
    table = month_sum.c
    rows = connection.execute(
        select(table.kind, table.several, *(table[name] for name in _VALUES)).where(
            table.site_id == site_id, table.month == number_of(month)
        )
    )
    return {(SlotKind(kind), bool(several)): numbers for kind, several, *numbers in rows}


def write_sums(
    connection: Connection, site_id: int, month: Month, first: int, until: int, now: int, sums: Mapping[Key, Sums]
) -> None:
    """Stores a month anew; that its facts could not follow a correction stays noted."""
    number = number_of(month)
    for table in (roll_up, month_sum):
        connection.execute(delete(table).where(table.c.site_id == site_id, table.c.month == number))
    insert_rows(connection, _SUMS, [(site_id, number, *_plain(key), *flat(some)) for key, some in sums.items()])
    parts = sorted((kind.value, several, *numbers) for (kind, several), numbers in sums_of_parts(sums).items())
    insert_rows(connection, _PARTS, [(site_id, number, *part) for part in parts])
    insert_rows(connection, _MONTHS, [(site_id, number, first, until, now)])


def mark_months(connection: Connection, touched: Iterable[tuple[int, int]], mark: int) -> None:
    """`touched` are (site, month as 202611)."""
    insert_rows(connection, MARKS, [(*key, mark) for key in sorted(set(touched))])


def unmark(connection: Connection, site_id: int, month: Month, mark: int) -> bool:
    """Removes a mark if it still is this one; whether it was."""
    key = (site_id, number_of(month), mark)
    return bool(delete_by_keys(connection, dirty_month, ("site_id", "month", "mark"), [key]))


def months_with_slots(connection: Connection, keys: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """The stored (site, month as 202611) in which these (site, slot) lie; a slot after the stored part is in none."""
    slots: dict[int, list[int]] = {}
    for site_id, slot in keys:
        slots.setdefault(site_id, []).append(slot)
    asked = [(site_id, min(some), max(some)) for site_id, some in slots.items()]
    columns = ("site_id", "month", "first_slot", "until_slot")
    rows = select_by_keys(
        connection, rolled_month, columns, ("site_id",), asked, bounds=("until_slot >", "first_slot <=")
    )
    return {
        (site_id, number)
        for site_id, number, first, until in rows
        if any(first <= slot < until for slot in slots[site_id])
    }


def months_over(connection: Connection, site_id: int, first: int, end: int) -> set[tuple[int, int]]:
    """The stored (site, month as 202611) that hold any slot from `first` up to `end`."""
    state = rolled_month.c
    rows = connection.execute(
        select(state.month).where(state.site_id == site_id, state.until_slot > first, state.first_slot < end)
    )
    return {(site_id, row.month) for row in rows}


def note_late_corrections(connection: Connection, months: Iterable[tuple[int, int]]) -> None:
    """`months` are (site, month as 202611)."""
    keys = sorted(set(months))
    set_by_keys(connection, rolled_month, "late_correction = TRUE", ("site_id", "month"), keys, returned=2)


def late_corrections(connection: Connection, site_ids: Sequence[int]) -> set[tuple[int, Month]]:
    """The months of these sites whose figures could not follow a correction everywhere."""
    rows = connection.execute(
        select(rolled_month.c.site_id, rolled_month.c.month).where(
            rolled_month.c.site_id.in_(site_ids), rolled_month.c.late_correction
        )
    )
    return {(row.site_id, month_of_number(row.month)) for row in rows}


def forget(connection: Connection, site_id: int, month: Month) -> None:
    """Removes what is stored of a month in which the site no longer begins."""
    for table in (roll_up, month_sum, rolled_month):
        connection.execute(delete(table).where(table.c.site_id == site_id, table.c.month == number_of(month)))


def fold(connection: Connection, site_id: int, month: Month, now: int) -> None:
    """Closes a stored month for ever."""
    mine = (rolled_month.c.site_id == site_id, rolled_month.c.month == number_of(month))
    connection.execute(
        update(rolled_month)
        .where(*mine)
        .values(folded_at=now, sha256=sha256_of(site_id, month, stored_sums(connection, site_id, month)))
    )


def sha256_of(site_id: int, month: Month, sums: Mapping[Key, Sums]) -> str:
    """Over ASCII text: one line "site_id,month", then one line for each of the sums in the order of their keys.

    The contacts due and made stand at the end of a line where any was due, then the records with capped
    sessions where there are any; all of these, and then the seconds repaired, where there are any of those.
    """
    lines = [",".join(map(str, (*_plain(key), *_hashed(some)))) for key, some in sorted(sums.items())]
    return hashlib.sha256("\n".join([f"{site_id},{month}", *lines]).encode("ascii")).hexdigest()


def _plain(key: Key) -> tuple[int, str, bool]:
    return key.hour, key.kind.value, key.several


def _hashed(sums: Sums) -> tuple[Any, ...]:
    """Months that were folded before contacts, capped sessions and repaired seconds were counted keep their hash."""
    *numbers, capped = flat(sums)
    contacts, repaired = (sums.contacts_due, sums.contacts_made), sums.seconds_repaired
    later = (
        (*contacts, capped, repaired)
        if repaired
        else (*(contacts if sums.contacts_due else ()), *((capped,) if capped else ()))
    )
    return (*numbers[: _ALONE - 3], *numbers[_ALONE:], *later)


def _sums(row: tuple[int, ...]) -> Sums:
    rules = [row[at : at + 13] for at in range(_ALONE, len(row) - 1, 13)]
    return Sums._make((*row[:_ALONE], tuple(RuleSums._make((*each[:6], each[6:])) for each in rules), row[-1]))
