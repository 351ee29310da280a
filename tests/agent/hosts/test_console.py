"""The resident process as the system starts and stops it."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: signals", allow_module_level=True)
assert sys.platform == "linux"

from agent.hosts.console import Wakeups
from tests.agent.commands.conftest import Done, clean_environment, run
from tests.agent.service_stage import Stage

LONGEST_SECONDS = 30

Started = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Starts `dps-agent run` for a folder and waits until it counts."""
    processes = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "agent", "run", "--state", str(tmp_path / "state"), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=clean_environment(),
        )  # fmt: skip
        processes.append(process)
        wait_for(process, "counts in")
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """Its lines until one holds these words."""
    assert process.stderr is not None
    told = ""
    while words not in told:
        ready, _, _ = select.select([process.stderr], [], [], LONGEST_SECONDS)
        line = os.read(process.stderr.fileno(), 65_536).decode() if ready else ""
        assert line, f"it ended or fell silent after {told!r}"
        told += line
    return told


def records(folder: Path, kind: str) -> list[dict[str, Any]]:
    return [
        json.loads(file.read_text())
        for place in ("pending", "held")
        for file in (folder / "spool" / place).glob(f"{kind}-*.json")
    ]


def test_what_presence_tells_next_does_not_lie_there_until_something_else_is_due() -> None:
    stage = Stage()
    stage.restart()
    for _ in range(2):
        stage.service.wake()  # the first contact comes and goes
    stage.presence.rest = 0.01
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    begun = time.monotonic()
    with Wakeups() as wakeups:
        wakeups.wait(stage.service)
    lasted = time.monotonic() - begun
    for number, handler in before.items():
        signal.signal(number, handler)
    assert stage.service.due() - stage.clock.elapsed() > LONGEST_SECONDS / 2
    assert lasted < LONGEST_SECONDS / 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order_and_the_stop_is_recorded(
    started: Started, tmp_path: Path, number: signal.Signals
) -> None:
    process = started()
    process.send_signal(number)
    _, err = process.communicate(timeout=LONGEST_SECONDS)
    assert process.returncode == 0
    assert "dps-agent: stopped\n" in err
    assert "Traceback" not in err
    (record,) = records(tmp_path / "state", "run")
    assert record["stop_reason"] == "service_stop"
    assert record["stopped_at_seconds"] >= record["started_at_seconds"]
    assert json.loads((tmp_path / "state" / "run.json").read_text())["stopped"] == "service_stop"


def test_it_goes_on_after_kill_as_the_next_run_of_the_same_station(started: Started, tmp_path: Path) -> None:
    first = started()
    first.kill()
    first.communicate()
    second = started()
    second.terminate()
    second.communicate(timeout=LONGEST_SECONDS)
    runs = {record["run_id"]: record for record in records(tmp_path / "state", "run")}
    assert len(runs) == 2
    (later,) = [record for record in runs.values() if record["previous_run_id"] in runs]
    assert later["start_reason"] == "restart"


def test_a_state_folder_that_is_emptied_within_a_boot_is_made_good_from_the_folder_of_the_service_manager(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path / "run"))
    first = started()
    (first_run,) = records(tmp_path / "state", "run")
    first.kill()
    first.communicate()
    shutil.rmtree(tmp_path / "state")
    second = started()
    second.terminate()
    second.communicate(timeout=LONGEST_SECONDS)
    runs = {record["run_id"]: record for record in records(tmp_path / "state", "run")}
    (later,) = [record for record in runs.values() if record["run_id"] != first_run["run_id"]]
    assert (later["previous_run_id"], later["start_reason"]) == (first_run["run_id"], "restart")
    assert first_run["run_id"] in runs, "what its last checkpoint had to say is there again"
    assert all(place.stat().st_mode & 0o077 == 0 for place in (tmp_path / "run").iterdir() if place.is_file())


def test_a_second_one_on_the_same_folder_says_so_and_leaves_the_first_alone(started: Started, tmp_path: Path) -> None:
    first = started()
    done = run("run", "--state", str(tmp_path / "state"))
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"dps-agent: Another process holds {tmp_path}/state/service.lock: wait until it ends, or end it\n"
    )
    assert first.poll() is None


def test_only_the_service_s_account_may_look_into_its_folder(started: Started, tmp_path: Path) -> None:
    started()
    for place in (tmp_path / "state").rglob("*"):
        assert place.stat().st_mode & 0o077 == 0, place


def test_a_staff_list_is_on_no_command_line_and_in_no_file(started: Started, tmp_path: Path) -> None:
    settings = tmp_path / "agent.toml"
    settings.write_text('staff = ["mallory-of-the-staff"]\n')
    process = started("--config", str(settings))
    assert b"mallory" not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert b"mallory" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    files = [place for place in (tmp_path / "state").rglob("*") if place.is_file()]
    assert files
    assert not [place for place in files if b"mallory" in place.read_bytes()]


@pytest.mark.parametrize("folder", ["/proc/dps-agent", "/dev/null", "/dev/null/state"])
def test_a_state_folder_that_cannot_be_made_is_one_sentence(folder: str) -> None:
    done = run("run", "--state", folder)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"dps-agent: the state folder {folder} cannot be used (")
    assert done.err.endswith("choose another with --state\n")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("settings", ["", "\n", "nonsense\n", "[]\n", "5\n", '{"state_folder": "/x"}\n', "null\n"])
def test_somebody_who_starts_the_resident_by_hand_is_told_what_to_start(settings: str) -> None:
    done = run("resident", stdin=settings)
    told = "dps-agent: this mode is started by `dps-agent run`, which hands over the settings\n"
    assert done == Done(1, "", told)


def test_settings_that_are_not_text_are_told_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent", "resident"], input=b"\xff\n", capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
