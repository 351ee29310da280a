"""How fast the fans turn."""

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of, word_of
from agent.wire.health import Fan, Fans

MOST_FANS = 16
FASTEST = 100_000
STEP = 100
"""A fan never turns twice at the same speed; only a change of that size is worth telling."""


def read(surroundings: Surroundings) -> Outcome:
    speeds = [
        speed
        for sensor in entries_of(surroundings.root / "sys/class/hwmon", "hwmon")
        for file in entries_of(sensor, "fan")
        if file.name.endswith("_input") and (speed := speed_of(word_of(sensor, file.name))) is not None
    ]
    if not speeds:
        raise NoData("no fan that tells its speed")
    fans = [Fan(number=number, turns_per_minute=speed) for number, speed in enumerate(speeds[:MOST_FANS], 1)]
    return Outcome(Fans(fans=tuple(fans)))


def speed_of(text: str) -> int | None:
    """To the nearest hundred, and never 0 for a fan that turns."""
    if not text.isascii() or not text.isdigit() or int(text) > FASTEST:
        return None
    turns = int(text)
    return max(STEP, (turns + STEP // 2) // STEP * STEP) if turns else 0
