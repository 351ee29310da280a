"""Four functions of the agent that the simulation calls thousands of times a second, with the same results faster.

The service is woken every few simulated minutes and every time looks through folders that have not changed; so their
entries and sizes are remembered as long as no name in them changes. `asdict` copies what nobody changes.
A test compares them with the originals.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, is_dataclass
from functools import cache, lru_cache
from typing import Any

import agent.sender.compose
import agent.sender.memory
import agent.spool
from agent.spool import FOLDERS, Entry, Spool
from tests.simulation.disk import SimulatedDisk, SimulatedSystem

ORIGINAL_ENTRIES = Spool.all_entries
ORIGINAL_BYTES = Spool.bytes
ORIGINAL_ENTRY = agent.spool.entry_of


@contextmanager
def taken(system: SimulatedSystem) -> Iterator[None]:
    """For the time being, with these shortcuts."""
    known: dict[str, tuple[int, list[Entry]]] = {}

    def all_entries(spool: Spool, folder: str) -> list[Entry]:
        path = f"{spool.folder}/{folder}"
        version = disk_of(system, path).versions.get(path, 0)
        if known.get(path, (-1, []))[0] != version:
            known[path] = (version, ORIGINAL_ENTRIES(spool, folder))
        return known[path][1]

    def size(spool: Spool) -> int:
        visible = disk_of(system, spool.folder).visible
        return sum(
            len(content.data) for folder in FOLDERS for content in visible.get(f"{spool.folder}/{folder}", {}).values()
        )

    changed: Any = Spool
    compose: Any = agent.sender.compose
    memory: Any = agent.sender.memory
    spool: Any = agent.spool
    changed.all_entries, changed.bytes = all_entries, size
    compose.asdict = memory.asdict = plain
    spool.entry_of = lru_cache(maxsize=50_000)(ORIGINAL_ENTRY)
    try:
        yield
    finally:
        changed.all_entries, changed.bytes = ORIGINAL_ENTRIES, ORIGINAL_BYTES
        compose.asdict = memory.asdict = asdict
        spool.entry_of = ORIGINAL_ENTRY


def disk_of(system: SimulatedSystem, path: str) -> SimulatedDisk:
    return system.disks[path[: path.index("/")]]


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def plain(value: Any) -> Any:
    """A dataclass as dictionaries and lists."""
    kind = type(value)
    if kind is int or kind is str:
        return value
    if kind is tuple or kind is list:
        return [plain(item) for item in value]
    if is_dataclass(kind):
        return {name: plain(getattr(value, name)) for name in _names(kind)}
    return value
