"""Read the hardware and send what waits, once."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from agent import machine
from agent.commands import Call, sentence_of
from agent.commands.volume import demand_volume
from agent.config import Config
from agent.disk import RealDisk
from agent.errors import AgentError, Unusable, UsageError
from agent.probes import gateway_reachable
from agent.probes.worker import apart
from agent.program import own_program
from agent.sender.contact import contact
from agent.sender.dates import latest_known
from agent.sender.exchange import Outside
from agent.sender.hardware import present
from agent.sender.upload import Line

LONGEST_SECONDS = 900
"""A contact that takes longer hangs on a server that drips its answer."""


def run(call: Call) -> int:
    """One contact; one at a time, so a second one ends at once, harms nothing and is no error."""
    config = call.config
    try:
        real = outside(config)
        if config.equipment_file:
            words = [*own_program(), "equipment", *call.words]
            real = replace(real, ask_equipment=lambda: start(words))
        with locked(config), limited(LONGEST_SECONDS):
            well, sentence = contact(config, real)
    except AgentError as error:
        if not isinstance(error.__cause__, BlockingIOError):
            log(config, sentence_of(error))
            raise
        well, sentence = True, "another sender is at work already; it sends what waits"
    if not well:
        log(config, sentence)
    (sys.stdout if well else sys.stderr).write(f"dps-agent send: {sentence}\n")
    return 0 if well else 1


def log(config: Config, sentence: str) -> None:
    """Say why nothing was sent where people look: on Linux the journal has what a process of the service writes."""
    if sys.platform == "win32" and config.state_folder.is_dir():
        from agent.hosts.log_file import LogFile  # noqa: PLC0415 - the system's

        LogFile(f"{config.state_folder}/agent.log").say(f"nothing was sent: {sentence}")


def start(words: list[str]) -> None:
    """Start another process of ours; where that fails, the contact goes on."""
    try:
        machine.start_detached(words)
    except Unusable as error:
        sys.stderr.write(f"dps-agent send: {error}\n")


def outside(config: Config) -> Outside:
    """The real outside world of a contact; raises UsageError where no collector is named."""
    if not config.server:
        raise UsageError('no collector is named; set server = "https://..." or give --server')
    return world(config)


def world(config: Config) -> Outside:
    """The same for who only looks and asks no collector."""
    clock, disk = machine.system_clock(), RealDisk()
    return Outside(
        clock=clock,
        disk=disk,
        random=os.urandom,
        open_line=lambda: Line(
            config.server,
            ca_file=config.ca_file,
            proxy=config.proxy,
            elapsed=clock.elapsed,
            no_earlier=latest_known(clock, disk, str(config.state_folder)),
        ),
        hardware=present,
        gateway=gateway_reachable,
        worker=apart(),
        logged=lambda since, until: machine.logged_between(
            since, until, remote_sessions=config.remote_sessions, staff=frozenset(config.staff)
        ),
    )


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End this process when the block takes longer; whatever it was about, the next contact goes on from there."""
    timer = threading.Timer(seconds, give_up, (seconds,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def give_up(seconds: float) -> None:
    sys.stderr.write(f"dps-agent send: the contact took longer than {seconds:g} s and was given up\n")
    sys.stderr.flush()
    os._exit(1)


class locked:  # noqa: N801 reads as a word of a `with` statement
    """Only one process at a time prepares and sends envelopes."""

    def __init__(self, config: Config) -> None:
        """Make the state folder if it is missing."""
        self.folder = str(config.state_folder)
        self.config = config

    def __enter__(self) -> None:
        demand_volume(self.config)
        machine.demand_own_folder(self.folder)
        RealDisk().make_folder(self.folder)
        self.lock = machine.lock_file(f"{self.folder}/sender.lock")

    def __exit__(self, *_: object) -> None:
        os.close(self.lock)
