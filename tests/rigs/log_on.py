"""An open session on a machine: who, its number at logind, and the process that holds it open."""

import select
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass


class LogOnFailed(Exception):
    """PAM or logind refused the session."""


@dataclass(frozen=True, slots=True)
class LogOn:
    """One open session; its holder closes it when its standard input ends."""

    session: str
    user: str
    holder: subprocess.Popen[str]


def open_log_on(command: Sequence[str], user: str, timeout: float) -> LogOn:
    """Start the holder and wait until it tells the session's number."""
    pipe = subprocess.PIPE
    holder = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert holder.stdout is not None
    heard, _, _ = select.select([holder.stdout], [], [], timeout)
    session = holder.stdout.readline().strip() if heard else ""
    if not session:
        holder.kill()
        _, said = holder.communicate()
        raise LogOnFailed(f"{user} could not log on: {said.strip() or f'no answer within {timeout} s'}")
    return LogOn(session, user, holder)


def close_log_on(log_on: LogOn, timeout: float) -> None:
    """End the session as its own programs' end would; also clears up after a machine that was switched off."""
    try:
        log_on.holder.communicate(timeout=timeout)  # closes its standard input
    except subprocess.TimeoutExpired:
        log_on.holder.kill()
        log_on.holder.communicate()
