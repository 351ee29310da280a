"""Stores a batch of envelopes in one transaction.

Nothing here depends on how often, in which order or in which pieces envelopes arrive: records are absolute, keyed by
(site, slot, station, run), and a higher revision wins. Envelopes of one station within a batch count as arriving one
after the other.

**The chain.** The answer to an envelope names the envelope that the collector held *before* it. A station compares
that with the one it names as previous: equal means that nothing acknowledged was lost. When the answer is lost and
the same envelope comes again, it gets the same answer, because what was held before it is kept beside it. A station
whose previous envelope was stored while its answer was lost, and which then sends a newer one, sees an identifier that
it sent itself: that is whole, too. Anything else means that the collector was restored from an older backup.

**Readings.** Stored when they differ from the stored value. Of an envelope that was overtaken (composed earlier than
the one held, by a trusted clock) only the records count: its readings and its contact would turn the present back. The
history has one row per probe and hour, named by the start of the hour, and holds the last value of that hour.

**When a batch fails**, its envelopes are stored one by one, so that one bad record never fails its neighbours. An
envelope that fails alone because of its data is refused, and the refusal names the first record that fails alone.
Any other failure (disk full, database away) is temporary: the station keeps the envelope.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from agent.wire.v1 import Envelope, ProbeName, Readings
from collector.ingest.facts import (
    CONTACTS,
    HISTORY,
    HISTORY_SECONDS,
    LATEST,
    MARKS,
    PROBES,
    RUNS,
    SLOTS,
    UNDATED,
    readings_of,
    run_row,
    slot_row,
    stopped_at,
    undated_row,
)
from collector.storage.engine import writing
from collector.storage.models import reading_latest, station_contact
from collector.storage.rows import Row, insert_rows, select_by_keys

TRUSTED_SKEW_SECONDS = 120
"""An envelope composed further in the future than this had a wrong clock: no other one can be later than it."""


class Arrival(NamedTuple):
    """An envelope, whose it is, and when it came."""

    site_id: int
    station_id: int
    received_at: int
    envelope: Envelope


class Stored(NamedTuple):
    """The envelope is on the disk."""

    envelope_id_before: str | None
    wanted: tuple[ProbeName, ...]


class NotStorable(NamedTuple):
    """The data of this envelope cannot be stored, now or later."""

    field: str


class TryAgain(NamedTuple):
    """The database cannot store anything now."""

    reason: str


Result = Stored | NotStorable | TryAgain


@dataclass(slots=True)
class _Contact:
    """What is known of a station while a batch is being put together."""

    row: Row | None
    readings: dict[str, tuple[str, str]]


@dataclass(slots=True)
class _Rows:
    """The rows of a batch, by table."""

    slots: list[Row]
    runs: list[Row]
    undated: list[Row]
    latest: list[Row]
    history: list[Row]
    marks: dict[Row, int]


def commit(engine: Engine, batch: Sequence[Arrival], mark: int) -> list[Result]:
    """Stores the batch durably; one result per arrival, in their order. `mark` is random and new for each batch."""
    try:
        with writing(engine) as connection:
            return list(store(connection, batch, mark))
    except Exception as error:  # noqa: BLE001  # drivers raise what they like; the retry below finds whose fault it is
        if len(batch) > 1:
            return [commit(engine, [arrival], mark)[0] for arrival in batch]
        if not _is_about_data(error):
            return [TryAgain(type(error).__name__)]
    try:
        with writing(engine) as connection:
            return [NotStorable(culprit(connection, batch[0], mark))]
    except Exception as error:  # noqa: BLE001  # the same: whatever happened, the station keeps its envelope
        return [TryAgain(type(error).__name__)]


def store(connection: Connection, batch: Sequence[Arrival], mark: int) -> list[Stored]:
    """Writes the batch inside the caller's transaction."""
    stations = sorted({(arrival.site_id, arrival.station_id) for arrival in batch})
    contacts = _contacts(connection, stations)
    rows = _Rows([], [], [], [], [], {})
    results = [_collect(rows, contacts[arrival.site_id, arrival.station_id], arrival, mark) for arrival in batch]
    insert_rows(connection, CONTACTS, [contact.row for contact in contacts.values() if contact.row is not None])
    insert_rows(connection, RUNS, rows.runs)
    insert_rows(connection, SLOTS, rows.slots)
    insert_rows(connection, UNDATED, rows.undated)
    insert_rows(connection, LATEST, rows.latest)
    insert_rows(connection, HISTORY, rows.history)
    # Last: the marks are the rows that two stations of one site share, so they are locked for the shortest time.
    insert_rows(connection, MARKS, [(*key, value) for key, value in rows.marks.items()])
    return results


def culprit(connection: Connection, arrival: Arrival, mark: int) -> str:
    """The name of the first record that cannot be stored even alone; nothing is stored."""
    for field, envelope in _pieces(arrival.envelope):
        savepoint = connection.begin_nested()
        try:
            store(connection, [arrival._replace(envelope=envelope)], mark)
        except Exception as error:
            savepoint.rollback()
            if _is_about_data(error):
                return field
            raise
        savepoint.rollback()
    return ""


def _collect(rows: _Rows, contact: _Contact, arrival: Arrival, mark: int) -> Stored:
    site_id, station_id, received_at, envelope = arrival
    for slot in envelope.slots:
        rows.slots.append(slot_row(site_id, station_id, slot))
        rows.marks[site_id, slot.slot] = mark
    for run in envelope.runs:
        rows.runs.append(run_row(site_id, station_id, run, received_at))
    for undated in envelope.undated:
        rows.undated.append(undated_row(site_id, station_id, undated, received_at))
    before = _before(contact.row, envelope)
    overtaken = contact.row is not None and _is_overtaken(contact.row, envelope)
    if not overtaken:
        hour = received_at - received_at % HISTORY_SECONDS
        known = contact.readings
        for reading in readings_of(envelope.readings):
            probe, outcome, value = reading
            if known.get(probe) != (outcome, value):
                known[probe] = (outcome, value)
                rows.latest.append((site_id, station_id, probe, outcome, value, received_at))
                rows.history.append((site_id, station_id, hour, probe, outcome, value))
    contact.row = _contact_row(contact.row if overtaken else None, arrival, before)
    wanted = () if len(contact.readings) == len(PROBES) else tuple(p for p in PROBES if p not in contact.readings)
    return Stored(before, wanted)


def _contact_row(kept: Row | None, arrival: Arrival, before: str | None) -> Row:
    site_id, station_id, received_at, envelope = arrival
    names = (site_id, station_id, received_at, envelope.envelope_id, before)
    if kept is not None:
        return (*names, *kept[5:])
    return (
        *names,
        envelope.current_run_id,
        envelope.agent_version,
        envelope.composed_at_seconds - received_at,
        stopped_at(envelope),
    )


def _before(held: Row | None, envelope: Envelope) -> str | None:
    if held is None:
        return None
    last, before = held[3], held[4]
    return before if last == envelope.envelope_id else last  # type: ignore[no-any-return]  # rows are untyped


def _is_overtaken(held: Row, envelope: Envelope) -> bool:
    received_at, skew = held[2], held[7]
    if not envelope.clock_trusted or skew > TRUSTED_SKEW_SECONDS:
        return False
    return envelope.composed_at_seconds < received_at + skew  # type: ignore[no-any-return]  # rows are untyped


def _contacts(connection: Connection, stations: Sequence[tuple[int, int]]) -> dict[tuple[int, int], _Contact]:
    contacts = {station: _Contact(None, {}) for station in stations}
    key = ("site_id", "station_id")
    for row in select_by_keys(connection, station_contact, CONTACTS.columns, key, stations):
        contacts[row[0], row[1]].row = tuple(row)
    columns = (*key, "probe", "outcome", "value")
    for site_id, station_id, probe, outcome, value in select_by_keys(
        connection, reading_latest, columns, key, stations
    ):
        contacts[site_id, station_id].readings[probe] = (outcome, value)
    return contacts


def _pieces(envelope: Envelope) -> Iterator[tuple[str, Envelope]]:
    empty = replace(envelope, runs=(), slots=(), undated=(), readings=Readings())
    yield "", empty
    for index, run in enumerate(envelope.runs):
        yield f"runs.{index}", replace(empty, runs=(run,))
    for index, slot in enumerate(envelope.slots):
        yield f"slots.{index}", replace(empty, slots=(slot,))
    for index, undated in enumerate(envelope.undated):
        yield f"undated.{index}", replace(empty, undated=(undated,))
    yield "readings", replace(empty, readings=envelope.readings)


def _is_about_data(error: Exception) -> bool:
    """Whether the same data would fail again; raw cursors raise the driver's own errors of the same names."""
    if isinstance(error, OverflowError | ValueError):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"DataError", "IntegrityError"})
