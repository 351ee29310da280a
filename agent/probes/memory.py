"""How much memory there is, and how much programs could still get."""

import re

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import text_of
from agent.wire.v1 import Memory

_LINE = re.compile(r"^(MemTotal|MemAvailable):\s+([0-9]+) kB$", re.MULTILINE | re.ASCII)
_BYTES_PER_UNIT = 1024
"""The kernel writes kB and means KiB."""


def read(surroundings: Surroundings) -> Outcome:
    text = text_of(surroundings.root, "proc/meminfo")
    if text is None:
        # On Linux the file says it; loading psutil would cost each contact 40 ms.
        from agent.probes import portable  # noqa: PLC0415 - for the reason above

        return Outcome(Memory(**portable.memory_bytes()))
    return Outcome(memory_of(text))


def memory_of(meminfo: str) -> Memory:
    """From /proc/meminfo, see proc(5)."""
    found = {name: int(figure) * _BYTES_PER_UNIT for name, figure in _LINE.findall(meminfo)}
    if "MemTotal" not in found or "MemAvailable" not in found:
        raise NoData("the kernel does not tell the available memory")
    return Memory(total_bytes=found["MemTotal"], available_bytes=min(found["MemAvailable"], found["MemTotal"]))
