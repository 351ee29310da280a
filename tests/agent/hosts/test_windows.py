"""The service as Windows' service manager knows it; the manager itself is in tests/e2e/test_windows_service.py."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its service manager", allow_module_level=True)
assert sys.platform == "win32"

from agent.hosts import windows
from agent.hosts.windows import Loop, ManagedService
from tests.agent.commands.conftest import clean_environment, run
from tests.agent.service_stage import Stage

STOP, INTERROGATE, SHUTDOWN, POWER, SESSION, PRESHUTDOWN = 1, 4, 5, 0x0D, 0x0E, 0x0F
SUSPEND, RESUME = 4, 0x12
SESSION_LOGON = 5
NOT_IMPLEMENTED = 120
PATIENCE_SECONDS = 60.0


class Host(ManagedService):
    """Keeps what it would tell the manager."""

    def __init__(self) -> None:
        super().__init__(dict)
        self.told: list[int] = []

    def _tell(self, state: int, exit_code: int = 0) -> None:
        assert exit_code == 0
        self.told.append(state)


class Managed:
    """A service on a stage, counting on a thread, with the handler that the manager calls."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.stage.disk.files["/state/identity.json"] = b"{}"  # enrolled: no contact before its time
        self.service = self.stage.service
        self.service.start()
        self.woken = threading.Semaphore(0)
        self.checkpoints = 0
        self._count("wake", self.woken.release)
        self._count("checkpoint", self._note_checkpoint)
        self.host = Host()
        self.counting = threading.Thread(target=self.host._loop.run, args=(self.service,))
        self.counting.start()

    def _count(self, name: str, note: Callable[[], None]) -> None:
        real = getattr(self.service, name)

        def noted() -> None:
            real()
            note()

        setattr(self.service, name, noted)

    def _note_checkpoint(self) -> None:
        self.checkpoints += 1

    def handle(self, control: int, kind: int = 0) -> int:
        """What the manager's thread gets as an answer."""
        answers: list[int] = []
        thread = threading.Thread(target=lambda: answers.append(self.host.handled(control, kind, None, None)))
        thread.start()
        thread.join(PATIENCE_SECONDS)
        return answers[0]

    def end(self) -> None:
        self.host._loop.stop("service_stop")
        self.counting.join(PATIENCE_SECONDS)
        assert not self.counting.is_alive()


@pytest.fixture
def managed() -> Iterator[Managed]:
    started = Managed()
    yield started
    started.end()


@pytest.mark.parametrize(
    ("control", "reason"), [(STOP, "service_stop"), (SHUTDOWN, "power_off"), (PRESHUTDOWN, "power_off")]
)
def test_a_stop_and_a_shutdown_end_the_run_in_order_and_the_record_says_which(
    managed: Managed, control: int, reason: str
) -> None:
    assert managed.handle(control) == 0
    managed.counting.join(PATIENCE_SECONDS)
    assert managed.host.told == [3], "STOP_PENDING"
    assert managed.stage.records("run")[-1]["stop_reason"] == reason
    assert managed.stage.senders == 1, "the last contact"


def test_what_cannot_be_logged_in_the_state_folder_is_told_to_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(windows, "to_event_log", told.append)
    monkeypatch.setattr(windows, "state_folder", lambda: str(tmp_path / "DPS agent"))
    windows.complain("first", None)
    assert "first" in (tmp_path / "DPS agent/agent.log").read_text("utf-8")
    monkeypatch.setattr(windows, "state_folder", lambda: str(tmp_path / "DPS agent/agent.log"))
    windows.complain("second", None)
    assert told == ["second"]
    assert "second" not in (tmp_path / "DPS agent/agent.log").read_text("utf-8")


def test_a_line_in_the_log_of_windows_does_no_harm() -> None:
    windows.to_event_log("a test of the DPS agent")


def test_a_change_of_sessions_wakes_the_service_at_once(managed: Managed) -> None:
    assert managed.handle(SESSION, SESSION_LOGON) == 0
    assert managed.woken.acquire(timeout=PATIENCE_SECONDS)


def test_before_it_sleeps_everything_is_written_down_before_the_answer(managed: Managed) -> None:
    before = managed.checkpoints
    assert managed.handle(POWER, SUSPEND) == 0
    assert managed.checkpoints == before + 1


def test_when_it_wakes_the_service_looks_at_its_clocks(managed: Managed) -> None:
    managed.stage.clock.sleep(3600)
    assert managed.handle(POWER, RESUME) == 0
    assert managed.woken.acquire(timeout=PATIENCE_SECONDS)
    managed.end()
    (sleep,) = managed.stage.records("run")[-1]["sleeps"]
    assert sleep["to_seconds"] - sleep["from_seconds"] == 3600


def test_a_service_that_hangs_does_not_keep_the_computer_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "LONGEST_FLUSH_SECONDS", 0.05)
    loop = Loop()
    loop.flush()  # nobody runs it


def test_the_manager_may_ask_how_it_is_and_anything_else_is_not_understood(managed: Managed) -> None:
    assert managed.handle(INTERROGATE) == 0
    assert managed.handle(200) == NOT_IMPLEMENTED


def test_whoever_starts_the_service_by_hand_is_told_what_to_start() -> None:
    done = run("service")
    assert done.code == 2
    assert done.err == ("dps-agent: this mode is started by Windows' service manager; by hand, use `dps-agent run`\n")


def test_the_settings_are_one_line_of_json_for_the_service(tmp_path: Path) -> None:
    done = run("settings", "--state", str(tmp_path), "--contact-seconds", "90")
    settings = json.loads(done.out)
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert settings["state_folder"] == str(tmp_path)
    assert settings["contact_seconds"] == 90
    assert settings["sender"][0] == sys.executable
    assert settings["sender"][-4:] == ["--state", str(tmp_path), "--contact-seconds", "90"]


def records(folder: Path, kind: str) -> list[dict[str, Any]]:
    places = [folder / "spool" / place for place in ("pending", "held")]
    return [json.loads(file.read_text()) for place in places for file in place.glob(f"{kind}-*.json")]


def test_by_hand_it_counts_until_it_is_killed_and_the_next_run_goes_on(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "agent", "run", "--state", str(tmp_path / "state")]
    for _ in range(2):
        with subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=clean_environment()
        ) as process:
            assert process.stderr is not None
            assert any("counts in" in line for line in process.stderr), "it ended"
            second = run("run", "--state", str(tmp_path / "state"))
            assert second.code == 1
            assert "service.lock: wait until it ends, or end it" in second.err
            process.kill()
    runs = {record["run_id"]: record for record in records(tmp_path / "state", "run")}
    (later,) = [record for record in runs.values() if record["previous_run_id"] in runs]
    assert later["start_reason"] == "restart"
