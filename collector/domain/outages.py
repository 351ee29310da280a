"""What an outage takes away, in slots."""

from collector.domain.calendar import SLOT_SECONDS
from collector.domain.register import Outage


def slots_of_outage(outage: Outage) -> tuple[int, int | None]:
    """The first slot that lies in it as a whole, and the first that no longer does; None while it lasts.

    A slot during which the station was in order for a moment counts as in order, as one that its life at the site
    only touches counts as installed.
    """
    return -(-outage.start // SLOT_SECONDS), None if outage.end is None else outage.end // SLOT_SECONDS
