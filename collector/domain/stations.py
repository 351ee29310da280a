"""When a station spoke last, by the collector's own receive times; its state is `collector.domain.health.states`."""

from dataclasses import dataclass

USUAL_INTERVAL_SECONDS = 1800
FORGETTING_SECONDS = 600
"""A station that forgets at each reboot what it did not send is asked to report so often at least."""
OVERDUE_MARGIN_SECONDS = 300
"""An envelope is overdue after two intervals and five minutes."""


@dataclass(frozen=True, slots=True)
class Contact:
    received_at: int
    """When the last envelope came in, by the collector's clock."""
    stopped: bool
    """Whether it was a proper stop."""


def overdue_after(interval_seconds: int) -> int:
    return 2 * interval_seconds + OVERDUE_MARGIN_SECONDS
