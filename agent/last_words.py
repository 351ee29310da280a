"""The lengths of what a run left open when its boot ended: the last words of that run, said for it by the next one.

A session whose end was not seen ends at the last moment at which the station was known to be on. Its length belongs to
the slot in which it started, and so into the record of the run that counted it, a revision on, even where a later run
of that boot went on with it: else a state folder that is put back would tell it once under each name. A disk that
forgets tells of the same open session at each boot; the words are the same each time, and where more has been said of
that run in truth, the later revision counts.

A worked example: an image is frozen while a visitor is logged on, 700 s after the start in slot S; the record of S has
revision 3. Each boot says revision 4 of it, with one session of 5 to 15 minutes; the collector takes it once.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from agent.tallies import RULES, Tallies, Tally
from agent.visits import Visit, starts


def open_slots(visits: Iterable[Visit], tallies: Tallies, run_id: str) -> list[dict[str, Any]]:
    """The slot records of a run, and of those before it, in which its open sessions started, as they were told last."""
    found = ((each or run_id, slot, tallies.known(slot, each)) for each, slot in sorted(starts(visits)))
    return [tally.record(run, slot) for run, slot, tally in found if tally is not None]


def last_words(saved: dict[str, Any]) -> list[list[Any]]:
    """The records, each a pair of kind and content, with which the run of the checkpoint `saved` ends.

    None where that run did not know the time. Raises KeyError, TypeError, ValueError or AttributeError for what no run
    can have written.
    """
    if not saved.get("trusted") or not saved.get("counter"):
        return []
    snapshot = saved["counter"]
    told = {(record["run_id"], record["slot"]): record for record in saved.get("open_slots", [])}
    ended: dict[tuple[str, int], Tally] = {}
    for visit in snapshot["visits"].values():
        for rule, stretch in zip(RULES, visit["stretches"], strict=True):
            if stretch is None or stretch[0] < 0:
                continue
            start = stretch[2] or saved["run_id"], stretch[0]
            if start not in ended:
                ended[start] = Tally.of(told[start]) if start in told else Tally(snapshot["mode"])
                ended[start].revision += 1
            ended[start].file(rule, stretch[1])
    return [["slot", tally.record(*start)] for start, tally in sorted(ended.items(), key=itemgetter(0))]
