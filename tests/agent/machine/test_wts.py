"""Sessions as Windows lists them: the differences between two lists, and the real list."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import os
import sys

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its sessions", allow_module_level=True)
assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent import machine
from agent.errors import SourceLost
from agent.machine import win32
from agent.machine.accounts_windows import local_groups_of
from agent.machine.base import (
    BACKGROUND,
    FOREGROUND,
    LOCK,
    LOG_OFF,
    LOG_ON,
    UNLOCK,
    ActiveSession,
    Event,
    OpenSession,
)
from agent.machine.visitors_windows import Rule
from agent.machine.wts import Seen, WtsSource, windows_sessions

VISITOR = Seen(2, connected=True, remote=False, user="visitor", domain="PC-01", logged_on_at=1000, locked=False)
KEY = "2-1000"


def staff_of(_domain: str, user: str) -> frozenset[str]:
    return frozenset({"Staff"} if user == "an" else {"Users"})


class Windows:
    """Windows with a list that the test changes."""

    def __init__(self, *seen: Seen, staff: tuple[str, ...] = (), remote_sessions: bool = False) -> None:
        self.seen = list(seen)
        self.source = WtsSource(Rule(remote_sessions, frozenset(staff), staff_of), lambda: self.seen)

    def now(self, *seen: Seen) -> list[Event]:
        self.seen = list(seen)
        return self.source.read()


def test_a_log_on_and_a_log_off_are_told_once() -> None:
    windows = Windows()
    assert windows.source.present() == []
    assert windows.now(VISITOR) == [Event(LOG_ON, KEY)]
    assert windows.now(VISITOR) == []
    assert windows.source.present() == [OpenSession(KEY, locked=False, foreground=True)]
    assert windows.now() == [Event(LOG_OFF, KEY)]
    assert windows.now() == []


def test_who_is_there_at_the_start_is_told_as_present_and_not_as_a_log_on() -> None:
    windows = Windows(VISITOR._replace(locked=True))
    assert windows.source.present() == [OpenSession(KEY, locked=True, foreground=True)]
    assert windows.source.read() == []


def test_a_lock_and_its_end_are_told() -> None:
    windows = Windows(VISITOR)
    assert windows.now(VISITOR._replace(locked=True)) == [Event(LOCK, KEY)]
    assert windows.now(VISITOR) == [Event(UNLOCK, KEY)]


def test_a_switch_of_user_leaves_one_in_the_background_and_comes_back_to_it() -> None:
    second = Seen(3, connected=True, remote=False, user="second", domain="PC-01", logged_on_at=2000, locked=False)
    windows = Windows(VISITOR)
    assert windows.source.active() == ActiveSession(KEY, 2)
    away = VISITOR._replace(connected=False)
    assert windows.now(away, second) == [Event(BACKGROUND, KEY), Event(LOG_ON, "3-2000")]
    assert windows.source.active() == ActiveSession("3-2000", 3)
    assert windows.now(VISITOR, second._replace(connected=False)) == [
        Event(FOREGROUND, KEY),
        Event(BACKGROUND, "3-2000"),
    ]
    assert windows.source.active() == ActiveSession(KEY, 2)


def test_the_number_of_a_session_is_used_again_by_the_next_visitor() -> None:
    windows = Windows(VISITOR)
    assert windows.now(VISITOR._replace(logged_on_at=9000)) == [Event(LOG_OFF, KEY), Event(LOG_ON, "2-9000")]


def test_a_visitor_who_logs_on_locked_and_away_is_told_as_such() -> None:
    windows = Windows()
    seen = VISITOR._replace(locked=True, connected=False)
    assert windows.now(seen) == [Event(LOG_ON, KEY), Event(BACKGROUND, KEY), Event(LOCK, KEY)]


def test_the_desktops_own_programs_staff_and_remote_desktops_are_not_told() -> None:
    dwm = Seen(1, connected=True, remote=False, user="DWM-1", domain="Window Manager", logged_on_at=1, locked=False)
    umfd = dwm._replace(user="UMFD-1", domain="Font Driver Host")
    jan = VISITOR._replace(user="Jan", number=4)
    colleague = VISITOR._replace(user="an", number=5)
    remote = VISITOR._replace(remote=True, number=6)
    windows = Windows(staff=("pc-01\\jan", "@staff"))
    assert windows.now(dwm, umfd, jan, colleague, remote) == []
    assert windows.source.active() is None
    assert windows.source.present() == []


def test_remote_desktops_are_told_where_they_count() -> None:
    windows = Windows(remote_sessions=True)
    assert windows.now(VISITOR._replace(remote=True)) == [Event(LOG_ON, KEY)]


def test_no_name_is_kept() -> None:
    windows = Windows(VISITOR, staff=("jan",))
    kept = [getattr(windows.source, name) for name in WtsSource.__slots__ if name not in ("_list", "_rule")]
    assert "visitor" not in repr(kept).lower()


def test_a_list_that_cannot_be_read_is_a_lost_source() -> None:
    def lost() -> list[Seen]:
        raise SourceLost("not readable: sessions cannot be listed (5)")

    with pytest.raises(SourceLost, match="cannot be listed"):
        WtsSource(Rule(False, frozenset(), staff_of), lost)


def test_the_real_list_can_be_read() -> None:
    source = machine.open_session_source(remote_sessions=True, staff=frozenset())
    assert source.name == "wts"
    assert source.fileno() is None
    assert source.poll_seconds is not None
    assert len(source.present()) == len(windows_sessions())


@pytest.mark.real_windows
def test_whoever_runs_this_has_a_session_that_counts_unless_staff() -> None:
    number = wintypes.DWORD()
    assert win32.kernel32.ProcessIdToSessionId(os.getpid(), ctypes.byref(number))
    if number.value == 0:
        pytest.skip("real Windows: this runs as a service, which has no session to be listed")
    (here,) = [session for session in windows_sessions() if session.number == number.value]
    user = os.environ["USERNAME"]
    assert here.user.lower() == user.lower()
    assert here.logged_on_at > 0
    counted = machine.open_session_source(remote_sessions=True, staff=frozenset()).present()
    left_out = machine.open_session_source(remote_sessions=True, staff=frozenset({user.upper()})).present()
    assert f"{here.number}-{here.logged_on_at}" in {session.key for session in counted}
    assert f"{here.number}-{here.logged_on_at}" not in {session.key for session in left_out}


@pytest.mark.real_windows
def test_a_user_is_in_local_groups() -> None:
    assert local_groups_of(os.environ.get("USERDOMAIN", ""), os.environ["USERNAME"])


@pytest.mark.real_windows
def test_nobody_is_in_no_group() -> None:
    assert local_groups_of("NOWHERE", "nobody-of-this-name") == frozenset()
