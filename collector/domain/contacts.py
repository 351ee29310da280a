"""Whether stations reached the collector when they should have (E4 of the catalogue).

A station that is on reports at every interval. So an envelope should come within one interval of the beginning of each
quarter-hour in which it was on: that quarter-hour was then heard of in time. Where it was heard of later although the
station was on all the while, a contact has failed. One that was switched off meanwhile had no contact due.

With half an hour between contacts each quarter-hour stands for half a contact: of three failed ones in a row, six
quarter-hours are late. What the first envelope with a quarter-hour said of it stays, however often it is sent again.
"""

from collections.abc import Set as AbstractSet
from enum import IntEnum

from collector.domain.calendar import SLOT_SECONDS
from collector.domain.stations import USUAL_INTERVAL_SECONDS

LATEST_SECONDS = 60
"""On the way."""
ON_SECONDS = SLOT_SECONDS - 30
"""A station that was on for a whole slot may say a little less: it notes what it counts every half minute."""


class Contact(IntEnum):
    """Of one slot record; of several of one station, the largest counts."""

    NONE_DUE = 0
    FAILED = 1
    MADE = 2


def contact_of(
    slot: int, run_id: str, received_at: int, on: AbstractSet[tuple[str, int]], interval: int = USUAL_INTERVAL_SECONDS
) -> Contact:
    """Of a slot that an envelope brings; `on` are the runs and slots in it in which the station was on throughout."""
    interval = max(interval, SLOT_SECONDS)
    # Agents wait up to a tenth longer than they are asked to.
    if received_at <= slot * SLOT_SECONDS + interval + interval // 10 + LATEST_SECONDS:
        return Contact.MADE
    following = range(slot + 1, slot + -(-interval // SLOT_SECONDS))
    return Contact.FAILED if all((run_id, later) in on for later in following) else Contact.NONE_DUE
