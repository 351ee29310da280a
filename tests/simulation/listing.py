"""What lies in the folders of a simulated spool, kept up name by name instead of looked through each time."""

from bisect import bisect_left
from collections import Counter

from agent.spool import Entry, entry_of
from tests.simulation.disk import SimulatedDisk

Order = tuple[int, str, str, int, int]
"""As `Spool.all_entries` sorts."""


def order_of(entry: Entry) -> Order:
    return (entry.slot, entry.kind, entry.run_id, entry.revision, entry.acknowledged_day)


class Listing:
    """The records in one folder of one disk."""

    __slots__ = ("_by_name", "_disk", "_folder", "_keys", "_ordered", "_sizes", "bytes", "days", "entries", "version")

    def __init__(self, disk: SimulatedDisk, folder: str) -> None:
        self._disk = disk
        self._folder = folder
        self.version = 0
        """Another one after each change."""
        self._clear()

    def _clear(self) -> None:
        self._by_name: dict[str, Entry] = {}
        self._keys: Counter[tuple[str, str, int]] = Counter()
        self._ordered: list[Order] = []
        self._sizes: dict[str, int] = {}
        self.entries: list[Entry] = []
        """Oldest first."""
        self.bytes = 0
        self.days: Counter[int] = Counter()
        """How many were acknowledged on which day."""

    @property
    def has_doubles(self) -> bool:
        """Whether there are two revisions of a record."""
        return len(self._keys) < len(self.entries)

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
        self._keys[entry.key] += 1
        self.days[entry.acknowledged_day] += 1
        order = order_of(entry)
        at = bisect_left(self._ordered, order)
        self._ordered.insert(at, order)
        self.entries.insert(at, entry)

    def _forget(self, name: str) -> None:
        self.bytes -= self._sizes.pop(name, 0)
        entry = self._by_name.pop(name, None)
        if entry is None:
            return
        for counter, key in ((self._keys, entry.key), (self.days, entry.acknowledged_day)):
            counter[key] -= 1
            if not counter[key]:
                del counter[key]
        at = bisect_left(self._ordered, order_of(entry))
        del self._ordered[at], self.entries[at]
