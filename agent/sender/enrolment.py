"""Exchanges an enrolment token for this station's secret."""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

from agent import __version__, machine
from agent.errors import UsageError
from agent.sender.memory import Identity
from agent.sender.outcome import Answered, Outcome
from agent.sender.upload import Line
from agent.wire.v1 import EnrolmentRequest

TOKEN = re.compile(r"dps1-[0-9a-f]{16}-[0-9a-f]{64}")
TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._ -]{0,63}")
LARGEST_TOKEN_FILE_CHARACTERS = 1000


def read_token(path: str) -> str:
    """The token in a file, or on standard input where the path is "-"; raises UsageError."""
    try:
        if path == "-":
            text = sys.stdin.readline()
        else:
            with Path(path).open(encoding="utf-8") as file:
                text = file.read(LARGEST_TOKEN_FILE_CHARACTERS)
    except FileNotFoundError as error:
        raise UsageError(f"the token file {path} does not exist; check the setting token_file") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"the token file {path} cannot be read ({error})") from error
    token = text.strip()
    if not TOKEN.fullmatch(token):
        where = "on standard input" if path == "-" else f"in {path}"
        raise UsageError(f"what stands {where} is not an enrolment token; it begins with dps1- and has 86 characters")
    return token


def checked_tag(tag: str) -> str:
    """A tag that a collector takes; raises UsageError."""
    if not TAG.fullmatch(tag):
        raise UsageError(
            f"the tag {tag!r} cannot be used; take 1 to 64 letters, digits, dots, dashes, underscores, spaces (--tag)"
        )
    return tag


def enrol(line: Line, token: str, tag: str) -> tuple[Identity | None, Outcome]:
    """Ask for a secret; the identity to keep, or None with the outcome that says why not."""
    request = EnrolmentRequest(
        schema=1, token=token, tag=checked_tag(tag), agent_version=__version__, system=machine.system_name()
    )
    outcome = line.post("/api/v1/enroll", json.dumps(asdict(request)).encode())
    if not isinstance(outcome, Answered):
        return None, outcome
    return Identity(outcome.answer["station_public_id"], outcome.answer["station_secret"], line.server), outcome
