"""When the idle time is told, and when it is looked at again. Pure: times are parameters, in seconds."""

TELL_SECONDS = 10
GAP_SECONDS = 60
"""After so long without input its return is told at once. The shortest idle rule is 180 s, so no shorter gap counts."""
LOOK_SECONDS = 1
"""How often we look during a gap."""
ROUNDING_SECONDS = 2
"""Idle times are whole seconds, and reading them takes a moment."""
LONGEST_IDLE_SECONDS = 9_999_999
"""Seven digits: 115 days."""

Told = tuple[int, float]
"""The idle time that was told last, and when."""


def is_due(idle: int, told: Told | None, now: float) -> bool:
    """Whether this idle time is to be told now: after ten seconds, or because input has returned after a gap."""
    if told is None or now - told[1] >= TELL_SECONDS:
        return True
    gap = _idle_without_input(told, now)
    return gap >= GAP_SECONDS and idle < gap - ROUNDING_SECONDS


def next_look(told: Told | None, now: float) -> float:
    """Seconds until the idle time is worth reading again."""
    if told is None:
        return LOOK_SECONDS
    until_due = max(0.0, told[1] + TELL_SECONDS - now)
    in_gap = _idle_without_input(told, now) >= GAP_SECONDS
    return min(until_due, LOOK_SECONDS) if in_gap else until_due


def line_of(idle: int) -> bytes:
    """What is sent: one to seven digits and a newline."""
    return b"%d\n" % min(max(idle, 0), LONGEST_IDLE_SECONDS)


def _idle_without_input(told: Told, now: float) -> float:
    """What the idle time would be now if nobody had touched anything since."""
    idle, at = told
    return idle + now - at
