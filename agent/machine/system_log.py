"""What Windows' System log tells of sessions, sleeps and boots, from its events as XML. No system calls.

Events, by the source that writes them ("Windows event schema"; each is documented at learn.microsoft.com):

    Microsoft-Windows-Winlogon      7001 a user has logged on, 7002 has logged off; with session and account
    Microsoft-Windows-Kernel-Power  42 goes to sleep, 107 has woken up, 41 has started after losing its power
    EventLog                        6005 has started, 6006 shuts down, 6008 the stop before was not in order

The account stays in memory: it is compared with the list of staff, and never kept, logged or sent.
"""

from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree import ElementTree as ET

from agent.machine.base import BOOT, LOG_OFF, LOG_ON, POWER_OFF, RESUME, SUSPEND, Logged

WINLOGON, POWER, EVENT_LOG = "Microsoft-Windows-Winlogon", "Microsoft-Windows-Kernel-Power", "EventLog"
KINDS = {
    (WINLOGON, 7001): LOG_ON,
    (WINLOGON, 7002): LOG_OFF,
    (POWER, 41): BOOT,
    (POWER, 42): SUSPEND,
    (POWER, 107): RESUME,
    (EVENT_LOG, 6005): BOOT,
    (EVENT_LOG, 6006): POWER_OFF,
    (EVENT_LOG, 6008): BOOT,
}
NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"


class Told(NamedTuple):
    """One thing that the log tells, with the identifier of the account for the moment in which it is looked up."""

    logged: Logged
    account: str


def query_of(since: float, until: float) -> str:
    """The XPath question for these events in a stretch of time."""
    sources = {source for source, _ in KINDS}
    each = (
        f"(Provider[@Name='{source}'] and ({' or '.join(f'EventID={n}' for name, n in KINDS if name == source)}))"
        for source in sorted(sources)
    )
    times = f"TimeCreated[@SystemTime>='{_written(since)}' and @SystemTime<='{_written(until)}']"
    return f"*[System[({' or '.join(each)}) and {times}]]"


def told_in(event: str) -> Told | None:
    """What an event tells; None for another event, or one that is not as it should be."""
    try:
        root = ET.fromstring(event)  # noqa: S314 - the system wrote it, and nobody else can
        system = root.find(f"{NAMESPACE}System")
        if system is None:
            return None
        source = system.find(f"{NAMESPACE}Provider")
        kind = KINDS.get(
            ("" if source is None else source.get("Name", ""), int(system.findtext(f"{NAMESPACE}EventID", "0")))
        )
        if kind is None:
            return None
        at = _moment(system)
        data = {item.get("Name"): item.text or "" for item in root.iter(f"{NAMESPACE}Data")}
        if kind not in (LOG_ON, LOG_OFF):
            return Told(Logged(at, kind), "")
        return Told(Logged(at, kind, int(data["TSId"])), data["UserSid"])
    except (ET.ParseError, ValueError, KeyError):
        return None


def moment_of(event: str) -> float:
    """When any event was written, in seconds since 1970; raises ValueError."""
    try:
        system = ET.fromstring(event).find(f"{NAMESPACE}System")  # noqa: S314 - as above
    except ET.ParseError as error:
        raise ValueError("no event") from error
    if system is None:
        raise ValueError("no event")
    return _moment(system)


def _moment(system: ET.Element) -> float:
    created = system.find(f"{NAMESPACE}TimeCreated")
    text = "" if created is None else created.get("SystemTime", "")
    # Windows writes seven digits after the point, and another Windows nine.
    return datetime.fromisoformat(text[:26].rstrip("Z")).replace(tzinfo=UTC).timestamp()


def _written(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, tz=UTC):%Y-%m-%dT%H:%M:%S}.000Z"
