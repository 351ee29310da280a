"""Runs the service in the foreground; also what systemd runs.

Standard input carries one line of JSON with the settings that the launcher resolved, so that the resident process
needs neither the configuration's parser nor its checks, and no staff list stands on a command line.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import select
import signal
import time
from typing import Any, Self

from agent.errors import Unusable
from agent.hosts.resident import counting, settings_from
from agent.machine.systemd import ServiceManager
from agent.service import Service

LAST_SENDER_SECONDS = 5
"""How long a stop waits for the last contact: systems kill what takes much longer."""


def say(sentence: str) -> None:
    """One line on standard error, which the journal or the terminal shows."""
    sys.stderr.write(f"dps-agent: {sentence}\n")
    sys.stderr.flush()


def run(settings: dict[str, Any]) -> None:
    """Count until SIGTERM or SIGINT; raises Unusable when the state folder cannot be used."""
    manager = ServiceManager()
    with Wakeups() as wakeups, counting(settings, say) as service:
        manager.ready()
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


class Wakeups:
    """Waits for events, for the time that is due, and for the signals that ask to stop."""

    def __enter__(self) -> Self:
        self.asked_to_stop = False
        self._read, self._write = os.pipe()
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
        rest = service.sight.rest_seconds()
        if rest is not None:
            # Left out of this wait alone, else the next word of presence would lie there until something else is due.
            pause = min(pause, rest)
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
