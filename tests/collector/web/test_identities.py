"""What technicians read on a site's page about who its stations are."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from collector.storage.engine import writing
from collector.storage.models import credential, enrolment_token
from collector.storage.queries.sites import site_of_code
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.test_pages import DAY, text


@pytest.fixture
def page(region: Engine, open_browser: Callable[..., Browser]) -> Callable[..., str]:
    """The page of CANAL with these secrets beside what is there."""

    def opened(*secrets: dict[str, Any]) -> str:
        with writing(region) as connection:
            site = site_of_code(connection, "CANAL")
            assert site is not None
            connection.execute(
                insert(enrolment_token).values(
                    public_id="e" * 16, secret_sha256="0" * 64, site_id=site.site_id, stations_allowed=1,
                    stations_used=1, valid_until=NOW, created_at=NOW,
                )
            )  # fmt: skip
            for number, given in enumerate(secrets):
                common = {
                    "public_id": f"{number:016x}", "secret_sha256": "0" * 64, "status": "accepted", "tag": "PC",
                    "token_public_id": "e" * 16, "created_at": NOW - DAY, "site_id": site.site_id, "station_id": 1,
                }  # fmt: skip
                connection.execute(insert(credential).values({**common, **given}))
        browser = open_browser(region)
        browser.log_in("administrator", PASSWORD)
        return text(browser.get("/sites/CANAL/stations").text)

    return opened


def test_a_quarantine_is_said_with_what_to_do(page: Callable[..., str]) -> None:
    words = page({"status": "quarantined", "quarantined_at": NOW - DAY, "quarantined_because": "runs"})
    assert "■ in quarantine" in words
    assert "two computers use the secret of this station, and nothing of theirs is counted" in words
    assert "enrol each of them again" in words


def test_that_a_computer_enrolled_again_is_said_for_a_month(page: Callable[..., str]) -> None:
    words = page(
        {"replaces": "f" * 16},
        {"station_id": 2, "replaces": "f" * 16, "created_at": NOW - 31 * DAY},
        {"station_id": 3},
    )
    assert words.count("enrolled again on 21 Nov 2026") == 1
    assert words.count("enrolled again on") == 1


def test_what_waits_is_said_with_the_words_to_type(page: Callable[..., str]) -> None:
    waits = {"site_id": None, "station_id": None, "status": "waiting"}
    words = page({**waits, "tag": "DESKTOP", "resembles": 1}, {**waits, "tag": "NEW"})
    assert "It may be the same computer as CANAL-01: nothing tells them apart." in words
    assert f'dps-collector site approve CANAL {0:016x} --same-as "CANAL-01"' in words
    assert "NEW enrolled on" in words
    assert f"dps-collector site approve CANAL {1:016x}" in words


def test_without_anything_to_say_nothing_is_said(page: Callable[..., str]) -> None:
    words = page({})
    assert "enrolled again" not in words.replace("until somebody enrols them again", "")
    assert "Waiting for approval" not in words


def test_the_page_of_all_sites_names_what_is_in_quarantine_and_says_what_to_do(
    region: Engine, page: Callable[..., str], open_browser: Callable[..., Browser]
) -> None:
    browser = open_browser(region)
    browser.log_in("administrator", PASSWORD)
    before = text(browser.get("/").text)
    assert "quarantine" not in before
    page({"status": "quarantined", "quarantined_at": NOW - DAY, "quarantined_because": "runs", "station_id": 1})
    words = text(browser.get("/").text)
    assert "1 station is in quarantine, because two computers use its secret" in words
    assert "enrol each of them again" in words
    assert words.count("■ 1 in quarantine") == 1, "in the row of its own site only"
