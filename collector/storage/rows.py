"""Reads and writes many rows with few statements.

Multi-row statements, never `executemany`: a distributed database plans each statement once. SQLite, which plans nothing
anew, writes row by row a sixth faster: as long as no other thread waits for Python's global lock, which the driver lets
go of for each step. That is so in the process of the writer. Reads are made beside other threads, too; there one
statement reads all rows as one JSON text, unless it is told that it is `alone`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import Connection, Table

from collector.storage.engine import is_sqlite

LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""Statements come in these lengths, so that a few prepared ones serve every batch."""

Row = tuple[Any, ...]


class Insertion(NamedTuple):
    """An INSERT of these columns, and what happens when the primary key is there already."""

    table: str
    columns: tuple[str, ...]
    key: int
    """So many of the first columns are the primary key."""
    on_conflict: str


def insertion(
    table: Table, columns: Sequence[str], *, replace_where: str | None = None, replaced: Mapping[str, str] | None = None
) -> Insertion:
    """Insert or replace; with `replace_where`, only where that condition on `excluded` and the stored row holds.

    `replaced` names the columns that become something else than the new value.
    """
    key = tuple(columns[: len(table.primary_key.columns)])
    if set(key) != {column.name for column in table.primary_key.columns}:
        raise ValueError(f"The first columns of {table.name} must be its primary key.")
    new = {name: f"excluded.{name}" for name in columns[len(key) :]} | dict(replaced or {})
    changes = ", ".join(f"{name} = {value}" for name, value in new.items())
    condition = f" WHERE {replace_where}" if replace_where else ""
    return Insertion(
        table.name,
        tuple(columns),
        len(key),
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}{condition}",
    )


def insert_rows(connection: Connection, what: Insertion, rows: Sequence[Row]) -> None:
    """Writes the rows, in the order of their keys, as if one after the other."""
    if not rows:
        return
    cursor = connection.connection.cursor()
    try:
        if is_sqlite(connection):
            # Sorting keeps rows of one key in their order.
            cursor.executemany(_insert(what, 1, "?"), sorted(rows, key=itemgetter(slice(what.key))))
            return
        for distinct in rounds(rows, what.key):
            for part in parts(distinct, padded=False):
                cursor.execute(_insert(what, len(part), "%s"), tuple(chain.from_iterable(part)))
    finally:
        cursor.close()


def select_by_keys(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    key: Sequence[str],
    keys: Sequence[Row],
    *,
    bounds: Sequence[str] = (),
    alone: bool = False,
) -> list[Row]:
    """The rows of a table whose columns `key` have one of these values; `keys` are distinct.

    Each of `bounds` is a comparison, such as "off_until >"; its value stands in `keys` behind those of `key`.
    """
    place, padded = _style(connection)
    as_json = padded and not alone
    found: list[Row] = []
    names, on = tuple(columns), _condition(table.name, tuple(key), tuple(bounds))
    wide = len(key) + len(bounds)
    cursor = connection.connection.cursor()
    try:
        # Padded with a key of nulls, which no row has.
        for part in parts([*keys, (None,) * wide] if padded and keys else keys, padded=padded):
            statement = (_select_json if as_json else _select)(table.name, names, on, wide, len(part), place)
            rows = cursor.execute(statement, tuple(chain.from_iterable(part))).fetchall()
            found += map(tuple, from_json(rows[0][0])) if as_json else rows
    finally:
        cursor.close()
    return found


def delete_by_keys(connection: Connection, table: Table, key: Sequence[str], keys: Sequence[Row]) -> list[Row]:
    """Deletes the rows whose columns `key` have one of these values; returns the keys of those that were there.

    On SQLite only inside a transaction that may write.
    """
    change = f"DELETE FROM {table.name}"  # noqa: S608  # our own names
    return _change_by_keys(connection, table, change, key, keys, returned=len(key))


def set_by_keys(
    connection: Connection, table: Table, assignment: str, key: Sequence[str], keys: Sequence[Row], *, returned: int
) -> list[Row]:
    """The same, but sets a column of those rows; returns the first `returned` columns of their keys."""
    change = f"UPDATE {table.name} SET {assignment}"  # noqa: S608  # our own names
    return _change_by_keys(connection, table, change, key, keys, returned=returned)


def _change_by_keys(
    connection: Connection, table: Table, change: str, key: Sequence[str], keys: Sequence[Row], *, returned: int
) -> list[Row]:
    place, padded = _style(connection)
    there: list[Row] = select_by_keys(connection, table, key, key, keys) if padded else []
    cursor = connection.connection.cursor()
    try:
        for part in parts(there if padded else keys, padded=padded):
            cursor.execute(_change(change, tuple(key), len(part), returned, place), tuple(chain.from_iterable(part)))
            if not padded:
                there += cursor.fetchall()
    finally:
        cursor.close()
    return [row[:returned] for row in there]


def rounds(rows: Sequence[Row], key: int) -> Iterator[list[Row]]:
    """Splits rows into sorted lists without equal keys: PostgreSQL refuses to touch a row twice in one statement.

    The order by key, the same in every process, is what keeps two of them from waiting for each other.
    """
    rest = rows
    while rest:
        seen: dict[Row, Row] = {}
        again = [row for row in rest if seen.setdefault(row[:key], row) is not row]
        yield [seen[mine] for mine in sorted(seen)]
        rest = again


def parts(rows: Sequence[Row], *, padded: bool) -> Iterator[Sequence[Row]]:
    """Splits rows into parts of the lengths of `LENGTHS`.

    Padded, the last part is brought to the next length with its last row: written twice, it changes nothing more.
    """
    start = 0
    while start < len(rows):
        left = min(len(rows) - start, LENGTHS[-1])
        if padded:
            length = LENGTHS[bisect_left(LENGTHS, left)]
            yield [*rows[start : start + left], *[rows[start + left - 1]] * (length - left)]
            start += left
        else:
            length = LENGTHS[bisect_right(LENGTHS, left) - 1]
            yield rows[start : start + length]
            start += length


def _style(connection: Connection) -> tuple[str, bool]:
    """The placeholder of the driver, and whether it is SQLite's."""
    return ("?", True) if connection.dialect.name == "sqlite" else ("%s", False)


@lru_cache(maxsize=512)
def _insert(what: Insertion, length: int, place: str) -> str:
    values = ", ".join([f"({', '.join([place] * len(what.columns))})"] * length)
    names = ", ".join(what.columns)
    return f"INSERT INTO {what.table} ({names}) VALUES {values} {what.on_conflict}"  # noqa: S608  # our own names


@lru_cache(maxsize=512)
def _select(table: str, columns: tuple[str, ...], on: str, wide: int, length: int, place: str) -> str:
    names = ", ".join(f"{table}.{name}" for name in columns)
    return f"{_wanted(wide, length, place)} SELECT {names} FROM wanted JOIN {table} ON {on}"  # noqa: S608  # our own names


@lru_cache(maxsize=512)
def _select_json(table: str, columns: tuple[str, ...], on: str, wide: int, length: int, place: str) -> str:
    names = ", ".join(f"{table}.{name}" for name in columns)
    return (
        f"{_wanted(wide, length, place)} SELECT json_group_array(json_array({names}))"  # noqa: S608  # our own names
        f" FROM wanted JOIN {table} ON {on}"
    )


def _wanted(wide: int, length: int, place: str) -> str:
    values = ", ".join([f"({', '.join([place] * wide)})"] * length)
    return f"WITH wanted ({', '.join(f'v{number}' for number in range(wide))}) AS (VALUES {values})"


@lru_cache(maxsize=64)
def _condition(table: str, key: tuple[str, ...], bounds: tuple[str, ...]) -> str:
    # A join: for `(a, b) IN (VALUES ...)` SQLite reads the whole table.
    comparisons = [*(f"{name} =" for name in key), *bounds]
    return " AND ".join(f"{table}.{comparison} wanted.v{at}" for at, comparison in enumerate(comparisons))


@lru_cache(maxsize=512)
def _change(change: str, key: tuple[str, ...], length: int, returned: int, place: str) -> str:
    one = " AND ".join(f"{name} = {place}" for name in key)
    some = " OR ".join([f"({one})"] * length)
    returning = "" if place == "?" else f" RETURNING {', '.join(key[:returned])}"
    return f"{change} WHERE {some}{returning}"
