"""The cast: a collector, a station that is enrolled with it, and certificates of every kind."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.probes import Taken
from agent.probes.base import Surroundings
from agent.sender import exchange
from tests.agent.sender.certificates import Certificates
from tests.agent.sender.fake_collector import FakeCollector
from tests.agent.sender.local_server import LocalServer
from tests.agent.sender.station import Station


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with LocalServer() as started:
        yield started


@pytest.fixture
def collector() -> Iterator[FakeCollector]:
    fake = FakeCollector()
    with fake.server:
        yield fake


@pytest.fixture
def stations(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Station]:
    """Makes stations whose probes read what the test says, not this computer."""

    def make(collector: FakeCollector, *, enrolled: bool = True) -> Station:
        station = Station(collector.server.address, enrolled=enrolled)

        def take(surroundings_for: Callable[[str], Surroundings], *_: object) -> Taken:
            before = surroundings_for("processor").previous
            return Taken(station.readings, {"processor": {"times": before.get("times", 0) + 1}})

        monkeypatch.setattr(exchange, "take", take)
        return station

    return make


@pytest.fixture
def station(stations: Callable[..., Station], collector: FakeCollector) -> Station:
    made: Station = stations(collector)
    return made


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "token"
