"""`status`: one screen from files alone, with an exit code for monitoring."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent import machine
from agent.boot_copy import FileCopy
from agent.commands.status import Line, lines_of
from agent.disk import RealDisk
from agent.sender.memory import Memory, Store
from agent.spool import PENDING, REFUSED
from tests.agent.commands.conftest import Done
from tests.agent.sender.fake_collector import FakeCollector
from tests.agent.sender.local_server import Reply

Call = Callable[..., Done]


def service(state: Path, **changes: Any) -> None:
    """The last word of a service that runs and sees all it should."""
    clock = machine.system_clock()
    told = {
        "run_id": "aa" * 8, "boot_id": clock.boot_id(), "elapsed_seconds": int(clock.elapsed()), "trusted": True,
        "source": "logind", "readable": True, "open_sessions": 1, "stopped": None,
    }  # fmt: skip
    (state / "run.json").write_text(json.dumps({**told, **changes}))


def lines(done: Done) -> dict[str, str]:
    return {line[2:14].strip(): line[14:] for line in done.out.splitlines()}


def wrong(done: Done) -> list[str]:
    return [line[2:14].strip() for line in done.out.splitlines() if line.startswith("!")]


def test_when_all_is_well_nothing_is_marked_and_it_fits_a_screen(call: Call, enrolled: list[str], state: Path) -> None:
    service(state)
    assert call("send", *enrolled).code == 0
    done = call("status", *enrolled)
    assert (done.code, wrong(done), done.err) == (0, [], "")
    assert len(done.out.splitlines()) <= 20
    assert all(len(line) <= 120 for line in done.out.splitlines())
    told = lines(done)
    assert told["enrolment"] == "enrolled"
    assert told["service"].startswith("runs, last word ")
    assert told["sessions"] == "read from logind, 1 open now"
    assert told["waiting"].startswith("0 records")


@pytest.mark.parametrize(
    ("heard_seconds_ago", "open_sessions", "mode", "sentence"),
    [
        (60, 1, "log_on", "told by presence"),
        (5, 0, "log_on", "told by presence"),
        (61, 1, "log_on", "not told by presence in the visitor's desktop: hours of use are an upper bound"),
        (2**62, 1, "activity", "not told by presence in the visitor's desktop: use is unknown"),
        (2**62, 0, "log_on", None),
    ],
)
def test_it_says_whether_presence_speaks(
    call: Call,
    enrolled: list[str],
    state: Path,
    heard_seconds_ago: int,
    open_sessions: int,
    mode: str,
    sentence: str | None,
) -> None:
    assert call("send", *enrolled).code == 0
    now = int(machine.system_clock().elapsed())
    heard = {"heard_at": now - heard_seconds_ago}
    service(state, elapsed_seconds=now, open_sessions=open_sessions, mode=mode, counter=heard)
    done = call("status", *enrolled)
    assert lines(done).get("input") == sentence
    assert done.code == 0


def test_on_a_fresh_computer_it_says_what_to_do(call: Call, state: Path) -> None:
    done = call("status", "--state", str(state))
    assert done.code == 1
    assert wrong(done) == ["collector", "enrolment", "service", "last sent"]
    assert "dps-agent enroll" in lines(done)["enrolment"]
    assert not state.exists(), "looking writes nothing"


@pytest.mark.parametrize(
    ("changes", "subject", "words"),
    [
        ({"stopped": "service_stop"}, "service", "stopped properly"),
        ({"boot_id": "another"}, "service", "does not run"),
        ({"elapsed_seconds": -1000}, "service", "does not run"),
        ({"readable": False, "source": "not readable: no bus"}, "sessions", "not readable: no bus"),
        ({"trusted": False}, "clock", "counts are held back"),
    ],
)
def test_what_is_wrong_with_the_service_is_marked(
    call: Call, enrolled: list[str], state: Path, changes: dict[str, Any], subject: str, words: str
) -> None:
    service(state)
    call("send", *enrolled)
    service(state, **changes)
    done = call("status", *enrolled)
    assert (done.code, wrong(done)) == (1, [subject])
    assert words in lines(done)[subject]


def test_a_failed_contact_is_marked_with_its_reason(
    call: Call, enrolled: list[str], state: Path, collector: FakeCollector
) -> None:
    service(state)
    call("send", *enrolled)
    collector.instead = lambda _: Reply(404)
    call("send", *enrolled)
    done = call("status", *enrolled)
    assert (done.code, wrong(done)) == (1, ["last try"])
    assert "status 404" in lines(done)["last try"]


def test_what_stands_aside_or_was_dropped_is_marked(call: Call, enrolled: list[str], state: Path) -> None:
    service(state)
    store = Store(str(state), RealDisk())
    store.keep_memory(Memory(last_success_seconds=1, readings_refused="memory is wrong"))
    store.spool.set_aside(PENDING, store.spool.entries(PENDING)[0], "no")
    (state / "spool" / "dropped").write_text("7")
    done = call("status", *enrolled)
    assert (done.code, wrong(done)) == (1, ["refused", "readings", "dropped"])
    assert len(store.spool.entries(REFUSED)) == 1
    assert lines(done)["refused"].startswith("1 records are set aside")
    assert lines(done)["dropped"].startswith("7 records")


def test_what_the_systems_log_told_instead_of_the_service_is_said_and_is_no_fault(
    call: Call, enrolled: list[str], state: Path
) -> None:
    service(state)
    repaired = Memory(last_success_seconds=1, repaired_from_seconds=1_790_000_000, repaired_until_seconds=1_790_000_541)
    Store(str(state), RealDisk()).keep_memory(repaired)
    done = call("status", *enrolled)
    assert lines(done)["made good"].startswith("10 min without the service, told from the system's log, to 2026-09-21 ")
    assert "made good" not in wrong(done)
    assert all(len(line) <= 120 for line in done.out.splitlines())


def test_what_a_probe_cannot_read_is_listed_and_is_no_fault(call: Call, enrolled: list[str], state: Path) -> None:
    service(state)
    store = Store(str(state), RealDisk())
    unreadable = [
        {"probe": "volumes", "outcome": "failed", "reason": "no disk"},
        {"probe": "battery", "outcome": "no_data", "reason": "none"},
        {"probe": "fans", "outcome": "no_data", "reason": "none"},
    ]
    store.keep_memory(Memory(last_success_seconds=1, readings={"not_readable": unreadable}))
    done = call("status", *enrolled)
    assert (done.code, lines(done)["cannot read"]) == (0, "volumes (no disk)")
    assert lines(done)["not there"] == "battery, fans"


def lines_with_copy(state: Path, boot_folder: Path, run: dict[str, Any], copy: dict[str, Any] | str) -> dict[str, Line]:
    """The screen of a station whose service keeps a copy of its last word in a folder that a boot clears."""
    clock = machine.system_clock()
    now = int(clock.elapsed())
    told = {"run_id": "aa" * 8, "boot_id": clock.boot_id(), "trusted": True, "readable": True, "mode": "log_on"}
    boot_folder.mkdir()
    state.mkdir(exist_ok=True)
    (state / "run.json").write_text(json.dumps({**told, "elapsed_seconds": now - 3600, **run}))
    content = copy if isinstance(copy, str) else json.dumps({**told, "elapsed_seconds": now - 5, **copy})
    boot_copy = FileCopy(str(boot_folder), "state", RealDisk())
    boot_copy.write(content.encode())
    return {line.subject: line for line in lines_of(Store(str(state), RealDisk()), clock, boot_copy)}


def test_a_state_folder_that_cannot_be_written_is_said_while_counting_goes_on(state: Path, tmp_path: Path) -> None:
    told = lines_with_copy(
        state, tmp_path / "boot", {}, {"disk_complaint": "No space left on device", "open_sessions": 2}
    )
    assert told["state folder"] == Line(
        "state folder",
        "cannot be written (No space left on device): counts are kept in memory; free or mend it",
        well=False,
    )
    assert told["service"].sentence.startswith("runs, last word ")
    assert told["sessions"].sentence == "read from None, 2 open now; each log-on is a visit"


def test_how_visits_are_told_is_said(state: Path, tmp_path: Path) -> None:
    told = lines_with_copy(state, tmp_path / "boot", {}, {"mode": "activity", "source": "logind"})
    assert told["sessions"].sentence == "read from logind, 0 open now; each stretch of input is a visit"
    assert "state folder" not in told


@pytest.mark.parametrize("copy", ["", "{", "[]", "null", '{"boot_id": "another", "elapsed_seconds": 1}'])
def test_a_copy_that_is_damaged_or_of_another_boot_is_not_believed(state: Path, tmp_path: Path, copy: str) -> None:
    told = lines_with_copy(state, tmp_path / "boot", {"source": "utmp"}, copy)
    assert told["service"].sentence.startswith("does not run")
    assert told["sessions"].sentence.startswith("read from utmp")


@pytest.mark.parametrize("content", ["", "[]", '{"run_id": "aa"}', '{"half', "null"])
def test_a_damaged_file_of_the_service_is_no_traceback(
    call: Call, enrolled: list[str], state: Path, content: str
) -> None:
    (state / "run.json").write_text(content)
    done = call("status", *enrolled)
    assert done.code == 1
    assert "service" in wrong(done)


def test_a_damaged_secret_is_one_sentence(call: Call, enrolled: list[str], state: Path) -> None:
    (state / "identity.json").write_text('{"publ')
    done = call("status", *enrolled)
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "enrol this station again" in done.err
