"""Runs the service in the foreground; also what systemd runs.

Standard input carries one line of JSON with the settings that the launcher resolved, so that the resident process
needs neither the configuration's parser nor its checks, and no staff list stands on a command line.
"""

import json
import os
import select
import signal
import sys
import time
from typing import Any, Self

from agent import machine
from agent.disk import RealDisk
from agent.errors import Unusable
from agent.outside import Outside
from agent.service import Service
from agent.sessions import Mode

NAMES = ("state_folder", "contact_seconds", "remote_sessions", "staff", "counting", "sender")
LAST_SENDER_SECONDS = 5
"""How long a stop waits for the last contact: systems kill what takes much longer."""


def say(sentence: str) -> None:
    """One line on standard error, which the journal or the terminal shows."""
    sys.stderr.write(f"dps-agent: {sentence}\n")
    sys.stderr.flush()


def settings_from(line: bytes) -> dict[str, Any]:
    """The settings on standard input; raises Unusable for a process that somebody started by hand."""
    try:
        settings = json.loads(line)
        return {name: settings[name] for name in NAMES}
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable("this mode is started by `dps-agent run`, which hands over the settings") from error


def mode_of(counting: str) -> Mode:
    """How visits are told; "auto" asks whether this computer logs itself on after boot."""
    if counting == "activity" or (counting == "auto" and machine.logs_itself_on()):
        return "activity"
    return "log_on"


def run(settings: dict[str, Any]) -> None:
    """Count until SIGTERM or SIGINT; raises Unusable when the state folder cannot be used."""
    folder = settings["state_folder"]
    disk = RealDisk()
    try:
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
        ),
        mode_of(settings["counting"]),
    )
    with Wakeups() as wakeups:
        try:
            service.start()
        except OSError as error:
            raise Unusable(
                f"the state folder {folder} cannot be written ({error.strerror}); free or mend it"
            ) from error
        manager = machine.ServiceManager()
        manager.ready()
        say(f"run {service.run_id} counts in {folder}")
        while not wakeups.asked_to_stop:
            wakeups.wait(service)
            service.wake()
            manager.alive()
        manager.stopping()
        service.stop("service_stop")
        deadline = time.monotonic() + LAST_SENDER_SECONDS
        while not service.sender_done() and time.monotonic() < deadline:
            time.sleep(0.05)
    say("stopped")
    os.close(lock)


class Wakeups:
    """Waits for events, for the time that is due, and for the signals that ask to stop."""

    def __enter__(self) -> Self:
        self.asked_to_stop = False
        self._read, self._write = os.pipe()
        if sys.platform != "win32":
            os.set_blocking(self._read, False)
            os.set_blocking(self._write, False)
        self._before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._before)
        os.close(self._read)
        os.close(self._write)

    def _stop(self, *_: object) -> None:
        self.asked_to_stop = True

    def wait(self, service: Service) -> None:
        """Sleep until something happens or something is due."""
        descriptors = [self._read, *service.descriptors()]
        pause = max(0.0, service.due() - service.outside.clock.elapsed())
        ready, _, _ = select.select(descriptors, [], [], pause)
        if self._read in ready:
            os.read(self._read, 512)


def main() -> int:
    """The word `resident` of the command line."""
    try:
        run(settings_from(sys.stdin.buffer.readline() if sys.stdin else b""))
    except Unusable as error:
        say(str(error).rstrip("."))
        return error.exit_code
    return 0
