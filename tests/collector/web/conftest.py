"""A region with everything in it, and browsers in front of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine

from collector.app import ByIntake
from collector.storage.engine import create_engine, writing
from collector.storage.models import metadata
from collector.web import WebSettings, accounts, web_app
from collector.web.works import Background
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, PASSWORD, seed

NOWHERE = Path("/nowhere/revocations")
SETTINGS = WebSettings(csrf_secret="0123456789abcdef" * 4, enrolling=ByIntake(NOWHERE))
WITH_KEYS = replace(SETTINGS, public_url="https://dps.example/stats")
"""Where security keys can be used."""


def at_once(do: Callable[[], None]) -> None:
    """What is done beside the pages is over when they go on."""
    do()


@pytest.fixture(autouse=True)
def light_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real hashes, made with less work."""
    monkeypatch.setattr(accounts, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'pages.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def region(empty_database: Engine) -> Engine:
    with writing(empty_database) as connection:
        seed(connection)
    return empty_database


@pytest.fixture
def open_browser() -> Iterator[Callable[..., Browser]]:
    """A new browser without cookies in front of an engine."""
    clients: list[TestClient[Litestar]] = []

    def opened(
        engine: Engine,
        settings: WebSettings = SETTINGS,
        now: Callable[[], int] = lambda: NOW,
        background: Background = at_once,
    ) -> Browser:
        scheme = "https" if settings.behind_tls else "http"
        client = TestClient(
            web_app(engine, settings, now, background),
            base_url=f"{scheme}://dps.example",
            raise_server_exceptions=False,
        )
        client.__enter__()
        clients.append(client)
        return Browser(client)

    yield opened
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def stranger(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    return open_browser(region)


@pytest.fixture
def administrator(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    browser = open_browser(region)
    assert browser.log_in("administrator", PASSWORD).status_code == 303
    return browser
