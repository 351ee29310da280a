"""The whole collector as one application: what goes where, and who may see the metrics."""

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from collector.app import Collector, open_engine, web_settings
from collector.config import ConfigError, Settings, read
from collector.reports.in_force import rules_of
from collector.storage.engine import writing
from collector.storage.schema import migrate
from collector.web.accounts import create_account

Ask = Callable[..., Response]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read(None, {}, data_folder=str(tmp_path / "data"))


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def collector(settings: Settings, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    # A process of its own for each of these tests would take most of their time, and none of them writes.
    monkeypatch.setattr("collector.app.writes_apart", lambda _engine: False)
    engine = open_engine(settings)
    migrate(engine)
    yield Collector(engine, settings, log=log)
    engine.dispose()


@pytest.fixture
def ask(collector: Collector) -> Ask:
    """Ask the running collector, from this computer or another; it is started before and stopped afterwards."""

    def asked(method: str, path: str, *, client: str = "127.0.0.1", **headers: str) -> Response:
        return asyncio.run(lived(collector, method, path, client, headers))

    return asked


async def lived(collector: Collector, method: str, path: str, client: str, headers: dict[str, str]) -> Response:
    told: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    life = asyncio.create_task(collector({"type": "lifespan"}, told.get, heard.put))
    await told.put({"type": "lifespan.startup"})
    assert (await heard.get())["type"] == "lifespan.startup.complete"
    answer = await asked(collector, method, path, client, headers)
    await told.put({"type": "lifespan.shutdown"})
    assert (await heard.get())["type"] == "lifespan.shutdown.complete"
    await life
    return answer


async def asked(
    collector: Collector,
    method: str,
    path: str,
    client: str,
    headers: dict[str, str],
    form: dict[str, str] | None = None,
) -> Response:
    transport = ASGITransport(collector, client=(client, 50_000))  # type: ignore[arg-type]
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with AsyncClient(transport=transport, base_url="http://dps.example") as browser:
        return await browser.request(method, path, headers=named, data=form)


def test_metrics_are_told_to_this_computer(ask: Ask) -> None:
    answer = ask("GET", "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "dps_roller_marked_slots 0.0" in answer.text


def test_the_health_of_stations_is_told_to_this_computer(ask: Ask) -> None:
    answer = ask("GET", "/metrics/stations")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE dps_station_state gauge" in answer.text


def test_the_health_of_stations_is_told_to_no_other_computer(ask: Ask) -> None:
    assert ask("GET", "/metrics/stations", client="192.0.2.7").status_code == 404


def test_the_health_of_stations_is_not_told_through_a_proxy(ask: Ask) -> None:
    assert ask("GET", "/metrics/stations", Via="192.0.2.7").status_code == 404


@pytest.mark.parametrize(("client", "status"), [("::1", 200), ("192.0.2.7", 404), ("2001:db8::1", 404), ("?", 404)])
def test_metrics_are_told_to_no_other_computer(ask: Ask, client: str, status: int) -> None:
    assert ask("GET", "/metrics", client=client).status_code == status


@pytest.mark.parametrize(
    "header", ["X_Forwarded_For", "X_Forwarded_Proto", "X_Forwarded_Host", "Forwarded", "X_Real_IP", "Via"]
)
def test_metrics_are_not_told_through_a_proxy_on_this_computer(ask: Ask, header: str) -> None:
    assert ask("GET", "/metrics", **{header: "192.0.2.7"}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/time", 200),
        ("POST", "/api/v1/envelopes", 401),
        ("POST", "/api/v1/enroll", 415),
        ("GET", "/api/v1/statistics", 401),
        ("GET", "/login", 200),
        ("GET", "/", 303),
    ],
)
def test_stations_and_people_find_their_own_addresses(ask: Ask, method: str, path: str, status: int) -> None:
    assert ask(method, path).status_code == status


def test_a_line_of_the_log_holds_neither_address_nor_secret_nor_what_a_person_looked_at(
    ask: Ask, log: io.StringIO
) -> None:
    ask("POST", "/api/v1/envelopes", Authorization="Bearer 0123456789abcdef." + "f" * 64)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(line["path"], line["status"], line["outcome"]) for line in lines] == [
        ("/api/v1/envelopes", 401, "not_recognised")
    ]
    for never in ("ffff", "0123456789abcdef", "127.0.0.1"):
        assert never not in log.getvalue()


@pytest.mark.parametrize("path", ["/sites/EVERE?name=anna", "/login?next=/sites/EVERE", "/x/anna"])
def test_the_log_does_not_tell_which_page_somebody_looked_at(ask: Ask, log: io.StringIO, path: str) -> None:
    ask("GET", path, Cookie="session=" + "f" * 43)
    text = log.getvalue()
    assert json.loads(text)["path"] == "page"
    for never in ("ffff", "127.0.0.1", "EVERE", "anna"):
        assert never not in text


@pytest.fixture
def below(settings: Settings) -> Settings:
    return replace(settings, public_url="https://dps.example/public/stats/")


@pytest.mark.parametrize("sent_on", ["/public/stats", ""], ids=["as it came", "without the path"])
def test_below_a_path_of_a_proxy_pages_stations_and_cookies_work(
    below: Settings, sent_on: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.app.writes_apart", lambda _engine: False)
    engine = open_engine(below)
    migrate(engine)
    with writing(engine) as connection:
        create_account(connection, "anna", "vier woorden zijn goed", "administrator", 0)
    collector = Collector(engine, below, log=None)

    def ask(method: str, path: str, **more: str) -> Response:
        return asyncio.run(asked(collector, method, sent_on + path, "192.0.2.7", more))

    assert ask("GET", "/api/v1/time").status_code == 200
    assert ask("GET", "/metrics").status_code == 404
    assert ask("GET", "/sites/X").headers["location"] == "/public/stats/login?next=%2Fsites%2FX"
    page = ask("GET", "/login")
    assert 'action="/public/stats/login"' in page.text
    static = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert ask("GET", static.removeprefix("/public/stats")).headers["content-type"].startswith("text/css")
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-csrf=")
    assert "Path=/;" in cookie + ";"
    token = cookie.split("=")[1].split(";")[0]
    form = {"name": "anna", "password": "vier woorden zijn goed", "next": "/account"}
    headers = {"Cookie": f"__Host-csrf={token}", "X-CSRFToken": token}
    inside = asyncio.run(asked(collector, "POST", f"{sent_on}/login", "192.0.2.7", headers, form))
    assert inside.headers["location"] == "/public/stats/account"
    session = next(each for each in inside.headers.get_list("set-cookie") if "session" in each).split(";")[0]
    account = ask("GET", "/account", Cookie=session)
    assert account.status_code == 200
    assert 'href="/public/stats/accounts"' in account.text
    engine.dispose()


@pytest.mark.parametrize("url", ["https://dps.example", "https://dps.example/"])
def test_without_a_path_there_is_no_root(settings: Settings, url: str) -> None:
    assert replace(settings, public_url=url).root_path == ""


def test_the_secret_of_the_forms_outlives_the_process(settings: Settings) -> None:
    engine = open_engine(settings)
    migrate(engine)
    first, second = web_settings(engine, settings), web_settings(engine, settings)
    engine.dispose()
    assert first.csrf_secret == second.csrf_secret
    assert len(first.csrf_secret) >= 32


def test_figures_follow_the_zone_and_the_idle_rule_of_the_settings(settings: Settings) -> None:
    rules = rules_of(replace(settings, time_zone="Europe/Lisbon", idle_rule_minutes=15))
    assert rules.zone.key == "Europe/Lisbon"
    assert [rule.minutes for rule in rules.idle_rules] == [15]


def test_an_address_that_no_database_can_have_is_a_mistake_in_the_settings(settings: Settings) -> None:
    with pytest.raises(ConfigError, match="database_url is not the address of a database"):
        open_engine(replace(settings, database_url="postgresql://dps@host:port/dps"))
