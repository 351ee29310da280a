"""The folder build for other distributions through its life, on a real systemd: installed, used, replaced, removed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.packaging.linux_station import MOST_EXPOSURE, Station
from tests.rigs.systemd_machine import SystemdMachine, why_not

PROJECT = Path(__file__).parents[2]
LARGEST_INSTALLED_BYTES = 35 * 1024 * 1024
MOST_RESIDENT_BYTES = 24 * 1024 * 1024
PROGRAM = "opt/dps-agent/dps-agent"
HERE = "/srv/unpacked"

reason = why_not() or (None if shutil.which("objdump") else "objdump is not installed (Debian: binutils)")
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, made of a folder build of this computer's Python, and unpacked."""
    folder = tmp_path_factory.mktemp("tarball")
    freeze = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--distpath", "dist", "--workpath", "work"]
    spec = str(PROJECT / "packaging/frozen/dps-agent.spec")
    environment = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(folder / "cache")}
    subprocess.run([*freeze, spec], cwd=folder, check=True, capture_output=True, env=environment)
    build = [sys.executable, str(PROJECT / "packaging/linux/build_tarball.py"), str(folder / "out")]
    done = subprocess.run(
        [*build, "--bundle", "dist/dps-agent"], cwd=folder, check=True, capture_output=True, text=True
    )
    subprocess.run(["tar", "--extract", "--file", done.stdout.strip()], cwd=folder / "out", check=True)
    [inside] = [path for path in (folder / "out").iterdir() if path.is_dir()]
    return inside


@pytest.fixture
def station(tmp_path: Path, unpacked: Path) -> Iterator[Station]:
    with RunningCollector(tmp_path) as collector, SystemdMachine(read_only={unpacked: HERE}) as machine:
        collector.words("site", "add", "ixl", "Ixelles")
        yield Station(machine, collector)


def test_it_installs_counts_is_replaced_and_leaves_nothing(
    station: Station, unpacked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def script(*words: str) -> None:
        station.machine.run(["sh", f"{HERE}/install.sh", *words])

    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    script()
    until(station.contacts, "the first envelope arrives")
    station.visit()
    station.sessions_are(1)
    assert station.machine.run(["cat", "/var/lib/dps-agent/identity.json"], user="alice", check=False).returncode
    assert station.machine.run(["touch", f"/{PROGRAM}"], user="alice", check=False).returncode
    assert station.exposure() <= MOST_EXPOSURE
    station.disks_are_read()

    # What runs is the frozen program, and no Python of the system.
    [process] = station.machine.run(["systemctl", "show", "--property=MainPID", "--value", "dps-agent"]).stdout.split()
    told = station.machine.run(["readlink", f"/proc/{process}/exe"]).stdout.strip()
    assert told == f"/{PROGRAM}"
    status = station.machine.run(["cat", f"/proc/{process}/status"]).stdout
    resident = int(status.partition("VmRSS:")[2].split()[0]) * 1024
    assert resident <= MOST_RESIDENT_BYTES
    size = sum(path.stat().st_size for path in (unpacked / "dps-agent").rglob("*") if path.is_file())
    assert size <= LARGEST_INSTALLED_BYTES

    # The same script once more, as for a newer version: identity and counts stay.
    before = station.run()["run_id"]
    script()
    until(lambda: station.run()["run_id"] != before, "the new one runs")
    assert len(station.collector.rows("SELECT 1 FROM station")) == 1

    script("remove")
    root = station.machine.root
    assert (root / "var/lib/dps-agent/identity.json").exists()
    assert not (root / PROGRAM).exists()
    script("purge")
    words = ["find", "/", "-xdev", "-path", "/proc", "-prune", "-o", "-name", "*dps-agent*", "-print"]
    assert station.machine.run(words).stdout.split() == []
    assert station.machine.run(["getent", "passwd", "dps-agent"], check=False).returncode
    with capsys.disabled():
        print(f"\nfolder build on Linux: {size / 1e6:.1f} MB, resident set of the service {resident / 1e6:.1f} MB")


def test_a_folder_without_the_program_is_refused(tmp_path: Path) -> None:
    words = [
        sys.executable,
        str(PROJECT / "packaging/linux/build_tarball.py"),
        str(tmp_path),
        "--bundle",
        str(tmp_path),
    ]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "lacks dps-agent" in done.stderr
