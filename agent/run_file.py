"""`run.json`, the truth of a checkpoint, and its copy in a place that the system clears at boot.

The copy is for what can happen between two boots: the state folder is lost, or put back to what it was, or full, or
mounted late, and then the service is restarted. Without it a visitor who is still logged on would be counted a second
time. Of the two the newer one of this boot counts; after a boot only `run.json` is left.

A worked example: a visitor logs on at 10:00, at 10:20 somebody empties the state folder, at 10:30 the service is
restarted. The copy tells the new run that this log-on has been counted, and what was not written since 10:20.

A state folder that is mounted late may not be mounted at all in some boot, and nothing of that boot is left in it. So
a run that sees it come late names no run before it, and the collector takes no time off for proved; nor do the runs of
the next boots, until the folder was there at once in 20 of them. A worked example: run A is stopped on Monday evening;
on Tuesday the disk with the state folder does not come up, and visitors are there all day; on Wednesday it comes up a
minute after the service, which does not name A. What was between is unknown, and not "off".
"""

import json
from collections.abc import Callable
from typing import Any

from agent.boot_copy import BootCopy
from agent.disk import Disk
from agent.sessions import SEAT
from agent.spool import HELD, PENDING, is_record

Saved = dict[str, Any]
DOUBTED_STARTS = 20
"""In so many boots a folder that came late must have been there at once before a boot without it is ruled out."""


class RunFile:
    """Reads what the last run wrote, and writes what this one has to say."""

    def __init__(self, folder: str, boot_copy: BootCopy | None, disk: Disk, say: Callable[[str], None]) -> None:
        """Use the state folder, and a copy that a boot clears; None where this system has no place for one."""
        self._folder = folder
        self._boot_copy = boot_copy
        self._disk = disk
        self._say = say

        self._written_by = ""
        """Whose checkpoint was written last; at the start it is once more the one that an earlier run left."""

    @property
    def path(self) -> str:
        return f"{self._folder}/run.json"

    def read(self, boot_id: str) -> list[Saved]:
        """What earlier runs left, oldest first: nothing, one checkpoint, or one that the disk has lost as well."""
        on_disk = self._on_disk()
        found = [on_disk] if on_disk else []
        copy = self._copy(boot_id)
        if copy and not (
            on_disk and same_boot(on_disk, boot_id) and on_disk["elapsed_seconds"] >= copy["elapsed_seconds"]
        ):
            self._say(f"{self.path} is not the last word of this boot; going on from its copy")
            found.append(copy)
        elif on_disk is None:
            self._say(f"{self.path} is damaged and left out; counting starts anew")
        return found

    def write(self, saved: Saved) -> None:
        """Replace the checkpoint as a whole; raises OSError where the state folder cannot be written."""
        data = json.dumps(saved).encode()
        self.write_copy(saved)
        temporary = f"{self._folder}/spool/tmp/run.json"
        self._disk.write(temporary, data)
        self._disk.replace(temporary, self.path)
        self._written_by = saved["run_id"]

    def exchanged(self, run_id: str) -> Saved | None:
        """What stands where `run_id` has written its checkpoint; None where it still is there.

        So it is when the state folder is mounted late, over the one in which this run began: the checkpoint of another
        run, or nothing where none has ever run on it, or where the file is damaged.
        """
        if self._written_by != run_id:
            return None
        found = self._on_disk() or {}
        return None if found.get("run_id") == run_id else found

    def write_copy(self, saved: Saved) -> None:
        """Replace the copy; where that is not possible, there is none."""
        try:
            if self._boot_copy is not None:
                self._boot_copy.write(json.dumps(saved).encode())
        except OSError:
            return

    def _on_disk(self) -> Saved | None:
        return parsed(lambda: self._disk.read(self.path))

    def _copy(self, boot_id: str) -> Saved | None:
        """The copy, if it is of this boot."""
        copy = parsed(self._boot_copy.read) if self._boot_copy is not None else None
        return copy if copy and same_boot(copy, boot_id) else None


def parsed(read: Callable[[], bytes]) -> Saved | None:
    """What is read: nothing where there is none, None where no run can have written it."""
    try:
        saved = json.loads(read())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        return None
    return saved if is_checkpoint(saved) else None


def same_boot(saved: Saved, boot_id: str) -> bool:
    return saved.get("boot_id") == boot_id


def starts_in_doubt(saved: Saved, boot_id: str) -> int:
    """How many boots more may follow one of which this folder knows nothing, seen by a run that finds it at once."""
    doubted: int = saved.get("doubted_starts", 0)
    return doubted if same_boot(saved, boot_id) else max(0, doubted - 1)


def is_late(found: Saved, boot_id: str, trusted_before: int | None) -> bool:
    """Whether a folder that took the place of another one knows of earlier boots what the other one did not.

    Else somebody has put back what the folder was some time ago; `trusted_before` is the last trusted time of which
    the run knew when it began.
    """
    return not same_boot(found, boot_id) and (found["last_trusted_seconds"] or 0) > (trusted_before or 0)


def gap_after(saved: Saved, until_elapsed_seconds: int) -> dict[str, Any] | None:
    """What the sender wants to know of the time between the last run and this one; None where it was off, or undated.

    The sessions are keys of log-ons, never names of people.
    """
    if not saved.get("trusted") or saved.get("stopped") == "power_off":
        return None
    visits = (saved.get("counter") or {}).get("visits") or {}
    return {
        "run_id": saved["run_id"],
        "from_seconds": saved["elapsed_seconds"] + saved["offset_seconds"],
        "until_elapsed_seconds": until_elapsed_seconds,
        "mode": saved.get("mode"),
        "sessions": [key for key in visits if key != SEAT],
    }


def is_checkpoint(saved: Any) -> bool:
    """Whether a run can have written this; looked at as closely as the next run relies on it."""
    return (
        isinstance(saved, dict)
        and isinstance(saved.get("run_id"), str)
        and isinstance(saved.get("boot_id"), str)
        and isinstance(saved.get("elapsed_seconds"), int)
        and isinstance(saved.get("offset_seconds"), int)
        and isinstance(saved.get("last_trusted_seconds", ""), int | None)
        and isinstance(saved.get("doubted_starts", 0), int)
        and isinstance(saved.get("claims"), dict)
        and all(isinstance(offset, int) for offset in saved["claims"].values())
        and isinstance(saved.get("claims_seen", []), list)
        and all(isinstance(offset, int) for offset in saved.get("claims_seen", []))
        and saved.get("folder") in (PENDING, HELD)
        and isinstance(saved.get("records"), list)
        and all(is_record(each) for each in saved["records"])
    )
