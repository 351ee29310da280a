"""Which wall time is to be trusted, and what becomes of counts made before it was.

Durations come from the clock that runs since boot, suspended time included (CLOCK_BOOTTIME on Linux); a second one
leaves suspended time out (CLOCK_MONOTONIC), and where they part the computer slept: suspended, hibernated, or shut down
in the way that keeps the system's own session for a fast start. Neither knows of time zones or summer time.

One trusted moment dates the whole boot: the offset between that clock and the wall is the same before and after it. A
stretch of an earlier boot that never saw a trusted moment is accepted when it lies in order between two trusted points
and the clock was within 120 s at both; else its counts are reported without a place in time.

A worked example: the station was last trusted at 10:00, then ran offline and claimed the slots 10:15 to 11:00. At the
next boot its clock says 12:00:00 and the collector 12:00:40. The stretch lies between 10:00 and 12:00:40 and the clock
is 40 s off: accepted. Had the clock said 12:05:00, the counts would be undated.
"""

import json
from typing import Any

from agent.disk import Disk
from agent.machine.base import Clock
from agent.spool import HELD, PENDING, Entry, Spool, entry_of, is_record
from agent.wire.figures import SLOT_SECONDS

TOLERANCE_SECONDS = 120
"""How far a clock may be off and still place a count (design: time)."""
DECIDED = "decided.json"
STEP_SECONDS = 2
"""Smaller differences between two trusted offsets are rounding and the clock's slewing, not a step."""


def claimed_offset(clock: Clock) -> int:
    """What the computer's own wall clock makes of the time since boot, trusted or not."""
    return round(clock.wall() - clock.elapsed())


def trusted_offset(clock: Clock, disk: Disk, trust_path: str) -> int | None:
    """The offset from seconds since boot to seconds since 1970, if somebody vouches for it; else None.

    The system vouches when it says that its clock is synchronised; the collector when it has answered in this boot,
    which the sender notes in the file `trust_path`.
    """
    if clock.synchronised():
        return claimed_offset(clock)
    try:
        note = json.loads(disk.read(trust_path))
        if note["boot_id"] == clock.boot_id():
            return int(note["time_seconds"]) - int(note["elapsed_seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None


def steady_offset(offset: int | None, before: int) -> int:
    """What dates a restart: the offset that an earlier run of this boot trusted, unless the clock was set since.

    One trusted moment dates the whole boot. Two of them tell the same time a second apart, because both count whole
    seconds and an answer takes its time; by the later one a run may seem to start before the run it follows ended.
    """
    return before if offset is None or abs(offset - before) < STEP_SECONDS else offset


def settle(spool: Spool, *, runs: set[str], trusted_before: int | None, trusted_now: int, skew: int) -> None:
    """Publish what `runs` held back, dated if it lies between two trusted points, else undated.

    `trusted_before` and `trusted_now` are seconds since 1970, `skew` is how far the clock was off when it was
    found out, in seconds. What is decided is written down first: a plug pulled in between changes nothing.
    """
    finish_settling(spool)
    by_run: dict[str, list[tuple[Entry, dict[str, Any]]]] = {}
    for entry in spool.entries(HELD):
        if entry.run_id in runs:
            record = spool.read(HELD, entry)
            if record is not None:
                by_run.setdefault(entry.run_id, []).append((entry, record))
    decided: list[list[Any]] = []
    astray = overlapping([record for held in by_run.values() for entry, record in held if entry.kind == "run"])
    for run_id, held in by_run.items():
        slots = [record for entry, record in held if entry.kind == "slot"]
        dated = (
            trusted_before is not None
            and run_id not in astray
            and abs(skew) <= TOLERANCE_SECONDS
            and in_order(slots, trusted_before, trusted_now)
        )
        if slots and not dated:
            decided.append(["undated", undated(run_id, slots)])
        for entry, record in held:
            if entry.kind == "run":
                decided.append(["run", {**record, "clock": "bracketed" if dated else "untrusted"}])
            elif dated:
                decided.append([entry.kind, record])
    names = [entry.name for held in by_run.values() for entry, _ in held]
    spool.write(f"{spool.folder}/{DECIDED}", json.dumps({"records": decided, "names": names}).encode())
    finish_settling(spool)


def finish_settling(spool: Spool) -> None:
    """Do what `settle` decided, as often as it takes; nothing if it has decided nothing."""
    try:
        decided = json.loads(spool.disk.read(f"{spool.folder}/{DECIDED}"))
    except FileNotFoundError:
        return
    except ValueError:
        decided = None
    if is_decision(decided):
        spool.put_all(PENDING, decided["records"])
        # Down to the disk before the decision is forgotten: what comes back would be settled, and counted, once more.
        spool.disk.remove_all(f"{spool.folder}/{HELD}", decided["names"])
    # Else a damaged disk, since it is replaced whole or not at all: what was held is still there to be settled again.
    spool.disk.remove(f"{spool.folder}/{DECIDED}")


def is_decision(decided: Any) -> bool:
    """Whether `settle` can have written this."""
    return (
        isinstance(decided, dict)
        and isinstance(decided.get("records"), list)
        and all(is_record(each) for each in decided["records"])
        and isinstance(decided.get("names"), list)
        and all(isinstance(name, str) and entry_of(name) is not None for name in decided["names"])
    )


def overlapping(runs: list[dict[str, Any]]) -> set[str]:
    """The runs of one station that claim the same time, which cannot be: one of their clocks was wrong.

    Each is the wire's RunRecord; the tolerance is taken off at both ends.
    """
    found: set[str] = set()
    reached, last = 0, ""
    for run in sorted(runs, key=lambda run: (run["started_at_seconds"], run["run_id"])):
        if run["started_at_seconds"] + TOLERANCE_SECONDS < reached - TOLERANCE_SECONDS:
            found |= {last, run["run_id"]}
        if run["last_seen_at_seconds"] > reached:
            reached, last = run["last_seen_at_seconds"], run["run_id"]
    return found


def in_order(slots: list[dict[str, Any]], trusted_before: int, trusted_now: int) -> bool:
    """Whether the slots lie between the two trusted moments, a tolerance at each end."""
    if not slots:
        return True
    first: int = min(record["slot"] for record in slots) * SLOT_SECONDS
    last: int = max(record["slot"] for record in slots) * SLOT_SECONDS
    earliest = trusted_before - TOLERANCE_SECONDS - SLOT_SECONDS
    return earliest <= first and last <= trusted_now + TOLERANCE_SECONDS


def undated(run_id: str, slots: list[dict[str, Any]]) -> dict[str, Any]:
    """The wire's UndatedRecord: the sums of some slot records of one run."""
    rules: list[dict[str, Any]] = []
    for record in slots:
        for at, rule in enumerate(record["idle_rules"]):
            if at == len(rules):
                rules.append(
                    {"minutes": rule["minutes"], "starts": 0, "seconds_in_use": 0, "lengths": [0, 0, 0, 0, 0, 0, 0]}
                )
            rules[at]["starts"] += rule["starts"]
            rules[at]["seconds_in_use"] += rule["seconds_in_use"]
            rules[at]["lengths"] = [a + b for a, b in zip(rules[at]["lengths"], rule["lengths"], strict=True)]
    readable = [record for record in slots if record["method"] != "not_readable"]
    return {
        "run_id": run_id,
        "revision": 1,
        "seconds_observed": sum(record["seconds_observed"] for record in slots),
        "method": readable[0]["method"] if readable else "not_readable",
        "presence_readable": bool(readable) and all(record["presence_readable"] for record in readable),
        "idle_rules": rules,
    }


def left_open(saved: dict[str, Any], offset: int) -> dict[str, Any] | None:
    """The sessions that an earlier run of this boot left open, for a counter that goes on with `offset`.

    Where that run did not know the time and the clock turns out to have been wrong, the start of its sessions has no
    place, and their length stays unknown. Where it knew the time, `started` holds the records that counted the starts:
    the lengths go there, whichever run sees the end. Else a state folder that is put back to what it was before would
    tell a length once more, under the name of another run.
    """
    snapshot: dict[str, Any] | None = saved.get("counter")
    if snapshot is None:
        return None
    trusted = saved.get("trusted")
    placed = trusted or abs(saved.get("offset_seconds", 0) - offset) <= TOLERANCE_SECONDS
    started = saved.get("open_slots", []) if trusted else []
    told = {(record["run_id"], record["slot"]) for record in started}

    def handed_on(stretch: list[Any]) -> list[Any]:
        slot, use, run_id = stretch
        run_id = run_id or saved["run_id"]
        return [slot if placed else -1, use, run_id if (run_id, slot) in told else ""]

    visits = {
        key: {**visit, "stretches": [None if each is None else handed_on(each) for each in visit["stretches"]]}
        for key, visit in snapshot["visits"].items()
    }
    return {**snapshot, "visits": visits, "started": started}
