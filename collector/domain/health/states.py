"""The state of a station, from the collector's own receive times and the opening hours of its site.

The station's clock is never asked. Silence counts while the site is open only: a station that said nothing overnight
is not late in the morning, before it has had its time. Worked examples stand in the tests.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from collector.domain.health.hours import OpenHours
from collector.domain.health.thresholds import Thresholds
from collector.domain.stations import USUAL_INTERVAL_SECONDS, Contact, overdue_after

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600


class State(StrEnum):
    ONLINE = "online"
    OFF = "off"
    """Its last word was a proper stop."""
    EXPECTED_OFF = "expected_off"
    """Silent, and since its last word the site was closed, but for less than what makes it late."""
    LATE = "late"
    """Overdue in open time, and it did not say that it would stop."""
    SILENT = "silent"
    """So for a whole open day."""
    MISSING = "missing"
    """Nothing for so many open days that somebody should look, whatever its last word was."""
    ON_WHILE_CLOSED = "on_while_closed"
    """Powered for hours outside the timetable; power, not use."""
    UNKNOWN = "unknown"
    """Overdue, at a site whose opening hours nobody has written down."""
    NEVER_SEEN = "never_seen"
    """Enrolled, and not one envelope yet."""
    WAITING = "waiting"
    """Enrolled, and to be approved."""
    QUARANTINED = "quarantined"
    """Two computers use its secret: nothing is counted until somebody acts."""
    OUT_OF_ORDER = "out_of_order"
    """Somebody said so."""
    IN_STORAGE = "in_storage"
    """Somebody said so."""


HEARD = frozenset({State.ONLINE, State.ON_WHILE_CLOSED})
"""What its readings say holds now; in every other state it is what was last known."""
LATE = frozenset({State.LATE, State.SILENT})


def silent(states: Mapping[State, int]) -> int:
    """How many of so many stations in each state are silent without a proper stop, as far as that is known."""
    return sum(states.get(state, 0) for state in (State.LATE, State.SILENT, State.UNKNOWN))


class Said(NamedTuple):
    """What people and the enrolment say of a station, which goes before what it says itself."""

    quarantined: bool = False
    set_aside: State | None = None
    """OUT_OF_ORDER or IN_STORAGE while that lasts."""


class Life(NamedTuple):
    """What the collector knows of when a station spoke."""

    enrolled_at: int
    contact: Contact | None
    on_since: int | None = None
    """Since when its contacts follow each other without a gap; None where nobody has watched."""
    interval_seconds: int = USUAL_INTERVAL_SECONDS


def on_since(contact: Contact | None, interval_seconds: int, heard_at: int | None, before: int | None) -> int | None:
    """Since when contacts follow each other without a gap, where the one before this came at `heard_at`."""
    if contact is None or contact.stopped:
        return None
    goes_on = heard_at is not None and contact.received_at - heard_at <= overdue_after(interval_seconds)
    return before if goes_on and before is not None else contact.received_at


def state_of(  # noqa: PLR0911  # one line for each word, in the order in which they go before each other
    life: Life, said: Said, now: int, hours: OpenHours, limits: Thresholds
) -> State:
    """The state of an approved station."""
    if said.quarantined:
        return State.QUARANTINED
    if said.set_aside is not None:
        return said.set_aside
    if is_missing(life, now, hours, limits):
        return State.MISSING
    if life.contact is None:
        return State.NEVER_SEEN
    if life.contact.stopped:
        return State.OFF
    if now - life.contact.received_at > overdue_after(life.interval_seconds):
        return _silence(life, life.contact, now, hours)
    return State.ON_WHILE_CLOSED if _is_on_while_closed(life, now, hours, limits) else State.ONLINE


def _silence(life: Life, contact: Contact, now: int, hours: OpenHours) -> State:
    """Of a station that is overdue by the clock."""
    if not hours.written:
        return State.UNKNOWN
    if hours.whole_days(contact.received_at, now):
        return State.SILENT
    limit = overdue_after(life.interval_seconds)
    is_late = hours.is_open(now) and hours.seconds(contact.received_at, now) > limit
    return State.LATE if is_late else State.EXPECTED_OFF


def is_missing(life: Life, now: int, hours: OpenHours, limits: Thresholds) -> bool:
    """Whether nothing came for so many whole open days; without opening hours, for twice as many days."""
    last = life.enrolled_at if life.contact is None else life.contact.received_at
    if not hours.written:
        return now - last > 2 * limits.missing_open_days * DAY_SECONDS
    return hours.whole_days(last, now) >= limits.missing_open_days


def next_look(life: Life, now: int, hours: OpenHours) -> int | None:
    """When the state may change next although nothing comes, beside the openings and closings of the site."""
    if life.contact is None or life.contact.stopped:
        return None
    limit = overdue_after(life.interval_seconds)
    moments = [life.contact.received_at + limit + 1]
    late = hours.after(life.contact.received_at, limit + 1)
    if late is not None:
        moments.append(late)
    return min((moment for moment in moments if moment > now), default=None)


def _is_on_while_closed(life: Life, now: int, hours: OpenHours, limits: Thresholds) -> bool:
    closed_since = hours.closed_since(now)
    if not hours.written or closed_since is None or life.on_since is None:
        return False
    return now - max(closed_since, life.on_since) > limits.on_while_closed_hours * HOUR_SECONDS
