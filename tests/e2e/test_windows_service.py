"""The agent as a service of Windows' own service manager, under Wine, with a real collector on this computer."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.windows_python import Windows, why_not, windows_python

if sys.platform != "linux":
    pytest.skip("only Linux: Wine", allow_module_level=True)

PATIENCE_SECONDS = 90
NAME = "dps-agent"
KEY = "HKLM\\SOFTWARE\\DPS agent"

reason = why_not()
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))


class Station:
    """A Windows with the agent's service, settings in its registry and a token in a file."""

    def __init__(self, windows: Windows, collector: RunningCollector) -> None:
        self.windows = windows
        self.collector = collector
        self.python = windows.python / "python.exe"
        self.state = windows.prefix / "drive_c/ProgramData/DPS agent"
        self.user: subprocess.Popen[bytes] | None = None

    def log_on(self) -> None:
        """Wine ends its services soon after the last ordinary program: this one stays."""
        self.user = subprocess.Popen(
            ["wine", str(self.python), "-I", "-c", "import time; time.sleep(3600)"],
            env=self.windows.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            umask=0o077,  # as in Windows.run: Wine makes access lists of modes
        )

    def set(self, name: str, value: str) -> None:
        self.windows.run(["reg", "add", KEY, "/v", name, "/d", value, "/f"])

    def install(self) -> None:
        program = "Z:" + str(self.python).replace("/", "\\")
        self.windows.run(["sc", "create", NAME, "binPath=", f'"{program}" -I -m agent service', "start=", "auto"])

    def start(self) -> None:
        self.windows.run(["sc", "start", NAME])

    def word(self, *words: str, check: bool = True) -> str:
        """What the agent's command line prints."""
        return self.windows.run([self.python, "-I", "-m", "agent", *words], check=check).stdout

    def is_state(self, state: str) -> bool:
        return state in self.windows.run(["sc", "query", NAME], check=False).stdout

    def stop(self) -> None:
        self.windows.run(["sc", "stop", NAME])
        until(lambda: self.is_state("STOPPED"), "the service has stopped", PATIENCE_SECONDS)

    def plug_pulled(self) -> None:
        self.windows.end()
        if self.user is not None:
            self.user.wait()
            self.user = None

    def service(self) -> dict[str, Any]:
        """What the service wrote at its last checkpoint."""
        try:
            found: dict[str, Any] = json.loads((self.state / "run.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found

    def service_after(self, run_id: str) -> dict[str, Any] | None:
        """The same of a later run; None while there is none."""
        found = self.service()
        return found if found.get("run_id") not in (None, run_id) else None

    def beginning_of(self, saved: dict[str, Any]) -> tuple[str, str | None]:
        """What the record of a run says: why it began, and after which one."""

        def told() -> tuple[str, str | None] | None:
            for path in self.state.glob(f"spool/*/run-*{saved['run_id']}*"):
                with suppress(FileNotFoundError):  # sent, and kept elsewhere
                    record = json.loads(path.read_bytes())
                    return record["start_reason"], record["previous_run_id"]
            return None

        found: tuple[str, str | None] = until(told, "its record is there", PATIENCE_SECONDS)
        return found


@pytest.fixture
def station(tmp_path: Path, collector: RunningCollector) -> Iterator[Station]:
    windows = windows_python().copy(tmp_path / "prefix").with_agent(tmp_path / "Python311")
    made = Station(windows, collector)
    (windows.prefix / "drive_c/token.txt").write_text(collector.token("--site", "EVERE") + "\n", encoding="utf-8")
    made.log_on()
    for name, value in {"server": collector.address, "tag": "win-01", "token_file": "C:\\token.txt"}.items():
        made.set(name, value)
    yield made
    made.plug_pulled()


def resident_kilobytes(python: Path) -> int:
    """Of the service that runs with this Python."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = (
                place.read_bytes().replace(b"\0", b" ").replace(b"\\", b"/").replace(b'"', b"").decode(errors="replace")
            )
            status = (place.parent / "status").read_text()
        except OSError:
            continue  # it has just ended
        if str(python) in words and words.rstrip().endswith("-m agent service") and "VmRSS:" in status:
            return int(status.partition("VmRSS:")[2].split()[0])
    raise AssertionError("the service is no process of this computer")


def test_it_enrols_counts_sends_stops_in_order_and_comes_back_after_a_boot(
    station: Station, collector: RunningCollector, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f'server = "{collector.address}"  # registry HKLM\\SOFTWARE\\DPS agent' in station.word("config")
    station.install()
    began = time.monotonic()
    station.start()
    until(lambda: collector.rows("SELECT 1 FROM station_contact"), "the first envelope has come", PATIENCE_SECONDS)
    first_envelope = time.monotonic() - began

    status = station.word("status", check=False)
    assert "runs, last word" in status
    assert "read from wts" in status
    shown = json.loads(station.word("show").splitlines()[-1])
    assert shown["current_run_id"] == station.service()["run_id"]
    memory = resident_kilobytes(station.python)
    with capsys.disabled():
        print(
            f"\nunder Wine: first envelope {first_envelope:.1f} s after the start, {memory} kB resident (Wine's figure)"
        )

    first = station.service()
    station.stop()
    stopped = station.service()
    assert (stopped["run_id"], stopped["stopped"]) == (first["run_id"], "service_stop")
    log = (station.state / "agent.log").read_text(encoding="utf-8")
    assert "sessions are read from wts" in log
    assert log.endswith("Z stopped\n")
    until(
        lambda: collector.rows("SELECT 1 FROM run WHERE stop_reason = 'service_stop'"),
        "the stop is known",
        PATIENCE_SECONDS,
    )

    # The state is lost: what was counted in this boot is known from the copy in the registry.
    (station.state / "run.json").unlink()
    station.start()
    again = until(lambda: station.service_after(first["run_id"]), "it goes on", PATIENCE_SECONDS)
    assert again["boot_id"] == first["boot_id"]
    assert station.beginning_of(again) == ("restart", first["run_id"])

    station.plug_pulled()
    station.log_on()
    second = until(lambda: station.service_after(again["run_id"]), "it runs again", PATIENCE_SECONDS)
    assert second["boot_id"] not in ("", first["boot_id"]), "a boot has a name of its own"
    assert second["stopped"] is None
    assert station.beginning_of(second) == ("boot", again["run_id"])
    assert station.is_state("RUNNING")


def test_a_wrong_token_is_said_in_its_log_and_it_keeps_counting(station: Station, collector: RunningCollector) -> None:
    token = f"dps1-{'0' * 16}-{'0' * 64}"
    (station.windows.prefix / "drive_c/token.txt").write_text(token + "\n", encoding="utf-8")
    station.install()
    station.start()
    until(lambda: "last try" in station.word("status", check=False), "it has tried", PATIENCE_SECONDS)
    assert station.is_state("RUNNING")
    log = (station.state / "agent.log").read_text(encoding="utf-8")
    assert "nothing was sent: " in log
    assert "token" in log.partition("nothing was sent: ")[2].splitlines()[0]
    assert token not in log
    assert collector.rows("SELECT 1 FROM station_contact") == []


def test_a_setting_that_cannot_be_used_stops_the_service_with_a_code_of_its_own(station: Station) -> None:
    station.set("counting", "sometimes")
    station.install()
    station.start()
    until(lambda: station.is_state("STOPPED"), "it has stopped", PATIENCE_SECONDS)
    assert "SERVICE_EXIT_CODE  : 0" not in station.windows.run(["sc", "query", NAME]).stdout.replace("(0x0)", "")
