"""The API keeps what its description says, whatever a program sends."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema
from sqlalchemy import Engine

from collector.domain.access import Grant, Role
from collector.storage.changes.accounts import NewToken, add_token
from collector.storage.changes.base import Change
from collector.storage.engine import create_engine, writing
from collector.storage.models import metadata
from collector.storage.queries.accounts import account_named
from collector.storage.queries.api_tokens import secret_digest
from collector.storage.queries.sites import site_ids
from collector.web import web_app
from collector.web.openapi import PATH
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_alerts import seed_alerts
from tests.collector.web.seeded_region import NOW, seed
from tests.collector.web.seeded_register import seed_register

Known = tuple[dict[str, str], dict[str, object]]
"""Parameters of the query and of the path that are there."""
PUBLIC_ID, SECRET = "0" * 16, "1" * 64
TOKEN = {"Authorization": f"Bearer {PUBLIC_ID}.{SECRET}"}


@pytest.fixture(scope="module")
def region_of_programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file: Path = tmp_path_factory.mktemp("openapi") / "pages.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        seed(connection)
        seed_register(connection)
        seed_alerts(connection, site_ids(connection)["CANAL"])
        account = account_named(connection, "administrator")
        assert account is not None
        change = Change(connection, account.name, NOW, SETTINGS.rules.zone, lambda: 0)
        token = NewToken(PUBLIC_ID, secret_digest(SECRET), "programs", Grant(Role.READER), NOW + 3600)
        add_token(change, account, token)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def described(region_of_programs: Engine) -> OpenApiSchema:
    return schemathesis.openapi.from_asgi(PATH, web_app(region_of_programs, SETTINGS, lambda: NOW))


PATHS = (
    "/api/v1/statistics",
    "/api/v1/reports/{code}/{year}",
    "/api/v1/stations",
    "/api/v1/inventory/{code}/{number}",
    "/api/v1/alerts",
)


def held_to(described: OpenApiSchema, path: str, mode: GenerationMode, examples: int, known: Known | None) -> None:
    @given(case=described[path]["GET"].as_strategy(generation_mode=mode))
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def ask(case: schemathesis.Case[Any]) -> None:
        if known is not None:
            case.query = {**case.query, **known[0]}
            case.path_parameters = {**case.path_parameters, **known[1]}
        # That one month lies before another, and not too far, no schema can say; and of an unknown parameter that is
        # an empty list, the address of a request that needs none keeps nothing that could be refused.
        excluded: list[Any] = [
            positive_data_acceptance,
            *([negative_data_rejection] if path in {PATHS[2], PATHS[4]} else []),
        ]
        case.call_and_validate(headers=TOKEN, excluded_checks=excluded)

    ask()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize("path", PATHS)
def test_no_request_gets_another_answer_than_the_description_says(
    described: OpenApiSchema, path: str, mode: GenerationMode
) -> None:
    held_to(described, path, mode, 50, None)


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (PATHS[0], ({"site": "CANAL", "from": "2026-09", "to": "2026-11"}, {})),
        (PATHS[1], ({"vintage": ""}, {"code": "CANAL", "year": 2026})),
        (PATHS[2], ({"site": ""}, {})),
        (PATHS[3], ({}, {"code": "CANAL", "number": 1})),
        (PATHS[4], ({"site": ""}, {})),
    ],
)
def test_what_is_there_is_answered_as_the_description_says(described: OpenApiSchema, path: str, known: Known) -> None:
    held_to(described, path, GenerationMode.POSITIVE, 10, known)


def test_the_description_is_for_everybody_and_names_every_address_of_programs(
    region: Engine, open_browser: Callable[..., Browser]
) -> None:
    said = open_browser(region).get(PATH).json()
    assert set(said["paths"]) == set(PATHS)
    assert open_browser(region).get("/api/v1/statistics").status_code == 401
