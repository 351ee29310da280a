"""Sessions from logind, over a real message bus."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import select
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: logind", allow_module_level=True)
assert sys.platform == "linux"

from agent.errors import SourceLost
from agent.machine.base import (
    BACKGROUND,
    FOREGROUND,
    LOCK,
    LOG_OFF,
    LOG_ON,
    POWER_OFF,
    POWER_STAYS,
    RESUME,
    SUSPEND,
    UNLOCK,
    ActiveSession,
    Event,
    OpenSession,
)
from agent.machine.logind import POLL_SECONDS, LogindSource, open_logind, visible_session
from agent.machine.visitors import Rule
from tests.agent.machine.fake_logind import FakeLogind, Stranger, path_of, session
from tests.agent.machine.private_bus import PrivateBus

GREETER = session("lightdm", 115, Class="greeter")
ROOT = session("root", 0)
SSH = session("visitor", 1001, Seat=("", "/"), Remote=True, Type="tty")
COLLEAGUE = session("colleague", 1500)
LIBRARIAN = session("librarian", 1501)
CRON = session("visitor", 1001, Class="background", Seat=("", "/"))
MANAGER = session("visitor", 1001, Class="manager", Seat=("", "/"))


class KnownAccounts:
    def uid_of(self, user: str) -> int | None:
        return {"visitor": 1001}.get(user)

    def groups_of(self, user: str) -> frozenset[str]:
        return frozenset({"staff", "users"} if user == "librarian" else {"users"})


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


RULE = Rule(1000, remote_sessions=False, staff=frozenset({"colleague", "@staff"}), accounts=KnownAccounts())
Open = Callable[..., LogindSource]


@pytest.fixture
def logind(bus: PrivateBus) -> Iterator[FakeLogind]:
    fake = FakeLogind(bus.address, {})
    yield fake
    with suppress(OSError):
        fake.stop()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def opened(bus: PrivateBus, logind: FakeLogind, watch: Watch) -> Iterator[Open]:
    sources: list[LogindSource] = []

    def open_it(rule: Rule = RULE) -> LogindSource:
        sources.append(open_logind(bus.address, rule, watch))
        return sources[-1]

    yield open_it
    for source in sources:
        source.close()


def events_of(source: LogindSource, number: int) -> list[Event]:
    """So many events, as a service that is woken by the descriptor would see them."""
    poll = select.poll()
    descriptor = source.fileno()
    assert descriptor is not None
    poll.register(descriptor, select.POLLIN)
    events: list[Event] = []
    while len(events) < number:
        assert poll.poll(5000), f"only {events} came"
        events += source.read()
    return events


def test_sessions_that_are_open_already_are_present_and_no_events(opened: Open, logind: FakeLogind) -> None:
    logind.sessions.update({"1": GREETER, "2": session(LockedHint=True), "c3": session(Active=False, State="online")})
    source = opened()
    assert source.present() == [OpenSession("2", True, True), OpenSession("c3", False, False)]
    assert source.read() == []


def test_the_active_session_is_the_visitor_at_the_screen(opened: Open, logind: FakeLogind) -> None:
    elsewhere = session(Seat=("seat1", "/org/freedesktop/login1/seat/seat1"))
    logind.sessions.update({"1": GREETER, "2": session(Active=False), "3": session(uid=1002), "4": elsewhere})
    source = opened()
    assert source.active() == ActiveSession("3", 1002)
    logind.change("3", Active=False)
    logind.change("2", Active=True)
    events_of(source, 2)
    assert source.active() == ActiveSession("2", 1001)
    logind.remove("2")
    events_of(source, 1)
    assert source.active() is None


@pytest.mark.parametrize("other", [GREETER, ROOT, COLLEAGUE, LIBRARIAN])
def test_nobody_is_active_while_somebody_else_than_a_visitor_is_at_the_screen(
    opened: Open, logind: FakeLogind, other: dict[str, Any]
) -> None:
    logind.sessions.update({"1": other, "2": session(Active=False)})
    assert opened().active() is None


def test_a_visitor_from_elsewhere_is_never_at_the_screen(opened: Open, logind: FakeLogind) -> None:
    logind.sessions["1"] = SSH
    source = opened(RULE._replace(remote_sessions=True))
    assert source.present() == [OpenSession("1", False, True)]
    assert source.active() is None


def test_a_session_appears_locks_unlocks_goes_back_and_forth_and_ends(opened: Open, logind: FakeLogind) -> None:
    source = opened()
    logind.appear("4", session())
    assert events_of(source, 1) == [Event(LOG_ON, "4")]
    logind.change("4", LockedHint=True)
    logind.change("4", LockedHint=False)
    logind.change("4", Active=False)
    logind.change("4", Active=True)
    assert events_of(source, 4) == [
        Event(LOCK, "4"),
        Event(UNLOCK, "4"),
        Event(BACKGROUND, "4"),
        Event(FOREGROUND, "4"),
    ]
    assert source.present() == [OpenSession("4", False, True)]
    logind.remove("4")
    assert events_of(source, 1) == [Event(LOG_OFF, "4")]
    assert source.present() == []


@pytest.mark.parametrize(
    "other",
    [GREETER, ROOT, SSH, COLLEAGUE, LIBRARIAN, CRON, MANAGER, session("nobody", 65534)],
    ids=lambda s: s["Class"],
)
def test_everybody_else_is_ignored(opened: Open, logind: FakeLogind, other: dict[str, object]) -> None:
    logind.sessions["1"] = dict(other)
    source = opened()
    logind.change("1", LockedHint=True)
    logind.remove("1")
    logind.appear("2", dict(other))
    logind.appear("3", session())
    assert events_of(source, 1) == [Event(LOG_ON, "3")]


def test_sessions_without_a_seat_count_where_the_setting_says_so(opened: Open, logind: FakeLogind) -> None:
    logind.sessions["1"] = SSH
    assert opened(RULE._replace(remote_sessions=True)).present() == [OpenSession("1", False, True)]


def test_a_session_that_starts_behind_another_is_told_so(opened: Open, logind: FakeLogind) -> None:
    source = opened()
    logind.appear("7", session(Active=False, State="opening"))
    assert events_of(source, 2) == [Event(LOG_ON, "7"), Event(BACKGROUND, "7")]


def test_a_session_counts_once_its_class_says_user(opened: Open, logind: FakeLogind) -> None:
    logind.sessions["1"] = session(Class="user-incomplete")
    source = opened()
    assert source.present() == []
    logind.change("1", Class="user")
    assert events_of(source, 1) == [Event(LOG_ON, "1")]


def test_a_session_that_lingers_after_log_off_ends_when_it_leaves_the_front(opened: Open, logind: FakeLogind) -> None:
    logind.sessions["1"] = session()
    source = opened()
    logind.change("1", Active=False, State="closing")
    assert events_of(source, 2) == [Event(BACKGROUND, "1"), Event(LOG_OFF, "1")]
    logind.remove("1")
    logind.appear("2", session())
    assert events_of(source, 1) == [Event(LOG_ON, "2")]


def test_a_session_that_lingers_in_front_ends_within_a_minute(opened: Open, logind: FakeLogind, watch: Watch) -> None:
    logind.sessions["1"] = session()
    source = opened()
    logind.change("1", State="closing")
    watch.seconds += POLL_SECONDS
    source.read()
    assert events_of(source, 1) == [Event(LOG_OFF, "1")]


def test_a_session_that_is_gone_before_it_can_be_described_never_counts(opened: Open, logind: FakeLogind) -> None:
    source = opened()
    logind.vanished.add("1")
    logind.appear("1", session())
    logind.remove("1")
    logind.appear("2", session())
    assert events_of(source, 1) == [Event(LOG_ON, "2")]


def test_sleep_wake_and_power_off_are_told_for_the_whole_machine(opened: Open, logind: FakeLogind) -> None:
    source = opened()
    logind.tell("PrepareForSleep", "b", (True,))
    logind.tell("PrepareForSleep", "b", (False,))
    logind.tell("PrepareForShutdown", "b", (True,))
    logind.tell("PrepareForShutdown", "b", (False,))
    assert events_of(source, 4) == [Event(SUSPEND), Event(RESUME), Event(POWER_OFF), Event(POWER_STAYS)]


def test_many_signals_at_once_are_all_told_in_order(opened: Open, logind: FakeLogind) -> None:
    source = opened()
    logind.appear("1", session())
    assert events_of(source, 1) == [Event(LOG_ON, "1")]
    for number in range(2, 60):
        logind.change("1", LockedHint=number % 2 == 0)
        logind.appear(str(number), session())
        logind.remove(str(number))
    events = events_of(source, 58)
    assert [event.kind for event in events if event.session == "1"] == [LOCK, UNLOCK] * 29


def test_malformed_signals_cost_only_themselves(opened: Open, logind: FakeLogind) -> None:
    source = opened()
    logind.tell("SessionNew", "s", ("only one word",))
    logind.tell("SessionNew", "uu", (1, 2))
    logind.tell("PrepareForSleep", "s", ("perhaps",))
    logind.appear("1", {name: value for name, value in session().items() if name != "User"})
    logind.appear("2", session())
    assert events_of(source, 1) == [Event(LOG_ON, "2")]


def test_an_oversized_message_is_dropped_and_the_next_one_is_read(opened: Open, logind: FakeLogind) -> None:
    source = opened()
    logind.tell("SessionNew", "so", ("x" * 3_000_000, path_of("1")))
    logind.appear("2", session())
    assert events_of(source, 1) == [Event(LOG_ON, "2")]


def test_signals_of_strangers_are_not_believed(opened: Open, logind: FakeLogind, bus: PrivateBus) -> None:
    logind.sessions["1"] = session()
    source = opened()
    stranger = Stranger(bus.address)
    for name in stranger.everybody():
        stranger.tell_directly(name)
    stranger.close()
    logind.remove("1")
    assert events_of(source, 1) == [Event(LOG_OFF, "1")]


def test_a_restart_of_logind_keeps_what_is_open_and_tells_what_changed(
    opened: Open, logind: FakeLogind, bus: PrivateBus
) -> None:
    logind.sessions.update({"1": session(), "2": session(), "3": session()})
    source = opened()
    logind.stop()
    again = FakeLogind(bus.address, {"1": session(), "2": session(LockedHint=True), "4": session()})
    events = events_of(source, 3)
    assert set(events) == {Event(LOG_OFF, "3"), Event(LOCK, "2"), Event(LOG_ON, "4")}
    again.change("1", Active=False)
    assert events_of(source, 1) == [Event(BACKGROUND, "1")]
    again.stop()


def test_a_logind_that_stays_away_is_a_lost_source(opened: Open, logind: FakeLogind, watch: Watch) -> None:
    logind.sessions["1"] = session()
    source = opened()
    logind.stop()
    poll = select.poll()
    poll.register(source.fileno() or 0, select.POLLIN)
    assert poll.poll(5000)
    assert source.read() == []
    watch.seconds += POLL_SECONDS + 1
    with pytest.raises(SourceLost, match=r"^not readable: logind is gone$"):
        source.read()


def test_a_bus_that_dies_is_a_lost_source(opened: Open, bus: PrivateBus) -> None:
    source = opened()
    bus.stop()
    with pytest.raises(SourceLost, match=r"^not readable: bus is gone$"):
        events_of(source, 1)


def test_a_bus_without_logind_is_said_so(bus: PrivateBus) -> None:
    with pytest.raises(SourceLost, match=r"^not readable: no logind$"):
        open_logind(bus.address, RULE)


def test_no_bus_is_said_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(SourceLost, match=r"^not readable: no system bus$"):
        open_logind(str(tmp_path_factory.mktemp("empty") / "bus"), RULE)


def test_properties_of_other_types_than_expected_are_nobodys_session() -> None:
    good = {name: ("v", value) for name, value in session().items()}
    assert visible_session("1", good, RULE) == OpenSession("1", False, True)
    for name in ("Class", "User", "Seat", "Name", "Remote"):
        assert visible_session("1", good | {name: ("x", 7)}, RULE) is None
        assert visible_session("1", good | {name: 7}, RULE) is None
