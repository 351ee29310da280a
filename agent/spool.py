"""The spool: a folder of small files in which records wait for the sender.

    tmp/       half-written files of the service; nothing here counts
    tmp-send/  the same of the sender, so that neither clears what the other writes; tmp-equipment/ of who asks printers
    pending/   records to send; the folder is the queue
    held/      records of a run that does not know the time yet
    kept/      what the collector acknowledged in the 7 days before its last answer, should it lose its memory
    refused/   what the collector refused, with its reason, until the collector changes

A record is a JSON file `KIND-RUN[-SLOT]-REVISION.json`; in kept/ the day on which it was acknowledged, counted since
1970, follows the revision. A higher revision takes the place of a lower one, so writing, sending and removing may be
cut short anywhere and done again.
"""

import json
from typing import Any, NamedTuple

from agent.disk import Disk
from agent.wire.figures import SLOT_SECONDS

DAY_SECONDS = 86_400
KEEP_DAYS = 7
"""How long what was acknowledged is kept (design: the chain).

Counted back from the last answer, not from now: while no collector is heard, none says that it has lost something.
"""
OLDEST_SECONDS = 60 * DAY_SECONDS
"""A record waits no longer than this; the collector would refuse it (design: spool)."""
LARGEST_BYTES = 32 * 1024 * 1024
"""A year of one station's records is about 20 MB; the oldest go first beyond this."""

PENDING, HELD, KEPT, REFUSED = "pending", "held", "kept", "refused"
FOLDERS = (PENDING, HELD, KEPT, REFUSED)


class Entry(NamedTuple):
    """A file of the spool, told from its name."""

    name: str
    kind: str
    run_id: str
    slot: int
    revision: int
    acknowledged_day: int = -1

    @property
    def key(self) -> tuple[str, str, int]:
        """What the record is about; entries with the same key replace one another."""
        return (self.kind, self.run_id, self.slot)


def name_of(kind: str, record: dict[str, Any]) -> str:
    """The file name of a record."""
    slot = f"-{record['slot']:08d}" if "slot" in record else ""
    return f"{kind}-{record['run_id']}{slot}-{record['revision']:07d}.json"


def entry_of(name: str) -> Entry | None:
    """The entry that a name tells, or None for a file that is not ours."""
    words = name.removesuffix(".json").split("-")
    try:
        if words[0] == "slot":
            return Entry(name, "slot", words[1], int(words[2]), int(words[3]), _day_of(words[4:]))
        if words[0] in ("run", "undated"):
            return Entry(name, words[0], words[1], -1, int(words[2]), _day_of(words[3:]))
    except (IndexError, ValueError):
        return None
    return None


def is_record(each: Any) -> bool:
    """Whether this is a pair of a record's kind and its content, as far as its file's name is made of it."""
    return (
        isinstance(each, list)
        and len(each) == 2  # noqa: PLR2004 its kind and its content
        and each[0] in ("slot", "run", "undated")
        and isinstance(each[1], dict)
        and isinstance(each[1].get("run_id"), str)
        and isinstance(each[1].get("revision"), int)
        and isinstance(each[1].get("slot", 0), int)
    )


def _day_of(words: list[str]) -> int:
    return int(words[0]) if words else -1


class Spool:
    """Records on disk, bounded in bytes and age."""

    def __init__(self, folder: str, disk: Disk, temporary: str = "tmp") -> None:
        """Use `folder`, which `prepare` makes; `temporary` is the one of its folders that only this process uses."""
        self.folder = folder
        self.disk = disk
        self.temporary = temporary

    def prepare(self) -> None:
        """Make the folders and clear what an interrupted write left behind."""
        self.disk.make_folder(self.folder)
        for name in (self.temporary, *FOLDERS):
            self.disk.make_folder(f"{self.folder}/{name}")
        for name in self.disk.names(f"{self.folder}/{self.temporary}"):
            self.disk.remove(self.path(self.temporary, name))

    def sweep(self) -> None:
        """Remove revisions that a higher one has replaced; a crash between two steps may leave them."""
        for folder in (PENDING, HELD, KEPT):
            self.sweep_folder(folder)

    def sweep_folder(self, folder: str) -> None:
        """Do so in one folder."""
        entries = self.all_entries(folder)
        newest = {entry.key: entry for entry in entries}
        for entry in entries if len(newest) < len(entries) else ():
            if newest[entry.key] is not entry:
                self.disk.remove(self.path(folder, entry.name))

    def path(self, folder: str, name: str) -> str:
        return f"{self.folder}/{folder}/{name}"

    def put(self, folder: str, kind: str, record: dict[str, Any]) -> None:
        """Write one record whole; the revision before it is no longer needed."""
        name = name_of(kind, record)
        self.write(self.path(folder, name), json.dumps(record, separators=(",", ":")).encode())
        if record["revision"] > 1:
            self.disk.remove(self.path(folder, name_of(kind, {**record, "revision": record["revision"] - 1})))

    def put_all(self, folder: str, records: list[list[Any]]) -> None:
        """Write records, each a pair of its kind and its content."""
        for kind, record in records:
            self.put(folder, kind, record)

    def write(self, target: str, data: bytes) -> None:
        """Write a file of the spool or beside it so that it is there whole or not at all."""
        temporary = self.path(self.temporary, target.rpartition("/")[2])
        self.disk.write(temporary, data)
        self.disk.replace(temporary, target)

    def all_entries(self, folder: str) -> list[Entry]:
        """Every file of a folder that is a record, oldest first."""
        entries = (entry_of(name) for name in self.disk.names(f"{self.folder}/{folder}"))
        return sorted(
            (entry for entry in entries if entry is not None),
            key=lambda entry: (entry.slot, entry.kind, entry.run_id, entry.revision, entry.acknowledged_day),
        )

    def entries(self, folder: str) -> list[Entry]:
        """What waits in a folder, oldest first: the highest revision of each record."""
        return list({entry.key: entry for entry in self.all_entries(folder)}.values())

    def read(self, folder: str, entry: Entry) -> dict[str, Any] | None:
        """The record of an entry; None if it is gone (a newer revision took its place) or cannot be read."""
        try:
            record = json.loads(self.disk.read(self.path(folder, entry.name)))
        except FileNotFoundError:
            return None
        except ValueError:
            self.set_aside(folder, entry, "the file is damaged")
            return None
        if not isinstance(record, dict) or record.get("run_id") != entry.run_id:
            self.set_aside(folder, entry, "the file does not hold what its name says")
            return None
        return record

    def move(self, source: str, target: str, entry: Entry, day: int | None = None) -> None:
        """Move a record to another folder; fine if it is gone, since a newer revision took its place.

        `day` is the one on which it was acknowledged, if it is to be kept.
        """
        slot = "" if entry.slot < 0 else f"-{entry.slot:08d}"
        kept = "" if day is None else f"-{day}"
        name = f"{entry.kind}-{entry.run_id}{slot}-{entry.revision:07d}{kept}.json"
        try:
            self.disk.replace(self.path(source, entry.name), self.path(target, name))
        except FileNotFoundError:
            return

    def move_all(self, source: str, target: str) -> None:
        """Move every record to another folder."""
        for entry in self.entries(source):
            self.move(source, target, entry)

    def set_aside(self, folder: str, entry: Entry, reason: str) -> None:
        """Put a record where it is not sent again for now, with the reason beside it."""
        self.write(self.path(REFUSED, f"{entry.name}.why"), reason.encode())
        self.move(folder, REFUSED, entry)

    def drop_old(self, now: int | None) -> int:
        """Drop what is too old at `now` (None: nobody knows the time) and, oldest first, what is too much.

        Returns how many records were lost by it unsent.
        """
        self.sweep()
        lost = 0
        for folder in (KEPT, REFUSED, PENDING) if now is not None else ():
            dropped = self._drop_before(folder, (now or 0) - OLDEST_SECONDS)
            lost += dropped if folder == PENDING else 0
        self._drop_kept()
        self._drop_reasons()
        lost += self._shrink()
        if lost:
            self.write(f"{self.folder}/dropped", str(self.dropped() + lost).encode())
        return lost

    def _drop_before(self, folder: str, moment: int) -> int:
        """Drop what ended before a moment; returns how many records."""
        old = [entry for entry in self.all_entries(folder) if self._last_moment(folder, entry) < moment]
        for entry in old:
            self.disk.remove(self.path(folder, entry.name))
        return len(old)

    def _drop_kept(self) -> None:
        """Drop what was acknowledged too many days before the last answer."""
        kept = self.all_entries(KEPT)
        last_day = max((entry.acknowledged_day for entry in kept), default=0)
        for entry in kept:
            if entry.acknowledged_day < last_day - KEEP_DAYS:
                self.disk.remove(self.path(KEPT, entry.name))

    def _last_moment(self, folder: str, entry: Entry) -> int:
        """What a record is about ends here, in seconds since 1970; for ever where it has no place in time."""
        if entry.kind == "slot":
            return (entry.slot + 1) * SLOT_SECONDS
        if entry.acknowledged_day >= 0:
            return (entry.acknowledged_day + 1) * DAY_SECONDS
        try:
            record = json.loads(self.disk.read(self.path(folder, entry.name)))
            # A clock that nobody vouches for tells no age: a dead battery says 2000.
            return 2**62 if record["clock"] == "untrusted" else int(record["last_seen_at_seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            return 2**62

    def _drop_reasons(self) -> None:
        """A reason without its record tells nobody anything."""
        names = self.disk.names(f"{self.folder}/{REFUSED}")
        for name in names:
            if name.endswith(".why") and name.removesuffix(".why") not in names:
                self.disk.remove(self.path(REFUSED, name))

    def _shrink(self) -> int:
        lost = 0
        excess = self.bytes() - LARGEST_BYTES
        for folder in (KEPT, REFUSED, HELD, PENDING) if excess > 0 else ():
            for entry in self.all_entries(folder):
                if excess <= 0:
                    return lost
                path = self.path(folder, entry.name)
                excess -= self.disk.size(path)
                self.disk.remove(path)
                lost += folder in (HELD, PENDING)
        return lost

    def bytes(self) -> int:
        """Size of everything that is kept, in bytes."""
        return sum(
            self.disk.size(self.path(folder, name))
            for folder in FOLDERS
            for name in self.disk.names(f"{self.folder}/{folder}")
        )

    def dropped(self) -> int:
        """How many records were ever dropped unsent."""
        try:
            return int(self.disk.read(f"{self.folder}/dropped"))
        except (OSError, ValueError):
            return 0
