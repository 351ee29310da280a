"""What a probe is: a function from the surroundings to one reading of the wire format.

It has three outcomes: it returns a reading; it raises NoData, which is normal and quiet; it raises anything else,
which is a failure that is counted and sent as a fact about the agent. None of them stops the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The outside world as a parameter."""

    root: Path = Path("/")
    """Where /proc, /sys, /etc and /run are looked up; a folder of fixtures in tests."""
    wall_seconds: int = 0
    """Now, seconds since 1970-01-01 UTC as far as the station knows."""
    elapsed_seconds: float = 0.0
    """Since this boot, suspended time included."""
    boot_id: str = ""
    previous: Mapping[str, Any] = field(default_factory=dict)
    """What this probe chose to remember at the previous contact; empty at the first."""
    agent: Mapping[str, Any] = field(default_factory=dict)
    """What the agent knows of itself: the fields of the wire's AgentItself."""


class Outcome(NamedTuple):
    """A reading of the wire format, and what the probe wants to find again at the next contact (JSON)."""

    reading: Any
    remember: Mapping[str, Any] = {}


Probe = Callable[[Surroundings], Outcome]
