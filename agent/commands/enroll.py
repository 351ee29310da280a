"""Exchange an enrolment token for this station's secret. The token comes from standard input or a file."""

import argparse
import sys

from agent import machine
from agent.commands import Call
from agent.commands.send import locked, outside
from agent.disk import RealDisk
from agent.errors import Unusable, UsageError
from agent.sender.contact import forget_acknowledged
from agent.sender.enrolment import enrol, read_token
from agent.sender.memory import Store
from agent.sender.outcome import Answered


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="enrol although this station has a secret already")


def run(call: Call) -> int:
    """Enrol and keep the secret; says whether somebody still has to approve the station."""
    config = call.config
    world = outside(config)
    store = Store(str(config.state_folder), RealDisk())
    if store.identity() is not None and not call.options.again:
        raise UsageError("this station is enrolled already; give --again to enrol it anew")
    if not config.token_file and sys.stdin.isatty():
        sys.stderr.write("Paste the enrolment token and press Enter: ")
        sys.stderr.flush()
    token = read_token(config.token_file or "-")
    machine.act_as_owner_of(str(config.state_folder))
    with locked(config), world.open_line() as line:
        store.spool.prepare()
        identity, outcome = enrol(line, token, config.tag)
        if identity is None or not isinstance(outcome, Answered):
            sentence = "the collector gave no usable answer" if isinstance(outcome, Answered) else outcome.sentence
            raise Unusable(f"not enrolled: {sentence}")
        memory = store.memory()
        forget_acknowledged(memory)
        memory.waiting_for_approval = outcome.answer.get("status") == "waiting"
        store.forget_prepared()
        store.keep_memory(memory)
        store.keep_identity(identity)
    sys.stdout.write(
        f"enrolled as {config.tag} with {config.server}"
        + ("; it waits until somebody approves it\n" if memory.waiting_for_approval else "\n")
    )
    return 0
