"""Whether two computers use one secret, decided from what their envelopes name: runs, the chain, hardware keys.

A computer has one run at a time, and the name of a run is random: once a new one has begun, the old one never speaks
again. Envelopes may be lost, doubled, late and out of order, and a frozen disk repeats itself after every reboot. So
an envelope alone proves nothing. What proves is an answer: an envelope that names the one before it in its run was
written after our answer to that one. Our answer to the n-th envelope that we took is called *heard* when a later
envelope of the same run names that envelope. Then its run was alive after everything that we took before it.

Two computers use the secret when an older run heard an answer that came after a newer run had begun, and after that
answer the newer run heard one as well: A, B, A, B, each alive after the other. The second half is needed because of
frozen disks: the run that was current when the disk was frozen can come back after a reboot (somebody calls
`dps-agent send` before the service runs), but the run of the boot before it cannot.

Worked examples; "A3(A2)" is an envelope of run A that names A2 as the last one acknowledged:

    A1 A2(A1) B1(A2) B2(B1) A2(A1) B3(B2)                 a late copy of A2 is no new link: nothing
    A1 B1(A1) A2(A1) B2(B1) B3(B2)                        A2 was late, but nothing names it: nothing
    P, then A1(P) A2(A1) | B1(P) B2(B1) | C1(P)           a frozen disk: runs never come back: nothing; it *forgets*
    A1(P) B1(P) A2(A1) B2(B1) A3(A2) B3(B2)               A heard A2, B heard B2: two computers

Two hardware keys under one secret are two computers at once: an agent that finds another key at its start enrols
again before it sends anything.

The trace of a station is bounded: it holds the latest `RUNS_REMEMBERED` runs. A run older than that is taken for a new
one, so copies that are later than so many restarts would have to arrive interleaved to deceive us.
"""

from enum import StrEnum
from typing import NamedTuple

RUNS_REMEMBERED = 6
DIGITS = 12
"""Of each random name: 48 bits are enough to tell the few names of one station apart."""


class Clone(StrEnum):
    """Why two computers use one secret."""

    RUNS = "runs"
    HARDWARE = "hardware"


class Sighting(NamedTuple):
    """What one envelope says of who sent it."""

    credential: str
    envelope_id: str
    previous_envelope_id: str | None
    run_id: str | None
    hardware_key: str | None


class RunSeen(NamedTuple):
    """What is remembered of a run; numbers count the envelopes that were taken from the station."""

    run_id: str
    first: int
    last: int
    last_id: str
    """The envelope that its next one should name."""
    before_id: str
    """The envelope that this one named: a sibling names it too, when our answer was lost."""
    crossed: int
    """The earliest envelope of an older run whose answer was heard after this run had begun; 0 for none."""
    root: str
    """The envelope that its first one named."""


class Trace(NamedTuple):
    """What is remembered of one station, oldest run first."""

    credential: str = ""
    hardware_key: str = ""
    taken: int = 0
    runs: tuple[RunSeen, ...] = ()


def look(trace: Trace, seen: Sighting) -> tuple[Trace, Clone | None]:
    """The trace with one more envelope, and whether it shows two computers; a new secret begins a new trace."""
    if trace.credential != seen.credential:
        trace = Trace(seen.credential)
    if seen.hardware_key:
        key = seen.hardware_key[:DIGITS]
        if trace.hardware_key not in ("", key):
            return trace, Clone.HARDWARE
        trace = trace._replace(hardware_key=key)
    if seen.run_id is None:
        return trace, None
    run_id, name, named = seen.run_id[:DIGITS], seen.envelope_id[:DIGITS], (seen.previous_envelope_id or "")[:DIGITS]
    number = trace.taken + 1
    known = next((run for run in trace.runs if run.run_id == run_id), None)
    if known is None:
        begun = RunSeen(run_id, number, number, name, named, 0, named)
        return trace._replace(taken=number, runs=(*trace.runs, begun)[-RUNS_REMEMBERED:]), None
    if name == known.last_id:
        return trace, None
    heard = known.last if named == known.last_id else 0
    if not heard and named != known.before_id and known is not trace.runs[-1]:
        # A late copy, or a chain whose links we lost. The latest run may go on from here: it accuses nobody alone.
        return trace, None
    runs = tuple(
        run._replace(last=number, last_id=name, before_id=named) if run is known else crossed_by(run, known, heard)
        for run in trace.runs
    )
    clone = Clone.RUNS if 0 < known.crossed < heard else None
    return trace._replace(taken=number, runs=runs), clone


def crossed_by(run: RunSeen, other: RunSeen, heard: int) -> RunSeen:
    """The run, crossed if the older `other` heard an answer after this one had begun."""
    return run if run.crossed or not other.first < run.first < heard else run._replace(crossed=heard)


def forgets(trace: Trace) -> bool:
    """Whether the station forgets at each reboot: its latest run began from where an earlier one had begun."""
    return bool(trace.runs) and any(run.root == trace.runs[-1].root for run in trace.runs[:-1])


def words_of(trace: Trace) -> str:
    """The trace as it is stored."""
    runs = (
        f"{run.run_id} {run.first} {run.last} {run.last_id} {run.before_id or '-'} {run.crossed} {run.root or '-'}"
        for run in trace.runs
    )
    return ";".join((f"{trace.credential} {trace.hardware_key or '-'} {trace.taken}", *runs))


def trace_of(words: str) -> Trace:
    """The stored trace; an empty one where nothing was stored."""
    if not words:
        return Trace()
    head, *rest = words.split(";")
    credential, key, taken = head.split(" ")
    runs = []
    for part in rest:
        run_id, first, last, last_id, before_id, crossed, root = part.split(" ")
        runs.append(
            RunSeen(
                run_id,
                int(first),
                int(last),
                last_id,
                before_id.replace("-", ""),
                int(crossed),
                root.replace("-", ""),
            )
        )
    return Trace(credential, key.replace("-", ""), int(taken), tuple(runs))
