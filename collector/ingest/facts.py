"""Turns what stations said into rows of the tables.

Counters only grow within a run: a slot record replaces the stored one only when its revision is higher and none of
its seconds and starts is lower. Lengths of sessions travel as words, which SQL cannot compare; their number is
bounded instead (`collector.ingest.limits`).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, get_args

from pydantic import TypeAdapter
from pydantic_core import to_json

from agent.wire.v1 import (
    Envelope,
    IdleRule,
    ProbeName,
    Readings,
    RunRecord,
    SlotRecord,
    UndatedRecord,
    UndatedRule,
)
from collector.domain.clones import Sighting
from collector.domain.contacts import ON_SECONDS, contact_of
from collector.domain.stations import USUAL_INTERVAL_SECONDS
from collector.storage import models
from collector.storage.rows import Row, insertion

PROBES: tuple[ProbeName, ...] = get_args(ProbeName)

_RULES = tuple(
    name
    for minutes in models.IDLE_RULES_MINUTES
    for name in (f"starts_{minutes}", f"seconds_in_use_{minutes}", f"lengths_{minutes}")
)


def _grows(table: str, columns: Iterable[str]) -> str:
    conditions = [f"excluded.revision > {table}.revision"]
    conditions += [f"excluded.{name} >= {table}.{name}" for name in columns if not name.startswith("lengths_")]
    return " AND ".join(conditions)


_SAYS_MORE_OF_TIME_OFF = " OR ".join(
    [
        *(f"excluded.{name} <> run.{name}" for name in ("clock", "started_at", "sleeps")),
        *(
            f"coalesce(excluded.{name}, {empty}) <> coalesce(run.{name}, {empty})"
            for name, empty in (("previous_run_id", "''"), ("stopped_at", "-1"), ("stop_reason", "''"))
        ),
    ]
)

CONTACTS = insertion(
    models.station_contact,
    (
        "site_id",
        "station_id",
        "received_at",
        "last_envelope_id",
        "envelope_id_before",
        "current_run_id",
        "agent_version",
        "clock_skew_seconds",
        "stopped_at",
        "receipt",
        "trace",
        "readings",
    ),
)
RUNS = insertion(
    models.run,
    (
        "site_id",
        "station_id",
        "run_id",
        "previous_run_id",
        "revision",
        "start_reason",
        "clock",
        "started_at",
        "last_seen_at",
        "stopped_at",
        "stop_reason",
        "sleeps",
        "received_at",
        "mark",
    ),
    replace_where="excluded.revision > run.revision",
    # Most envelopes only say that the run lives on: nothing for the roller.
    replaced={
        "mark": f"CASE WHEN {_SAYS_MORE_OF_TIME_OFF} THEN excluded.mark ELSE run.mark END",
        # Site slots follow from it (`collector.ingest.derivation`): what a run was made from never changes.
        "start_reason": "run.start_reason",
    },
)
SLOTS = insertion(
    models.slot_record,
    (
        "site_id",
        "slot",
        "station_id",
        "run_id",
        "revision",
        "method",
        "presence_readable",
        "seconds_observed",
        "seconds_on",
        *_RULES,
        "capped",
        "contact",
    ),
    # In time or not: that is decided when the slot is heard of first.
    replaced={"contact": "slot_record.contact"},
    replace_where=_grows("slot_record", ("seconds_observed", "seconds_on", *_RULES)),
)
UNDATED = insertion(
    models.undated_record,
    (
        "site_id",
        "station_id",
        "run_id",
        "revision",
        "method",
        "presence_readable",
        "seconds_observed",
        *_RULES,
        "received_at",
    ),
    replace_where=_grows("undated_record", ("seconds_observed", *_RULES)),
)
HISTORY = insertion(models.hourly_readings, ("site_id", "station_id", "hour_at", "readings"))
MARKS = insertion(models.dirty_slot, ("site_id", "slot", "mark"))

_NOTHING: tuple[Any, ...] = (0, 0, "0 0 0 0 0 0 0") * len(models.IDLE_RULES_MINUTES)
_as_plain_data = TypeAdapter(Readings).serializer.to_python

Reading = tuple[ProbeName, str, dict[str, Any]]
"""What one probe said: probe, outcome, value as data that JSON can hold."""


class Arrival(NamedTuple):
    """An envelope, whose it is, and when it came."""

    site_id: int
    station_id: int
    received_at: int
    envelope: Envelope
    credential: str = ""
    """The public id of the secret that was shown; empty for what was kept while the station waited."""


class Facts(NamedTuple):
    """What an arrival says, as plain numbers and texts: all of it that does not depend on what is stored."""

    site_id: int
    station_id: int
    received_at: int
    envelope_id: str
    composed_at: int
    clock_trusted: bool
    current_run_id: str | None
    agent_version: str
    stopped_at: int | None
    runs: list[Row]
    slots: list[Row]
    undated: list[Row]
    readings: list[Reading]
    previous_receipt: str | None
    seen: Sighting


def facts_of(arrival: Arrival, contact_seconds: int = USUAL_INTERVAL_SECONDS) -> Facts:
    """`contact_seconds` is how often stations are asked to report."""
    site_id, station_id, received_at, envelope, credential = arrival
    return Facts(
        site_id,
        station_id,
        received_at,
        envelope.envelope_id,
        envelope.composed_at_seconds,
        envelope.clock_trusted,
        envelope.current_run_id,
        envelope.agent_version,
        _stopped_at(envelope),
        [_run_row(site_id, station_id, record, received_at) for record in envelope.runs],
        _slot_rows(site_id, station_id, received_at, envelope.slots, contact_seconds),
        [_undated_row(site_id, station_id, record, received_at) for record in envelope.undated],
        _readings_of(envelope.readings),
        envelope.previous_receipt,
        Sighting(
            credential,
            envelope.envelope_id,
            envelope.previous_envelope_id,
            envelope.current_run_id,
            envelope.hardware_key,
        ),
    )


@lru_cache(maxsize=4096)
def _words(lengths: tuple[int, ...]) -> str:
    return " ".join(map(str, lengths))


def _slot_rows(
    site_id: int, station_id: int, received_at: int, records: Sequence[SlotRecord], contact_seconds: int
) -> list[Row]:
    on = {(record.run_id, record.slot) for record in records if record.seconds_on >= ON_SECONDS}
    return [
        (
            *_slot_row(site_id, station_id, record),
            contact_of(record.slot, record.run_id, received_at, on, contact_seconds).value,
        )
        for record in records
    ]


def _slot_row(site_id: int, station_id: int, record: SlotRecord) -> Row:
    """All but the contact."""
    return (
        site_id,
        record.slot,
        station_id,
        record.run_id,
        record.revision,
        record.method,
        record.presence_readable,
        record.seconds_observed,
        record.seconds_on,
        *_by_rule(record.idle_rules),
        record.capped,
    )


def _undated_row(site_id: int, station_id: int, record: UndatedRecord, received_at: int) -> Row:
    return (
        site_id,
        station_id,
        record.run_id,
        record.revision,
        record.method,
        record.presence_readable,
        record.seconds_observed,
        *_by_rule(record.idle_rules),
        received_at,
    )


def _run_row(site_id: int, station_id: int, record: RunRecord, received_at: int) -> Row:
    sleeps = [[sleep.from_seconds, sleep.to_seconds] for sleep in record.sleeps]
    return (
        site_id,
        station_id,
        record.run_id,
        record.previous_run_id,
        record.revision,
        record.start_reason,
        record.clock,
        record.started_at_seconds,
        record.last_seen_at_seconds,
        record.stopped_at_seconds,
        record.stop_reason,
        to_json(sleeps).decode() if sleeps else "[]",
        received_at,
    )


def _readings_of(readings: Readings) -> list[Reading]:
    values = _as_plain_data(readings, mode="json")
    found: list[Reading] = [(probe, "ok", value) for probe in PROBES if (value := values[probe]) is not None]
    if readings.not_readable:
        said: set[ProbeName] = {reading[0] for reading in found}
        for missing in readings.not_readable:
            if missing.probe not in said:
                said.add(missing.probe)
                stopped = {"times_stopped": missing.times_stopped} if missing.times_stopped else {}
                found.append((missing.probe, missing.outcome, {"reason": missing.reason, **stopped}))
    return found


def _stopped_at(envelope: Envelope) -> int | None:
    """When the run that is speaking says that it stopped; null while it lives."""
    for record in envelope.runs:
        if record.run_id == envelope.current_run_id:
            return record.stopped_at_seconds
    return None


def _by_rule(rules: tuple[IdleRule, ...] | tuple[UndatedRule, ...]) -> tuple[Any, ...]:
    if len(rules) != len(models.IDLE_RULES_MINUTES):
        return _NOTHING
    a, b, c, d = rules
    return (
        a.starts,
        a.seconds_in_use,
        _words(a.lengths),
        b.starts,
        b.seconds_in_use,
        _words(b.lengths),
        c.starts,
        c.seconds_in_use,
        _words(c.lengths),
        d.starts,
        d.seconds_in_use,
        _words(d.lengths),
    )
