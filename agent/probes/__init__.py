"""The probes, in the order of the wire format, and how all of them are taken.

A probe's name is the name of its file, of its wire field and of its row in the table "what is measured". The system is
chosen here, once.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agent.errors import NoData
from agent.probes import (
    agent,
    memory,
    network_link,
    operating_system,
    pending_reboot,
    processor,
    uptime,
    volumes,
)
from agent.probes.base import Probe, Surroundings
from agent.probes.files import printable
from agent.wire.v1 import NotReadable, ProbeName, Readings

PROBES: tuple[tuple[ProbeName, Probe], ...] = (
    ("uptime", uptime.read),
    ("processor", processor.read),
    ("memory", memory.read),
    ("volumes", volumes.read),
    ("operating_system", operating_system.read),
    ("pending_reboot", pending_reboot.read),
    ("network_link", network_link.read),
    ("agent", agent.read),
)
if sys.platform == "win32":
    from agent.probes.windows import ON_WINDOWS

    # The others would look for files of Linux on the current drive, where any visitor can make a folder named proc.
    PROBES = tuple((name, ON_WINDOWS.get(name, probe)) for name, probe in PROBES)

LONGEST_REASON = 200
_FAILED = "failed"

log = logging.getLogger(__name__)


class Taken(NamedTuple):
    """What one round of all probes gave."""

    readings: Readings
    remembered: dict[str, Mapping[str, Any]]
    """By probe: what its Surroundings.previous is to be at the next round."""


def take(
    surroundings_for: Callable[[str], Surroundings], probes: tuple[tuple[ProbeName, Probe], ...] = PROBES
) -> Taken:
    """Run every probe once; what one of them does never stops the others.

    A failure is logged when it is new, not again while it stays the same.
    """
    found: dict[str, Any] = {}
    remembered: dict[str, Mapping[str, Any]] = {}
    not_readable: list[NotReadable] = []
    for name, probe in probes:
        surroundings = surroundings_for(name)
        try:
            outcome = probe(surroundings)
        except NoData as nothing:
            not_readable.append(
                NotReadable(probe=name, outcome="no_data", reason=printable(str(nothing), LONGEST_REASON))
            )
            remembered[name] = {key: value for key, value in surroundings.previous.items() if key != _FAILED}
        except Exception as error:  # noqa: BLE001 - the top of the loop: a probe may fail in any way
            reason = reason_of(error)
            not_readable.append(NotReadable(probe=name, outcome="failed", reason=reason))
            remembered[name] = {**surroundings.previous, _FAILED: reason}
            if surroundings.previous.get(_FAILED) != reason:
                log.warning("The probe %s failed: %s.", name, reason)
        else:
            found[name] = outcome.reading
            remembered[name] = outcome.remember
    return Taken(Readings(**found, not_readable=tuple(not_readable)), remembered)


def reason_of(error: Exception) -> str:
    """The kind of an error without its text, which may hold a path, a name or an address."""
    if isinstance(error, OSError) and error.errno is not None:
        return printable(f"{type(error).__name__}: {os.strerror(error.errno)}", LONGEST_REASON)
    return printable(type(error).__name__, LONGEST_REASON)
