"""Whether everything here is as it should be; each finding has an identifier, a sentence and a hint."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agent import machine
from agent.commands import Call, sentence_of
from agent.commands.status import service_line
from agent.commands.volume import missing_volume
from agent.config import Config
from agent.disk import RealDisk
from agent.errors import AgentError, SourceLost
from agent.sender.enrolment import checked_tag, read_token
from agent.sender.memory import Store
from agent.sender.outcome import Answered
from agent.sender.upload import Line


class Finding(NamedTuple):
    """One thing that is not as it should be: E stops the agent from working, W does not."""

    identifier: str
    sentence: str
    hint: str


def run(call: Call) -> int:
    """Print every finding; 1 if one of them is an error."""
    findings = list(find(call.config))
    for finding in findings:
        sys.stdout.write(f"{finding.identifier}  {finding.sentence}\n      {finding.hint}\n")
    if not findings:
        sys.stdout.write("all is well\n")
    return 1 if any(finding.identifier.startswith("agent.E") for finding in findings) else 0


def find(config: Config) -> Iterator[Finding]:
    """Look at the settings, the state folder, the sessions, the enrolment and the way to the collector."""
    yield from look_at_folder(config)
    yield from look_at_sessions(config)
    yield from look_at_enrolment(config)
    yield from look_at_collector(config)


def look_at_folder(config: Config) -> Iterator[Finding]:
    folder = config.state_folder
    if missing := missing_volume(config):
        yield Finding("agent.E009", f"{missing.partition(';')[0]}.", "Mount it, or correct state_volume.")
        return
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError:
        yield Finding(
            "agent.E001", f"The state folder {folder} does not exist.", "Start the service once, or set state_folder."
        )
        return
    except OSError:
        mode = 0  # something before it cannot be entered
    if mode and not stat.S_ISDIR(mode):
        yield Finding(
            "agent.E008", f"The state folder {folder} is not a folder.", "Remove what is there, or set state_folder."
        )
        return
    if not is_usable(folder):
        yield Finding(
            "agent.E002", f"The state folder {folder} cannot be used by this account.", "Run this as administrator."
        )
        return
    if is_open(folder, mode):
        yield Finding("agent.E003", f"Others may enter the state folder {folder}.", how_to_close(folder))
    line = service_line(Store(str(folder), RealDisk()).run(), machine.system_clock())
    if not line.well:
        yield Finding(
            "agent.W001", f"The service {line.sentence}.", "Start it with `dps-agent run`, or through the system."
        )


def is_usable(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.W_OK | os.X_OK) and folder.is_dir()


def is_open(folder: Path, mode: int) -> bool:
    """Whether anybody may enter beside the system, administrators and the service's account."""
    if sys.platform == "win32":
        from agent.machine.access_windows import descriptor_of, own_account  # noqa: PLC0415 - the system's
        from agent.machine.sddl import is_open_to_others  # noqa: PLC0415 - the same

        return is_open_to_others(descriptor_of(str(folder)), own_account())
    return bool(stat.S_IMODE(mode) & 0o077)


def how_to_close(folder: Path) -> str:
    if sys.platform == "win32":
        trusted = " ".join(f"*{who}:(OI)(CI)F" for who in ("S-1-5-18", "S-1-5-32-544", "S-1-5-19"))
        return f'Repair the installation, or: icacls "{folder}" /setowner *S-1-5-18 /inheritance:r /grant:r {trusted}'
    return f"chmod 700 {folder}"


def look_at_sessions(config: Config) -> Iterator[Finding]:
    try:
        machine.open_session_source(remote_sessions=config.remote_sessions, staff=frozenset(config.staff)).close()
    except SourceLost as lost:
        yield Finding(
            "agent.W002",
            f"Sessions cannot be read here ({sentence_of(lost)}).",
            "Health is reported all the same; for counts, logind or the user records must be readable.",
        )


def look_at_enrolment(config: Config) -> Iterator[Finding]:
    try:
        checked_tag(config.tag)
        folder = config.state_folder
        if os.path.lexists(folder) and not is_usable(folder):
            return  # whether it is enrolled cannot be told; that the folder is at fault has been said
        if Store(str(folder), RealDisk()).identity() is not None:
            return
        if not config.token_file:
            yield Finding("agent.E004", "This station is not enrolled.", "Run `dps-agent enroll`, or set token_file.")
            return
        read_token(config.token_file)
    except AgentError as error:
        yield Finding("agent.E005", f"This station cannot enrol: {sentence_of(error)}.", "Mend it and run this again.")


def look_at_collector(config: Config) -> Iterator[Finding]:
    if not config.server:
        yield Finding("agent.E006", "No collector is named.", 'Set server = "https://...".')
        return
    with Line(config.server, ca_file=config.ca_file, proxy=config.proxy) as line:
        outcome = line.get("/api/v1/time")
    if not isinstance(outcome, Answered):
        yield Finding("agent.E007", f"{outcome.sentence.rstrip('.')}.", "Check server, proxy, ca_file and the network.")
