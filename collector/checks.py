"""Start-up checks: each problem has a stable identifier, a sentence and a hint.

collector.E…   the collector cannot work like this
collector.W…   it works, but somebody should look at it
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from collector.alerts.in_force import channels_of
from collector.config import Settings
from collector.storage import models
from collector.storage.engine import reading
from collector.storage.revocations import bring_together
from collector.storage.schema import SchemaState, schema_state

LEAST_FREE_BYTES = 1024**3
MANY_MARKS = 10_000


class Finding(NamedTuple):
    """One problem."""

    identifier: str
    sentence: str
    hint: str

    @property
    def is_error(self) -> bool:
        return self.identifier.startswith("collector.E")


def find(settings: Settings, open_engine: Callable[[Settings], Engine]) -> Iterator[Finding]:
    """Every problem that can be seen before serving; `open_engine` also makes the data folder. Raises ConfigError."""
    channels_of(settings)
    yield from look_at_network(settings)
    try:
        engine = open_engine(settings)
    except OSError:
        yield no_folder(settings.data_folder)
        return
    yield from look_at_folder(settings.data_folder)
    try:
        state = schema_state(engine)
        if state is SchemaState.CURRENT:
            yield from look_at_contents(engine)
            yield from look_at_revocations(engine, settings.revocations_file)
    except SQLAlchemyError as error:
        yield Finding(
            "collector.E002",
            f"The database cannot be opened ({reason(error)}).",
            "Check database_url, that the server runs, and who may read the file.",
        )
        return
    yield from schema_findings(state)


def no_folder(folder: Path) -> Finding:
    return Finding(
        "collector.E001", f"The data folder {folder} cannot be used.", "Correct its owner, or set data_folder."
    )


def look_at_folder(folder: Path) -> Iterator[Finding]:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield no_folder(folder)
        return
    if os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Finding("collector.W001", f"Others may enter the data folder {folder}.", f"chmod 700 {folder}")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        yield Finding(
            "collector.W002",
            f"The disk of {folder} has {free // 1024**2} MiB left.",
            "Make room: a full disk makes every station wait.",
        )


def look_at_network(settings: Settings) -> Iterator[Finding]:
    has_tls = bool(settings.tls_certificate_file)
    for name in ("tls_certificate_file", "tls_key_file"):
        path = getattr(settings, name)
        if path and not os.access(path, os.R_OK):
            yield Finding("collector.E005", f"{path} ({name}) cannot be read.", "Correct the path or who may read it.")
    if has_tls != bool(settings.tls_key_file):
        yield Finding(
            "collector.E006", "Only one of tls_certificate_file and tls_key_file is set.", "Set both or none."
        )
    local = settings.listen_host in ("127.0.0.1", "::1", "localhost")
    if not local and not has_tls and not settings.trusted_proxies:
        yield Finding(
            "collector.W003",
            f"The collector listens on {settings.listen_host} without encryption and without a known proxy.",
            "Set tls_certificate_file and tls_key_file, or put a proxy in front and name it in trusted_proxies.",
        )
    if not settings.secure_cookies:
        yield Finding(
            "collector.W004",
            "Cookies may travel unencrypted (secure_cookies is false).",
            "Leave secure_cookies out, except for a trial on this computer.",
        )


def schema_findings(state: SchemaState) -> Iterator[Finding]:
    if state in (SchemaState.EMPTY, SchemaState.OLD):
        yield Finding("collector.E003", f"The tables of the database are {state}.", "Run `dps-collector migrate`.")
    elif state is SchemaState.UNKNOWN:
        yield Finding(
            "collector.E004",
            "The database was written by a newer collector.",
            "Install that version again; this one must not touch it.",
        )


def look_at_contents(engine: Engine) -> Iterator[Finding]:
    with reading(engine) as connection:

        def count(table: str) -> int:
            return int(connection.execute(select(func.count()).select_from(models.metadata.tables[table])).scalar_one())

        if count("account") == 0:
            yield Finding("collector.W005", "Nobody can log in yet.", "Run `dps-collector user add NAME`.")
        if count("site") == 0:
            yield Finding("collector.W006", "There is no site yet.", "Run `dps-collector site add CODE NAME`.")
        marks = count("dirty_slot")
        if marks > MANY_MARKS:
            yield Finding(
                "collector.W007",
                f"{marks} site slots wait to be derived.",
                "Start `serve`; if it runs, look at its log.",
            )


def look_at_revocations(engine: Engine, file: Path) -> Iterator[Finding]:
    """Revoke again what the database forgot, note what the file does not say, and tell it."""
    try:
        done = bring_together(engine, file)
    except OSError as error:
        yield Finding(
            "collector.E007",
            f"{error.filename or file} cannot be used ({error.strerror}), so nobody knows what was revoked.",
            "Correct its permissions, or what is in its way.",
        )
        return
    if done.applied:
        yield Finding(
            "collector.W008",
            f"The database did not know {done.applied} of the revocations in {file}; they are in force again.",
            "Nothing more to do after a restore; else find out who changed the database.",
        )
    if done.unreadable:
        yield Finding(
            "collector.W009",
            f"{done.unreadable} lines of {file} cannot be understood.",
            "Look whether they name something that must stay revoked, revoke it again, and remove the lines.",
        )


def reason(error: SQLAlchemyError) -> str:
    """The database's own words, on one line, without the statement."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:200]
