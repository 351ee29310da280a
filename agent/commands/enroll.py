"""Exchange an enrolment token for this station's secret. The token comes from standard input or a file."""

import argparse
import sys

from agent import machine
from agent.commands import Call
from agent.commands.send import locked, outside
from agent.commands.volume import demand_volume
from agent.disk import RealDisk
from agent.errors import Unusable, UsageError
from agent.sender.enrolment import enrol_anew, estrangement, read_token
from agent.sender.memory import Store
from agent.sender.outcome import Answered


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="enrol although this station has a secret already")


def run(call: Call) -> int:
    """Enrol and keep the secret; says whether somebody still has to approve the station."""
    config = call.config
    world = outside(config)
    demand_volume(config)
    store = Store(str(config.state_folder), RealDisk())
    identity, hardware = store.identity(), world.hardware()  # as whoever we are: root may read what the service may not
    if identity is not None and not estrangement(identity, config.server, hardware) and not call.options.again:
        raise UsageError("this station is enrolled already; give --again to enrol it anew")
    if not config.token_file and sys.stdin.isatty():
        sys.stderr.write("Paste the enrolment token and press Enter: ")
        sys.stderr.flush()
    token = read_token(config.token_file or "-")
    machine.act_as_owner_of(str(config.state_folder))
    with locked(config), world.open_line() as line:
        store.spool.prepare()
        memory = store.memory()
        outcome = enrol_anew(store, memory, line, token, config.tag, hardware, world.random)
        if not isinstance(outcome, Answered):
            raise Unusable(f"not enrolled: {outcome.sentence}")
    sys.stdout.write(
        f"enrolled as {config.tag} with {config.server}"
        + ("; it waits until somebody approves it\n" if memory.waiting_for_approval else "\n")
    )
    return 0
