"""Compute the key of this PC from its serial numbers and leave it to the service's account. For root, at start."""

import argparse
import sys

from agent import machine
from agent.commands import Call
from agent.sender.hardware import hardware_of, packed

ACCOUNT = "dps-agent"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", default=ACCOUNT, metavar="ACCOUNT", help="account under which the service runs")


def run(call: Call) -> int:
    """Hand the key over; a computer without serial numbers is no error."""
    serials = machine.hardware_serials()
    if serials is None:
        sys.stdout.write("this computer tells no serial number, or only to root; nothing was computed\n")
        return 0
    hardware = hardware_of(serials)
    machine.hand_over(packed(hardware), call.options.user)
    if hardware.doubtful:
        sys.stdout.write(
            "the serial numbers of this computer are blank or shared; somebody must approve its enrolment\n"
        )
    return 0
