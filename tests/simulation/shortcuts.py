"""Functions that the agent calls thousands of times a second in the simulation, with the same results faster.

The service is woken every few simulated minutes and every time looks through folders of which little has changed; so
what lies in them is kept up. `asdict` copies what nobody changes, and JSON is written and read by pydantic-core in a
third of the time. A test compares them with the originals. The collector's migrations are read once per process.
"""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from typing import Any

import alembic.util
import pydantic_core

import agent.contacts
import agent.run_file
import agent.sender.compose
import agent.sender.memory
import agent.sender.upload
import agent.spool
import agent.timekeeping
from agent.disk import RealDisk
from agent.run_file import RunFile, Saved
from agent.spool import FOLDERS, KEPT, Entry, Spool
from tests.simulation.disk import SimulatedSystem
from tests.simulation.listing import Listing
from tests.simulation.quick_disk import QuickDisk

QUICK = {"read", "size", "names", "write", "replace", "remove"}
"""The calls of `RealDisk` that go the short way."""
ORIGINAL_ENTRIES = Spool.all_entries
ORIGINAL_NEWEST = Spool.entries
ORIGINAL_SWEEP = Spool.sweep_folder
ORIGINAL_BYTES = Spool.bytes
ORIGINAL_EXCHANGED = RunFile.exchanged
ORIGINAL_LOAD = alembic.util.load_python_file
ORIGINAL_DROP_BEFORE = Spool._drop_before
ORIGINAL_DROP_KEPT = Spool._drop_kept


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
        agent.sender.upload,
        agent.spool,
    )
    instead: list[tuple[Any, str, Any]] = [
        (Spool, "all_entries", as_method(known.all_entries)),
        (Spool, "entries", as_method(known.entries)),
        (Spool, "sweep_folder", as_method(known.sweep_folder)),
        (Spool, "bytes", as_method(known.bytes)),
        (Spool, "_drop_before", as_method(known.drop_before)),
        (Spool, "_drop_kept", as_method(known.drop_kept)),
        *((RealDisk, name, call) for name, call in QuickDisk(system).calls().items() if name in QUICK),
        (RunFile, "exchanged", exchanged),
        (alembic.util, "load_python_file", loaded),
        (agent.sender.compose, "asdict", plain),
        (agent.sender.memory, "asdict", plain),
        (agent.spool, "entry_of", lru_cache(maxsize=50_000)(agent.spool.entry_of)),
        (agent.sender.upload, "gzip", LightGzip),
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
    """What lies in the folders of each spool."""

    def __init__(self, system: SimulatedSystem) -> None:
        self.system = system
        self._listings: dict[str, Listing] = {}
        self._earliest: dict[str, tuple[int, int]] = {}

    def listing(self, spool: Spool, folder: str) -> Listing:
        path = f"{spool.folder}/{folder}"
        found = self._listings.get(path)
        if found is None:
            found = self._listings[path] = Listing(self.system.disks[path[: path.index("/")]], path)
        return found.look()

    def all_entries(self, spool: Spool, folder: str) -> list[Entry]:
        return self.listing(spool, folder).entries[:]

    def entries(self, spool: Spool, folder: str) -> list[Entry]:
        listing = self.listing(spool, folder)
        return ORIGINAL_NEWEST(spool, folder) if listing.has_doubles else listing.entries[:]

    def sweep_folder(self, spool: Spool, folder: str) -> None:
        listing = self.listing(spool, folder)
        for entry in listing.superseded() if listing.has_doubles else ():
            spool.disk.remove(spool.path(folder, entry.name))

    def drop_kept(self, spool: Spool) -> None:
        days = self.listing(spool, KEPT).days
        if days and min(days) < max(days) - agent.spool.KEEP_DAYS:
            ORIGINAL_DROP_KEPT(spool)

    def drop_before(self, spool: Spool, folder: str, moment: int) -> int:
        listing = self.listing(spool, folder)
        path = f"{spool.folder}/{folder}"
        version, earliest = self._earliest.get(path, (-1, 0))
        if version != listing.version:
            earliest = 2**62
            for entry in listing.entries:
                earliest = min(earliest, spool._last_moment(folder, entry))
                if entry.slot >= 0:
                    break
            self._earliest[path] = (listing.version, earliest)
        return 0 if earliest >= moment else ORIGINAL_DROP_BEFORE(spool, folder, moment)

    def bytes(self, spool: Spool) -> int:
        return sum(self.listing(spool, folder).bytes for folder in FOLDERS)


def exchanged(self: RunFile, run_id: str) -> Saved | None:
    """What `run_id` has written begins with its name: then there is nothing to look for in it."""
    with suppress(OSError):
        if self._written_by != run_id or self._disk.read(self.path).startswith(f'{{"run_id":"{run_id}",'.encode()):
            return None
    return ORIGINAL_EXCHANGED(self, run_id)


def loaded(folder: str, name: str) -> Any:
    """A migration is the same each time; `env.py` does its work while it is read."""
    return ORIGINAL_LOAD(folder, name) if name == "env.py" else _loaded(folder, name)


@cache
def _loaded(folder: str, name: str) -> Any:
    return ORIGINAL_LOAD(folder, name)


class LightGzip:
    """As much of the module `gzip` as the agent uses; whoever unpacks it gets the same."""

    @staticmethod
    def compress(data: bytes, _level: int, *, mtime: int) -> bytes:
        return gzip.compress(data, 0, mtime=mtime)


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
