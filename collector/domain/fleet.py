"""The computers of the Region as their technicians look for them: what each is, and which of them are asked for.

Nothing here says how much a computer is used: of time there is only its last contact.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from collector.domain.health.states import State

GIB = 2**30
FINE_STEPS_BELOW = 4 * GIB
COARSE_STEP = 2 * GIB


class Column(StrEnum):
    """What can be shown of a computer beside its label, in the order of the page."""

    SITE = "site"
    STATE = "state"
    CONTACT = "contact"
    SYSTEM = "system"
    MODEL = "model"
    MEMORY = "memory"
    DISK = "disk"
    FREE = "free"
    PROCESSORS = "processors"
    LINK = "link"
    RESTART = "restart"
    AGENT = "agent"
    SUPPLIED = "supplied"
    MAINTENANCE = "maintenance"


USUAL_COLUMNS = (
    Column.SITE,
    Column.STATE,
    Column.SYSTEM,
    Column.MODEL,
    Column.MEMORY,
    Column.FREE,
    Column.AGENT,
    Column.MAINTENANCE,
)
LABEL = "label"
"""Of the first column, which is always there."""


class Hardware(NamedTuple):
    """What the readings say; None is not readable, or not known yet."""

    system: str | None = None
    memory_bytes: int | None = None
    """As it is built in."""
    disk_bytes: int | None = None
    """Of all fixed volumes together."""
    free_bytes: int | None = None
    """Of the fixed volume that has the least."""
    processors: int | None = None
    link_megabits: int | None = None
    restart_pending: bool | None = None
    model: str | None = None
    failed: tuple[str, ...] = ()
    """The probes that failed; one that finds nothing to read on this computer did not fail."""


UNREAD = Hardware()


class Computer(NamedTuple):
    """One station. Moments are seconds since 1970-01-01 UTC."""

    site_id: int
    station_id: int
    label: str
    contact_at: int | None
    agent_version: str
    state: State | None = None
    """None where nobody asked for it."""
    model: str = ""
    """As the register calls it."""
    supplied_on: dt.date | None = None
    maintenance_end: dt.date | None = None
    """The first day without."""
    hardware: Hardware = UNREAD

    def called(self) -> str:
        """Its model, by the register or else by its firmware."""
        return self.model or self.hardware.model or ""


class Wish(NamedTuple):
    """Which computers are asked for; what is empty or None asks for nothing."""

    system: str = ""
    model: str = ""
    version: str = ""
    state: State | None = None
    memory_below: int | None = None
    """Whole GB, as all sizes here."""
    memory_above: int | None = None
    free_below: int | None = None
    supplied: int | None = None
    """Year of the supply."""

    def reads_hardware(self) -> bool:
        """Whether readings decide."""
        return bool(self.system or self.model) or any(
            each is not None for each in (self.memory_below, self.memory_above, self.free_below)
        )

    def asks(self) -> bool:
        return self != Wish()


FROM_HARDWARE = frozenset(
    {
        *(Column.SYSTEM, Column.MODEL, Column.MEMORY, Column.DISK, Column.FREE),
        *(Column.PROCESSORS, Column.LINK, Column.RESTART),
    }
)
"""Columns that are sorted by what the readings say."""


def hardware_of(readings: Mapping[str, Sequence[Any]]) -> Hardware:
    """From the readings of a station as they are stored: outcome and value of each probe."""

    def said(probe: str) -> Mapping[str, Any]:
        outcome, value = (*readings.get(probe, ("", {})),)[:2]
        return value if outcome == "ok" else {}

    system, memory, modules = said("operating_system"), said("memory"), said("memory_modules")
    volumes = said("volumes").get("fixed", ())
    total = memory.get("total_bytes")
    firmware = said("firmware")
    return Hardware(
        " ".join(part for part in (system.get("name"), system.get("version")) if part) or None,
        modules.get("installed_bytes") or (None if total is None else built_in(total)),
        sum(each["total_bytes"] for each in volumes) if volumes else None,
        min((each["free_bytes"] for each in volumes), default=None),
        said("processor").get("logical_processors"),
        said("network_link").get("speed_megabits"),
        said("pending_reboot").get("required"),
        " ".join(part for part in (firmware.get("maker"), firmware.get("model")) if part) or None,
        tuple(sorted(probe for probe, reading in readings.items() if reading[0] == "failed")),
    )


def built_in(total_bytes: int) -> int:
    """The memory of a computer whose system says that it has so much: firmware and graphics keep a part for themselves.

    So 7.7 GB are 8 GB: up to the next 2 GB, below 4 GB to the next one.
    """
    step = GIB if total_bytes < FINE_STEPS_BELOW else COARSE_STEP
    return -(-total_bytes // step) * step


def fits(one: Computer, wish: Wish) -> bool:
    """Whether it is asked for; what is not known of it fits no wish about it."""
    built = one.hardware
    return (
        _contains(built.system, wish.system)
        and _contains(one.called(), wish.model)
        and (not wish.version or one.agent_version == wish.version)
        and (wish.state is None or one.state is wish.state)
        and _below(built.memory_bytes, wish.memory_below)
        and _above(built.memory_bytes, wish.memory_above)
        and _below(built.free_bytes, wish.free_below)
        and (wish.supplied is None or (one.supplied_on is not None and one.supplied_on.year == wish.supplied))
    )


def _contains(text: str | None, part: str) -> bool:
    return not part or part.casefold() in (text or "").casefold()


def _below(size: int | None, limit: int | None) -> bool:
    return limit is None or (size is not None and size < limit * GIB)


def _above(size: int | None, limit: int | None) -> bool:
    return limit is None or (size is not None and size > limit * GIB)


_VALUES: Mapping[str, Callable[[Computer], Any]] = {
    LABEL: lambda one: one.label.casefold(),
    Column.STATE: lambda one: None if one.state is None else list(State).index(one.state),
    Column.CONTACT: lambda one: one.contact_at,
    Column.SYSTEM: lambda one: one.hardware.system,
    Column.MODEL: lambda one: one.called().casefold() or None,
    Column.MEMORY: lambda one: one.hardware.memory_bytes,
    Column.DISK: lambda one: one.hardware.disk_bytes,
    Column.FREE: lambda one: one.hardware.free_bytes,
    Column.PROCESSORS: lambda one: one.hardware.processors,
    Column.LINK: lambda one: one.hardware.link_megabits,
    Column.RESTART: lambda one: one.hardware.restart_pending,
    Column.AGENT: lambda one: version_key(one.agent_version),
    Column.SUPPLIED: lambda one: one.supplied_on,
    Column.MAINTENANCE: lambda one: one.maintenance_end,
}


def ordered(
    computers: Sequence[Computer], sort: str, site_names: Mapping[int, str], *, falling: bool
) -> list[Computer]:
    """Sorted by a column; what is not known comes last either way, equal ones by site and label."""

    def by_place(one: Computer) -> tuple[str, str]:
        return site_names[one.site_id].casefold(), one.label.casefold()

    placed = sorted(computers, key=by_place)
    if sort == Column.SITE:
        return placed[::-1] if falling else placed
    value = _VALUES[sort]
    known = [one for one in placed if value(one) is not None]
    return sorted(known, key=value, reverse=falling) + [one for one in placed if value(one) is None]


def version_key(version: str) -> tuple[tuple[int, str], ...]:
    """Orders 0.9.0 before 0.10.0."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in version.split(".")) if version else ()
