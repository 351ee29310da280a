"""Forget who this computer is before its disk becomes an image: each copy then enrols for itself.

Stop the service first. Settings stay, and the token file stays, so that the copies can enrol.
"""

import os
import sys
from pathlib import Path

from agent import machine
from agent.commands import Call
from agent.commands.send import locked
from agent.disk import RealDisk
from agent.errors import AgentError, Unusable
from agent.sender.memory import Store
from agent.spool import FOLDERS

SECRETS = ("identity.json", "enrolling.json")
"""First: what makes two computers one must be gone even where the rest is cut short."""
REST = (
    "prepared.json",
    "sender.json",
    "equipment.json",
    "trust.json",
    "run.json",
    "spool/decided.json",
    "spool/dropped",
)
LOGS = ("agent.log", "agent.log.1")
SPOOL_FOLDERS = (*FOLDERS, "tmp", "tmp-send", "tmp-equipment")


def run(call: Call) -> int:
    """Empty the state folder; fine if it is empty already."""
    folder = call.config.state_folder
    forget_disks()
    machine.act_as_owner_of(str(folder))
    if not os.path.lexists(folder):
        sys.stdout.write(f"there is nothing to forget: {folder} does not exist\n")
        return 0
    with locked(call.config):
        try:
            service = machine.lock_file(f"{folder}/service.lock")
        except Unusable as error:
            raise Unusable(f"the service runs and would go on: {how_to_stop()}, then run this again") from error
        public_id = public_id_of(folder)
        forget(folder)
        os.close(service)
    sys.stdout.write("this computer has forgotten who it is; switch it off and take the image\n")
    if public_id:
        sys.stdout.write(f"it was station {public_id}: dps-collector site revoke {public_id}\n")
    if not call.config.token_file:
        sys.stdout.write("no token_file is set: each copy waits until it is given a token\n")
    return 0


def forget_disks() -> None:
    """What was read of the disks is of this computer alone; the copies read their own."""
    if sys.platform == "win32":
        from agent.machine import disks_windows  # noqa: PLC0415 - the system's

        disks_windows.forget()
    elif sys.platform == "linux":
        from agent.machine import disks_linux  # noqa: PLC0415 - the same

        disks_linux.forget()


def public_id_of(folder: Path) -> str:
    """What the collector calls the station; empty where it has not enrolled, or its file is damaged."""
    try:
        identity = Store(str(folder), RealDisk()).identity()
    except AgentError:
        return ""
    return "" if identity is None else identity.public_id


def forget(folder: Path) -> None:
    """Remove what the agent keeps, by its known names: the folder may hold something of somebody else."""
    disk = RealDisk()
    place = str(folder)
    disk.remove_all(place, SECRETS)
    disk.remove_all(place, (*REST, *LOGS))
    for name in SPOOL_FOLDERS:
        inner = f"{place}/spool/{name}"
        if names := disk.names(inner):
            disk.remove_all(inner, names)
    if copy := machine.boot_copy(place):
        copy.remove()


def how_to_stop() -> str:
    return "sc stop dps-agent" if sys.platform == "win32" else "systemctl stop dps-agent"
