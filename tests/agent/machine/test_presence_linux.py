"""The service's end of the socket on which presence is told, with real peers."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import os
import shutil
import signal
import socket
import stat
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: local sockets with credentials", allow_module_level=True)
assert sys.platform == "linux"

import pwd

from agent.errors import Unusable
from agent.machine.base import ActiveSession
from agent.machine.presence_lines import LARGEST_READ_BYTES, is_idle_time
from agent.machine.presence_linux import (
    MOST_CONNECTIONS,
    SILENCE_SECONDS,
    Peer,
    PresenceListener,
    session_scopes,
)
from tests.agent.machine import presence_station as cast
from tests.agent.machine.presence_station import FLOOD, HERE, US, WAIT, Station, bytes_waiting, is_closed

ANYBODYS_INTERPRETER = "/usr/bin/python3"
as_somebody_else = pytest.mark.skipif(
    US != 0 or not Path(ANYBODYS_INTERPRETER).exists(),
    reason=f"needs root, to connect as somebody else, and {ANYBODYS_INTERPRETER}, which anybody may start",
)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    started = Station(tmp_path, tmp_path / "root")
    yield started
    started.stop()


@pytest.fixture
def open_station(tmp_path: Path) -> Iterator[Station]:
    """One that every user of this computer can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    started = Station(folder, tmp_path / "root")
    yield started
    started.stop()
    shutil.rmtree(folder)


def test_it_hears_what_the_active_session_tells(station: Station) -> None:
    assert station.listener.read() is None
    peer = station.connect(b"12\n")
    assert station.listener.read() == 12
    assert station.later() is None
    peer.sendall(b"0\n")
    assert station.later(10) == 0


def test_a_line_may_arrive_in_pieces(station: Station) -> None:
    peer = station.connect(b"1")
    assert station.listener.read() is None
    peer.sendall(b"23")
    assert station.later() is None
    peer.sendall(b"\n4")
    assert station.later() == 123
    peer.sendall(b"\n")
    assert station.later() == 4


def test_of_several_lines_the_last_counts(station: Station) -> None:
    station.connect(b"50\n60\n0\n9\n")
    assert station.listener.read() == 9


@pytest.mark.parametrize(
    "garbage",
    [b"x\n", b"\n", b"-1\n", b"+1\n", b" 1\n", b"1.5\n", b"12345678\n", b"1\r\n", b"\xd9\xa1\n", b"\0\n", b"1" * 16],
)
def test_whoever_sends_anything_but_an_idle_time_is_cut_off(station: Station, garbage: bytes) -> None:
    peer = station.connect(garbage)
    assert station.listener.read() is None
    assert is_closed(peer)


def test_garbage_among_good_lines_spoils_them_all(station: Station) -> None:
    peer = station.connect(b"3\nGET / HTTP/1.1\n4\n")
    assert station.listener.read() is None
    assert is_closed(peer)


def test_idle_times_have_one_to_seven_digits() -> None:
    assert [is_idle_time(line) for line in (b"0", b"9999999", b"", b"10000000")] == [True, True, False, False]


def test_it_wakes_the_service_for_a_line_and_then_not_again_for_a_second(station: Station) -> None:
    station.connect(b"1\n")
    only_listening = station.listener.filenos()
    assert len(only_listening) == 1
    station.listener.read()
    assert station.listener.filenos() == []
    assert station.listener.rest_seconds() == 1
    station.watch.seconds += 1
    assert station.listener.rest_seconds() is None, "nothing is left out"
    assert len(station.listener.filenos()) == 2


def test_a_quiet_connection_is_waited_for_all_the_time(station: Station) -> None:
    peer = station.connect()
    for _ in range(3):
        assert station.later() is None
    peer.sendall(b"5\n")
    assert station.listener.read() == 5, "a look that found nothing must not delay the next line"


def wait_for_flood(peer: Peer) -> None:
    deadline = time.monotonic() + cast.PATIENCE_SECONDS
    while bytes_waiting(peer) < 2 * LARGEST_READ_BYTES:
        assert time.monotonic() < deadline, "the flood has dried up"


def test_a_flood_costs_one_small_read_a_second_and_no_memory(station: Station) -> None:
    station.start(FLOOD)
    station.listener.read()
    (flooder,) = station.listener._peers
    heard = []
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(200):
        wait_for_flood(flooder)
        heard.append(station.later())
        for _ in range(50):
            assert station.listener.read() is None, "within the same second nothing more is read"
        assert station.listener.filenos() == [station.listener._listening.fileno()]
        assert len(flooder.lines._rest) < 16
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert heard == [31] * 200
    assert grown < 16_384


def test_one_read_takes_at_most_a_kibibyte(station: Station) -> None:
    station.connect(b"1\n" * 5000)
    station.listener.read()
    (peer,) = station.listener._peers
    assert bytes_waiting(peer) == 10_000 - LARGEST_READ_BYTES


def test_many_connections_at_once_are_taken_eight_a_second(station: Station) -> None:
    for number in range(MOST_CONNECTIONS):
        station.connect(b"%d\n" % number)
    assert station.listener.read() == 7
    late = station.connect(b"99\n")
    assert station.listener.read() is None
    assert station.later() == 99, "the newest counts"
    assert len(station.listener._peers) == MOST_CONNECTIONS
    assert is_closed(station.peers[0]), "the oldest makes room"
    assert not is_closed(late)
    assert not is_closed(station.peers[1])


def test_the_ninth_connection_takes_the_place_of_one_that_may_not_speak(station: Station) -> None:
    station.in_session("2")
    for _ in range(4):
        station.connect()
    station.listener.read()
    station.in_session("5")
    station.session = ActiveSession("5", US)
    for _ in range(4):
        station.connect()
    station.later()
    station.session = HERE
    station.in_session("2")
    station.connect(b"6\n")
    assert station.later() == 6
    assert [is_closed(peer) for peer in station.peers] == [False] * 4 + [True] + [False] * 4


def test_the_newest_connection_wins_and_the_older_one_speaks_again_after_it(station: Station) -> None:
    older = station.connect(b"1\n")
    station.listener.read()
    newer = station.connect(b"2\n")
    assert station.later() == 2
    older.sendall(b"3\n")
    assert station.later() is None
    newer.close()
    assert station.later() is None
    older.sendall(b"4\n")
    assert station.later() == 4


def test_a_connection_that_is_silent_for_five_minutes_is_closed(station: Station) -> None:
    silent, heard = station.connect(), station.connect(b"1\n")
    station.listener.read()
    heard.sendall(b"2\n")
    station.later(SILENCE_SECONDS - 1)
    assert not is_closed(silent)
    station.later()
    assert is_closed(silent)
    assert not is_closed(heard)


def test_a_slow_peer_that_never_ends_its_line_is_silent_too(station: Station) -> None:
    slow = station.connect(b"1")
    for _ in range(7):
        station.later(SILENCE_SECONDS / 6)
        if not is_closed(slow):
            slow.setblocking(True)
            slow.sendall(b"1")
    assert is_closed(slow)


def test_a_peer_that_is_killed_is_forgotten(station: Station) -> None:
    process = station.start(WAIT)
    assert station.listener.read() == 7
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert station.later() is None
    assert station.listener._peers == []


@as_somebody_else
def test_somebody_else_is_not_heard(open_station: Station) -> None:
    nobody = pwd.getpwnam("nobody")
    stranger = open_station.start(WAIT, user="nobody", interpreter=ANYBODYS_INTERPRETER)
    assert open_station.listener.read() is None
    assert open_station.listener._peers == []
    open_station.session = ActiveSession("2", nobody.pw_uid)
    open_station.watch.seconds += 1
    visitor = open_station.start(WAIT, user="nobody", interpreter=ANYBODYS_INTERPRETER)
    assert open_station.listener.read() == 7
    assert stranger.poll() is None
    assert visitor.poll() is None


@pytest.mark.skipif(US != 0, reason="needs root, to connect as somebody else")
def test_not_even_root_speaks_for_a_visitor(open_station: Station) -> None:
    open_station.session = ActiveSession("2", pwd.getpwnam("nobody").pw_uid)
    peer = open_station.connect(b"5\n")
    assert open_station.listener.read() is None
    assert is_closed(peer)


def test_nobody_is_heard_while_no_visitor_is_at_the_screen(station: Station) -> None:
    station.session = None
    peer = station.connect(b"5\n")
    assert station.listener.read() is None
    assert is_closed(peer)


def test_a_process_in_the_scope_of_another_session_of_the_same_account_is_not_heard(station: Station) -> None:
    station.in_session("9")
    peer = station.connect(b"5\n")
    assert station.listener.read() is None
    assert is_closed(peer)


def test_a_process_in_the_scope_of_the_active_session_is_heard(station: Station) -> None:
    station.in_session("2")
    station.connect(b"5\n")
    assert station.listener.read() == 5


def test_a_session_in_the_background_is_unheard_until_it_comes_back(station: Station) -> None:
    station.in_session("2")
    peer = station.connect(b"5\n")
    assert station.listener.read() == 5
    for other in (ActiveSession("3", US + 1), ActiveSession("3", US), None):
        station.session = other
        peer.sendall(b"0\n")
        assert station.later() is None
    station.session = HERE
    assert station.later() is None, "what was told in the background is gone"
    peer.sendall(b"8\n")
    assert station.later() == 8


def test_each_session_is_heard_in_its_turn(station: Station) -> None:
    station.in_session("2")
    first = station.connect(b"1\n")
    assert station.listener.read() == 1
    station.session = ActiveSession("3", US)
    station.in_session("3")
    second = station.connect(b"2\n")
    assert station.later() == 2
    first.sendall(b"10\n")
    second.sendall(b"20\n")
    assert station.later() == 20
    station.session = HERE
    first.sendall(b"30\n")
    second.sendall(b"40\n")
    assert station.later() == 30


@pytest.mark.parametrize(
    ("cgroups", "scopes"),
    [
        ("0::/user.slice/user-1000.slice/session-c2.scope\n", {"c2"}),
        ("12:pids:/x\n1:name=systemd:/user.slice/user-1000.slice/session-7.scope\n0::/\n", {"7"}),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n", set()),
        ("0::/\n", set()),
        ("", set()),
    ],
)
def test_the_session_of_a_process_is_the_scope_it_stands_in(cgroups: str, scopes: set[str]) -> None:
    assert session_scopes(cgroups) == scopes


def test_visitors_can_connect_and_cannot_put_another_socket_in_its_place(station: Station) -> None:
    before = os.umask(0o077)
    station.listener.close()
    shutil.rmtree(Path(station.path).parent)
    station.listener = station.listen()
    os.umask(before)
    assert stat.S_IMODE(Path(station.path).stat().st_mode) == 0o666
    assert stat.S_IMODE(Path(station.path).parent.stat().st_mode) == 0o755
    assert [path.name for path in Path(station.path).parent.iterdir()] == ["socket"]


def test_the_socket_of_a_service_that_was_killed_is_replaced(station: Station) -> None:
    again = station.listen()
    station.connect(b"4\n")
    assert station.listener.read() is None
    assert again.read() == 4
    station.listener.close()
    assert Path(station.path).exists(), "the one before must not remove what is no longer its own"
    again.close()
    assert not Path(station.path).exists()


def test_a_half_made_socket_is_no_obstacle(station: Station) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(f"{station.path}.new")
    station.listen().close()


def plain_file(path: Path) -> None:
    path.write_text("kept", "utf-8")


def link_elsewhere(path: Path) -> None:
    target = path.parent.parent / "kept"
    target.write_text("kept", "utf-8")
    path.symlink_to(target)


@pytest.mark.parametrize("name", ["socket", "socket.new"])
@pytest.mark.parametrize("make", [plain_file, link_elsewhere, Path.mkdir])
def test_it_replaces_nothing_that_is_no_socket(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    folder = tmp_path / "presence"
    folder.mkdir(mode=0o755)
    make(folder / name)
    with pytest.raises(Unusable, match="is no socket; remove it"):
        PresenceListener(str(folder / "socket"), lambda: HERE)
    assert (folder / name).is_dir() or (folder / name).read_text("utf-8") == "kept"


def test_it_refuses_a_folder_that_others_can_write(tmp_path: Path) -> None:
    folder = tmp_path / "presence"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Unusable, match="only we can write"):
        PresenceListener(str(folder / "socket"), lambda: HERE)


def test_it_refuses_a_link_in_the_place_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "presence").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unusable, match="only we can write"):
        PresenceListener(str(tmp_path / "presence" / "socket"), lambda: HERE)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(US != 0, reason="needs root, to give a folder away")
def test_it_refuses_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "presence").mkdir(mode=0o755)
    os.chown(tmp_path / "presence", 12345, 12345)
    with pytest.raises(Unusable, match="only we can write"):
        PresenceListener(str(tmp_path / "presence" / "socket"), lambda: HERE)


def test_a_path_that_is_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot be heard at"):
        PresenceListener(str(tmp_path / "presence" / ("x" * 120)), lambda: HERE)
