"""Exchanges an enrolment token for this station's secret."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from urllib.parse import urlsplit

from agent import __version__, machine
from agent.errors import UsageError
from agent.sender.hardware import Hardware, salted
from agent.sender.memory import Identity, Memory, Store
from agent.sender.outcome import Answered, Outcome
from agent.sender.upload import Line
from agent.spool import KEPT, PENDING
from agent.wire.v1 import EnrolmentRequest, SaltRequest

TOKEN = re.compile(r"dps1-[0-9a-f]{16}-[0-9a-f]{64}")
TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._ -]{0,63}")
LARGEST_TOKEN_FILE_CHARACTERS = 1000
OTHER_HARDWARE = "this disk was enrolled in another PC, or the main board was changed"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PORTS = {"http": 80, "https": 443}


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


def estrangement(identity: Identity, server: str, hardware: Hardware | None) -> str:
    """Why the secret must not be used here and now, in words for people; empty where it may.

    The secret stays where it is, unused, until this station enrols again: a disk that is put back into its PC, or a
    setting that is put right, needs no new token. Hardware that cannot be read today is no other hardware.
    """
    if address_of(identity.server) != address_of(server):
        return f"this station is enrolled with {identity.server}, not with {server}"
    known = hardware is not None and not hardware.doubtful and identity.salt and identity.hardware_key
    if known and hardware is not None and salted(hardware.key, identity.salt) != identity.hardware_key:
        return OTHER_HARDWARE
    return ""


def address_of(server: str) -> tuple[str, str, int, str]:
    """What two spellings of one address have in common; on this computer every port is one address."""
    told = urlsplit(server)
    scheme, host = told.scheme.lower(), (told.hostname or "").lower()
    port = 0 if host in LOOPBACK else told.port or PORTS.get(scheme, 0)
    return scheme, host, port, told.path.rstrip("/")


def with_hardware(identity: Identity, hardware: Hardware | None) -> Identity:
    """The identity that knows its hardware, where it can be read and is not known yet."""
    if hardware is None or hardware.doubtful or not identity.salt or identity.hardware_key:
        return identity
    return replace(identity, hardware_key=salted(hardware.key, identity.salt))


def key_to_send(identity: Identity | None, hardware: Hardware | None) -> str | None:
    """What an envelope says of the hardware that we run on."""
    if identity is None or hardware is None or hardware.doubtful or not identity.salt:
        return None
    return salted(hardware.key, identity.salt)


def enrol_anew(
    store: Store,
    memory: Memory,
    line: Line,
    token: str,
    tag: str,
    hardware: Hardware | None,
    random: Callable[[int], bytes],
) -> Outcome:
    """Ask for a secret and keep it; safe to be cut short anywhere and done again.

    The enrolment has a name that is on the disk before the collector hears of it. When the answer is lost, or we are
    killed before the secret is on the disk, the next try names the same one and takes no second place of the token.
    """
    outcome = asked(line, store.enrolment_id(random), token, checked_tag(tag), hardware)
    if not isinstance(outcome, Answered):
        return outcome
    answer = outcome.answer
    identity = Identity(answer["station_public_id"], answer["station_secret"], line.server, answer["salt"])
    old = store.identity()
    if old is not None and estrangement(old, line.server, hardware) == OTHER_HARDWARE:
        store.drop_foreign_records()  # before the secret is kept under which they would be sent
    if memory.forgotten:
        # It was restored from a backup that is older than our secret: what it acknowledged since is not there.
        store.spool.move_all(KEPT, PENDING)
    store.forget_prepared()
    # A new identity begins with nothing acknowledged.
    memory.last_envelope_id, memory.receipt = None, None
    memory.readings, memory.full_at_seconds, memory.failures = {}, 0, 0
    memory.waiting_for_approval, memory.estranged = answer["status"] == "waiting", ""
    store.keep_memory(memory)
    store.keep_identity(with_hardware(identity, hardware))
    store.forget_enrolment()
    return outcome


def asked(line: Line, enrolment_id: str, token: str, tag: str, hardware: Hardware | None) -> Outcome:
    """Ask for a secret, and where the PC has a key, for the salts before."""
    keys: tuple[str, ...] = ()
    if hardware is not None:
        outcome = line.post("/api/v1/salt", json.dumps(asdict(SaltRequest(schema=1, token=token))).encode())
        if not isinstance(outcome, Answered):
            return outcome
        keys = tuple(salted(hardware.key, salt) for salt in outcome.answer["salts"][:2])
    request = EnrolmentRequest(
        schema=1,
        enrolment_id=enrolment_id,
        token=token,
        tag=tag,
        agent_version=__version__,
        system=machine.system_name(),
        hardware_keys=keys,
        hardware_doubtful=hardware is not None and hardware.doubtful,
    )
    return line.post("/api/v1/enroll", json.dumps(asdict(request)).encode())
