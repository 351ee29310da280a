"""The state of a station, from the collector's own receive times; the station's clock is never asked."""

from dataclasses import dataclass
from enum import StrEnum

USUAL_INTERVAL_SECONDS = 1800
OVERDUE_MARGIN_SECONDS = 300
"""An envelope is overdue after two intervals and five minutes (health.md)."""


class State(StrEnum):
    ONLINE = "online"
    OFF = "off"
    """Its last word was a proper stop."""
    SILENT = "silent"
    """Overdue, and it did not say that it would stop."""
    NEVER_SEEN = "never_seen"
    """Enrolled, and not one envelope yet."""
    QUARANTINED = "quarantined"
    """Two computers use its secret: nothing is counted until somebody acts."""


@dataclass(frozen=True, slots=True)
class Contact:
    received_at: int
    """When the last envelope came in, by the collector's clock."""
    stopped: bool
    """Whether it was a proper stop."""


def overdue_after(interval_seconds: int) -> int:
    return 2 * interval_seconds + OVERDUE_MARGIN_SECONDS


def state_of(contact: Contact | None, now: int, interval_seconds: int = USUAL_INTERVAL_SECONDS) -> State:
    """The state of an approved station."""
    if contact is None:
        return State.NEVER_SEEN
    if contact.stopped:
        return State.OFF
    if now - contact.received_at <= overdue_after(interval_seconds):
        return State.ONLINE
    return State.SILENT
