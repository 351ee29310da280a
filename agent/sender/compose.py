"""Builds the next envelope from the spool and the readings.

Readings go when they changed since they were acknowledged, and all of them once a day or when the collector asks.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from agent import __version__
from agent.sender.memory import Memory, Prepared, Store
from agent.spool import PENDING, Entry
from agent.wire.figures import SLOT_SECONDS
from agent.wire.v1 import Envelope, IdleRule, Readings, RunRecord, Sleep, SlotRecord, UndatedRecord, UndatedRule

MOST_SLOTS = 200
"""Two days of slots; about 90 KB unpacked."""
MOST_RUNS = 64
FULL_EVERY_SECONDS = 86_400
BACKLOG_SECONDS = 13 * 86_400
"""A collector takes slots from 14 days back unless an envelope says that it carries a backlog."""
WITH_NULLS = frozenset(
    (
        "uptime",
        "processor",
        "memory",
        "volumes",
        "operating_system",
        "pending_reboot",
        "network_link",
        "agent",
        "not_readable",
    )
)
"""Groups of the first version, whose fields must be there even where they are null."""
LARGEST_ERROR_SECONDS = 3600
"""A clock that is off by more may have been off by anything when the envelope before was composed."""

RECORDS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "slot": lambda record: SlotRecord(
        **{
            **record,
            "idle_rules": tuple(IdleRule(**{**r, "lengths": tuple(r["lengths"])}) for r in record["idle_rules"]),
        }
    ),
    "run": lambda record: RunRecord(**{**record, "sleeps": tuple(Sleep(**sleep) for sleep in record["sleeps"])}),
    "undated": lambda record: UndatedRecord(
        **{
            **record,
            "idle_rules": tuple(UndatedRule(**{**r, "lengths": tuple(r["lengths"])}) for r in record["idle_rules"]),
        }
    ),
}


def fields_of(record: Any) -> dict[str, Any]:
    """A record of the wire, for JSON to dump; `asdict` would copy every number of two days of slots first."""
    return {name: getattr(record, name) for name in record.__slots__}


def choose(store: Store, most_slots: int = MOST_SLOTS) -> list[tuple[Entry, Any]]:
    """The oldest pending records, as many as one envelope takes; damaged ones are set aside."""
    room = {"slot": most_slots, "run": MOST_RUNS, "undated": MOST_RUNS}
    chosen: list[tuple[Entry, Any]] = []
    for entry in store.spool.entries(PENDING):
        if room[entry.kind] == 0:
            continue
        record = store.spool.read(PENDING, entry)
        if record is None:
            continue
        try:
            chosen.append((entry, RECORDS[entry.kind](record)))
        except (TypeError, KeyError):
            store.spool.set_aside(PENDING, entry, "the file does not hold what this version of the agent writes")
            continue
        room[entry.kind] -= 1
    return chosen


def changed(readings: Readings, memory: Memory, *, full: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The reading groups to send, and all of them as they are now; absent means unchanged."""
    now = {name: group for name, group in asdict(readings).items() if group not in (None, ())}
    now["not_readable"] = list(now.get("not_readable", ()))
    now = {
        name: group if name in WITH_NULLS else without_nulls(group)
        for name, group in json.loads(json.dumps(now)).items()
    }
    if full:
        return {name: group for name, group in now.items() if group != []}, now
    return {name: group for name, group in now.items() if memory.readings.get(name, []) != group}, now


def without_nulls(part: Any) -> Any:
    """The same without what is not readable; in the readings of health that is what a missing field means."""
    if isinstance(part, dict):
        return {name: without_nulls(value) for name, value in part.items() if value is not None}
    return [without_nulls(item) for item in part] if isinstance(part, list) else part


def is_backlog(slots: Sequence[SlotRecord], now: int, trusted_now: int | None) -> bool:
    """Whether a collector may find slots too old unless it is told that they come late on purpose.

    Nobody can tell with a clock that may be wrong: neither how old they are now, nor how old they will be when this
    envelope is sent again. What a collector finds too old it acknowledges and does not store, so then it is told.
    """
    if trusted_now is None or abs(trusted_now - now) > LARGEST_ERROR_SECONDS:
        return bool(slots)
    return any(slot.slot < (now - BACKLOG_SECONDS) // SLOT_SECONDS for slot in slots)


def compose(
    store: Store,
    memory: Memory,
    *,
    chosen: Sequence[tuple[Entry, Any]],
    readings: Readings | None,
    remembered: dict[str, Any],
    now: int,
    trusted_now: int | None,
    random: Callable[[int], bytes],
    hardware_key: str | None = None,
) -> Prepared:
    """The next envelope; without readings where those were refused. The caller keeps it before it sends it.

    `now` is what the computer's clock says, `trusted_now` what somebody vouches for, or None.
    """
    run = store.run()
    full = readings is not None and not 0 <= now - memory.full_at_seconds < FULL_EVERY_SECONDS
    to_send, all_now = ({}, memory.readings) if readings is None else changed(readings, memory, full=full)
    slots = tuple(record for entry, record in chosen if entry.kind == "slot")
    envelope = Envelope(
        schema=1,
        envelope_id=random(16).hex(),
        previous_envelope_id=memory.last_envelope_id,
        previous_receipt=memory.receipt,
        current_run_id=run.get("run_id"),
        composed_at_seconds=max(0, now),
        clock_trusted=bool(run.get("trusted")),
        backlog=is_backlog(slots, now, trusted_now),
        agent_version=__version__,
        runs=tuple(record for entry, record in chosen if entry.kind == "run"),
        slots=slots,
        undated=tuple(record for entry, record in chosen if entry.kind == "undated"),
        readings=Readings(),
        hardware_key=hardware_key,
    )
    body = json.dumps({**fields_of(envelope), "readings": to_send}, separators=(",", ":"), default=fields_of)
    return Prepared(
        envelope_id=envelope.envelope_id,
        previous_envelope_id=envelope.previous_envelope_id,
        composed_at_seconds=now,
        body=body,
        names=[entry.name for entry, _ in chosen],
        readings=all_now,
        remembered=remembered,
        full=full,
    )
