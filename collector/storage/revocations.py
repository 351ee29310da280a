"""What was revoked, noted in a file outside every backup: a restored database must not bring it back to life.

The file has one JSON object per line and only grows. A line is on the disk before the database commits what it says:
a line too many does no harm, one too few would revive a stolen secret. So a last line that was cut short says nothing
that ever took effect.

File and database are brought together at every start, in both directions: what only the file knows was lost with the
database, what only the database knows was revoked on another computer, or the file is gone.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, select, update

from collector.storage.durable import flush_folder
from collector.storage.engine import reading, writing
from collector.storage.models import (
    account,
    account_identity,
    api_token,
    credential,
    enrolment_token,
    security_key,
    waiting_envelope,
)

STATION, TOKEN, PASSWORD, API_TOKEN, IDENTITY = "station", "token", "password", "api_token", "identity"
SECURITY_KEY = "security_key"
KINDS = (STATION, TOKEN, PASSWORD, API_TOKEN, IDENTITY, SECURITY_KEY)
TOKENS = ((TOKEN, enrolment_token), (API_TOKEN, api_token))
"""Their tables have the columns `public_id` and `revoked_at`."""
GONE = ((IDENTITY, account_identity), (SECURITY_KEY, security_key))
"""They have no mark of their own: what is revoked is gone."""
NO_PASSWORD = ""
"""In the place of a password's hash: nobody can log in with it."""
PUBLIC_ID = re.compile(r"[0-9a-f]{16}")
LARGEST = 2**63


class Revocation(NamedTuple):
    """One thing that must stay refused for ever; `revoked_at` in seconds since 1970."""

    kind: str
    public_id: str
    revoked_at: int


class Noted(NamedTuple):
    """What a file says, and how many of its lines say nothing that can be understood."""

    revocations: list[Revocation]
    unreadable: int


class BroughtTogether(NamedTuple):
    """How many revocations the database learnt from the file, the file from the database; lines that say nothing."""

    applied: int
    noted: int
    unreadable: int


def note(file: Path, revocations: Sequence[Revocation]) -> None:
    """Append to the file; on the disk when this returns. Raises OSError."""
    lines = "".join(json.dumps(revocation._asdict()) + "\n" for revocation in revocations).encode()
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                # The line before was cut short: ours must not become its end.
                lines = b"\n" + lines
        while lines:
            lines = lines[os.write(descriptor, lines) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    flush_folder(file.parent)


def noted(file: Path) -> Noted:
    """Everything that the file says, each once; a missing file says nothing. Raises OSError."""
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Noted([], 0)
    found = [_revocation(line) for line in lines]
    # What stands behind the last line's end was cut short: it never took effect.
    unreadable = sum(line != b"" and said is None for line, said in zip(lines[:-1], found, strict=False))
    return Noted(list(dict.fromkeys(said for said in found if said is not None)), unreadable)


def bring_together(engine: Engine, file: Path) -> BroughtTogether:
    """Apply what the database does not know, note what the file does not know; idempotent. Raises OSError."""
    said = noted(file)
    with reading(engine) as connection:
        is_news = bool(_unapplied(connection, said.revocations))
        known = _revoked(connection)
    on_file = {(revocation.kind, revocation.public_id) for revocation in said.revocations}
    unnoted = [revocation for revocation in known if (revocation.kind, revocation.public_id) not in on_file]
    if unnoted:
        note(file, unnoted)
    applied = 0
    if is_news:
        with writing(engine) as connection:
            applied = apply(connection, said.revocations)
    return BroughtTogether(applied, len(unnoted), said.unreadable)


def apply(connection: Connection, revocations: Iterable[Revocation]) -> int:
    """Revoke in the database what is not revoked there; how many. What the database never knew needs nothing."""
    missing = _unapplied(connection, revocations)
    for revocation in missing:
        at = revocation.revoked_at
        if revocation.kind == STATION:
            mine = credential.c.public_id == revocation.public_id
            connection.execute(update(credential).where(mine).values(status="revoked", revoked_at=at))
            waiting = waiting_envelope.c.public_id == revocation.public_id
            connection.execute(delete(waiting_envelope).where(waiting))
        elif revocation.kind == PASSWORD:
            shut(connection, revocation.public_id)
        elif revocation.kind in dict(GONE):
            table = dict(GONE)[revocation.kind]
            connection.execute(delete(table).where(table.c.public_id == revocation.public_id))
        else:
            table = dict(TOKENS)[revocation.kind]
            mine = table.c.public_id == revocation.public_id
            connection.execute(update(table).where(mine).values(revoked_at=at))
    return len(missing)


def password_id(password_hash: str) -> str:
    """What a password that was replaced is named by: a digest of its salted hash, which tells nobody anything."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


def shut(connection: Connection, public_id: str) -> None:
    """Leave the accounts that have a replaced password without any, until somebody sets a new one."""
    for row in connection.execute(select(account.c.account_id, account.c.password_hash)).all():
        if password_id(row.password_hash) == public_id:
            mine = account.c.account_id == row.account_id
            connection.execute(update(account).where(mine).values(password_hash=NO_PASSWORD))


def _unapplied(connection: Connection, revocations: Iterable[Revocation]) -> list[Revocation]:
    by_key = {(revocation.kind, revocation.public_id): revocation for revocation in revocations}
    if not by_key:
        return []
    stations = select(credential.c.public_id).where(credential.c.status != "revoked")
    alive = [(STATION, public_id) for public_id in connection.execute(stations).scalars()]
    for kind, table in TOKENS:
        tokens = select(table.c.public_id).where(table.c.revoked_at.is_(None))
        alive += [(kind, public_id) for public_id in connection.execute(tokens).scalars()]
    for kind, table in GONE:
        alive += [(kind, public_id) for public_id in connection.execute(select(table.c.public_id)).scalars()]
    alive += [(PASSWORD, password_id(kept)) for kept in connection.execute(select(account.c.password_hash)).scalars()]
    return [by_key[key] for key in alive if key in by_key]


def _revoked(connection: Connection) -> list[Revocation]:
    stations = select(credential.c.public_id, credential.c.revoked_at).where(credential.c.status == "revoked")
    found = [Revocation(STATION, row.public_id, row.revoked_at or 0) for row in connection.execute(stations)]
    for kind, table in TOKENS:
        tokens = select(table.c.public_id, table.c.revoked_at).where(table.c.revoked_at.is_not(None))
        found += [Revocation(kind, row.public_id, row.revoked_at) for row in connection.execute(tokens)]
    return found


def _revocation(line: bytes) -> Revocation | None:
    try:
        said = json.loads(line)
        revocation = Revocation(said["kind"], said["public_id"], said["revoked_at"])
    except (ValueError, TypeError, KeyError):
        return None
    if revocation.kind not in KINDS or type(revocation.revoked_at) is not int:
        return None
    if not 0 <= revocation.revoked_at < LARGEST:
        return None
    if not isinstance(revocation.public_id, str) or not PUBLIC_ID.fullmatch(revocation.public_id):
        return None
    return revocation
