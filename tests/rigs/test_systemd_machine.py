"""The rig itself: what other tests rely on when they boot a real systemd and logind."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("a real systemd needs Linux", allow_module_level=True)

from tests.rigs.control_groups import own_groups
from tests.rigs.debian_root import RECIPE, SUITE, cache_folder, debian_root
from tests.rigs.debian_root import why_not as why_no_root
from tests.rigs.layered_disk import LayeredDisk, sweep
from tests.rigs.log_on import LogOnFailed
from tests.rigs.systemd_machine import MachineFailed, SystemdMachine, why_not
from tests.rigs.waiting import wait_for

PROJECT = Path(__file__).parents[2]
LISTEN = """
import collections, jeepney, jeepney.io.blocking
connection = jeepney.io.blocking.open_dbus_connection("SYSTEM")
rule = jeepney.MatchRule(type="signal", path_namespace="/org/freedesktop/login1")
with connection.filter(rule, queue=collections.deque()) as signals:
    connection.send_and_get_reply(jeepney.message_bus.AddMatch(rule))
    print("listening", flush=True)
    while True:
        message = connection.recv_until_filtered(signals)
        name = message.header.fields[jeepney.HeaderFields.member]
        print(name, *map(str, message.body[:2]), flush=True)
"""
LISTENER = ["timeout", "20", "python3", "-c", LISTEN]

reason = why_not()
real_systemd = pytest.mark.skipif(reason is not None, reason=str(reason))


@pytest.fixture(scope="module")
def machine() -> Iterator[SystemdMachine]:
    with SystemdMachine(read_only={PROJECT: "/opt/dps-statistics"}) as booted:
        yield booted


@real_systemd
def test_a_machine_boots_with_its_own_systemd_and_nothing_failed(machine: SystemdMachine) -> None:
    assert machine.run(["systemctl", "is-system-running"]).stdout.strip() == "running"
    assert machine.run(["hostname"]).stdout.strip() == "station"
    assert machine.run(["cat", "/proc/1/comm"]).stdout.strip() == "systemd"


@real_systemd
def test_a_visitor_logs_on_and_off_as_logind_tells_it(machine: SystemdMachine) -> None:
    with machine.running(LISTENER) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "listening\n"
        visitor = machine.log_on("alice")
        told = until(listener, "SessionNew")
        shown = machine.sessions()[visitor.session]
        known = machine.run(["who"]).stdout
        machine.log_off(visitor)
        gone = until(listener, "SessionRemoved")
    assert told.split()[1] == gone.split()[1] == visitor.session
    expected = {
        "Name": "alice",
        "Class": "user",
        "Type": "x11",
        "Seat": "seat0",
        "Remote": "no",
        "Active": "yes",
        "State": "active",
        "Display": ":0",
        "Service": "lightdm",
        "LockedHint": "no",
    }
    assert {name: shown.get(name) for name in expected} == expected
    assert known.split()[:2] == ["alice", ":0"]
    assert machine.sessions() == {}
    assert machine.run(["who"]).stdout == ""


@real_systemd
def test_a_lock_is_signalled_and_seen_and_undone(machine: SystemdMachine) -> None:
    visitor = machine.log_on("alice")
    with machine.running(LISTENER) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "listening\n"
        machine.lock(visitor)
        until(listener, "Lock")
        assert machine.properties(visitor.session)["LockedHint"] == "yes"
        machine.unlock(visitor)
        until(listener, "Unlock")
        assert machine.properties(visitor.session)["LockedHint"] == "no"
    machine.log_off(visitor)


@real_systemd
def test_a_seat_has_one_active_session_and_users_can_switch(machine: SystemdMachine) -> None:
    first = machine.log_on("alice")
    second = machine.log_on("bob", display=":1")
    assert active(machine, first.session, second.session) == ("no", "yes")
    machine.switch(first)
    assert active(machine, first.session, second.session) == ("yes", "no")
    assert machine.properties(second.session)["State"] == "online"
    machine.log_off(first)
    machine.log_off(second)


@real_systemd
def test_a_remote_session_and_a_greeter_are_told_apart_from_a_visitor(machine: SystemdMachine) -> None:
    remote = machine.log_on("bob", remote_host="192.0.2.7")
    greeter = machine.log_on("lightdm", session_class="greeter")
    shown = machine.sessions()
    machine.log_off(remote)
    machine.log_off(greeter)
    assert (shown[remote.session]["Remote"], shown[remote.session].get("Seat", "")) == ("yes", "")
    assert shown[remote.session]["Service"] == "sshd"
    assert (shown[greeter.session]["Class"], shown[greeter.session]["Seat"]) == ("greeter", "seat0")


@real_systemd
def test_an_unknown_visitor_is_refused_in_one_sentence(machine: SystemdMachine) -> None:
    with pytest.raises(LogOnFailed, match="nobody-here could not log on"):
        machine.log_on("nobody-here")


@real_systemd
def test_the_visitors_program_runs_as_the_visitor_in_the_session(machine: SystemdMachine) -> None:
    shell = (
        "echo $XDG_SESSION_ID $DISPLAY $(id -un) $(cat /proc/self/cgroup | tail -1) > /tmp/visit; exec sleep infinity"
    )
    visitor = machine.log_on("alice", words=["sh", "-c", shell])
    wait_for(lambda: machine.run(["cat", "/tmp/visit"], check=False).stdout.endswith(".scope\n"))
    session, display, user, group = machine.run(["cat", "/tmp/visit"]).stdout.split()
    machine.log_off(visitor)
    assert (session, display, user) == (visitor.session, ":0", "alice")
    assert group.endswith(f"/session-{visitor.session}.scope")


@real_systemd
def test_the_agents_own_source_runs_on_debians_python_and_libraries(machine: SystemdMachine) -> None:
    code = "import agent, jeepney, platformdirs, psutil, requests; print(agent.__file__, psutil.__version__)"
    done = machine.run(["python3", "-c", code], environment={"PYTHONPATH": "/opt/dps-statistics"})
    assert done.stdout.startswith("/opt/dps-statistics/agent/__init__.py 5.9")
    with pytest.raises(MachineFailed, match="Read-only file system"):
        machine.run(["touch", "/opt/dps-statistics/written"])


@real_systemd
def test_a_collector_on_the_hosts_loopback_is_reached_from_inside(machine: SystemdMachine) -> None:
    code = "import socket,sys; print(socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5).recv(9).decode())"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        machine.running(["python3", "-c", code, str(server.getsockname()[1])]) as client,
    ):
        server.settimeout(20)
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"collector")
        assert client.stdout is not None
        assert client.stdout.readline() == "collector\n"


@real_systemd
def test_a_pulled_plug_keeps_the_disk_and_a_frozen_disk_forgets() -> None:
    with SystemdMachine(name="frozen", network="private") as machine:
        machine.run(["touch", "/var/lib/secret"])
        machine.log_on("alice")
        first_boot = machine.run(["cat", "/proc/sys/kernel/random/boot_id"]).stdout
        machine.kill()
        with pytest.raises(MachineFailed, match="frozen is off"):
            machine.run(["true"])
        machine.boot()
        assert machine.run(["cat", "/proc/sys/kernel/random/boot_id"]).stdout != first_boot
        assert machine.sessions() == {}
        assert machine.run(["ls", "/var/lib/secret"]).stdout == "/var/lib/secret\n"
        machine.power_off()
        machine.freeze()
        machine.boot()
        machine.run(["touch", "/var/lib/forgotten"])
        machine.reboot()
        assert machine.run(["ls", "/var/lib/secret"]).stdout == "/var/lib/secret\n"
        assert machine.run(["ls", "/var/lib/forgotten"], check=False).returncode == 2


@real_systemd
def test_a_service_is_told_that_the_machine_shuts_down_and_not_that_its_plug_is_pulled() -> None:
    goodbye = "trap 'echo bye > /var/lib/bye; exit' TERM; touch /var/lib/ready; sleep infinity & wait"
    with SystemdMachine(name="stopped", network="private") as machine:
        for ending in (machine.kill, machine.power_off):
            machine.start("goodbye", ["sh", "-c", goodbye])
            wait_for((machine.root / "var/lib/ready").exists)
            (machine.root / "var/lib/ready").unlink()
            ending()
            assert (machine.root / "var/lib/bye").exists() == (ending == machine.power_off)
            machine.boot()


@real_systemd
def test_two_machines_run_side_by_side_and_nothing_is_left_of_them() -> None:
    with SystemdMachine(name="left") as left, SystemdMachine(name="right") as right:
        left.log_on("alice")
        assert right.sessions() == {}
        assert left.run(["cat", "/etc/machine-id"]).stdout != right.run(["cat", "/etc/machine-id"]).stdout
        folders = [left.disk.folder, right.disk.folder]
        left.power_off(10)
        assert right.run(["systemctl", "is-system-running"]).stdout.strip() == "running"
    assert [folder for folder in folders if folder.exists() or str(folder) in Path("/proc/mounts").read_text()] == []


@real_systemd
def test_the_machine_of_a_killed_test_run_goes_off_and_the_next_run_clears_it_away() -> None:
    code = (
        "import os; from tests.rigs.systemd_machine import SystemdMachine;"
        "orphan = SystemdMachine(name='orphan').__enter__();"
        "print(orphan.leader, orphan.disk.folder, flush=True); os._exit(1)"
    )
    words = [sys.executable, "-c", code]
    said = subprocess.run(words, capture_output=True, check=False, text=True, cwd=PROJECT).stdout
    leader, folder = said.split()
    wait_for(lambda: not Path("/proc", leader).exists())
    with SystemdMachine(name="next", network="private"):
        assert not Path(folder).exists()
    assert [group for group in own_groups(Path(folder).name) if group.exists()] == []


@real_systemd
def test_the_disk_of_a_killed_test_run_is_swept_away_by_the_next(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from tests.rigs.layered_disk import LayeredDisk;"
        "print(LayeredDisk(Path(sys.argv[1]), Path(sys.argv[2]), 'killed').folder, flush=True); os._exit(1)"
    )
    base = debian_root(os.environ)
    words = [sys.executable, "-c", code, str(base), str(tmp_path)]
    killed = Path(subprocess.run(words, capture_output=True, check=False, text=True, cwd=PROJECT).stdout.strip())
    assert str(killed) in Path("/proc/mounts").read_text()
    alive = LayeredDisk(base, tmp_path, "alive")
    assert sweep(tmp_path) == [killed.name]
    assert not killed.exists()
    assert (alive.root / "etc/hostname").read_text() == "alive\n"
    alive.destroy()
    assert str(tmp_path) not in Path("/proc/mounts").read_text()


def test_the_cache_is_where_the_environment_says() -> None:
    assert cache_folder({"DPS_RIG_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}) == Path("/a")
    assert cache_folder({"XDG_CACHE_HOME": "/b", "HOME": "/c"}) == Path("/b/dps-statistics-rig")
    assert cache_folder({"HOME": "/c"}) == Path("/c/.cache/dps-statistics-rig")


def test_it_says_what_is_missing_instead_of_booting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert why_not({}) == "systemd-nspawn is not installed (Debian: systemd-container)"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert why_not({}) == "a real systemd needs root"


def test_a_root_in_the_cache_needs_no_debootstrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    environment = {"DPS_RIG_CACHE": str(tmp_path)}
    assert why_no_root(environment) == "debootstrap is not installed"
    (tmp_path / f"{SUITE}-{RECIPE}").mkdir()
    assert why_no_root(environment) is None


def until(listener: subprocess.Popen[str], signal: str) -> str:
    """Read what logind tells until it tells this; the listener ends by itself when it waits in vain."""
    assert listener.stdout is not None
    for line in listener.stdout:
        if line.split()[0] == signal:
            return line
    raise AssertionError(f"logind never told {signal}")


def active(machine: SystemdMachine, *sessions: str) -> tuple[str, ...]:
    return tuple(machine.properties(session)["Active"] for session in sessions)
