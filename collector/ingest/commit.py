"""Stores a batch of envelopes in one transaction.

Nothing here depends on how often, in which order or in which pieces envelopes arrive: records are absolute, keyed by
(site, slot, station, run), and a higher revision wins. Envelopes of one station within a batch count as arriving one
after the other.

**The chain.** The answer to an envelope names the envelope that the collector held *before* it. A station compares
that with the one it names as previous: equal means that nothing acknowledged was lost. When the answer is lost and
the same envelope comes again, it gets the same answer, because what was held before it is kept beside it. A station
whose previous envelope was stored while its answer was lost, and which then sends a newer one, sees an identifier that
it sent itself: that is whole, too. Anything else means that the collector was restored from an older backup.

A copy of an envelope may come hours late, and then be the first one after a restore: it would seem to be the last one
acknowledged, although what came before it is lost. So each answer carries a random receipt, made when the envelope was
stored, and the next envelope shows it. Who shows another one has heard that answer from a collector that is no more,
and is told what was held before the copy:

    E1 E2 E3 | restored to E1 | a copy of E3 | E4, which names E3 and shows the lost receipt   is told E1: lost
    E1 E2 E3 | a copy of E3, stored already  | E4, which names E3 and shows its receipt        is told E3: whole

**Readings.** The contact of a station holds the last value of each probe and when it changed. Of an envelope that was
overtaken (composed earlier than the one held, by a trusted clock) only the records count: its readings and its contact
would turn the present back. The history has one row per station and hour with the last values of the probes that
changed in it; it is written when the first change of a later hour comes, so that an hour costs one row however many
contacts it has.

**Clones.** Each envelope is looked at before anything of it is stored. When it shows that two computers use the
secret, the secret is in quarantine with the same commit, and of this envelope and those behind it nothing is stored.

**When a batch fails**, its envelopes are stored one by one, so that one bad record never fails its neighbours. An
envelope that fails alone because of its data is refused, and the refusal names the first record that fails alone.
Any other failure (disk full, database away) is temporary: the station keeps the envelope.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine

from agent.wire.v1 import ProbeName
from collector.domain.clones import Clone, has_hardware_key, is_trace_of, step
from collector.ingest.facts import (
    CONTACTS,
    HISTORY,
    MARKS,
    PROBES,
    RUNS,
    SLOTS,
    UNDATED,
    Facts,
)
from collector.ingest.recognition import learn_hardware_key, quarantine
from collector.storage.engine import writing
from collector.storage.models import station_contact
from collector.storage.rows import Row, insert_rows, select_by_keys

TRUSTED_SKEW_SECONDS = 120
"""An envelope composed further in the future than this had a wrong clock: no other one can be later than it."""
EARLIEST_LIFE_SECONDS = 14 * 86_400
"""How long a station may have counted before it was enrolled."""
FIRST_PROBES = PROBES[:8]
"""Those of agents before there were readings of health."""
_LATER = frozenset(PROBES[8:])
HISTORY_SECONDS = 3600
"""The history keeps at most one value per probe and such stretch: the last one."""

_BEGIN_LIFE = (
    "UPDATE station SET installed_at = ? WHERE site_id = ? AND station_id = ? AND installed_at BETWEEN ? AND ?",
    "UPDATE station SET installed_at = %s WHERE site_id = %s AND station_id = %s AND installed_at BETWEEN %s AND %s",
)


class Stored(NamedTuple):
    """The envelope is on the disk."""

    envelope_id_before: str | None
    wanted: tuple[ProbeName, ...]
    forgets: bool = False
    """Whether the station forgets at each reboot what it did not send."""
    receipt: str | None = None
    """What the station shows with its next envelope."""


class Quarantined(NamedTuple):
    """Two computers use the secret: nothing was stored, and the station keeps the envelope."""


class NotStorable(NamedTuple):
    """The data of this envelope cannot be stored, now or later."""

    field: str


class TryAgain(NamedTuple):
    """The database cannot store anything now."""

    reason: str


Result = Stored | Quarantined | NotStorable | TryAgain


@dataclass(slots=True)
class _Contact:
    """What is known of a station while a batch is being put together."""

    row: Row | None
    readings: dict[str, list[Any]]
    trace: str = ""
    clone: Clone | None = None
    forgets: bool = False


@dataclass(slots=True)
class _Rows:
    """The rows of a batch, by table."""

    slots: list[Row]
    runs: list[Row]
    undated: list[Row]
    history: list[Row]
    marks: dict[Row, int]
    clones: list[tuple[str, Clone, int]]
    hardware_keys: list[tuple[str, str]]
    first_runs: list[tuple[int, int, int]]
    """(site, station, start) of the runs that know of none before them."""


def commit(engine: Engine, batch: Sequence[Facts], mark: int) -> list[Result]:
    """Stores the batch durably; one result per envelope, in their order. `mark` is random and new for each batch."""
    try:
        with writing(engine) as connection:
            return list(store(connection, batch, mark))
    except Exception as error:  # noqa: BLE001  # drivers raise what they like; the retry below finds whose fault it is
        if len(batch) > 1:
            # A mark of its own for each: the roller may read one between two of these commits.
            return [commit(engine, [facts], mark + 1 + index)[0] for index, facts in enumerate(batch)]
        if not _is_about_data(error):
            return [TryAgain(type(error).__name__)]
    try:
        with writing(engine) as connection:
            return [NotStorable(culprit(connection, batch[0], mark))]
    except Exception as error:  # noqa: BLE001  # the same: whatever happened, the station keeps its envelope
        return [TryAgain(type(error).__name__)]


def store(connection: Connection, batch: Sequence[Facts], mark: int) -> list[Stored | Quarantined]:
    """Writes the batch inside the caller's transaction."""
    stations = sorted({(facts.site_id, facts.station_id) for facts in batch})
    contacts = _contacts(connection, stations)
    rows = _Rows([], [], [], [], {}, [], [], [])
    results = [_collect(rows, contacts[facts.site_id, facts.station_id], facts, mark) for facts in batch]
    for clone in rows.clones:
        quarantine(connection, *clone)
    for learnt in rows.hardware_keys:
        learn_hardware_key(connection, *learnt)
    for first_run in rows.first_runs:
        _begin_life(connection, *first_run)
    insert_rows(connection, CONTACTS, [_contact_row(contact) for contact in contacts.values() if contact.row])
    insert_rows(connection, RUNS, [(*row, mark) for row in rows.runs])
    insert_rows(connection, SLOTS, rows.slots)
    insert_rows(connection, UNDATED, rows.undated)
    insert_rows(connection, HISTORY, rows.history)
    # Last: the marks are the rows that two stations of one site share, so they are locked for the shortest time.
    insert_rows(connection, MARKS, [(*key, value) for key, value in rows.marks.items()])
    return results


def culprit(connection: Connection, facts: Facts, mark: int) -> str:
    """The name of the first record that cannot be stored even alone; nothing is stored."""
    for field, piece in _pieces(facts):
        savepoint = connection.begin_nested()
        try:
            store(connection, [piece], mark)
        except Exception as error:
            savepoint.rollback()
            if _is_about_data(error):
                return field
            raise
        savepoint.rollback()
    return ""


def _collect(rows: _Rows, contact: _Contact, facts: Facts, mark: int) -> Stored | Quarantined:
    site_id, station_id, received_at = facts[:3]
    if facts.seen.credential and not _is_one_computer(rows, contact, facts):
        return Quarantined()
    rows.slots += facts.slots
    rows.runs += facts.runs
    rows.first_runs += [(site_id, station_id, run[7]) for run in facts.runs if run[3] is None and run[6] != "untrusted"]
    rows.undated += facts.undated
    for row in facts.slots:
        rows.marks[row[:2]] = mark
    before = _before(contact.row, facts)
    overtaken = contact.row is not None and _is_overtaken(contact.row, facts)
    if not overtaken and (changes := _changes(contact.readings, facts)):
        if past := _past_hour(contact.readings, received_at):
            rows.history.append((site_id, station_id, *past))
        contact.readings.update(changes)
    receipt = _receipt(contact.row, facts) or f"{mark:016x}"
    contact.row = _contact_after(contact.row if overtaken else None, facts, before, receipt)
    return Stored(before, _wanted(contact.readings), contact.forgets, receipt)


def _wanted(held: Mapping[str, list[Any]]) -> tuple[ProbeName, ...]:
    """The groups to ask for; nothing that an agent of the first version cannot know, which would be asked for ever."""
    if len(held) == len(PROBES) or (len(held) == len(FIRST_PROBES) and _LATER.isdisjoint(held)):
        return ()
    return tuple(probe for probe in PROBES if probe not in held)


def _begin_life(connection: Connection, site_id: int, station_id: int, started_at: int) -> None:
    """A station that counted before it was enrolled was there then: its first run begins its life at the site.

    No further back than slots are accepted: what is older is not in its records.
    """
    cursor = connection.connection.cursor()
    try:
        # A frozen disk begins with its first run again and again: so this is on the way of many envelopes.
        cursor.execute(
            _BEGIN_LIFE[connection.dialect.name != "sqlite"],
            (started_at, site_id, station_id, started_at + 1, started_at + EARLIEST_LIFE_SECONDS),
        )
    finally:
        cursor.close()


def _is_one_computer(rows: _Rows, contact: _Contact, facts: Facts) -> bool:
    known, seen = contact.trace, facts.seen
    if contact.clone is None or not is_trace_of(known, seen.credential):
        contact.trace, contact.clone, contact.forgets = step(known, seen)
        if contact.clone is not None:
            rows.clones.append((seen.credential, contact.clone, facts.received_at))
        elif seen.hardware_key and not has_hardware_key(known, seen.credential):
            rows.hardware_keys.append((seen.credential, seen.hardware_key))
    return contact.clone is None


def _changes(known: Mapping[str, list[Any]], facts: Facts) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {}
    for probe, outcome, value in facts.readings:
        held = known.get(probe)
        if held is None or held[1] != value or held[0] != outcome:
            changes[probe] = [outcome, value, facts.received_at]
    return changes


def _past_hour(known: Mapping[str, list[Any]], received_at: int) -> tuple[int, str] | None:
    """The hour of the last change and what changed in it, when it is over."""
    last = max([held[2] for held in known.values()], default=received_at)
    hour = last - last % HISTORY_SECONDS
    if hour == received_at - received_at % HISTORY_SECONDS:
        return None
    return hour, to_json({probe: held[:2] for probe, held in known.items() if held[2] >= hour}).decode()


def _contact_row(contact: _Contact) -> Row:
    assert contact.row is not None
    return (*contact.row, contact.trace, to_json(contact.readings).decode())


def _contact_after(kept: Row | None, facts: Facts, before: str | None, receipt: str) -> Row:
    names = (facts.site_id, facts.station_id, facts.received_at, facts.envelope_id, before)
    if kept is not None:
        # Envelopes that waited, or that are made up newest first, were received before what is held.
        return (*names[:2], max(kept[2], facts.received_at), *names[3:], *kept[5:9], receipt)
    skew = facts.composed_at - facts.received_at
    return (*names, facts.current_run_id, facts.agent_version, skew, facts.stopped_at, receipt)


def _before(held: Row | None, facts: Facts) -> str | None:
    if held is None:
        return None
    last, before, receipt = held[3], held[4], held[9]
    heard_elsewhere = facts.seen.previous_envelope_id == last and facts.previous_receipt not in (None, receipt)
    return before if last == facts.envelope_id or heard_elsewhere else last  # type: ignore[no-any-return]  # rows are untyped


def _receipt(held: Row | None, facts: Facts) -> str | None:
    """What was given for this envelope when it came before; None when it is new."""
    return held[9] if held is not None and held[3] == facts.envelope_id else None


def _is_overtaken(held: Row, facts: Facts) -> bool:
    received_at, skew = held[2], held[7]
    if not facts.clock_trusted or skew > TRUSTED_SKEW_SECONDS:
        return False
    return facts.composed_at < received_at + skew  # type: ignore[no-any-return]  # rows are untyped


def _contacts(connection: Connection, stations: Sequence[tuple[int, int]]) -> dict[tuple[int, int], _Contact]:
    contacts = {station: _Contact(None, {}) for station in stations}
    key = ("site_id", "station_id")
    # Alone in the process of the writer, where an envelope is worth these few microseconds.
    for row in select_by_keys(connection, station_contact, CONTACTS.columns, key, stations, alone=True):
        contacts[row[0], row[1]] = _Contact(row[:-2], from_json(row[-1]), row[-2])
    return contacts


def _pieces(facts: Facts) -> Iterator[tuple[str, Facts]]:
    empty = facts._replace(runs=[], slots=[], undated=[], readings=[])
    yield "", empty
    for index, row in enumerate(facts.runs):
        yield f"runs.{index}", empty._replace(runs=[row])
    for index, row in enumerate(facts.slots):
        yield f"slots.{index}", empty._replace(slots=[row])
    for index, row in enumerate(facts.undated):
        yield f"undated.{index}", empty._replace(undated=[row])
    yield "readings", empty._replace(readings=facts.readings)


def _is_about_data(error: Exception) -> bool:
    """Whether the same data would fail again; raw cursors raise the driver's own errors of the same names."""
    if isinstance(error, OverflowError | ValueError):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"DataError", "IntegrityError"})
