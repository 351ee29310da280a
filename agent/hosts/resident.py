"""The service with its outside world, as every host runs it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from agent import machine
from agent.disk import RealDisk
from agent.errors import Unusable
from agent.outside import Outside
from agent.service import Service
from agent.sessions import Mode

NAMES = ("state_folder", "contact_seconds", "remote_sessions", "staff", "counting", "sender")


def settings_from(line: bytes) -> dict[str, Any]:
    """The settings that the launcher resolved; raises Unusable for a process that somebody started by hand."""
    try:
        settings = json.loads(line)
        return {name: settings[name] for name in NAMES}
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable("this mode is started by `dps-agent run`, which hands over the settings") from error


def counting_of(setting: str) -> Mode | Literal["auto"]:
    """How visits are told; by activity where this computer logs itself on after boot, whatever its visitors do."""
    if setting == "activity" or (setting == "auto" and machine.logs_itself_on()):
        return "activity"
    return "log_on" if setting == "log_on" else "auto"


@contextmanager
def counting(settings: dict[str, Any], say: Callable[[str], None]) -> Iterator[Service]:
    """A service that has started; one at a time in a state folder, or Unusable says why not."""
    folder = settings["state_folder"]
    disk = RealDisk()
    try:
        machine.demand_own_folder(folder)
        disk.make_folder(folder)
        lock = machine.lock_file(f"{folder}/service.lock")
    except OSError as error:
        raise Unusable(
            f"the state folder {folder} cannot be used ({error.strerror}); choose another with --state"
        ) from error
    staff = frozenset(settings["staff"])
    service = Service(
        folder,
        settings["contact_seconds"],
        Outside(
            clock=machine.system_clock(),
            disk=disk,
            open_source=lambda: machine.open_session_source(remote_sessions=settings["remote_sessions"], staff=staff),
            start_sender=lambda: machine.start_detached(settings["sender"]),
            open_presence=machine.open_presence,
            reap=machine.reap,
            random=os.urandom,
            say=say,
            boot_copy=machine.boot_copy(folder, os.environ.get("RUNTIME_DIRECTORY", "")),
        ),
        counting_of(settings["counting"]),
    )
    try:
        service.start()
    except OSError as error:
        raise Unusable(f"the state folder {folder} cannot be written ({error.strerror}); free or mend it") from error
    say(f"run {service.run_id} counts in {folder}")
    yield service
    os.close(lock)
