"""The Debian package through its life, on a real systemd: installed, used, upgraded, removed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import __version__ as VERSION  # noqa: N812 the package has the agent's
from agent.sender.hardware import hardware_of, salted, unpacked
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.packaging.linux_station import MOST_EXPOSURE, SERIALS, Station
from tests.rigs.systemd_machine import SystemdMachine, why_not

BUILD = Path(__file__).parents[2] / "packaging/linux/build_deb.py"
TOOLS = {"dh": "debhelper", "dh_python3": "dh-python", "po2debconf": "po-debconf", "fakeroot": "fakeroot"}
lacking = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
reason = why_not() or (f"not installed: {' '.join(lacking)}" if lacking else None)
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))

DEBS = "/srv/debs"
OLDER = "0.0.9"
SILENT = {"DEBIAN_FRONTEND": "noninteractive"}


class DebianStation(Station):
    """With apt."""

    def apt(self, *words: str) -> str:
        done = self.machine.run(["apt-get", "-y", "-q", *words], environment=SILENT, timeout=120)
        return done.stdout + done.stderr

    def install(self, version: str) -> str:
        # What is only recommended would come over the network: smartmontools, which the tests stand in for.
        return self.apt("install", "--no-install-recommends", f"{DEBS}/dps-agent_{version}_all.deb")


@pytest.fixture(scope="module")
def debs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("debs")
    for words in ([], ["--version", OLDER]):
        subprocess.run([sys.executable, str(BUILD), str(folder), *words], check=True)
    return folder


@pytest.fixture
def station(tmp_path: Path, debs: Path) -> Iterator[DebianStation]:
    with RunningCollector(tmp_path) as collector, SystemdMachine(read_only={debs: DEBS}) as machine:
        collector.words("site", "add", "ixl", "Ixelles")
        yield DebianStation(machine, collector)


def test_the_package_follows_debians_rules(debs: Path) -> None:
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed")
    words = ["lintian", "--fail-on", "error,warning", "--allow-root", str(debs / f"dps-agent_{VERSION}_all.deb")]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_with_settings_and_token_in_place_it_installs_without_a_question_and_counts(station: DebianStation) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(VERSION)
    until(station.contacts, "the first envelope arrives")
    station.visit()
    station.sessions_are(1)
    assert "! " not in station.tells("status").replace("! cannot read", "")

    # The step that the unit takes as root has left the key, and the station enrolled with it.
    key = "/run/dps-agent-hardware/key"
    assert station.machine.run(["stat", "-c", "%U %a", key]).stdout == "dps-agent 400\n"
    assert unpacked(station.machine.run(["cat", key]).stdout.encode()) == hardware_of(SERIALS)
    salt = json.loads(station.machine.run(["cat", "/var/lib/dps-agent/identity.json"]).stdout)["salt"]
    [enrolled] = station.collector.rows("SELECT hardware_key, hardware_doubtful FROM credential")
    assert tuple(enrolled) == (salted(hardware_of(SERIALS).key, salt), 0)

    # What is kept from visitors.
    for path in ("/var/lib/dps-agent/identity.json", "/etc/dps-agent/token", key):
        assert station.machine.run(["cat", path], user="alice", check=False).returncode, path
    assert station.machine.run(["touch", "/run/dps-agent/x"], user="alice", check=False).returncode
    assert "envelope_id" in station.tells("show")
    assert "What is measured" in station.tells("show", user="alice")

    assert station.exposure() <= MOST_EXPOSURE
    station.disks_are_read()


def test_it_counts_again_after_a_reboot(station: DebianStation) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(VERSION)
    until(station.contacts, "the first envelope arrives")
    station.visit()
    before = station.run()["run_id"]
    station.reboot()
    until(lambda: station.run()["run_id"] != before, "it runs again")
    station.visit()
    # Once the collector has answered in this boot, the time is known, and a stop in order tells all that was counted.
    until(lambda: station.tells("send") and station.knows_the_time(), "the time is known")
    station.machine.run(["systemctl", "restart", "dps-agent"])
    station.sessions_are(2)
    first, second, third = station.collector.runs()
    assert [each["start_reason"] for each in (first, second, third)] == ["boot", "boot", "restart"]
    assert [each["stop_reason"] for each in (first, second, third)] == ["power_off", "service_stop", None]
    assert second["stopped_at"] <= third["started_at"], "one boot is dated by one clock"


def test_an_upgrade_keeps_identity_and_unsent_counts(station: DebianStation) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(OLDER)
    until(station.contacts, "the first envelope arrives")
    station.collector.kill()
    station.visit()
    station.install(VERSION)
    until(lambda: station.run()["open_sessions"] == 0, "the new version runs")
    station.collector.start()
    station.sessions_are(1)
    assert [version for version, _ in station.contacts()] == [VERSION]
    assert len(station.collector.rows("SELECT 1 FROM station")) == 1


def test_settings_and_token_may_come_after_the_package(station: DebianStation) -> None:
    station.install(VERSION)
    assert "none; set server" in station.tells("status")
    station.write("token", station.token())
    station.write("agent.toml", station.settings())
    until(station.contacts, "the first envelope arrives")


def test_debconf_can_answer_in_advance(station: DebianStation) -> None:
    answers = {"server": station.collector.address, "tag": 'De "Pianofabriek"', "token": station.token().strip()}
    kinds = {"server": "string", "tag": "string", "token": "password"}
    lines = "".join(f"dps-agent dps-agent/{name} {kinds[name]} {value}\n" for name, value in answers.items())
    station.machine.run(["debconf-set-selections"], stdin=lines)
    station.install(VERSION)
    assert (station.etc / "agent.toml").read_text() == (
        f'server = "{station.collector.address}"\ntag = "De \\"Pianofabriek\\""\n'
    )
    assert (station.etc / "token").stat().st_mode & 0o077 == 0
    kept = "".join(file.read_text() for file in (station.machine.root / "var/cache/debconf").glob("*.dat"))
    assert answers["token"] not in kept


def prepare_an_image(station: DebianStation) -> None:
    """It forgets who it is, and at its next start enrols as whoever it is then."""
    disks = station.machine.root / "var/lib/dps-agent-disks/disks.json"
    station.machine.run(["install", "-D", "/dev/null", "/var/lib/dps-agent-disks/disks.json"])
    identity = station.machine.root / "var/lib/dps-agent/identity.json"
    before = identity.read_text()
    assert "systemctl stop dps-agent" in station.tells("generalize")
    assert identity.read_text() == before
    station.machine.run(["systemctl", "stop", "dps-agent"])
    assert "has forgotten who it is" in station.tells("generalize")
    assert not identity.exists()
    assert not disks.exists(), "the copies have other disks"
    station.machine.run(["systemctl", "start", "dps-agent"])
    until(identity.exists, "it enrols again")
    assert identity.read_text() != before


def test_removal_keeps_the_counts_and_purge_leaves_nothing(station: DebianStation) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(VERSION)
    until(station.contacts, "the first envelope arrives")
    root = station.machine.root
    prepare_an_image(station)
    station.apt("remove", "dps-agent")
    assert (root / "var/lib/dps-agent/identity.json").exists()
    assert not (root / "usr/lib/dps-agent").exists()
    station.apt("purge", "dps-agent")
    assert station.machine.run(["find", "/run", "-name", "dps-agent*"]).stdout == ""
    left = station.machine.run(
        ["find", "/", "-xdev", "-path", "/proc", "-prune", "-o", "-name", "*dps-agent*", "-print"]
    )
    assert left.stdout.split() == []
    assert station.machine.run(["getent", "passwd", "dps-agent"], check=False).returncode
