"""The System log of this computer."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import sys
import time

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its event log", allow_module_level=True)
assert sys.platform == "win32"

from agent import machine
from agent.machine.access_windows import own_account
from agent.machine.base import BOOT
from agent.machine.system_log import moment_of
from agent.machine.system_log_windows import events, is_visitor, logged_between
from agent.machine.visitors_windows import Rule

NOBODY = Rule(remote_sessions=False, staff=frozenset(), groups_of=lambda _domain, _user: ())
LONG_AGO = 0.0


def test_a_log_that_begins_too_late_or_cannot_be_read_tells_nothing() -> None:
    assert logged_between(LONG_AGO, time.time(), NOBODY) is None
    assert machine.logged_between(LONG_AGO, time.time(), remote_sessions=False, staff=frozenset()) is None


@pytest.mark.real_windows
def test_the_log_tells_when_this_computer_has_started() -> None:
    oldest = moment_of(next(events("*")))
    told = logged_between(oldest, time.time(), NOBODY)
    assert told is not None
    assert BOOT in {entry.kind for entry in told}
    assert [entry.at for entry in told] == sorted(entry.at for entry in told)


@pytest.mark.real_windows
def test_accounts_of_services_are_no_visitors_and_whoever_runs_this_is_one() -> None:
    assert not is_visitor("S-1-5-18", NOBODY)
    assert not is_visitor("S-1-5-19", NOBODY)
    assert not is_visitor("no identifier", NOBODY)
    assert is_visitor(own_account(), NOBODY)
