"""The lengths of what a run left open when its boot ended: the last words of that run, said for it by the next one.

A session whose end was not seen ends at the last moment at which the station was known to be on. Its length belongs to
the slot in which it started, and so into the record of the run that counted it, a revision on. A disk that forgets
tells of the same open session at each boot; the words are the same each time, and where that run has said more in
truth, its own later revision counts.

A worked example: an image is frozen while a visitor is logged on, 700 s after the start in slot S; the record of S has
revision 3. Each boot says revision 4 of it, with one session of 5 to 15 minutes; the collector takes it once.
"""

from collections.abc import Iterable
from typing import Any

from agent.tallies import RULES, Tallies, Tally
from agent.visits import Visit, start_slots


def open_slots(visits: Iterable[Visit], tallies: Tallies, run_id: str) -> list[dict[str, Any]]:
    """The slot records of a run in which its open sessions started, as they were told last."""
    slots = sorted(start_slots(visits) & tallies.by_slot.keys())
    return [tallies.by_slot[slot].record(run_id, slot) for slot in slots]


def last_words(saved: dict[str, Any]) -> list[list[Any]]:
    """The records, each a pair of kind and content, with which the run of the checkpoint `saved` ends.

    None where that run did not know the time. Raises KeyError, TypeError, ValueError or AttributeError for what no run
    can have written.
    """
    if not saved.get("trusted") or not saved.get("counter"):
        return []
    run_id, snapshot = saved["run_id"], saved["counter"]
    ended: dict[int, Tally] = {}
    for visit in snapshot["visits"].values():
        for rule, stretch in zip(RULES, visit["stretches"], strict=True):
            if stretch is not None and stretch[0] >= 0:
                ended.setdefault(stretch[0], Tally(snapshot["mode"])).file(rule, stretch[1])
    told = {record["slot"]: record for record in saved.get("open_slots", [])}
    return [["slot", one_more(told.get(slot), tally, run_id, slot)] for slot, tally in sorted(ended.items())]


def one_more(told: dict[str, Any] | None, ended: Tally, run_id: str, slot: int) -> dict[str, Any]:
    """The next revision of a slot record, with the lengths of what ended; the first one where it started earlier."""
    ended.revision = 1
    added = ended.record(run_id, slot)
    if told is None:
        return added
    rules = [
        {**rule, "lengths": [a + b for a, b in zip(rule["lengths"], more["lengths"], strict=True)]}
        for rule, more in zip(told["idle_rules"], added["idle_rules"], strict=True)
    ]
    return {**told, "revision": told["revision"] + 1, "idle_rules": rules}
