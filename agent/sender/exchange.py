"""Sends what waits, envelope after envelope, and learns from each answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agent import __version__
from agent.disk import Disk
from agent.machine.base import Clock, Logged
from agent.probes import PROBES, take
from agent.probes.base import Probe, Surroundings
from agent.probes.worker import Here, Work, Worker
from agent.sender.compose import MOST_SLOTS, choose, compose
from agent.sender.enrolment import key_to_send
from agent.sender.equipment import last_answers
from agent.sender.hardware import Hardware
from agent.sender.hours import tried_of
from agent.sender.memory import Identity, Memory, Prepared, Store
from agent.sender.outcome import Answered, NotAdmitted, Outcome, Refused
from agent.sender.upload import Line
from agent.spool import DAY_SECONDS, KEPT, PENDING, REFUSED, Entry, entry_of
from agent.timekeeping import trusted_offset
from agent.wire.v1 import ProbeName, Readings

MOST_ENVELOPES = 50
"""One contact sends no more; 60 days of backlog take one contact."""
RESEND_SECONDS = 12 * 3600
"""A prepared envelope is sent again for so long: only its own answer tells whether the collector lost something.

Later its oldest slots might be refused, because it was not marked as a backlog (half a day after day 13 of 14).
"""

Chosen = Sequence[tuple[Entry, Any]]


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside world of a contact, as parameters."""

    clock: Clock
    disk: Disk
    random: Callable[[int], bytes]
    open_line: Callable[[], Line]
    hardware: Callable[[], Hardware | None] = lambda: None
    """What this PC is told from others by; None where nobody can tell."""
    gateway: Callable[[], bool | None] = lambda: None
    """Whether the site's own router answers; None where nobody can tell."""
    ask_equipment: Callable[[], None] | None = None
    """Starts the process that asks printers and projectors; None where the settings name none."""
    probes: tuple[tuple[ProbeName, Probe], ...] = PROBES
    worker: Callable[[Work], Worker] = Here
    """Who takes the readings; see agent/probes/worker.py."""
    logged: Callable[[float, float], list[Logged] | None] = lambda _since, _until: None
    """What the system has logged between two moments; None where it tells nothing certain."""


def send_all(store: Store, memory: Memory, line: Line, identity: Identity, outside: Outside) -> tuple[Outcome, int]:
    """Send until nothing waits or something goes wrong; how it ended and how many envelopes went."""
    prepared = kept_envelope(store, outside)
    resent = prepared is not None
    if prepared is None:
        prepared = new_envelope(store, memory, outside)
    sent = 0
    while True:
        outcome = line.post("/api/v1/envelopes", prepared.body.encode(), identity.credential)
        if isinstance(outcome, Refused):
            outcome = find_the_fault(store, memory, line, identity, outside, refused=prepared, refusal=outcome)
        elif isinstance(outcome, Answered):
            memory.readings_refused = ""
            acknowledge(store, memory, prepared, outcome, outside)
        if not isinstance(outcome, Answered):
            return outcome, sent
        sent += 1
        if outcome.answer["enrol_again"]:
            store.forget_identity()
            return NotAdmitted("the collector asks this station to enrol again"), sent
        more_waits = sum(name.startswith("slot") for name in prepared.names) >= MOST_SLOTS
        if sent >= MOST_ENVELOPES or not (more_waits or resent):
            return outcome, sent
        if resent:
            # What happened since that envelope was composed, a stop perhaps, must not wait for another contact.
            resent = False
            prepared = new_envelope(store, memory, outside)
        else:
            prepared = prepare(store, memory, outside, choose(store), readings=None)


def find_the_fault(
    store: Store,
    memory: Memory,
    line: Line,
    identity: Identity,
    outside: Outside,
    *,
    refused: Prepared,
    refusal: Refused,
) -> Outcome:
    """Deliver a refused envelope in parts, so that what is at fault is set aside and its neighbours arrive.

    First without the readings; then with nothing in it, because a collector that does not even take that finds fault
    with no record; then the records in halves. Returns the last answer, or why it went no further.
    """
    answered: Answered | None = None
    reason = refusal.sentence
    wanted = set(refused.names)
    groups: list[Chosen] = [[pair for pair in choose(store) if pair[0].name in wanted]]
    while groups:
        group = groups.pop()
        prepared = prepare(store, memory, outside, group, readings=None)
        outcome = line.post("/api/v1/envelopes", prepared.body.encode(), identity.credential)
        if isinstance(outcome, Answered):
            answered = outcome
            acknowledge(store, memory, prepared, outcome, outside)
        elif not isinstance(outcome, Refused):
            return outcome  # the prepared part stays, since it may have arrived: it goes first the next time
        elif not group:
            break
        elif len(group) == 1 and answered is not None:
            reason = ""  # it is this record, not the readings
            memory.refused_by_version = outcome.collector_version
            store.keep_memory(memory)  # first, else a crash here leaves a record that nobody tries again
            store.spool.set_aside(PENDING, group[0][0], outcome.sentence)
        else:
            groups += halves(group)
            if answered is None:
                groups.append([])
    store.forget_prepared()
    if answered is None:
        return refusal
    memory.readings_refused = reason
    return answered


def halves(group: Chosen) -> list[Chosen]:
    """Both halves of a group, the first one last; one of one stays whole."""
    middle = len(group) // 2
    return [half for half in (group[middle:], group[:middle]) if half]


def next_envelope(store: Store, memory: Memory, outside: Outside) -> Prepared:
    """The envelope that goes next: the prepared one, so that a retry sends the same bytes, or a new one."""
    return kept_envelope(store, outside) or new_envelope(store, memory, outside)


def kept_envelope(store: Store, outside: Outside) -> Prepared | None:
    """The envelope that was prepared and not acknowledged, unless it is too old."""
    prepared = store.prepared()
    if prepared is None or not 0 <= round(outside.clock.wall()) - prepared.composed_at_seconds < RESEND_SECONDS:
        return None
    return prepared


def new_envelope(store: Store, memory: Memory, outside: Outside) -> Prepared:
    """An envelope with what waits and the readings of now."""
    known: dict[str, Surroundings] = {name: surroundings(name, store, memory, outside) for name, _ in outside.probes}
    readings, remembered = take(known.__getitem__, outside.probes, outside.worker)
    return prepare(store, memory, outside, choose(store), readings=readings, remembered=remembered)


def prepare(
    store: Store,
    memory: Memory,
    outside: Outside,
    chosen: Chosen,
    *,
    readings: Readings | None,
    remembered: dict[str, Any] | None = None,
) -> Prepared:
    """Compose an envelope and keep it until it is acknowledged."""
    prepared = compose(
        store,
        memory,
        chosen=chosen,
        readings=readings,
        remembered=memory.remembered if remembered is None else remembered,
        now=round(outside.clock.wall()),
        trusted_now=trusted_now(store, outside),
        random=outside.random,
        hardware_key=key_to_send(store.identity(), outside.hardware()),
    )
    store.keep_prepared(prepared)
    return prepared


def trusted_now(store: Store, outside: Outside) -> int | None:
    """Seconds since 1970 if somebody vouches for them; else None."""
    offset = trusted_offset(outside.clock, outside.disk, f"{store.folder}/trust.json")
    return None if offset is None else round(outside.clock.elapsed()) + offset


def surroundings(probe: str, store: Store, memory: Memory, outside: Outside) -> Surroundings:
    """The outside world as one probe sees it."""
    return Surroundings(
        wall_seconds=round(outside.clock.wall()),
        elapsed_seconds=outside.clock.elapsed(),
        boot_id=outside.clock.boot_id(),
        previous=memory.remembered.get(probe, {}),
        agent=facts(store, memory) if probe == "agent" else known_of(probe, store, memory),
    )


def known_of(probe: str, store: Store, memory: Memory) -> dict[str, Any]:
    """What the sender itself knows for a probe."""
    if probe == "reachability":
        return {"contact_hours": [one for each in memory.contact_hours if (one := tried_of(each))]}
    if probe in ("printers", "projectors"):
        return {"equipment": last_answers(store.folder, store.disk)}
    return {}


def facts(store: Store, memory: Memory) -> dict[str, Any]:
    """What the agent knows of itself: the fields of the wire's AgentItself."""
    run = store.run()
    return {
        "version": __version__,
        "sessions_readable": bool(run.get("readable")),
        "session_source": str(run.get("source") or "the service has not run yet")[:32],
        "spool_records": len(store.spool.entries(PENDING)),
        "spool_bytes": store.spool.bytes(),
        "records_dropped": store.spool.dropped(),
        "records_set_aside": len(store.spool.entries(REFUSED)),
        "clock_skew_seconds": memory.clock_skew_seconds,
    }


def acknowledge(store: Store, memory: Memory, prepared: Prepared, outcome: Answered, outside: Outside) -> None:
    """Move what was acknowledged out of the queue and learn from the answer; safe to be cut short anywhere."""
    answer = outcome.answer
    today = answer["time_seconds"] // DAY_SECONDS
    for entry in filter(None, map(entry_of, prepared.names)):
        store.spool.move(PENDING, KEPT, entry, today)
    held = answer["last_envelope_id"]
    if prepared.previous_envelope_id is not None and held not in (prepared.previous_envelope_id, prepared.envelope_id):
        # The collector lost what it had acknowledged (restored from a backup): send again what was kept.
        store.spool.move_all(KEPT, PENDING)
    told = answer["time_seconds"]
    since = outside.clock.elapsed() - outcome.received_elapsed_seconds
    memory.clock_skew_seconds = round(outside.clock.wall() - since) - told
    store.keep_trust(outside.clock.boot_id(), outcome.received_elapsed_seconds, told)
    memory.last_envelope_id, memory.receipt = prepared.envelope_id, answer["receipt"]
    memory.waiting_for_approval = answer["waiting"]
    wanted = answer["wanted"]
    memory.readings = {name: group for name, group in prepared.readings.items() if name not in wanted}
    memory.remembered = prepared.remembered
    if prepared.full:
        memory.full_at_seconds = prepared.composed_at_seconds
    if memory.refused_by_version not in ("", outcome.collector_version):
        again = store.spool.entries(REFUSED)
        store.spool.move_all(REFUSED, PENDING)
        for entry in again:
            store.disk.remove(store.spool.path(REFUSED, f"{entry.name}.why"))
        memory.refused_by_version = ""
    store.keep_memory(memory)
    store.forget_prepared()
