"""Functions that the agent calls thousands of times a second in the simulation, with the same results faster.

The service is woken every few simulated minutes and every time looks through folders that have not changed; so what
was found in them is remembered as long as no name in them changes. `asdict` copies what nobody changes, and JSON is
written and read by pydantic-core in a third of the time. A test compares them with the originals.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache, partial
from typing import Any, TypeVar

import pydantic_core

import agent.contacts
import agent.run_file
import agent.sender.compose
import agent.sender.memory
import agent.spool
import agent.timekeeping
from agent.spool import FOLDERS, KEPT, Entry, Spool
from tests.simulation.disk import SimulatedSystem

ORIGINAL_ENTRIES = Spool.all_entries
ORIGINAL_NEWEST = Spool.entries
ORIGINAL_SWEEP = Spool.sweep_folder
ORIGINAL_BYTES = Spool.bytes
ORIGINAL_DROP_BEFORE = Spool._drop_before
ORIGINAL_DROP_KEPT = Spool._drop_kept
Found = TypeVar("Found")


@contextmanager
def taken(system: SimulatedSystem) -> Iterator[None]:
    """For the time being, with these shortcuts."""
    known = Known(system)
    speakers = (
        agent.contacts,
        agent.run_file,
        agent.timekeeping,
        agent.sender.compose,
        agent.sender.memory,
        agent.spool,
    )
    instead: list[tuple[Any, str, Any]] = [
        (Spool, "all_entries", as_method(known.all_entries)),
        (Spool, "entries", as_method(known.entries)),
        (Spool, "sweep_folder", as_method(known.sweep_folder)),
        (Spool, "bytes", as_method(known.bytes)),
        (Spool, "_drop_before", as_method(known.drop_before)),
        (Spool, "_drop_kept", as_method(known.drop_kept)),
        (agent.sender.compose, "asdict", plain),
        (agent.sender.memory, "asdict", plain),
        (agent.spool, "entry_of", lru_cache(maxsize=50_000)(agent.spool.entry_of)),
        *((speaker, "json", FastJson) for speaker in speakers),
    ]
    before = [(where, name, getattr(where, name)) for where, name, _ in instead]
    for where, name, shortcut in instead:
        setattr(where, name, shortcut)
    try:
        yield
    finally:
        for where, name, original in before:
            setattr(where, name, original)


def as_method(function: Callable[..., Any]) -> Callable[..., Any]:
    """A class hands its object to a function, not to another object's method."""

    def method(spool: Spool, *arguments: Any) -> Any:
        return function(spool, *arguments)

    return method


class Known:
    """What was found in a folder, as long as no name in it changes."""

    def __init__(self, system: SimulatedSystem) -> None:
        self.system = system
        self._found: dict[tuple[str, str], tuple[int, Any]] = {}

    def _once(self, what: str, spool: Spool, folder: str, find: Callable[[], Found]) -> Found:
        path = f"{spool.folder}/{folder}"
        versions = self.system.disks[path[: path.index("/")]].versions
        version, found = self._found.get((what, path), (-1, None))
        if version != versions.get(path, 0):
            found = find()
            self._found[what, path] = (versions.get(path, 0), found)
        return found  # type: ignore[no-any-return]

    def all_entries(self, spool: Spool, folder: str) -> list[Entry]:
        return self._once("all", spool, folder, lambda: ORIGINAL_ENTRIES(spool, folder))

    def entries(self, spool: Spool, folder: str) -> list[Entry]:
        return self._once("newest", spool, folder, lambda: ORIGINAL_NEWEST(spool, folder))

    def sweep_folder(self, spool: Spool, folder: str) -> None:
        self._once("swept", spool, folder, lambda: ORIGINAL_SWEEP(spool, folder))

    def drop_kept(self, spool: Spool) -> None:
        self._once("kept", spool, KEPT, lambda: ORIGINAL_DROP_KEPT(spool))

    def drop_before(self, spool: Spool, folder: str, moment: int) -> int:
        def earliest() -> int:
            return min((spool._last_moment(folder, entry) for entry in spool.all_entries(folder)), default=2**62)

        if self._once("earliest", spool, folder, earliest) >= moment:
            return 0
        return ORIGINAL_DROP_BEFORE(spool, folder, moment)

    def bytes(self, spool: Spool) -> int:
        visible = self.system.disks[spool.folder[: spool.folder.index("/")]].visible

        def size(folder: str) -> int:
            return sum(len(content.data) for content in visible.get(f"{spool.folder}/{folder}", {}).values())

        return sum(self._once("size", spool, folder, partial(size, folder)) for folder in FOLDERS)


class FastJson:
    """As much of the module `json` as the agent uses; writes no blanks, whatever separators are asked for."""

    loads = staticmethod(pydantic_core.from_json)

    @staticmethod
    def dumps(value: Any, *, default: Callable[[Any], Any] | None = None, **_separators: object) -> str:
        return pydantic_core.to_json(value, fallback=default).decode()


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
