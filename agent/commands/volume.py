"""Sees to it that the state folder is used only once the volume that it lies on is there.

On a disk that forgets, the state folder lies on a volume that does not, and that may be mounted late. Until then its
mount point is an empty folder of the disk that forgets: whatever is written there is gone at the next boot.
"""

import os
import time
from collections.abc import Callable

from agent.config import Config
from agent.errors import Unusable

PAUSE_SECONDS = 1.0


def missing_volume(config: Config, is_mounted: Callable[[str], bool] = os.path.ismount) -> str:
    """Why the state folder must not be used now; empty where it may."""
    volume = config.state_volume
    if not volume or is_mounted(volume):
        return ""
    return f"{volume} is not mounted, and the state folder lies there; mount it, or correct state_volume"


def demand_volume(config: Config) -> None:
    """Raise Unusable where the state folder must not be used now."""
    if missing := missing_volume(config):
        raise Unusable(missing)


def wait_for_volume(
    config: Config,
    *,
    is_mounted: Callable[[str], bool] = os.path.ismount,
    elapsed: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return once the state folder may be used; raises Unusable after `state_wait_seconds`.

    The service starts late then: who has logged on meanwhile is seen when it does, so that a use loses the wait at its
    beginning, and no session.
    """
    deadline = elapsed() + config.state_wait_seconds
    while missing := missing_volume(config, is_mounted):
        if elapsed() >= deadline:
            raise Unusable(f"{missing} (waited {config.state_wait_seconds} s)")
        sleep(PAUSE_SECONDS)
