"""A real collector process is killed under load: what it acknowledged is there."""

import http.client
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from collector.ingest.rebuilding import verify
from collector.storage.engine import create_engine, reading
from collector.storage.models import slot_record
from tests.collector.ingest import cast
from tests.collector.ingest.cast import SLOT, document, packed, seed

CLIENTS = 8
ACKNOWLEDGED_BEFORE_THE_KILL = 150

SERVER = """
import socket, sys
import uvicorn
from collector.config import read
from collector.ingest.log import RequestLog
from collector.ingest.metrics import Metrics
from collector.ingest.roller import RollerThread
from collector.ingest.routes import IngestApp, World
from collector.storage.engine import create_engine
url, now, descriptor = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
engine = create_engine(url)
settings = read(None, {"DPS_COLLECTOR_DATABASE_URL": url})
app = IngestApp(engine, settings, metrics=Metrics(), log=RequestLog(None), world=World(clock=lambda: now))
app.start()
RollerThread(engine, clock=lambda: now, holder=sys.argv[4], limit=5, rest=0.5).start()
config = uvicorn.Config(app, fd=descriptor, lifespan="off", access_log=False, log_level="error")
uvicorn.Server(config).run()
"""

KILLED = 9


class Running:
    """A collector process; the listening socket is ours, so that it can be started again on the same port."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._socket.getsockname()[1]
        self._starts = 0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._starts += 1
        descriptor = self._socket.fileno()
        words = [self._url, str(cast.NOW + self._starts * 60), str(descriptor), f"process {self._starts}"]
        self.process = subprocess.Popen([sys.executable, "-c", SERVER, *words], pass_fds=[descriptor])

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        assert self.process.wait(10) == -KILLED

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self._socket.close()


@pytest.fixture
def running(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Running, str]]:
    file = tmp_path / "collector.sqlite"
    shutil.copy(migrated_file, file)
    url = f"sqlite:///{file}"
    engine = create_engine(url)
    seed(engine)
    engine.dispose()
    process = Running(url)
    process.start()
    yield process, url
    process.close()


def post(connection: http.client.HTTPConnection, station: int, number: int) -> bool:
    body = packed(document(number, slots=[cast.slot(SLOT - number % 1000, run=f"{number:016x}")]))
    headers = {"Authorization": cast.bearer(station), **cast.HEADERS}
    connection.request("POST", "/api/v1/envelopes", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


def test_a_kill_under_load_loses_no_acknowledged_envelope(running: tuple[Running, str]) -> None:
    process, url = running
    acknowledged: list[int] = []
    enough = threading.Event()
    dead = threading.Event()

    def client(station: int, first: int) -> None:
        number = first
        with closing(http.client.HTTPConnection("127.0.0.1", process.port, timeout=10)) as connection:
            while not dead.is_set():
                try:
                    if post(connection, station, number):
                        acknowledged.append(number)
                except (OSError, http.client.HTTPException):
                    return
                if len(acknowledged) >= ACKNOWLEDGED_BEFORE_THE_KILL:
                    enough.set()
                number += CLIENTS

    threads = [threading.Thread(target=client, args=(1 + n % 3, 1 + n)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    assert enough.wait(30)
    process.kill()
    dead.set()
    for thread in threads:
        thread.join()

    process.start()
    with closing(http.client.HTTPConnection("127.0.0.1", process.port, timeout=20)) as connection:
        assert post(connection, 1, 10**6)
    process.kill()

    engine = create_engine(url)
    with reading(engine) as database:
        stored = {int(run_id, 16) for run_id in database.execute(select(slot_record.c.run_id)).scalars()}
    assert set(acknowledged) | {10**6} <= stored
    assert list(verify(engine)) == []
    engine.dispose()
