"""Stops that were not in order, from Windows' System log."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.errors import NoData
from agent.machine.system_log_windows import events
from agent.probes.base import Outcome, Surroundings
from agent.probes.event_log import last_days, question, stop_in
from agent.probes.stops import DAYS, outcome_of

SOURCES = {"Microsoft-Windows-Kernel-Power": (41,), "Microsoft-Windows-WER-SystemErrorReporting": (1001,)}


def read(surroundings: Surroundings) -> Outcome:
    try:
        if next(events("*"), None) is None:
            raise NoData("the System log is empty")
        told = [*events(question(SOURCES, last_days(DAYS)))]
    except OSError as error:
        raise NoData("the System log cannot be read") from error
    found = [stop for event in told if (stop := stop_in(event)) is not None]
    crashes = [at for kind, at in found if kind == "crash"]
    return outcome_of(crashes, [at for kind, at in found if kind == "unclean"], surroundings.wall_seconds)
