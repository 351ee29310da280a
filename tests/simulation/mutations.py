"""The command `mutate`: breaks the code on purpose, one place at a time, and says by which seed the simulation sees it.

Each mutation replaces named functions or values in memory, for the worlds of its own run; no file changes.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

from sqlalchemy import delete, update

import agent.disk
import agent.sender.compose
import agent.sender.contact
import agent.sender.exchange
import agent.service
import agent.spool
import collector.domain.clones
import collector.domain.site_slots
import collector.ingest.commit
import collector.ingest.derivation
import collector.ingest.facts
import collector.ingest.off_time
import collector.ingest.roller
import collector.storage.revocations
import tests.simulation.collector
from agent.run_file import RunFile
from agent.sessions import Counter
from agent.spool import KEPT, PENDING, Spool
from agent.tallies import RULES, Tallies
from agent.timekeeping import claimed_offset
from collector.domain.clones import Clone, short, trace_of
from collector.ingest.commit import Stored
from collector.ingest.facts import SLOTS
from collector.storage.engine import writing
from collector.storage.models import dirty_slot, run, slot_record, station, station_contact
from collector.storage.queries.site_slots import SITE_SLOTS
from collector.storage.rows import Insertion, insertion
from collector.storage.schema import migrate
from tests.simulation import shortcuts
from tests.simulation.collector import CollectorKilledError, SimulatedCollector
from tests.simulation.disk import SimulatedSystem
from tests.simulation.run import simulated

Patch = tuple[Any, str, Any]


class Mutation(NamedTuple):
    """One place in which the code is broken, or two that belong together."""

    name: str
    patches: tuple[Patch, ...]


# --- the collector ------------------------------------------------------------------------------------------------


def answer_first(self: SimulatedCollector) -> None:
    """Answers, then stores: whoever is killed in between has promised what it does not hold."""
    if not self.up:
        return
    held = {row[1]: row[3] for row in self.rows(station_contact)}
    for stored in self.writer.queued():
        stored.result = Stored(held.get(stored.facts.station_id), ())
    waiting, self.waiting = self.waiting, []
    for exchange in waiting:
        exchange.go_on()
    try:
        self.writer.commit_all()
    except CollectorKilledError:
        self.kill()


def adding(what: Insertion) -> Insertion:
    """On conflict the counts are added to what is there."""
    names = [name for name in what.columns if name.startswith(("starts", "seconds"))]
    changes = ", ".join(f"{name} = {what.table}.{name} + excluded.{name}" for name in names)
    if "revision" in what.columns:
        changes += ", revision = excluded.revision"
    key = ", ".join(what.columns[: what.key])
    return what._replace(on_conflict=f"ON CONFLICT ({key}) DO UPDATE SET {changes}")


def without_run(site_id: int, station_id: int, record: Any) -> Any:
    row = ORIGINAL_SLOT_ROW(site_id, station_id, record)
    return (*row[:3], "0" * 16, *row[4:])


ORIGINAL_SLOT_ROW = collector.ingest.facts._slot_row  # what is broken is inside
ORIGINAL_BEGIN = Counter.begin
ORIGINAL_RETURN = Counter._pause_or_return  # the same
ORIGINAL_MOVE_ALL = Spool.move_all
ORIGINAL_MOVE = Spool.move
ORIGINAL_STEP = collector.domain.clones.step
ORIGINAL_MIGRATE = migrate
RESTORE = import_module("collector.cli.restore")  # the package has a command of this name
ORIGINAL_PREPARE = agent.sender.exchange.prepare

# --- the agent ----------------------------------------------------------------------------------------------------


def resume_counts(self: Counter, visit: Any) -> None:
    """Whoever comes back from a pause is somebody new."""
    if visit.paused_at is not None and not visit.wants_pause():
        self._end(visit)
    ORIGINAL_RETURN(self, visit)


def end_now(self: Counter, at: int, present: Any) -> None:
    """What nobody saw counts as use until the service is there again."""
    for visit in self._left_open.values():
        if visit.paused_at is None:
            self._use(visit, at)
    ORIGINAL_BEGIN(self, at, present)


def forget_sessions(self: Counter) -> dict[str, Any]:
    return {"mode": self.mode, "visits": {}}


def in_place(self: Spool, target: str, data: bytes) -> None:
    """Writes over what is there, without a temporary file."""
    self.disk.write(target, data)


def no_way_back(spool: Spool, source: str, target: str) -> None:
    if (source, target) != (KEPT, PENDING):
        ORIGINAL_MOVE_ALL(spool, source, target)


def gone_at_once(store: Any, memory: Any, outside: Any, chosen: Any, **options: Any) -> Any:
    """Takes the records out of the queue before they are acknowledged."""
    prepared = ORIGINAL_PREPARE(store, memory, outside, chosen, **options)
    for entry, _ in chosen:
        store.spool.move(PENDING, KEPT, entry)
    store.forget_prepared()
    return prepared


def remove_lightly(self: Any, folder: str, names: Any) -> None:
    for name in names:
        self.remove(f"{folder}/{name}")


def every_log_on_anew(self: Counter, at: int, kind: str, key: str) -> None:
    """A switch to the front is taken for a log-on."""
    if kind == "foreground" and key in self.visits:
        for rule in RULES:
            self._file(self.visits[key], rule)
    ORIGINAL_HAPPEN(self, at, kind, key)


ORIGINAL_HAPPEN = Counter.happen


ORIGINAL_LET_PASS = Counter._let_pass
ORIGINAL_STOP = agent.service.Service.stop
ORIGINAL_RUN = collector.ingest.off_time._run
ORIGINAL_DERIVE = collector.domain.site_slots.derive


def free_unseen(self: Counter, start: int, end: int, *, presence: bool) -> None:
    """Where nobody is logged off, and nobody tells of input, nobody is said to be there."""
    ORIGINAL_LET_PASS(self, start, end, presence=presence or self.mode == "activity")


def stop_for_good(self: agent.service.Service, _reason: str) -> None:
    self.going_down = True
    ORIGINAL_STOP(self, "power_off")


def silent_is_off(row: Any) -> Any:
    """A run of which nothing is heard any more has been switched off."""
    run = ORIGINAL_RUN(row)
    return run._replace(powered_off_at=run.powered_off_at or run.heard_at)


def unknown_is_free(facts: Any, *others: Any) -> Any:
    return ORIGINAL_DERIVE([fact._replace(seconds_observed=900) for fact in facts], *others)


def by_its_slot(self: Spool, source: str, target: str, entry: Any, day: int | None = None) -> None:
    """What was acknowledged is kept for seven days from its slot, not from its acknowledgement."""
    ORIGINAL_MOVE(self, source, target, entry, entry.slot // 96 if target == KEPT and entry.slot >= 0 else day)


def no_suspicion(words: str, seen: Any) -> Any:
    after, _, forgets = ORIGINAL_STEP(words, seen)
    return after, None, forgets


def quick_suspicion(words: str, seen: Any) -> Any:
    """A run that speaks after another one has begun is another computer's."""
    runs = [run.run_id for run in trace_of(words).runs[:-1]]
    after, clone, forgets = ORIGINAL_STEP(words, seen)
    return after, Clone.RUNS if short(seen.run_id or "") in runs else clone, forgets


def migrated_alone(engine: Any) -> list[str]:
    """The tables are those of now, and what they are derived from is forgotten."""
    applied = ORIGINAL_MIGRATE(engine)
    with writing(engine) as connection:
        connection.execute(delete(dirty_slot))
        connection.execute(update(run).values(mark=None))
        connection.execute(update(station).values(counted_from=station.c.installed_at))
    return applied


def file_only(self: SimulatedSystem, handle: Any) -> None:
    """fsync is never called."""


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("acknowledge before commit", ((SimulatedCollector, "answer_all", answer_first),)),
    Mutation("increments instead of absolute values", ((collector.ingest.commit, "SLOTS", adding(SLOTS)),)),
    Mutation(
        "trust the wall clock", ((agent.service, "trusted_offset", lambda clock, _disk, _path: claimed_offset(clock)),)
    ),
    Mutation("forget the run in the key", ((collector.ingest.facts, "_slot_row", without_run),)),
    Mutation(
        "skip the flush",
        ((SimulatedSystem, "fsync", file_only), (shortcuts, "QUICK", shortcuts.QUICK - {"write", "replace"})),
    ),
    Mutation(
        "derive site slots by deltas",
        ((collector.ingest.roller, "SITE_SLOTS", adding(SITE_SLOTS)),),
    ),
    Mutation("drop the revision check", ((collector.ingest.commit, "SLOTS", insertion(slot_record, SLOTS.columns)),)),
    Mutation("count a resume as a session", ((Counter, "_pause_or_return", resume_counts),)),
    Mutation("end a crashed session now", ((Counter, "begin", end_now),)),
    Mutation("forget the open sessions at a restart", ((Counter, "snapshot", forget_sessions),)),
    Mutation("take a switch of user for a log-on", ((Counter, "happen", every_log_on_anew),)),
    Mutation("write in place", ((Spool, "write", in_place),)),
    Mutation("send nothing again after a restore", ((Spool, "move_all", no_way_back),)),
    Mutation("empty the queue before the answer", ((agent.sender.exchange, "prepare", gone_at_once),)),
    Mutation("let settled names come back", ((agent.disk.RealDisk, "remove_all", remove_lightly),)),
    Mutation("call no slots a backlog", ((agent.sender.compose, "is_backlog", lambda *_: False),)),
    Mutation("keep what was acknowledged for a day", ((agent.spool, "KEEP_DAYS", 0),)),
    Mutation("call a station free of which presence tells nothing", ((Counter, "_let_pass", free_unseen),)),
    Mutation("believe presence for ever", ((Counter, "presence_seconds", 2**40),)),
    Mutation("take a stop of the agent for a power-off", ((agent.service.Service, "stop", stop_for_good),)),
    Mutation("take silence for off", ((collector.ingest.off_time, "_run", silent_is_off),)),
    Mutation("take unknown for free", ((collector.ingest.derivation, "derive", unknown_is_free),)),
    Mutation("take every start for a boot", ((agent.service, "same_boot", lambda *_: False),)),
    Mutation("keep by the age of the slot", ((Spool, "move", by_its_slot),)),
    Mutation("write no copy of the checkpoint", ((RunFile, "write_copy", lambda *_: None),)),
    Mutation("go on in a folder that was mounted late", ((shortcuts, "exchanged", lambda *_: None),)),
    Mutation(
        "name the run before a late mount",
        ((agent.service, "is_late", lambda *_: False), (agent.service, "starts_in_doubt", lambda *_: 0)),
    ),
    Mutation("forget at a boot that the folder came late", ((agent.service, "starts_in_doubt", lambda *_: 0),)),
    Mutation("tell nothing again after a late mount", ((Tallies, "tell_again", lambda _: None),)),
    Mutation("send whatever the hardware is", ((agent.sender.contact, "estrangement", lambda *_: ""),)),
    Mutation("never suspect two computers", ((collector.ingest.commit, "step", no_suspicion),)),
    Mutation("suspect whoever comes back", ((collector.ingest.commit, "step", quick_suspicion),)),
    Mutation(
        "derive nothing after an upgrade",
        ((tests.simulation.collector, "migrate", migrated_alone), (RESTORE, "migrate", migrated_alone)),
    ),
    Mutation("restore what was revoked", ((collector.storage.revocations, "apply", lambda *_: 0),)),
)


@contextmanager
def broken(mutation: Mutation) -> Iterator[None]:
    """For the time being, with this mutation."""
    before = [(target, name, getattr(target, name)) for target, name, _ in mutation.patches]
    try:
        for target, name, value in mutation.patches:
            setattr(target, name, value)
        yield
    finally:
        for target, name, value in before:
            setattr(target, name, value)


def caught(mutation: Mutation, seeds: Sequence[int]) -> tuple[int, str] | None:
    """The first seed that sees the mutation, and what it says."""
    with broken(mutation):
        for seed in seeds:
            violations = first_violation(lambda seed=seed: simulated(seed).violations)  # type: ignore[misc]
            if violations:
                return seed, violations[0]
    return None


def first_violation(simulate: Callable[[], list[str]]) -> list[str]:
    try:
        return simulate()
    except Exception as error:  # noqa: BLE001  # broken code may fail in any way, and that is seen, too
        return [f"{type(error).__name__}: {error}"]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation mutate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=100, help="how many to try before a mutation has escaped")
    parser.add_argument("--only", default="", help="part of the name of a mutation")
    given = parser.parse_args(arguments)
    escaped = 0
    for mutation in MUTATIONS:
        if given.only not in mutation.name:
            continue
        begun = time.monotonic()
        found = caught(mutation, range(given.seed, given.seed + given.worlds))
        escaped += found is None
        seen = "escaped" if found is None else f"seed {found[0]}: {found[1]}"
        print(f"{mutation.name} | {seen} | {time.monotonic() - begun:.0f} s", flush=True)
    return 1 if escaped else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
