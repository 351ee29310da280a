"""The loop that tells, the choice of the session's type, and the only instance."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: its desktops", allow_module_level=True)
assert sys.platform == "linux"

from agent.errors import Unusable
from agent.machine import presence_linux
from agent.presence import linux as presence_side
from agent.presence.linux import claim, hung_up, session_type
from agent.presence.program import RETRY_SECONDS, main, tell
from tests.agent.presence.desktop import PATIENCE_SECONDS, presence

COUNTER, SERVICE = 3, 4


class Desk:
    """A desktop with a clock that only `wait` moves; the visitor types at the given moments and logs off at the end."""

    def __init__(self, *typed: float, until: float) -> None:
        self.seconds_passed = 0.0
        self.typed = typed
        self.until = until
        self.told: list[tuple[float, bytes]] = []
        self.tried: list[float] = []
        self.waits = 0
        self.listens: Callable[[float], bool] = lambda _: True
        self.hangs_up_at: list[float] = []

    def now(self) -> float:
        return self.seconds_passed

    def fileno(self) -> int:
        return COUNTER

    def seconds(self) -> int | None:
        if self.seconds_passed >= self.until:
            raise Unusable("the session is over")
        return int(self.seconds_passed - max((at for at in self.typed if at <= self.seconds_passed), default=0.0))

    def connect(self) -> "ServiceLine | None":
        self.tried.append(self.seconds_passed)
        return ServiceLine(self) if self.listens(self.seconds_passed) else None

    def wait(self, descriptors: tuple[int, ...], seconds: float) -> list[int]:
        self.waits += 1
        end = self.seconds_passed + seconds
        if self.hangs_up_at and SERVICE in descriptors and self.hangs_up_at[0] <= end:
            self.seconds_passed = max(self.seconds_passed, self.hangs_up_at.pop(0))
            return [SERVICE]
        self.seconds_passed = end
        return []

    def run(self) -> None:
        tell(self, self.connect, self.now, self.wait)


class ServiceLine:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def fileno(self) -> int:
        return SERVICE

    def send(self, words: bytes) -> bool:
        self.desk.told.append((self.desk.seconds_passed, words))
        return True

    def close(self) -> None: ...


def test_it_tells_every_ten_seconds_and_looks_no_more_often_while_the_visitor_is_there() -> None:
    desk = Desk(8, 15, 22, 29, until=35)
    desk.run()
    assert desk.told == [(0, b"0\n"), (10, b"2\n"), (20, b"5\n"), (30, b"1\n")]
    assert desk.waits == 4


def test_it_tells_within_a_second_that_the_visitor_is_back() -> None:
    desk = Desk(303.2, until=316)
    desk.run()
    assert desk.told[-3:] == [(300, b"300\n"), (304, b"0\n"), (314, b"10\n")]


def test_it_tries_again_soon_and_then_less_and_less_often_where_nobody_listens() -> None:
    desk = Desk(until=122)
    desk.listens = lambda at: at >= 90
    desk.run()
    assert desk.tried == [0, 2, 6, 14, 30, 60, 90]
    assert [at for at, _ in desk.told[:4]] == [90, 100, 110, 120]


def test_a_service_that_sends_it_away_is_asked_less_and_less_often() -> None:
    desk = Desk(until=65)
    desk.hangs_up_at = [0.0, 2.0, 6.0, 14.0, 30.0, 60.0]
    desk.run()
    assert desk.tried == [0, 2, 6, 14, 30, 30 + RETRY_SECONDS]


def test_a_service_that_starts_again_after_a_while_is_found_as_soon_as_at_first() -> None:
    desk = Desk(until=46)
    desk.hangs_up_at = [0.0, 2.0, 6.0, 40.0, 40.0]
    desk.run()
    assert desk.tried == [0, 2, 6, 14, 40, 42]


def test_a_new_connection_is_told_at_once() -> None:
    desk = Desk(until=38)
    desk.hangs_up_at = [32.0]
    desk.run()
    assert desk.told[-2:] == [(30, b"30\n"), (32, b"32\n")]


def test_it_wakes_up_when_the_other_side_is_gone_and_for_nothing_else() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        theirs.send(b"whatever")
        assert hung_up((ours.fileno(),), 0) == []
        theirs.close()
        assert hung_up((ours.fileno(),), PATIENCE_SECONDS) == [ours.fileno()]


def test_what_can_never_be_read_is_said_and_what_ends_with_the_session_is_not() -> None:
    with pytest.raises(Unusable):
        Desk(until=0).run()
    Desk(until=1).run()


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"XDG_SESSION_TYPE": "x11", "DISPLAY": ":0"}, "x11"),
        ({"XDG_SESSION_TYPE": "tty", "DISPLAY": ":0"}, "x11"),
        ({"DISPLAY": ":0"}, "x11"),
        ({"XDG_SESSION_TYPE": "wayland", "WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wayland"),
        ({"XDG_SESSION_TYPE": "wayland", "DISPLAY": ":0"}, "wayland"),
        ({"XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wayland"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wayland"),
        ({"XDG_SESSION_TYPE": "x11"}, ""),
        ({"XDG_SESSION_TYPE": "tty"}, ""),
        ({}, ""),
    ],
)
def test_x_is_asked_only_where_nothing_speaks_of_wayland(environment: dict[str, str], found: str) -> None:
    assert session_type(environment) == found


def test_without_a_desktop_it_says_so_once_and_ends_with_0(tmp_path: Path) -> None:
    ended = presence({}, tmp_path / "presence")
    out, err = ended.communicate(timeout=PATIENCE_SECONDS)
    assert (ended.returncode, out) == (0, "")
    assert err.splitlines() == [
        "dps-agent: presence is not readable: this is no desktop session (neither WAYLAND_DISPLAY nor DISPLAY is set)"
    ]


def test_a_wrong_word_is_an_error_and_help_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--verbose"]) == 2
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: dps-agent presence")


def test_only_one_instance_runs_in_a_desktop(tmp_path: Path) -> None:
    here = {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":7"}
    hold = (
        f"import os, sys; from agent.presence.linux import claim; claim({here!r}, 0, None)"
        "; print(flush=True); sys.stdin.read()"
    )
    waited: list[float] = []

    def wait(_: tuple[int, ...], seconds: float) -> list[int]:
        waited.append(seconds)
        return []

    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        assert claim(here, 0, wait) is None
        assert sum(waited) == 60, "the one before may belong to a session that is just ending"
        other_desktop = claim(here | {"DISPLAY": ":8"}, 0, wait)
        first.kill()
        first.communicate()
    assert other_desktop is not None
    after = claim(here, 0, wait)
    assert after is not None
    for lock in (other_desktop, after):
        os.close(lock)


def test_both_ends_speak_of_the_same_socket() -> None:
    assert presence_side.SOCKET == presence_linux.SOCKET
