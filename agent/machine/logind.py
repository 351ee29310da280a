"""Sessions as systemd-logind (or elogind) tells of them over the system bus.

Sources: org.freedesktop.login1(5) and pam_systemd(8). What this relies on:

* Class "user" and its kin are people at work; "user-incomplete" becomes "user" once the log-on is complete;
  "greeter", "lock-screen", "background" (cron) and "manager" are nobody's visit.
* LockedHint is what the desktop says of its lock. The signals Lock and Unlock are only requests to it, so they are
  not read: a desktop without a lock would seem locked for ever.
* A session whose programs linger after log-off stays in State "closing", and logind does not announce that. So the
  state is asked for when the session goes to the background, and once a minute.
* Session identifiers survive a restart of logind. It then is asked for its list, and the differences are told.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import time
from collections.abc import Callable
from typing import Any

from jeepney.wrappers import DBusAddress

from agent.errors import SourceLost, SourceSilent
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
from agent.machine.bus import BUS_NAME, Bus, Reply, Signal
from agent.machine.visitors import Rule

LOGIND = "org.freedesktop.login1"
MANAGER = LOGIND + ".Manager"
SESSION = LOGIND + ".Session"
SESSIONS_PATH = "/org/freedesktop/login1/session"
PROPERTIES = "org.freedesktop.DBus.Properties"

CLASSES_OF_PEOPLE = ("user", "user-early", "user-light", "user-early-light")
OPENING_SECONDS = 5.0
"""So long may the bus and logind take to answer all first questions."""
POLL_SECONDS = 60
PATIENCE_SECONDS = 60.0
"""So long may logind be away, as it is when it restarts, before we say that sessions cannot be read."""
MOST_SESSIONS = 512
SEAT = "seat0"
"""The seat of the screen that a station has; further seats (loginctl-attach) tell no presence."""

_MATCHES = (
    f"type='signal',sender='{LOGIND}',interface='{MANAGER}'",
    f"type='signal',sender='{LOGIND}',member='PropertiesChanged',path_namespace='{SESSIONS_PATH}',arg0='{SESSION}'",
    f"type='signal',sender='{BUS_NAME}',interface='{BUS_NAME}',member='NameOwnerChanged',arg0='{LOGIND}'",
)
_MANAGER_ADDRESS = DBusAddress("/org/freedesktop/login1", bus_name=LOGIND, interface=MANAGER)


class LogindSource:
    """A SessionSource; open it with `open_logind`."""

    __slots__ = (
        "_asked_at",
        "_asked_before",
        "_bus",
        "_events",
        "_now",
        "_owner",
        "_rule",
        "_sessions",
        "_uids",
        "_unsure_since",
        "name",
        "poll_seconds",
    )

    def __init__(self, bus: Bus, rule: Rule, now: Callable[[], float]) -> None:
        self.name = "logind"
        self.poll_seconds: int | None = POLL_SECONDS
        self._bus = bus
        self._rule = rule
        self._now = now
        self._owner = ""
        self._sessions: dict[str, tuple[str, OpenSession | None]] = {}
        """By object path: the identifier, and the session if it is an open one of a visitor."""
        self._uids: dict[str, int] = {}
        """By object path: whose session it is, for those at the seat. Never stored, logged or sent."""
        self._events: list[Event] = []
        self._asked_at = now()
        self._unsure_since: float | None = now()
        """Since when the list of sessions may be wrong; None while it is right."""
        for match in _MATCHES:
            bus.ask_bus("match", "AddMatch", "s", (match,))
        # This also starts logind where it is started on demand.
        self._ask_for_list()
        self._asked_before = bus.last_asked

    def open(self) -> None:
        """Wait for the first answers; what is open then is `present`, not an event."""
        deadline = self._now() + OPENING_SECONDS
        while self._bus.oldest_unanswered is not None:
            left = deadline - self._now()
            if left <= 0:
                raise SourceSilent("not readable: logind is silent")
            self._bus.wait(left)
            self._take_in()
        if self._unsure_since is not None:
            raise SourceLost("not readable: no logind")
        self._events.clear()

    def fileno(self) -> int | None:
        return self._bus.fileno()

    def present(self) -> list[OpenSession]:
        return [session for _, session in self._sessions.values() if session is not None]

    def active(self) -> ActiveSession | None:
        """The visitor's session at the screen, as far as `read` has read."""
        for path, uid in self._uids.items():
            identifier, session = self._sessions[path]
            if session is not None and session.foreground:
                return ActiveSession(identifier, uid)
        return None

    def read(self) -> list[Event]:
        """Events in the order in which logind told them.

        A new session is told as LOG_ON, followed at once by LOCK or BACKGROUND where it starts so: logind tells of a
        session a moment before it brings it to the front.
        """
        self._take_in()
        now = self._now()
        if self._unsure_since is not None and now - self._unsure_since > PATIENCE_SECONDS:
            raise SourceLost("not readable: logind is gone")
        if now - self._asked_at >= POLL_SECONDS:
            self._ask_again(now)
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        self._bus.close()

    def _take_in(self) -> None:
        for item in self._bus.arrived():
            if isinstance(item, Reply):
                self._answered(item)
            elif item.sender == BUS_NAME:
                self._owner_changed(item)
            elif item.sender == self._owner:
                # Any visitor's program may send a signal that looks like logind's; the bus vouches for the sender.
                # What comes before the first list, when the sender is not known yet, is in that list.
                self._told(item)

    def _ask_for_list(self) -> None:
        self._bus.ask("list", _MANAGER_ADDRESS, "ListSessions")

    def _ask_for(self, path: str) -> None:
        address = DBusAddress(path, bus_name=LOGIND, interface=PROPERTIES)
        self._bus.ask("properties", address, "GetAll", "s", (SESSION,))

    def _ask_for_state(self, path: str) -> None:
        address = DBusAddress(path, bus_name=LOGIND, interface=PROPERTIES)
        self._bus.ask("state", address, "Get", "ss", (SESSION, "State"))

    def _ask_again(self, now: float) -> None:
        """Once a minute: the states that logind does not announce, or the list if it is in doubt."""
        oldest = self._bus.oldest_unanswered
        if oldest is not None and oldest <= self._asked_before:
            raise SourceLost("not readable: logind is silent")
        self._asked_at = now
        self._asked_before = self._bus.last_asked
        if self._unsure_since is not None:
            self._ask_for_list()
            return
        for path, (_, session) in self._sessions.items():
            if session is not None:
                self._ask_for_state(path)

    # Answers

    def _answered(self, reply: Reply) -> None:
        if reply.what == "list":
            self._listed(reply.sender, reply.body)
        elif reply.what == "properties":
            self._described(reply.path, reply.body)
        elif reply.what == "state" and reply.body and _value(reply.body[0]) == "closing":
            self._no_longer(reply.path)
        # A refused "state" means that the session has just gone: SessionRemoved says so too.

    def _listed(self, sender: str, body: tuple[Any, ...] | None) -> None:
        """ListSessions: (identifier, uid, user, seat, path) of each."""
        if body is None or not body or not isinstance(body[0], list):
            return
        self._owner = sender
        listed: dict[str, str] = {}
        for row in body[0][:MOST_SESSIONS]:
            match row:
                case (str(identifier), int(), str(), str(), str(path)):
                    listed[path] = identifier
        for path in [path for path in self._sessions if path not in listed]:
            self._removed(path)
        for path, identifier in listed.items():
            self._appeared(identifier, path)
        self._unsure_since = None

    def _described(self, path: str, body: tuple[Any, ...] | None) -> None:
        """GetAll of a session; refused when it was removed before the question arrived."""
        if path not in self._sessions or not body or not isinstance(body[0], dict):
            return
        identifier, before = self._sessions[path]
        after = visible_session(identifier, body[0], self._rule)
        self._sessions[path] = (identifier, after)
        uid = uid_at_seat(body[0])
        if uid is not None:
            self._uids[path] = uid
        if before is None and after is not None:
            self._events.append(Event(LOG_ON, identifier))
            before = OpenSession(identifier, locked=False, foreground=True)
        if before is not None and after is None:
            self._events.append(Event(LOG_OFF, identifier))
        elif before is not None and after is not None:
            self._tell_difference(before, after)

    def _tell_difference(self, before: OpenSession, after: OpenSession) -> None:
        if before.foreground != after.foreground:
            self._events.append(Event(FOREGROUND if after.foreground else BACKGROUND, after.key))
        if before.locked != after.locked:
            self._events.append(Event(LOCK if after.locked else UNLOCK, after.key))

    # Signals

    def _owner_changed(self, signal: Signal) -> None:
        match (signal.member, signal.body):
            case ("NameOwnerChanged", (str(name), _, str(owner))) if name == LOGIND:
                self._owner = owner
                self._unsure_since = self._now()
                if owner:
                    self._ask_for_list()

    def _told(self, signal: Signal) -> None:
        match (signal.member, signal.body):
            case ("SessionNew", (str(identifier), str(path))) if signal.interface == MANAGER:
                self._appeared(identifier, path)
            case ("SessionRemoved", (_, str(path))) if signal.interface == MANAGER:
                self._removed(path)
            case ("PrepareForSleep", (bool(starting),)) if signal.interface == MANAGER:
                self._events.append(Event(SUSPEND if starting else RESUME))
            case ("PrepareForShutdown", (bool(starting),)) if signal.interface == MANAGER:
                self._events.append(Event(POWER_OFF if starting else POWER_STAYS))
            case ("PropertiesChanged", (str(of), dict(changed), list(invalidated))) if (
                signal.interface == PROPERTIES and of == SESSION
            ):
                self._changed(signal.path, changed, invalidated)

    def _appeared(self, identifier: str, path: str) -> None:
        if path not in self._sessions:
            if len(self._sessions) >= MOST_SESSIONS:
                return
            self._sessions[path] = (identifier, None)
        self._ask_for(path)

    def _removed(self, path: str) -> None:
        self._no_longer(path)
        self._sessions.pop(path, None)
        self._uids.pop(path, None)

    def _no_longer(self, path: str) -> None:
        identifier, session = self._sessions.get(path, ("", None))
        if session is not None:
            self._events.append(Event(LOG_OFF, identifier))
            self._sessions[path] = (identifier, None)

    def _changed(self, path: str, changed: dict[str, Any], invalidated: list[Any]) -> None:
        if path not in self._sessions:
            return
        identifier, before = self._sessions[path]
        if "Class" in changed or not {"Class", "Active", "LockedHint"}.isdisjoint(map(str, invalidated)):
            self._ask_for(path)
        elif before is not None:
            foreground = _value(changed.get("Active"))
            locked = _value(changed.get("LockedHint"))
            after = OpenSession(
                identifier,
                locked=locked if isinstance(locked, bool) else before.locked,
                foreground=foreground if isinstance(foreground, bool) else before.foreground,
            )
            self._sessions[path] = (identifier, after)
            self._tell_difference(before, after)
            if before.foreground and not after.foreground:
                self._ask_for_state(path)


def open_logind(address: str, rule: Rule, now: Callable[[], float] = time.monotonic) -> LogindSource:
    """Open the bus at a socket's path and list the sessions; raises SourceLost where either is not there."""
    bus = Bus(address, timeout_seconds=OPENING_SECONDS)
    try:
        source = LogindSource(bus, rule, now)
        source.open()
    except SourceLost:
        bus.close()
        raise
    return source


def visible_session(identifier: str, properties: dict[str, Any], rule: Rule) -> OpenSession | None:
    """The visitor's session that these properties describe, or None for every other kind."""
    found = {name: _value(value) for name, value in properties.items()}
    if found.get("Class") not in CLASSES_OF_PEOPLE or found.get("State") == "closing":
        return None
    match (found.get("User"), found.get("Name"), found.get("Seat"), found.get("Remote")):
        case ((int(uid), _), str(user), (str(seat), _), bool(remote)):
            if not rule.counts(user=user, uid=uid, local=bool(seat) and not remote):
                return None
        case _:
            return None
    return OpenSession(
        identifier,
        locked=found.get("LockedHint") is True,
        foreground=found.get("Active") is not False,
    )


def uid_at_seat(properties: dict[str, Any]) -> int | None:
    """Whose session these properties describe, if it is at the seat."""
    match (_value(properties.get("User")), _value(properties.get("Seat"))):
        case ((int(uid), _), (str(seat), _)) if seat == SEAT:
            return uid
    return None


def _value(variant: Any) -> Any:
    """What is inside a D-Bus variant, which arrives as (signature, value)."""
    match variant:
        case (str(), value):
            return value
    return None
