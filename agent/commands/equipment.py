"""Ask the printers and projectors that the settings name, and leave what they say to the sender."""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from agent import machine
from agent.commands import Call
from agent.commands.send import limited
from agent.disk import RealDisk
from agent.equipment import ipp_printer, pjlink, snmp_printer
from agent.equipment.ipp import NotIpp
from agent.equipment.named import Named, named_in
from agent.errors import Unusable, UsageError
from agent.sender.equipment import PLACE
from agent.spool import Spool
from agent.wire.health import Printer, Projector

LONGEST_SECONDS = 900
"""32 devices that are off take 10 s each."""

Ask = Callable[[Named, int], Printer | Projector]
ASK: dict[str, Ask] = {
    "ipp": ipp_printer.ask,
    "snmp1": snmp_printer.ask,
    "snmp2c": snmp_printer.ask,
    "snmp3": snmp_printer.ask,
    "pjlink": pjlink.ask,
}


def run(call: Call) -> int:
    """Ask each in turn; one that does not answer costs only itself, and is no error of this computer."""
    if not call.config.equipment_file:
        raise UsageError("no printer and no projector is named; see equipment_file in agent/README.md")
    named = named_in(Path(call.config.equipment_file))
    folder = str(call.config.state_folder)
    disk = RealDisk()
    machine.demand_own_folder(folder)
    disk.make_folder(folder)
    try:
        lock = machine.lock_file(f"{folder}/equipment.lock")
    except Unusable as error:
        if not isinstance(error.__cause__, BlockingIOError):
            raise
        sys.stdout.write("dps-agent equipment: somebody else asks already\n")
        return 0
    with limited(LONGEST_SECONDS):
        found = answers_of(named, lambda: round(time.time()))
    spool = Spool(f"{folder}/spool", disk, temporary="tmp-equipment")
    spool.prepare()
    spool.write(f"{folder}/{PLACE}", json.dumps(found).encode())
    os.close(lock)
    for one in (*found["printers"], *found["projectors"]):
        sys.stdout.write(f"{one['name']}: {'answered' if one['reached'] else one['reason']}\n")
    return 0


def answers_of(named: list[Named], now: Callable[[], int]) -> dict[str, list[dict[str, Any]]]:
    """What each says, in the words of the wire format."""
    found: dict[str, list[dict[str, Any]]] = {"printers": [], "projectors": []}
    for one in named:
        answer = answer_of(one, now())
        found["projectors" if isinstance(answer, Projector) else "printers"].append(asdict(answer))
    return found


def answer_of(named: Named, now: int) -> Printer | Projector:
    """What one says, or why it says nothing; never raises, and never tells an address."""
    try:
        return ASK[named.protocol](named, now)
    except (NotIpp, pjlink.NoAnswer, snmp_printer.NoAnswer) as error:
        reason = str(error)
    except TimeoutError:
        reason = "it did not answer in time"
    except OSError as error:
        # Of getaddrinfo the number is below zero, or none of the system's.
        known = error.errno is not None and error.errno > 0 and type(error).__name__ != "gaierror"
        reason = os.strerror(error.errno or 0) if known else "nobody knows its address"
    except Exception as error:  # noqa: BLE001 - a device may answer anything, and a library may trip over it
        reason = f"its answer cannot be read ({type(error).__name__})"
    if named.kind == "projector":
        return Projector(
            name=named.name,
            asked_at_seconds=now,
            reached=False,
            reason=reason[:200],
            lamp_life_hours=named.lamp_life_hours,
        )
    protocol: Literal["ipp", "snmp"] = "ipp" if named.protocol == "ipp" else "snmp"
    return Printer(name=named.name, protocol=protocol, asked_at_seconds=now, reached=False, reason=reason[:200])
