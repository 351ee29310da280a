"""Clocks, processes and locks of a real Linux computer."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: its clocks and locks", allow_module_level=True)
assert sys.platform == "linux"

import fcntl

from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from agent import machine
from agent.errors import SourceLost, Unusable
from agent.machine import linux
from agent.machine.accounts import SystemAccounts
from agent.machine.linux import LinuxClock, boot_time_of, is_synchronised
from tests.agent.machine.fake_logind import FakeLogind, session
from tests.agent.machine.private_bus import PrivateBus


def test_the_clock_reads_the_clocks_of_the_system() -> None:
    clock = machine.system_clock()
    assert abs(clock.elapsed() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 1
    assert abs(clock.awake() - time.clock_gettime(time.CLOCK_MONOTONIC)) < 1
    assert abs(clock.wall() - time.time()) < 1
    assert clock.synchronised() in (True, False)
    assert clock.boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@pytest.mark.parametrize(
    ("result", "status", "expected"),
    [(0, 0x2001, True), (1, 0, True), (0, 0x0040, False), (5, 0, False), (5, 0x0040, False), (-1, 0, False)],
)
def test_a_clock_is_synchronised_only_when_the_kernel_says_so(result: int, status: int, expected: bool) -> None:
    assert is_synchronised(result, status) is expected


def test_a_boot_without_an_identifier_is_named_by_its_second(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/stat").write_text("cpu 1 2 3 4\nbtime 1760000000\n")
    assert LinuxClock(str(tmp_path)).boot_id() == "1760000000"
    assert boot_time_of("cpu 1\n") == ""


def wait_for(pid: int) -> int | None:
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return machine.reap(pid)


def test_a_started_program_is_alone_and_its_end_is_told(tmp_path: Path) -> None:
    inherited = os.open(tmp_path / "secret", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(inherited, True)
    out = tmp_path / "out"
    code = (
        "import os, sys, stat\n"
        f"said = [os.getpgrp() == os.getpid(), sys.stdin.read() == '', os.listdir('/proc/self/fd')]\n"
        f"open({str(out)!r}, 'w').write(repr(said))\n"
        "sys.exit(7)\n"
    )
    pid = machine.start_detached([sys.executable, "-I", "-c", code])
    assert wait_for(pid) == 7
    os.close(inherited)
    # The last descriptor is the folder that is being listed.
    assert out.read_text() == "[True, True, ['0', '1', '2', '3']]"


def test_a_program_that_runs_has_no_exit_code_yet() -> None:
    pid = machine.start_detached([sys.executable, "-I", "-c", "import signal; signal.pause()"])
    assert machine.reap(pid) is None
    os.kill(pid, 9)
    assert wait_for(pid) == -9
    assert machine.reap(pid) == 255


def test_a_program_that_is_not_there_is_said_so() -> None:
    with pytest.raises(Unusable, match=r"^The program /nowhere/agent cannot be started: No such file or directory\.$"):
        machine.start_detached(["/nowhere/agent"])


def test_a_lock_is_held_by_one_and_ends_with_its_descriptor(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    first = machine.lock_file(path)
    assert not os.get_inheritable(first)
    with pytest.raises(Unusable, match="Another process holds"):
        machine.lock_file(path)
    os.close(first)
    os.close(machine.lock_file(path))


def test_a_lock_through_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unusable, match="cannot be opened"):
        machine.lock_file(str(tmp_path / "link"))
    assert not (tmp_path / "elsewhere").exists()


def test_a_lock_in_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="No such file or directory"):
        machine.lock_file(str(tmp_path / "missing" / "lock"))


def test_the_folder_that_a_boot_clears_is_what_the_service_manager_tells_and_ours_alone(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert machine.boot_copy("/state", "") is None
    copy = machine.boot_copy("/state", f"{folder}:/run/another")
    assert copy is not None
    copy.write(b"x")
    assert (folder / "run-state.json").read_bytes() == b"x"
    folder.chmod(0o777)
    assert machine.boot_copy("/state", str(folder)) is None
    assert machine.boot_copy("/state", "/proc/1/nothing") is None


def test_whoever_is_not_started_by_the_service_manager_looks_where_it_makes_that_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "BOOT_FOLDER", str(tmp_path / "run"))
    copy = machine.boot_copy("/state")
    assert copy is not None
    with pytest.raises(FileNotFoundError):
        copy.read()
    assert not (tmp_path / "run").exists()


def test_the_computer_names_itself() -> None:
    assert machine.system_name() == "linux"
    assert machine.computer_name() == os.uname().nodename
    assert machine.architecture() == os.uname().machine
    assert machine.is_administrator() == (os.geteuid() == 0)
    total, free = machine.space_of("/")
    assert 0 <= free <= total


def test_the_user_database_knows_root_and_forgives_strangers() -> None:
    accounts = SystemAccounts()
    assert accounts.uid_of("root") == 0
    assert "root" in accounts.groups_of("root")
    assert accounts.uid_of("no such person") is None
    assert accounts.groups_of("no such person") == frozenset()


def test_logind_is_the_first_choice(bus: PrivateBus, tmp_path: Path) -> None:
    fake = FakeLogind(bus.address, {"1": session()})
    source = machine.open_session_source(
        remote_sessions=False, staff=frozenset(), root=str(tmp_path), bus_address=bus.address
    )
    assert (source.name, len(source.present())) == ("logind", 1)
    source.close()
    fake.stop()


def test_user_records_are_the_second_choice(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/utmp").write_bytes(b"\x02\0\0\0" + b"\0\0\0\0~" + bytes(331) + b"\x01" + bytes(43))
    source = machine.open_session_source(remote_sessions=False, staff=frozenset(), root=str(tmp_path))
    assert (source.name, source.present()) == ("utmp", [])
    source.close()


@pytest.mark.parametrize("silent", ["bus", "logind"])
def test_a_slow_logind_is_waited_for_where_there_are_user_records_too(
    silent: str, bus: PrivateBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records name the same visit otherwise: whoever switched to them would count it twice and hear no presence."""
    monkeypatch.setattr("agent.machine.logind.OPENING_SECONDS", 0.2)
    (tmp_path / "run").mkdir()
    (tmp_path / "run/utmp").write_bytes(b"\x02\0\0\0" + b"\0\0\0\0~" + bytes(331) + b"\x01" + bytes(43))
    address = bus.address if silent == "logind" else f"{bus.address}.silent"
    with socket.socket(socket.AF_UNIX) as nobody, open_dbus_connection(f"unix:path={bus.address}") as busy:
        nobody.bind(f"{bus.address}.silent")
        nobody.listen()
        busy.send_and_get_reply(message_bus.RequestName("org.freedesktop.login1"), timeout=5)
        with pytest.raises(SourceLost, match=f"^not readable: {silent} is silent$"):
            machine.open_session_source(
                remote_sessions=False, staff=frozenset(), root=str(tmp_path), bus_address=address
            )


def test_without_either_it_says_what_is_missing_in_32_characters(tmp_path: Path) -> None:
    with pytest.raises(SourceLost, match=r"^not readable: no system bus$"):
        machine.open_session_source(remote_sessions=False, staff=frozenset(), root=str(tmp_path))


def test_the_lock_of_another_process_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"import fcntl; f = open({str(path)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Unusable, match="Another process holds"):
            machine.lock_file(str(path))
        other.communicate("\n")
    fcntl.flock(machine.lock_file(str(path)), fcntl.LOCK_UN)
