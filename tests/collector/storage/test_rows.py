import pytest
from sqlalchemy import Engine, select, text

from collector.storage.engine import reading, writing
from collector.storage.models import dirty_slot, lease
from collector.storage.rows import LENGTHS, delete_by_keys, insert_rows, insertion, parts, rounds, select_by_keys

MARKS = insertion(dirty_slot, ("site_id", "slot", "mark"))
GROWING = insertion(dirty_slot, ("site_id", "slot", "mark"), replace_where="excluded.mark > dirty_slot.mark")
KEY = ("site_id", "slot")


def stored(engine: Engine) -> list[tuple[int, ...]]:
    with reading(engine) as connection:
        rows = connection.execute(select(dirty_slot).order_by(dirty_slot.c.site_id, dirty_slot.c.slot))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("count", [0, 1, 5, 64, 65, 200])
def test_any_number_of_rows_is_written(engine: Engine, count: int) -> None:
    rows = [(1, slot, slot * 10) for slot in range(count)]

    with writing(engine) as connection:
        insert_rows(connection, MARKS, rows[::-1])

    assert stored(engine) == rows


def test_a_row_that_comes_again_replaces_the_one_that_is_there(engine: Engine) -> None:
    with writing(engine) as connection:
        insert_rows(connection, MARKS, [(1, 1, 5), (1, 2, 5)])
    with writing(engine) as connection:
        insert_rows(connection, MARKS, [(1, 2, 3)])

    assert stored(engine) == [(1, 1, 5), (1, 2, 3)]


def test_the_condition_decides_whether_it_is_replaced(engine: Engine) -> None:
    with writing(engine) as connection:
        insert_rows(connection, GROWING, [(1, 1, 5), (1, 2, 5)])
        insert_rows(connection, GROWING, [(1, 1, 4), (1, 2, 6)])

    assert stored(engine) == [(1, 1, 5), (1, 2, 6)]


def test_equal_keys_in_one_call_count_one_after_the_other(engine: Engine) -> None:
    with writing(engine) as connection:
        insert_rows(connection, GROWING, [(1, 1, 5), (1, 1, 9), (1, 1, 7)])

    assert stored(engine) == [(1, 1, 9)]


@pytest.mark.parametrize("alone", [False, True])
def test_rows_are_found_by_their_keys(engine: Engine, alone: bool) -> None:
    with writing(engine) as connection:
        insert_rows(connection, MARKS, [(site, slot, site * slot) for site in range(1, 9) for slot in range(1, 20)])
    wanted = [(site, 7) for site in range(1, 9)] + [(3, slot) for slot in range(8, 30)]

    with reading(engine) as connection:
        found = select_by_keys(connection, dirty_slot, ("site_id", "slot", "mark"), KEY, wanted, alone=alone)

    assert sorted(found) == sorted((site, slot, site * slot) for site, slot in wanted if slot < 20)


def test_only_rows_whose_whole_key_matches_are_deleted(engine: Engine) -> None:
    with writing(engine) as connection:
        insert_rows(connection, MARKS, [(1, 1, 10), (1, 2, 20), (2, 1, 30)])

    with writing(engine) as connection:
        gone = delete_by_keys(connection, dirty_slot, (*KEY, "mark"), [(1, 1, 10), (1, 2, 21), (2, 1, 30), (3, 1, 1)])

    assert sorted(gone) == [(1, 1, 10), (2, 1, 30)]
    assert stored(engine) == [(1, 2, 20)]


def test_sqlite_looks_rows_up_instead_of_reading_the_whole_table(sqlite_engine: Engine) -> None:
    wanted = "WITH wanted (site_id, slot) AS (VALUES (1, 2), (3, 4))"
    with reading(sqlite_engine) as connection:
        plan = connection.execute(
            text(
                f"EXPLAIN QUERY PLAN {wanted} SELECT dirty_slot.mark FROM wanted JOIN dirty_slot"
                " ON dirty_slot.site_id = wanted.site_id AND dirty_slot.slot = wanted.slot"
            )
        ).all()

    assert any("SEARCH dirty_slot USING PRIMARY KEY (site_id=? AND slot=?)" in row.detail for row in plan)


def test_the_key_must_come_first() -> None:
    with pytest.raises(ValueError, match="must be its primary key"):
        insertion(lease, ("holder", "name", "valid_until"))


def test_rounds_are_sorted_and_have_no_equal_keys() -> None:
    rows = [(2, "b"), (1, "a"), (2, "c"), (2, "d")]

    assert list(rounds(rows, 1)) == [[(1, "a"), (2, "b")], [(2, "c")], [(2, "d")]]


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("count", range(0, 140, 7))
def test_parts_have_known_lengths_and_hold_everything(count: int, *, padded: bool) -> None:
    rows = [(number,) for number in range(count)]

    found = list(parts(rows, padded=padded))

    assert all(len(part) in LENGTHS for part in found)
    assert sorted({row for part in found for row in part}) == rows
