"""What lies in the folders of a simulated spool, kept up name by name instead of looked through each time."""

from bisect import bisect_left
from itertools import chain

from agent.spool import Entry, entry_of
from tests.simulation.disk import SimulatedDisk

Order = tuple[int, str, str, int, int]
"""As `Spool.all_entries` sorts."""


def order_of(entry: Entry) -> Order:
    return (entry.slot, entry.kind, entry.run_id, entry.revision, entry.acknowledged_day)


class Listing:
    """The records in one folder of one disk."""

    __slots__ = ("_by_key", "_by_name", "_disk", "_folder", "_ordered", "_sizes", "bytes", "days", "entries", "version")

    def __init__(self, disk: SimulatedDisk, folder: str) -> None:
        self._disk = disk
        self._folder = folder
        self.version = 0
        """Another one after each change."""
        self._clear()

    def _clear(self) -> None:
        self._by_name: dict[str, Entry] = {}
        self._by_key: dict[tuple[str, str, int], list[Entry]] = {}
        self._ordered: list[Order] = []
        self._sizes: dict[str, int] = {}
        self.entries: list[Entry] = []
        """Oldest first."""
        self.bytes = 0
        self.days: dict[int, int] = {}
        """How many were acknowledged on which day."""

    @property
    def has_doubles(self) -> bool:
        """Whether there are two revisions of a record."""
        return len(self._by_key) < len(self.entries)

    def superseded(self) -> list[Entry]:
        """The entries that another one of the same key comes behind, oldest first."""
        doubles = (sorted(alike, key=order_of)[:-1] for alike in self._by_key.values() if len(alike) > 1)
        return sorted(chain.from_iterable(doubles), key=order_of)

    def look(self) -> "Listing":
        """Take in what has changed."""
        changed = self._disk.changed.get(self._folder)
        if changed is None:
            self._clear()
            changed = set(self._disk.visible.get(self._folder, {}))
        elif not changed:
            return self
        self._disk.changed[self._folder] = set()
        self.version += 1
        seen = self._disk.visible.get(self._folder, {})
        for name in changed:
            self._forget(name)
            content = seen.get(name)
            if content is not None:
                self._sizes[name] = len(content.data)
                self.bytes += len(content.data)
                entry = entry_of(name)
                if entry is not None:
                    self._add(name, entry)
        return self

    def _add(self, name: str, entry: Entry) -> None:
        self._by_name[name] = entry
        self._by_key.setdefault(entry[1:4], []).append(entry)
        self.days[entry.acknowledged_day] = self.days.get(entry.acknowledged_day, 0) + 1
        order = order_of(entry)
        at = bisect_left(self._ordered, order)
        self._ordered.insert(at, order)
        self.entries.insert(at, entry)

    def _forget(self, name: str) -> None:
        self.bytes -= self._sizes.pop(name, 0)
        entry = self._by_name.pop(name, None)
        if entry is None:
            return
        alike = self._by_key[entry[1:4]]
        if len(alike) > 1:
            alike.remove(entry)
        else:
            del self._by_key[entry[1:4]]
        if self.days[entry.acknowledged_day] > 1:
            self.days[entry.acknowledged_day] -= 1
        else:
            del self.days[entry.acknowledged_day]
        at = bisect_left(self._ordered, order_of(entry))
        del self._ordered[at], self.entries[at]
