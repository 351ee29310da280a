"""The installer for Windows through its life, under Wine: installed, used, upgraded, refused, removed."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import __version__ as VERSION  # noqa: N812 the installer has the agent's
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.packaging.windows_station import WindowsStation

if sys.platform != "linux":
    pytest.skip("only Linux: Wine", allow_module_level=True)

from tests.rigs.windows_agent import frozen_agent
from tests.rigs.windows_python import Windows, why_not, windows_python

BUILD = Path(__file__).parents[2] / "packaging/windows/build_msi.py"
TRANSFORM = BUILD.with_name("build_mst.py")
TOOLS = {"wixl": "wixl", "msibuild": "msitools"}
lacking = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
reason = why_not() or (f"not installed: {' '.join(lacking)}" if lacking else None)
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))

OLDER = "0.0.9"
FIRST_ENVELOPE_SECONDS = 10
AS_LONG_AS_INSTALLING = 4
"""Or so many times as long: at rest both take a second and a half, so the installation tells how slow a computer is."""
PATIENCE_SECONDS = 90
LARGEST_MSI_BYTES = 15 * 1024 * 1024
LARGEST_INSTALLED_BYTES = 35 * 1024 * 1024
DISKS_TASK = "windows/system32/tasks/DPS agent disks"
DOWNGRADE_REFUSED = 1603 % 256
"""ERROR_INSTALL_FAILURE; Linux sees the last byte of an exit code."""
REPAIR = ("REINSTALL=ALL", "REINSTALLMODE=amus")
"""What /fa means, which Wine takes for a product code only."""


@pytest.fixture(scope="module")
def msis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("msis")
    for words in ([], ["--version", OLDER]):
        subprocess.run(
            [sys.executable, str(BUILD), str(folder), "--bundle", str(frozen_agent()), *words],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    # Wine does not tell the older installer that it makes room for a newer one (UPGRADINGPRODUCTCODE), as Windows does.
    for action in ("Leave", "ForgetState", "ForgetToken"):
        query = f"UPDATE `InstallExecuteSequence` SET `Condition` = 'Never' WHERE `Action` = '{action}'"
        subprocess.run(["msibuild", str(folder / f"dps-agent-{OLDER}.msi"), "-q", query], check=True)
    return folder


@pytest.fixture
def newer(msis: Path) -> Path:
    return msis / f"dps-agent-{VERSION}.msi"


@pytest.fixture
def older(msis: Path) -> Path:
    return msis / f"dps-agent-{OLDER}.msi"


@pytest.fixture
def windows(tmp_path: Path) -> Windows:
    """A Windows of its own; its folder of Python is another one, so that nothing of it can be found."""
    return windows_python().copy(tmp_path / "prefix")._replace(python=tmp_path)


@pytest.fixture
def station(tmp_path: Path, windows: Windows) -> Iterator[WindowsStation]:
    data = tmp_path / "collector"
    data.mkdir()
    with RunningCollector(data) as collector, WindowsStation(windows, collector) as station:
        collector.words("site", "add", "ixl", "Ixelles")
        yield station


def first_envelope(station: WindowsStation) -> None:
    until(station.contacts, "the first envelope arrives", PATIENCE_SECONDS)


def disks_are_read(station: WindowsStation) -> None:
    """There is a task for it (Wine keeps no more than its name), and a folder of its own.

    Wine has no disks, and a PowerShell that says nothing.
    """
    assert DISKS_TASK in station.files()
    assert "disks read by windows: 0" in station.agent("disks")
    left = json.loads((station.drive / "ProgramData/DPS Agent Disks/disks.json").read_text())
    assert (left["source"], left["disks"]) == ("windows", [])


def test_it_installs_silently_counts_and_leaves_nothing(
    station: WindowsStation, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = station.token()
    station.pull_the_plug()
    files, registry = station.files(), station.registry()
    station.switch_on()

    begun = time.monotonic()
    assert station.install(newer, f"TOKEN={token}", log="C:\\install.log") == 0
    installed = time.monotonic()
    first_envelope(station)
    arrived = time.monotonic()
    assert arrived - installed <= max(FIRST_ENVELOPE_SECONDS, AS_LONG_AS_INSTALLING * (installed - begun))
    station.service_is("RUNNING")

    # The token is in its file and nowhere else; what Wine tells of hidden properties, Windows does not.
    assert station.settings() == {
        "server": station.collector.address,
        "tag": "ixl-01",
        "token_file": r"C:\ProgramData\DPS agent\token",
    }
    assert (station.state / "token").read_bytes() == f"{token}\r\n".encode()
    told = (station.drive / "install.log").read_text(errors="replace")
    hidden = r"Property\(S\): (TOKEN|WriteToken|CustomActionData) = "
    assert [line for line in told.splitlines() if token in line and not re.match(hidden, line)] == []
    status = station.agent("status")
    assert "  enrolment   enrolled" in status
    assert "  service     runs" in status
    disks_are_read(station)

    size = sum(path.stat().st_size for path in station.program.rglob("*"))
    assert newer.stat().st_size <= LARGEST_MSI_BYTES
    assert size <= LARGEST_INSTALLED_BYTES

    # Repaired, stopped, started: it goes on as before.
    identity = station.memory("identity.json")
    assert station.msiexec("/i", newer, *REPAIR) == 0
    assert station.settings()["tag"] == "ixl-01"
    station.service_is("RUNNING")
    counts_after = station.restart()
    assert station.memory("identity.json") == identity
    resident = station.resident_bytes("dps-agent.exe", "service")
    presence = station.start(station.program / "dps-presence.exe")

    task = ["/tn", "DPS agent presence"]
    station.tells("schtasks", "/create", *task, "/xml", "C:\\Program Files\\DPS agent\\presence-task.xml")
    assert r"windows/system32/tasks/DPS agent presence" in station.files()

    assert presence.poll() is None
    begun_removal = time.monotonic()
    assert station.msiexec("/x", newer) == 0
    removed = time.monotonic()
    assert station.service() == ""
    presence.wait(PATIENCE_SECONDS)  # it held files open, and has been ended
    (station.drive / "install.log").unlink()
    station.pull_the_plug()
    assert station.files() - files == set()
    left = {line for line in station.registry() - registry if "dps" in line.lower()}
    assert left == set()
    with capsys.disabled():
        print(
            f"\nmsi {newer.stat().st_size / 1e6:.1f} MB, installed {size / 1e6:.1f} MB; under Wine: install "
            f"{installed - begun:.1f} s, first envelope {arrived - installed:.1f} s after it, removal "
            f"{removed - begun_removal:.1f} s, service start to its first record {counts_after:.1f} s, resident set of "
            f"the service {resident / 1e6:.1f} MB (Wine's own libraries included)"
        )


def test_an_upgrade_keeps_settings_identity_and_what_was_not_sent(
    station: WindowsStation, older: Path, newer: Path
) -> None:
    assert station.install(older, f"TOKEN={station.token()}") == 0
    first_envelope(station)
    identity, settings = station.memory("identity.json"), station.settings()
    station.collector.kill()
    station.restart()  # a run that knows the time from its start has something to send at once
    until(station.waiting, "there are records to send")
    run = station.memory("run.json")["run_id"]

    assert station.msiexec("/i", newer) == 0
    until(lambda: station.memory("run.json").get("run_id") not in (None, run), "the new version runs")
    waiting = [name for name in station.waiting() if run in name]
    assert waiting
    assert station.memory("identity.json") == identity
    assert station.settings() == settings
    assert (station.state / "token").exists()
    assert station.products().count("DPS agent\n") <= 1

    station.collector.start()
    until(lambda: station.agent("send") and not set(waiting) & set(station.waiting()), "what waited is sent")
    runs = [row[0] for row in station.collector.rows("SELECT run_id FROM run")]
    assert run in runs
    assert len(station.collector.rows("SELECT 1 FROM station")) == 1

    # Older than what is there: refused, and nothing changes.
    assert station.install(older) == DOWNGRADE_REFUSED
    station.service_is("RUNNING")


def test_settings_come_by_a_transform_and_it_runs_again_after_a_reboot(
    station: WindowsStation, newer: Path, tmp_path: Path
) -> None:
    (station.drive / "share").mkdir()
    (station.drive / "share/token").write_text(station.token())
    given = {"SERVER": station.collector.address, "TAG": "site-01", "TOKENFILE": r"C:\share\token"}
    words = [f"{name}={value}" for name, value in given.items()]
    subprocess.run([sys.executable, TRANSFORM, newer, tmp_path / "site.mst", *words], check=True)
    assert station.msiexec("/i", newer, f"TRANSFORMS=Z:{tmp_path}/site.mst".replace("/", "\\")) == 0
    first_envelope(station)
    assert station.settings() == {
        "server": station.collector.address,
        "tag": "site-01",
        "token_file": r"C:\ProgramData\DPS agent\token",
    }
    before = station.memory("run.json")["run_id"]
    station.pull_the_plug()
    station.switch_on()
    until(lambda: station.memory("run.json").get("run_id") not in (None, before), "it runs again")
    # Once the collector has answered in this boot, the time is known; a stop in order tells all that was counted.
    booted = station.memory("run.json")["boot_id"]
    until(lambda: station.agent("send") and station.memory("trust.json").get("boot_id") == booted, "the time is known")
    station.restart()
    until(lambda: station.agent("send") and len(station.collector.runs()) > 2, "the new runs are told")
    first, second, third = station.collector.runs()
    assert [each["start_reason"] for each in (first, second, third)] == ["boot", "boot", "restart"]
    assert second["stopped_at"] <= third["started_at"], "one boot is dated by one clock"


def test_a_wrong_token_is_told_and_tried_again(station: WindowsStation, newer: Path) -> None:
    right = station.token()
    wrong = right[:-4] + ("0000" if right[-4:] != "0000" else "1111")
    assert station.install(newer, f"TOKEN={wrong}") == 0
    told = until(lambda: station.memory("sender.json").get("last_sentence"), "the reason is known")
    assert "token" in str(told)
    status = station.agent("status")
    assert "! enrolment" in status
    assert str(told) in status
    assert f"nothing was sent: {told}" in station.log()
    assert wrong not in station.log()
    station.service_is("RUNNING")
    assert station.contacts() == []

    # Mended as a technician would: the same installer once more, with the right one.
    assert station.install(newer, f"TOKEN={right}", "REINSTALL=ALL") == 0
    station.agent("send")
    first_envelope(station)


def test_the_state_may_stay_and_may_be_elsewhere(station: WindowsStation, newer: Path) -> None:
    kept = station.drive / "unfrozen/dps"
    assert station.install(newer, f"TOKEN={station.token()}", r"STATEDIR=C:\unfrozen\dps") == 0
    first_envelope(station)
    assert (kept / "identity.json").exists()
    (kept / "of somebody else.txt").write_text("x")
    assert station.msiexec("/x", newer, "KEEPSTATE=1") == 0
    assert (kept / "identity.json").exists()
    assert not station.state.exists()

    # The same state, told by its volume; certificates are remembered too.
    kept = Path(shutil.move(kept, station.drive / "DPS agent"))
    assert station.install(newer, "STATEVOLUME=C:\\", "CA=C:\\ca.pem") == 0
    told = {"ca_file": "C:\\ca.pem", "state_volume": "C:\\", "state_folder": "C:\\DPS agent"}
    assert told.items() <= station.settings().items()
    station.service_is("RUNNING")
    assert len(station.collector.rows("SELECT 1 FROM station")) == 1
    assert station.msiexec("/x", newer) == 0
    assert [path.name for path in kept.rglob("*")] == ["of somebody else.txt"]


def test_a_folder_of_others_is_no_state_folder_and_a_failure_leaves_nothing(
    station: WindowsStation, newer: Path, tmp_path: Path
) -> None:
    assert station.install(newer, "STATEDIR=C:\\") != 0
    assert station.install(newer, "STATEVOLUME=C:") != 0
    (station.drive / "shared").mkdir()
    (station.drive / "shared/of somebody else.txt").write_text("x")
    assert station.install(newer, r"STATEDIR=C:\shared") != 0
    assert [path.name for path in (station.drive / "shared").iterdir()] == ["of somebody else.txt"]
    # One that fails at its last step takes back what our own actions did; the rest goes back on Windows alone.
    assert not station.program.exists()
    fails = Path(shutil.copy2(newer, tmp_path / "fails.msi"))
    names = "(`Action`, `Type`, `Source`, `Target`) VALUES ('Fail', 3073, 'Actions', 'WriteToken')"
    subprocess.run(["msibuild", fails, "-q", f"INSERT INTO `CustomAction` {names}"], check=True)
    order = "INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('Fail', 6550)"
    subprocess.run(["msibuild", fails, "-q", order], check=True)
    assert station.install(fails, f"TOKEN={station.token()}") != 0
    assert not (station.state / "token").exists()
    assert station.files() & {DISKS_TASK} == set()
