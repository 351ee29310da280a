"""Read the hardware and send what waits, once."""

import os
import sys

from agent import machine
from agent.commands import Call
from agent.config import Config
from agent.disk import RealDisk
from agent.errors import UsageError
from agent.sender.contact import contact
from agent.sender.exchange import Outside
from agent.sender.upload import Line


def run(call: Call) -> int:
    """One contact; one at a time, so a second one ends at once and harms nothing."""
    config = call.config
    with locked(config):
        well, sentence = contact(config, outside(config))
    (sys.stdout if well else sys.stderr).write(f"dps-agent send: {sentence}\n")
    return 0 if well else 1


def outside(config: Config) -> Outside:
    """The real outside world of a contact; raises UsageError where no collector is named."""
    if not config.server:
        raise UsageError('no collector is named; set server = "https://…" or give --server')
    clock = machine.system_clock()
    return Outside(
        clock=clock,
        disk=RealDisk(),
        random=os.urandom,
        open_line=lambda: Line(config.server, ca_file=config.ca_file, proxy=config.proxy, elapsed=clock.elapsed),
    )


class locked:  # noqa: N801 reads as a word of a `with` statement
    """Only one process at a time prepares and sends envelopes."""

    def __init__(self, config: Config) -> None:
        """Make the state folder if it is missing."""
        self.folder = str(config.state_folder)

    def __enter__(self) -> None:
        RealDisk().make_folder(self.folder)
        self.lock = machine.lock_file(f"{self.folder}/sender.lock")

    def __exit__(self, *_: object) -> None:
        os.close(self.lock)
