"""The Debian package through its life, on a real systemd: installed, used, upgraded, removed."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent import __version__ as VERSION  # noqa: N812 the package has the agent's
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.systemd_machine import SystemdMachine, why_not

BUILD = Path(__file__).parents[2] / "packaging/linux/build_deb.py"
TOOLS = {"dh": "debhelper", "dh_python3": "dh-python", "po2debconf": "po-debconf", "fakeroot": "fakeroot"}
lacking = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
reason = why_not() or (f"not installed: {' '.join(lacking)}" if lacking else None)
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))

DEBS = "/srv/debs"
OLDER = "0.0.9"
SILENT = {"DEBIAN_FRONTEND": "noninteractive"}
MOST_EXPOSURE = 2.0
"""Of `systemd-analyze security`, from 0 (best) to 10."""
VISIT_SECONDS = 3

# A unit with ProtectControlGroups or ProtectKernelTunables sees in a container the boot id of the host, which stays the
# same when the container boots again; a computer of its own has only one. So the rig shows it the container's.
RIG_UNITS = {
    "rig-boot-id.service": """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/cp /proc/sys/kernel/random/boot_id /run/rig-boot-id
""",
    "dps-agent.service.d/rig.conf": """[Unit]
Requires=rig-boot-id.service
After=rig-boot-id.service
[Service]
BindReadOnlyPaths=/run/rig-boot-id:/proc/sys/kernel/random/boot_id
""",
}


class Station:
    """A Debian computer, its administrator, and the collector of its site."""

    def __init__(self, machine: SystemdMachine, collector: RunningCollector) -> None:
        self.machine, self.collector = machine, collector
        self.etc = machine.root / "etc/dps-agent"
        for name, text in RIG_UNITS.items():
            unit = machine.root / "etc/systemd/system" / name
            unit.parent.mkdir(parents=True, exist_ok=True)
            unit.write_text(text)

    def write(self, name: str, text: str) -> None:
        self.etc.mkdir(exist_ok=True)
        (self.etc / name).write_text(text)

    def settings(self) -> str:
        return f'server = "{self.collector.address}"\ntag = "ixl-01"\n'

    def token(self) -> str:
        return self.collector.token("--site", "ixl") + "\n"

    def apt(self, *words: str) -> str:
        done = self.machine.run(["apt-get", "-y", "-q", *words], environment=SILENT, timeout=120)
        return done.stdout + done.stderr

    def install(self, version: str) -> str:
        return self.apt("install", f"{DEBS}/dps-agent_{version}_all.deb")

    def tells(self, *words: str, user: str | None = None) -> str:
        """What the command prints, whatever its exit code."""
        done = self.machine.run(["dps-agent", *words], user=user, check=False)
        return done.stdout + done.stderr

    def run(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.machine.root / "var/lib/dps-agent/run.json").read_text())
        return found

    def knows_the_time(self) -> bool:
        """Whether the collector has told it in this boot."""
        trust = json.loads((self.machine.root / "var/lib/dps-agent/trust.json").read_text())
        return bool(trust["boot_id"] == self.run()["boot_id"])

    def contacts(self) -> list[Any]:
        return self.collector.rows("SELECT agent_version, received_at FROM station_contact")

    def visit(self) -> None:
        """A genuine session of alice, seen from its start to its end."""
        visitor = self.machine.log_on("alice")
        until(lambda: self.run()["open_sessions"] == 1, "the session is seen")
        self.machine.log_off(visitor)
        until(lambda: self.run()["open_sessions"] == 0, "the end is seen")

    def sessions_are(self, count: int) -> None:
        """Return when the collector holds so many starts and no more wait; what was counted before the collector told
        the time is settled at a checkpoint after that."""
        until(lambda: self.run()["trusted"] and "; 0 records wait" in self.tells("send"), "everything is sent", 60)
        until(lambda: self.tells("send") and self.starts() >= count, f"{count} sessions arrive", 60)
        assert self.starts() == count

    def starts(self) -> int:
        return int(self.collector.rows("SELECT coalesce(sum(starts_10), 0) FROM slot_record")[0][0])


@pytest.fixture(scope="module")
def debs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("debs")
    for words in ([], ["--version", OLDER]):
        subprocess.run([sys.executable, str(BUILD), str(folder), *words], check=True)
    return folder


@pytest.fixture
def station(tmp_path: Path, debs: Path) -> Iterator[Station]:
    with RunningCollector(tmp_path) as collector, SystemdMachine(read_only={debs: DEBS}) as machine:
        collector.words("site", "add", "ixl", "Ixelles")
        yield Station(machine, collector)


def test_the_package_follows_debians_rules(debs: Path) -> None:
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed")
    words = ["lintian", "--fail-on", "error,warning", "--allow-root", str(debs / f"dps-agent_{VERSION}_all.deb")]
    done = subprocess.run(words, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_with_settings_and_token_in_place_it_installs_without_a_question_and_counts(station: Station) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(VERSION)
    until(station.contacts, "the first envelope arrives", 10)
    station.visit()
    station.sessions_are(1)
    assert "! " not in station.tells("status").replace("! cannot read", "")

    # What is kept from visitors.
    for path in ("/var/lib/dps-agent/identity.json", "/etc/dps-agent/token"):
        assert station.machine.run(["cat", path], user="alice", check=False).returncode, path
    assert station.machine.run(["touch", "/run/dps-agent/x"], user="alice", check=False).returncode
    assert "envelope_id" in station.tells("show")
    assert "What is measured" in station.tells("show", user="alice")

    found = station.machine.run(["systemd-analyze", "security", "--no-pager", "dps-agent.service"]).stdout
    exposure = re.search(r"exposure level for dps-agent.service: ([\d.]+)", found)
    assert exposure is not None, found
    assert float(exposure[1]) <= MOST_EXPOSURE, found


def test_it_counts_again_after_a_reboot(station: Station) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(VERSION)
    until(station.contacts, "the first envelope arrives", 10)
    station.visit()
    before = station.run()["run_id"]
    station.machine.reboot()
    until(lambda: station.run()["run_id"] != before, "it runs again")
    station.visit()
    # Once the collector has answered in this boot, the time is known, and a stop in order tells all that was counted.
    until(lambda: station.tells("send") and station.knows_the_time(), "the time is known")
    station.machine.run(["systemctl", "restart", "dps-agent"])
    station.sessions_are(2)
    reasons = station.collector.rows("SELECT start_reason, stop_reason FROM run ORDER BY started_at")
    assert [row[0] for row in reasons] == ["boot", "boot", "restart"]
    assert reasons[0][1] is not None


def test_an_upgrade_keeps_identity_and_unsent_counts(station: Station) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(OLDER)
    until(station.contacts, "the first envelope arrives", 10)
    station.collector.kill()
    station.visit()
    station.install(VERSION)
    until(lambda: station.run()["open_sessions"] == 0, "the new version runs")
    station.collector.start()
    station.sessions_are(1)
    assert [version for version, _ in station.contacts()] == [VERSION]
    assert len(station.collector.rows("SELECT 1 FROM station")) == 1


def test_settings_and_token_may_come_after_the_package(station: Station) -> None:
    station.install(VERSION)
    assert "none; set server" in station.tells("status")
    station.write("token", station.token())
    station.write("agent.toml", station.settings())
    until(station.contacts, "the first envelope arrives", 20)


def test_debconf_can_answer_in_advance(station: Station) -> None:
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


def test_removal_keeps_the_counts_and_purge_leaves_nothing(station: Station) -> None:
    station.write("agent.toml", station.settings())
    station.write("token", station.token())
    station.install(VERSION)
    until(station.contacts, "the first envelope arrives", 10)
    station.apt("remove", "dps-agent")
    root = station.machine.root
    assert (root / "var/lib/dps-agent/identity.json").exists()
    assert not (root / "usr/lib/dps-agent").exists()
    station.apt("purge", "dps-agent")
    shutil.rmtree(root / "etc/systemd/system/dps-agent.service.d")
    left = station.machine.run(
        ["find", "/", "-xdev", "-path", "/proc", "-prune", "-o", "-name", "*dps-agent*", "-print"]
    )
    assert left.stdout.split() == []
    assert station.machine.run(["getent", "passwd", "dps-agent"], check=False).returncode
