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
HEAD_WORDS = 4
HEAD_LETTERS = 64
"""The head of a stored trace is shorter: a public id, a short hardware key and two numbers."""
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
    beside: int
    beside_id: str
    """Or this one: after an answer that was lost, another envelope named the same one before; empty for none."""
    before_id: str
    """What both of them named."""
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
        key = short(seen.hardware_key)
        if trace.hardware_key not in ("", key):
            return trace, Clone.HARDWARE
        trace = trace._replace(hardware_key=key)
    if seen.run_id is None:
        return trace, None
    run_id, name, named = short(seen.run_id), short(seen.envelope_id), short(seen.previous_envelope_id or "")
    number = trace.taken + 1
    known = next((run for run in trace.runs if run.run_id == run_id), None)
    if known is None:
        begun = RunSeen(run_id, number, number, name, 0, "", named, 0, named)
        return trace._replace(taken=number, runs=(*trace.runs, begun)[-RUNS_REMEMBERED:]), None
    links = {known.beside_id: known.beside, known.last_id: known.last}
    if name in links:
        return trace, None
    heard = links.get(named, 0) if named else 0
    if heard:
        after = known._replace(last=number, last_id=name, beside=0, beside_id="", before_id=named)
    elif named == known.before_id:
        after = known._replace(last=number, last_id=name, beside=known.last, beside_id=known.last_id)
    else:
        # A late copy, or a chain of which we lost a link: it proves nothing until the next run.
        return trace, None
    runs = tuple(after if run is known else crossed_by(run, known, heard) for run in trace.runs)
    clone = Clone.RUNS if 0 < known.crossed < heard else None
    return trace._replace(taken=number, runs=runs), clone


def short(name: str) -> str:
    return name[-DIGITS:]


def crossed_by(run: RunSeen, other: RunSeen, heard: int) -> RunSeen:
    """The run, crossed if the older `other` heard an answer after this one had begun."""
    return run if run.crossed or not other.first < run.first < heard else run._replace(crossed=heard)


def forgets(trace: Trace) -> bool:
    """Whether the station forgets at each reboot: its latest run began from where an earlier one had begun."""
    return bool(trace.runs) and any(run.root == trace.runs[-1].root for run in trace.runs[:-1])


def is_forgetful(words: str) -> bool:
    """The same of a trace as it is stored; its first words are enough."""
    head = words.partition(";")[0].split(" ")
    return head[-1] == "1" and len(head) == HEAD_WORDS


def step(words: str, seen: Sighting) -> tuple[str, Clone | None, bool]:
    """The same as `look` on the trace as it is stored, and whether the station forgets.

    Nearly every envelope goes on in the latest run, where only its own few words change: the others are not read.
    """
    if ";" in words and seen.run_id is not None:
        head, latest, *older = words.split(";", 2)
        credential, key, taken, forgetful = head.split(" ")
        run_id, first, _last, last_id, _beside, _beside_id, _before_id, crossed, root = latest.split(" ")
        goes_on = run_id == short(seen.run_id) and last_id == short(seen.previous_envelope_id or "")
        is_known = credential == seen.credential and (not seen.hardware_key or key == short(seen.hardware_key))
        if goes_on and is_known and crossed == "0":
            number = int(taken) + 1
            name = short(seen.envelope_id)
            head = f"{credential} {key} {number} {forgetful}"
            latest = f"{run_id} {first} {number} {name} 0 - {last_id} 0 {root}"
            return ";".join((head, latest, *older)), None, forgetful == "1"
    trace, clone = look(trace_of(words), seen)
    return words_of(trace), clone, forgets(trace)


def is_trace_of(words: str, credential: str) -> bool:
    """Whether a stored trace is of this secret."""
    return words.startswith(f"{credential} ")


def has_hardware_key(words: str, credential: str) -> bool:
    """Whether a stored trace of this secret names a hardware key."""
    return is_trace_of(words, credential) and not words.startswith(f"{credential} - ")


def words_of(trace: Trace) -> str:
    """The trace as it is stored, the latest run first."""
    head = (trace.credential, trace.hardware_key, trace.taken, int(forgets(trace)))
    parts: list[tuple[object, ...]] = [head, *reversed(trace.runs)]
    return ";".join(" ".join(str(word) or "-" for word in part) for part in parts)


def trace_of(words: str) -> Trace:
    """The stored trace; an empty one where nothing was stored."""
    if not words:
        return Trace()
    head, *rest = (["" if word == "-" else word for word in part.split(" ")] for part in words.split(";"))
    return Trace(head[0], head[1], int(head[2]), tuple(map(run_of, reversed(rest))))


def run_of(words: list[str]) -> RunSeen:
    run_id, first, last, last_id, beside, beside_id, before_id, crossed, root = words
    return RunSeen(run_id, int(first), int(last), last_id, int(beside), beside_id, before_id, int(crossed), root)
