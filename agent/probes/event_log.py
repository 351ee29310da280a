"""What Windows' logs tell of stops and of updates, from their events as XML. No system calls.

Events, by the source that writes them (documented at learn.microsoft.com):

    Microsoft-Windows-Kernel-Power               41 has started although nobody had shut it down; with BugcheckCode
    Microsoft-Windows-WER-SystemErrorReporting 1001 has started after a blue screen
    Microsoft-Windows-WindowsUpdateClient        19 has installed an update, 26 has looked for updates; with updateCount

A BugcheckCode other than 0 says that the system failed; 0 that it lost its power, or that the button was held.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from agent.errors import NoData
from agent.machine.system_log import NAMESPACE, moment_of
from agent.probes.base import Outcome, Surroundings
from agent.wire.health import Updates

POWER, ERRORS = "Microsoft-Windows-Kernel-Power", "Microsoft-Windows-WER-SystemErrorReporting"
UPDATE_CLIENT = "Microsoft-Windows-WindowsUpdateClient"
INSTALLED, SEARCHED = 19, 26
MOST = 10_000

_TICKS_PER_SECOND = 10_000_000
_SECONDS_FROM_1601_TO_1970 = 11_644_473_600
_DAY_MILLISECONDS = 86_400_000


class Told(NamedTuple):
    """What Windows Update wrote down."""

    at: int
    number: int
    """19 or 26."""
    updates: int


def question(sources: Mapping[str, Sequence[int]], within: str) -> str:
    """The XPath question for these events of these sources."""
    each = (
        f"(Provider[@Name='{source}'] and ({' or '.join(f'EventID={number}' for number in numbers)}))"
        for source, numbers in sources.items()
    )
    return f"*[System[({' or '.join(each)}) and {within}]]"


def last_days(days: int) -> str:
    """The part of such a question that names a time, by the log's own clock."""
    return f"TimeCreated[timediff(@SystemTime) <= {days * _DAY_MILLISECONDS}]"


def stop_in(event: str) -> tuple[str, int] | None:
    """Kind and time of a stop; None for another event, or one that is not as it should be."""
    found = _parts(event)
    if found is None:
        return None
    source, number, data = found
    at = int(moment_of(event))
    if (source, number) == (ERRORS, 1001):
        return "crash", at
    if (source, number) != (POWER, 41):
        return None
    code = data.get("BugcheckCode", "0")
    return ("crash" if code.isdigit() and int(code) else "unclean"), at


def update_in(event: str) -> Told | None:
    """A search or an installation; None for anything else."""
    found = _parts(event)
    if found is None or found[0] != UPDATE_CLIENT:
        return None
    count = found[2].get("updateCount", "")
    if found[1] == INSTALLED:
        return Told(int(moment_of(event)), INSTALLED, 1)
    if found[1] == SEARCHED and count.isascii() and count.isdigit():
        return Told(int(moment_of(event)), SEARCHED, int(count))
    return None


def outcome_of(told: Sequence[Told], surroundings: Surroundings) -> Outcome:
    """What the last search found, less what was installed since; since when anything waits is remembered."""
    searches = sorted(one for one in told if one.number == SEARCHED)
    installed = [one.at for one in told if one.number == INSTALLED]
    if not searches:
        raise NoData("no search for updates in the log")
    last = searches[-1]
    pending = max(0, min(MOST, last.updates) - sum(at >= last.at for at in installed))
    before = surroundings.previous.get("since_seconds")
    since = (before if isinstance(before, int) else last.at) if pending else None
    reading = Updates(
        pending=pending,
        security=None,
        since_seconds=since,
        searched_at_seconds=last.at,
        installed_at_seconds=max(installed, default=None),
    )
    return Outcome(reading, {"since_seconds": since} if pending else {})


def seconds_of(file_time: bytes) -> int | None:
    """Seconds since 1970 from Windows' time of 8 bytes; None for anything else."""
    if len(file_time) != 8:  # noqa: PLR2004 - FILETIME
        return None
    seconds = int.from_bytes(file_time, "little") // _TICKS_PER_SECOND - _SECONDS_FROM_1601_TO_1970
    return seconds if 0 < seconds < 4_102_444_800 else None  # noqa: PLR2004 - the bound of the wire


def _parts(event: str) -> tuple[str, int, dict[str, str]] | None:
    try:
        root = ET.fromstring(event)  # noqa: S314 - the system wrote it, and nobody else can
        system = root.find(f"{NAMESPACE}System")
        source = None if system is None else system.find(f"{NAMESPACE}Provider")
        if system is None or source is None:
            return None
        moment_of(event)
        number = int(system.findtext(f"{NAMESPACE}EventID", "0"))
    except (ET.ParseError, ValueError):
        return None
    data = {item.get("Name", ""): item.text or "" for item in root.iter(f"{NAMESPACE}Data")}
    return source.get("Name", ""), number, data
