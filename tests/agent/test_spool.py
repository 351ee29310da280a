"""The spool: whole files or none, bounded, the highest revision wins."""

import os
from collections import Counter
from pathlib import Path

import pytest

from agent import spool as spools
from agent.disk import RealDisk
from agent.spool import HELD, KEPT, PENDING, REFUSED, Spool, entry_of, name_of
from tests.agent.stage import MONDAY, StageDisk


def record(slot: int, revision: int = 1, run_id: str = "a" * 16) -> dict[str, object]:
    return {"run_id": run_id, "slot": slot, "revision": revision}


@pytest.fixture
def spool() -> Spool:
    return Spool("/spool", StageDisk())


def test_a_name_tells_what_the_record_is_about() -> None:
    for made in (record(1_994_814, 7), {"run_id": "b" * 16, "revision": 3}):
        kind = "slot" if "slot" in made else "run"
        entry = entry_of(name_of(kind, made))
        assert entry is not None
        assert (entry.kind, entry.run_id, entry.slot, entry.revision) == (
            kind, made["run_id"], made.get("slot", -1), made["revision"],
        )  # fmt: skip


def test_files_that_are_not_ours_are_left_alone(spool: Spool) -> None:
    spool.disk.write("/spool/pending/Thumbs.db", b"")
    spool.disk.write("/spool/pending/slot-x.json", b"")
    assert spool.entries(PENDING) == []


def test_a_crash_between_two_revisions_leaves_both_and_only_the_higher_one_is_sent(spool: Spool) -> None:
    disk = spool.disk
    disk.write(f"/spool/pending/{name_of('slot', record(5, 1))}", b'{"run_id": "%s"}' % (b"a" * 16))
    spool.put(PENDING, "slot", record(5, 3))
    assert [entry.revision for entry in spool.entries(PENDING)] == [3]
    spool.sweep()
    assert [entry.revision for entry in spool.all_entries(PENDING)] == [3]


def test_a_damaged_file_is_set_aside_with_the_reason_and_its_neighbours_go(spool: Spool) -> None:
    spool.put(PENDING, "slot", record(5))
    spool.put(PENDING, "slot", record(6))
    first, second = spool.entries(PENDING)
    spool.disk.write(spool.path(PENDING, first.name), b'{"run_id": "aa')
    assert spool.read(PENDING, first) is None
    assert spool.read(PENDING, second) == record(6)
    assert [entry.slot for entry in spool.entries(REFUSED)] == [5]
    assert spool.disk.read(spool.path(REFUSED, f"{first.name}.why")) == b"the file is damaged"


def test_records_older_than_sixty_days_are_dropped_and_counted(spool: Spool) -> None:
    old = (MONDAY - 61 * 86_400) // 900
    for slot in (old, MONDAY // 900):
        spool.put(PENDING, "slot", record(slot))
    assert spool.drop_old(MONDAY) == 1
    assert [entry.slot for entry in spool.entries(PENDING)] == [MONDAY // 900]
    assert spool.dropped() == 1


def test_a_run_is_as_old_as_its_clock_says_only_if_somebody_vouches_for_that_clock(spool: Spool) -> None:
    of_a_dead_battery = {"revision": 1, "last_seen_at_seconds": 946_684_822}
    spool.put(PENDING, "run", {**of_a_dead_battery, "run_id": "a" * 16, "clock": "untrusted"})
    spool.put(PENDING, "run", {**of_a_dead_battery, "run_id": "b" * 16, "clock": "bracketed"})
    assert spool.drop_old(MONDAY) == 1
    assert [entry.run_id for entry in spool.entries(PENDING)] == ["a" * 16]


def test_it_looks_no_more_than_four_times_through_a_folder_where_nothing_is_too_much(spool: Spool) -> None:
    class CountingDisk(StageDisk):
        def names(self, folder: str) -> list[str]:
            looks[folder] += 1
            return super().names(folder)

    looks: Counter[str] = Counter()
    spool.disk = CountingDisk()
    assert spool.drop_old(MONDAY) == 0
    assert set(looks) == {f"/spool/{folder}" for folder in (PENDING, HELD, KEPT, REFUSED)}
    assert max(looks.values()) <= 4


def acknowledged(spool: Spool, slot: int, day: int) -> None:
    spool.put(PENDING, "slot", record(slot))
    (entry,) = spool.entries(PENDING)
    spool.move(PENDING, KEPT, entry, day=day)


def test_what_was_acknowledged_is_kept_for_seven_days_and_its_end_is_no_loss(spool: Spool) -> None:
    today = MONDAY // 86_400
    for days in (0, 7, 8):
        acknowledged(spool, (MONDAY - days * 86_400) // 900, today - days)
    assert spool.drop_old(MONDAY) == 0
    assert [entry.acknowledged_day for entry in spool.entries(KEPT)] == [today - 7, today]


def test_while_no_collector_is_heard_the_seven_days_do_not_pass(spool: Spool) -> None:
    """Else one restored from an older backup while a station is on holiday had lost its last days for ever."""
    today = MONDAY // 86_400
    acknowledged(spool, MONDAY // 900, today)
    spool.drop_old(MONDAY + 21 * 86_400)
    assert len(spool.entries(KEPT)) == 1
    acknowledged(spool, (MONDAY + 21 * 86_400) // 900, today + 21)
    spool.drop_old(MONDAY + 21 * 86_400)
    assert [entry.acknowledged_day for entry in spool.entries(KEPT)] == [today + 21]


def test_after_sixty_days_what_was_acknowledged_goes_all_the_same(spool: Spool) -> None:
    acknowledged(spool, MONDAY // 900, MONDAY // 86_400)
    assert spool.drop_old(MONDAY + 61 * 86_400) == 0
    assert spool.entries(KEPT) == []


def test_beyond_its_size_the_oldest_go_first_and_the_acknowledged_before_the_unsent(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = MONDAY // 900
    for slot in range(now - 5, now):
        spool.put(PENDING, "slot", record(slot))
        spool.put(KEPT, "slot", record(slot))
    one = spool.disk.size(spool.path(PENDING, spool.entries(PENDING)[0].name))
    monkeypatch.setattr(spools, "LARGEST_BYTES", one * 3)
    assert spool.drop_old(MONDAY) == 2
    assert spool.entries(KEPT) == []
    assert [entry.slot for entry in spool.entries(PENDING)] == [now - 3, now - 2, now - 1]


def test_a_record_that_went_meanwhile_is_no_error(spool: Spool) -> None:
    spool.put(PENDING, "slot", record(5))
    (entry,) = spool.entries(PENDING)
    spool.put(PENDING, "slot", record(5, 2))
    assert spool.read(PENDING, entry) is None
    spool.move(PENDING, KEPT, entry)
    assert [entry.revision for entry in spool.entries(PENDING)] == [2]


def test_on_a_real_disk_half_written_files_are_cleared_and_folders_are_private(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool"), RealDisk())
    spool.prepare()
    (tmp_path / "spool" / "tmp" / "half").write_bytes(b"{")
    spool.put(HELD, "slot", record(5))
    spool.prepare()
    assert not (tmp_path / "spool" / "tmp" / "half").exists()
    assert [entry.slot for entry in spool.entries(HELD)] == [5]
    assert os.name == "nt" or (tmp_path / "spool").stat().st_mode & 0o077 == 0
    assert spool.bytes() > 0


def test_what_waited_for_weeks_is_kept_for_seven_days_from_its_acknowledgement_on() -> None:
    """Else a collector restored from yesterday's backup would have lost it for ever."""
    spool = Spool("/spool", StageDisk())
    today = MONDAY // 86_400
    acknowledged(spool, (MONDAY - 20 * 86_400) // 900, today)
    acknowledged(spool, MONDAY // 900 + 600, today + 6)
    spool.drop_old(MONDAY + 6 * 86_400)
    kept, _ = spool.entries(KEPT)
    spool.move(KEPT, PENDING, kept)
    (entry,) = spool.entries(PENDING)
    assert (entry.key, entry.acknowledged_day) == (kept.key, -1)
    spool.move(PENDING, KEPT, entry, day=today)
    acknowledged(spool, MONDAY // 900 + 900, today + 9)
    spool.drop_old(MONDAY + 9 * 86_400)
    assert [entry.acknowledged_day for entry in spool.entries(KEPT)] == [today + 6, today + 9]
