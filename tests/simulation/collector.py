"""The real collector on SQLite: it can be killed, started again, upgraded, backed up and restored."""

import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from alembic import command
from sqlalchemy import Connection, Table, event, insert

from collector.cli.restore import prepared
from collector.config import read
from collector.ingest import enrolment
from collector.ingest.commit import Result, commit
from collector.ingest.credentials import digest
from collector.ingest.facts import Facts
from collector.ingest.log import RequestLog
from collector.ingest.metrics import Metrics
from collector.ingest.rebuilding import verify
from collector.ingest.roller import roll
from collector.ingest.routes import IngestApp, World
from collector.storage import models
from collector.storage.backup import back_up
from collector.storage.engine import create_engine, reading, writing
from collector.storage.restore import copy_in, put_in_place, remove, restoring
from collector.storage.rows import Row
from collector.storage.schema import configuration, migrate
from tests.simulation.calls import Exchange, Request, Writer
from tests.simulation.moment import Time

HOLDER = "simulation"
SITE_ID = 1
STOLEN = 9
"""The number of a secret that nobody uses."""
OLD = "0002"
"""The oldest tables from which a collector with stations in the field can be upgraded."""


class Backup(NamedTuple):
    """A copy of the database, and what the collector had acknowledged when it was made."""

    made_at: int
    file: Path
    acknowledged: Mapping[Any, int]


class CollectorKilledError(BaseException):
    """The collector's process is no more."""


def public_id(station: int) -> str:
    return f"{station:016x}"


def secret(station: int) -> str:
    return f"{station:064x}"


@cache
def template(stations: int) -> bytes:
    """A migrated database with one site and its stations, to be copied for each world."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "collector.sqlite"
        engine = create_engine(f"sqlite:///{file}")
        migrate(engine)
        with writing(engine) as connection:
            _furnish(connection, stations)
        engine.dispose()
        return file.read_bytes()


@cache
def old_tables() -> bytes:
    """An empty database of an older collector."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "collector.sqlite"
        engine = create_engine(f"sqlite:///{file}")
        with writing(engine) as connection:
            command.upgrade(configuration(connection), OLD)
        engine.dispose()
        return file.read_bytes()


def _furnish(connection: Connection, stations: int) -> None:
    connection.execute(insert(models.site), {"site_id": SITE_ID, "code": "JETTE", "name": "Jette", "created_at": 0})
    for number in range(1, stations + 1):
        connection.execute(
            insert(models.station),
            {"site_id": SITE_ID, "station_id": number, "label": f"PC{number}", "installed_at": 0},
        )
        _admit(connection, number, number, created_at=0)
    _admit(connection, STOLEN, stations, created_at=1)


def _admit(connection: Connection, number: int, station: int, created_at: int) -> None:
    connection.execute(
        insert(models.credential),
        {
            "public_id": public_id(number),
            "secret_sha256": digest(secret(number).encode()),
            "status": "accepted",
            "tag": f"PC{station}",
            "token_public_id": "0" * 16,
            "site_id": SITE_ID,
            "station_id": station,
            "created_at": created_at,
        },
    )


class SimulatedCollector:
    """One collector; its database file outlives its processes."""

    def __init__(self, folder: Path, original: bytes, time: Time, random: Random, contact_seconds: int) -> None:
        self.time = time
        self.random = random
        self.file = folder / "collector.sqlite"
        self.backups: list[Backup] = []
        self.file.write_bytes(original)
        self.settings = read(
            None,
            {
                "DPS_COLLECTOR_DATA_FOLDER": str(folder),
                "DPS_COLLECTOR_CONTACT_INTERVAL_SECONDS": str(contact_seconds),
            },
        )
        self.fault = ""
        """"before_commit" or "after_commit": where the next commit is the last one of this process."""
        self.died: Callable[[], None] = lambda: None
        """Told of each death."""
        self.up = False
        self.is_old = False
        """Whether the tables may be those of an older collector: only then a start looks at them."""
        self._receipts: list[Row] = []
        """What the collector before an upgrade has told its stations, which one with such tables could not."""
        self.accepted = 0
        self.start()

    def start(self) -> None:
        self.engine = create_engine(f"sqlite:///{self.file}")
        # Whether SQLite keeps its word is tested with real processes that are killed.
        event.listen(self.engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous = OFF"))
        world = World(
            clock=lambda: float(self.time.now),
            elapsed=lambda: float(self.time.now),
            token_hex=lambda size: self.random.randbytes(size).hex(),
            mark=self._mark,
            jitter=self.random.random,
        )
        if self.is_old and migrate(self.engine):
            self._put_receipts_back()
        self.is_old = False
        self.app = IngestApp(self.engine, self.settings, metrics=Metrics(), log=RequestLog(None), world=world)
        self.writer = Writer(self._commit, self.settings.queue_limit)
        self.app.writer = self.writer  # type: ignore[assignment]  # the same without a thread
        self.app.start()
        self.waiting: list[Exchange] = []
        self.up = True

    def _mark(self) -> int:
        return self.random.getrandbits(62)

    def kill(self) -> None:
        """SIGKILL: what was not committed is gone, and nobody gets an answer."""
        for exchange in self.waiting:
            exchange.drop()
        self.waiting = []
        self.up = False
        self.time.tell("collector", "killed")
        self.app.stop()
        self.engine.dispose()
        self.died()

    def ask(self, request: Request) -> Exchange | None:
        """Take a request as far as it goes without the writer; None when nobody listens."""
        if not self.up:
            return None
        exchange = Exchange(self.app, request)
        exchange.go_on()
        if exchange.reply is None:
            self.waiting.append(exchange)
        return exchange

    def answer_all(self) -> None:
        """One turn of the writer, and the answers that follow from it."""
        if not self.up:
            return
        try:
            self.writer.commit_all()
        except CollectorKilledError:
            self.kill()
            return
        waiting, self.waiting = self.waiting, []
        for exchange in waiting:
            exchange.go_on()

    def _commit(self, batch: list[Facts]) -> list[Result]:
        fault, self.fault = self.fault, ""
        if fault == "before_commit":
            raise CollectorKilledError
        results = commit(self.engine, batch, self._mark())
        self.accepted += len(results)
        if fault == "after_commit":
            raise CollectorKilledError
        return results

    # --- what is beside the stations ----------------------------------------------------------------------------

    def roll(self, limit: int = 500) -> None:
        if self.up:
            roll(self.engine, self.time.now, HOLDER, limit, mark=self._mark)

    def roll_all(self) -> None:
        while roll(self.engine, self.time.now, HOLDER, 1000, mark=self._mark):
            pass

    def back_up(self, acknowledged: Mapping[Any, int]) -> None:
        """An online backup; `acknowledged` is what the collector has said it holds until now."""
        target = self.file.with_name(f"backup-{len(self.backups)}.sqlite")
        back_up(self.file, target, replace=False)
        self.backups.append(Backup(self.time.now, target, acknowledged))

    def restore(self, backup: Backup) -> None:
        """Go back to a backup, as `dps-collector restore` does: what came later is forgotten, but no revocation."""
        if self.up:
            self.kill()
        try:
            part = copy_in(backup.file, self.file)
            prepared(part, backup.file, self.settings.revocations_file)
            put_in_place(self.file)
        finally:
            remove(restoring(self.file))
        self.time.tell("collector", f"restored from {backup.made_at}")

    def upgrade(self, acknowledged: Mapping[Any, int]) -> None:
        """Stop, with older tables: what those had is all that the migrations of the next start, or restore, find."""
        died, self.died = self.died, lambda: None
        if self.up:
            self.kill()
        self._receipts = self.rows(models.station_contact, ("receipt", "station_id"))
        new, old = self.file.with_name("new.sqlite"), self.file.with_name("old.sqlite")
        back_up(self.file, new, replace=True)
        old.write_bytes(old_tables())
        with closing(sqlite3.connect(old, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("ATTACH ? AS new", (str(new),))
            for table in [
                row[0] for row in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
            ]:
                kept = _columns(connection, "main", table) & _columns(connection, "new", table)
                if table not in ("alembic_version", "site_slot") and kept:
                    names = ", ".join(sorted(kept))
                    connection.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
        for ending in ("-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        old.replace(self.file)
        new.unlink()
        self.is_old = True
        self.back_up(acknowledged)
        self.time.tell("collector", "upgraded")
        self.died = died
        self.died()

    def _put_receipts_back(self) -> None:
        """As if no station had heard of any: else all of them take it for a restore, and send everything again.

        Then it would not be seen whether the migrations had kept what is still to be derived.
        """
        with writing(self.engine) as connection:
            connection.connection.cursor().executemany(
                "UPDATE station_contact SET receipt = ? WHERE station_id = ?", self._receipts
            )

    def revoke(self, number: int) -> None:
        """Somebody revokes a secret."""
        with writing(self.engine) as connection:
            enrolment.revoke(connection, public_id(number), self.time.now, self.settings.revocations_file)

    def release(self, number: int) -> None:
        """Somebody has seen to it that one computer has this secret."""
        with writing(self.engine) as connection:
            enrolment.release(connection, public_id(number))

    def statuses(self) -> dict[str, str]:
        """What each secret is good for now."""
        return {str(row[0]): str(row[1]) for row in self.rows(models.credential, ("public_id", "status"))}

    # --- what it knows ------------------------------------------------------------------------------------------

    def rows(self, table: Table, columns: Sequence[str] = ()) -> list[Row]:
        """All rows of a table, or some of its columns."""
        names = ", ".join(columns or table.columns.keys())
        with reading(self.engine) as connection:
            return connection.connection.cursor().execute(f"SELECT {names} FROM {table.name}").fetchall()  # type: ignore[no-any-return]

    def rows_of_facts(self) -> list[Row]:
        return self.rows(models.slot_record)

    def differences(self) -> list[str]:
        return [str(difference) for difference in verify(self.engine)]


def _columns(connection: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info({table})")}
