"""Readings of a computer that does not exist; what the agent knows of itself is real."""

from typing import Any

from agent.errors import NoData
from agent.probes import agent, uptime
from agent.probes.base import Outcome, Probe, Surroundings
from agent.wire import v1


def _always(reading: Any) -> Probe:
    return lambda _: Outcome(reading)


def _nothing(_: Surroundings) -> Outcome:
    raise NoData("no link")


PROBES: tuple[tuple[v1.ProbeName, Probe], ...] = (
    ("uptime", uptime.read),
    ("processor", _always(v1.Processor(logical_processors=4, busy_percent=None))),
    ("memory", _always(v1.Memory(total_bytes=8_000, available_bytes=4_000))),
    ("volumes", _always(v1.Volumes(fixed=()))),
    ("operating_system", _always(v1.OperatingSystem(name="Debian", version="12", kernel="6", architecture="x86_64"))),
    ("pending_reboot", _always(v1.PendingReboot(required=False, since_seconds=None))),
    ("network_link", _nothing),
    ("agent", agent.read),
)
