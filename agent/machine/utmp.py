"""Sessions from the user records of the system, for systems without logind.

The file is /run/utmp, described in utmp(5). Newer systems keep no such file (glibc's records end in 2038; their
history is a database, wtmpdb), but all of them have logind. It is looked at every 15 seconds: a shorter log-on can be
missed. It tells nothing of locks and nothing of suspend; whether a session is in front follows from the active
virtual terminal.
"""

import os
import struct
from typing import NamedTuple

from agent.errors import SourceLost
from agent.machine.base import BACKGROUND, FOREGROUND, LOG_OFF, LOG_ON, ActiveSession, Event, OpenSession
from agent.machine.files import bytes_of, text_of
from agent.machine.visitors import Rule

POLL_SECONDS = 15
PLACES = ("run/utmp", "var/run/utmp", "var/adm/utmp")
USER_PROCESS = 7
LARGEST_TYPE = 9
LARGEST_PROCESS = 2**22
"""Linux allows no larger process number."""

_LAYOUTS = tuple(
    struct.Struct(order + fields)
    for fields in (
        # x86 and most others: type, pid, line, id, user, host, exit status, session, seconds, microseconds, address.
        "h2xi32s4s32s256s2hiii16s20x",
        # aarch64 and other 64-bit systems without a 32-bit past: longs of 8 bytes.
        "h2xi32s4s32s256s2hqqq16s20x4x",
    )
    for order in ("<", ">")
)


class Record(NamedTuple):
    """One entry of the file. The names in it stay in the variable that holds it."""

    kind: int
    process: int
    line: str
    user: str
    host: str
    start: int


class UtmpSource:
    """A SessionSource."""

    __slots__ = ("_known", "_path", "_root", "_rule", "name", "poll_seconds")

    def __init__(self, root: str, rule: Rule) -> None:
        """Read the records once; raises SourceLost where there are none."""
        self.name = "utmp"
        self.poll_seconds: int | None = POLL_SECONDS
        self._root = root
        self._rule = rule
        self._path = next((path for place in PLACES if os.access(path := f"{root}/{place}", os.F_OK)), "")
        if not self._path:
            raise SourceLost("not readable: no user records")
        self._known = self._look()

    def fileno(self) -> int | None:
        return None

    def present(self) -> list[OpenSession]:
        return list(self._known.values())

    def active(self) -> ActiveSession | None:
        """The records do not say which session is at the screen."""
        return None

    def read(self) -> list[Event]:
        before, self._known = self._known, self._look()
        events = [Event(LOG_OFF, key) for key in before if key not in self._known]
        for key, session in self._known.items():
            if key not in before:
                events.append(Event(LOG_ON, key))
            if session.foreground != (key not in before or before[key].foreground):
                events.append(Event(FOREGROUND if session.foreground else BACKGROUND, key))
        return events

    def close(self) -> None:
        self._known = {}

    def _look(self) -> dict[str, OpenSession]:
        try:
            records = records_of(bytes_of(self._path))
        except OSError as error:
            raise SourceLost("not readable: user records") from error
        if not records:
            # A system that writes here writes at least its boot. An empty file is a file that nobody writes: it
            # knows nothing, which is not the same as nobody being there.
            raise SourceLost("not readable: empty user records")
        front = text_of(f"{self._root}/sys/class/tty/tty0/active").strip()
        sessions = [session_of(record, front, self._rule) for record in records if self._lives(record)]
        return {session.key: session for session in sessions if session is not None}

    def _lives(self, record: Record) -> bool:
        """Records outlive their session when nobody cleans up after it."""
        return record.kind == USER_PROCESS and os.access(f"{self._root}/proc/{record.process}", os.F_OK)


def records_of(data: bytes) -> list[Record]:
    """The records in a file of any known layout; a truncated last one and senseless ones are left out.

    The layout is the one under which most records make sense. None is believed if fewer than half of them do.
    """
    best: list[Record] = []
    for layout in _LAYOUTS:
        whole = len(data) // layout.size * layout.size
        records = [_record(fields) for fields in layout.iter_unpack(data[:whole])]
        sensible = [record for record in records if record is not None]
        if len(sensible) * 2 >= max(1, len(records)) and len(sensible) > len(best):
            best = sensible
    return best


def session_of(record: Record, terminal_in_front: str, rule: Rule) -> OpenSession | None:
    """The visitor's session that a record of a log-on describes, or None for every other kind."""
    local = _is_local(record)
    if local is None:
        return None
    uid = rule.accounts.uid_of(record.user)
    if uid is None or not rule.counts(user=record.user, uid=uid, local=local):
        return None
    has_terminal = record.line.startswith("tty") and terminal_in_front.startswith("tty")
    return OpenSession(
        f"{record.line}-{record.start}",
        locked=False,
        foreground=not local or not has_terminal or record.line == terminal_in_front,
    )


def _is_local(record: Record) -> bool | None:
    """Whether somebody sits at the machine; None for a terminal window, which belongs to a session counted already."""
    if record.line.startswith(":"):
        return not record.host or record.host.startswith(":")
    if record.line[:3] == "tty" and record.line[3:].isdigit():
        return True
    if record.line.startswith("pts/") and (not record.host or record.host.startswith((":", "tmux", "screen"))):
        return None
    return False


def _record(fields: tuple[int | bytes, ...]) -> Record | None:
    kind, process, line, _, user, host, _, _, _, start, *_ = fields
    if not (isinstance(kind, int) and isinstance(process, int) and isinstance(start, int)):
        return None
    if not (0 <= kind <= LARGEST_TYPE and 0 <= process <= LARGEST_PROCESS and start >= 0):
        return None
    if kind == 0 and process == 0 and start == 0:
        # An unused place; it says nothing about the layout.
        return None
    return Record(kind, process, _text(line), _text(user), _text(host), start)


def _text(field: int | bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace") if isinstance(field, bytes) else ""
