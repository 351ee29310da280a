"""Readings of health, beside agents that know nothing of them."""

import json
from typing import Any

from sqlalchemy import Engine, select

from collector.ingest.commit import Stored, commit
from collector.ingest.facts import PROBES
from collector.storage.engine import reading
from collector.storage.models import station_contact
from tests.collector.ingest.cast import FULL, NOW, arrival


def latest(engine: Engine) -> dict[str, Any]:
    with reading(engine) as connection:
        [held] = connection.execute(select(station_contact.c.readings)).scalars()
    return json.loads(held)  # type: ignore[no-any-return]  # as JSON is


def test_an_agent_from_before_the_readings_of_health_is_never_asked_for_them(region: Engine) -> None:
    [old] = commit(region, [arrival(1, readings=FULL["readings"])], 1)
    [new] = commit(region, [arrival(2, readings={"screens": {"count": 1}})], 2)

    assert isinstance(old, Stored)
    assert isinstance(new, Stored)
    assert old.wanted == ()
    assert set(new.wanted) == {*PROBES} - {*FULL["readings"], "screens"}


def test_a_probe_that_hung_says_how_often(region: Engine) -> None:
    reason = {"reason": "stopped after 10 s", "times_stopped": 3}
    said = {"not_readable": [{"probe": "screens", "outcome": "failed", **reason}]}

    commit(region, [arrival(1, readings=said)], 1)

    assert latest(region)["screens"] == ["failed", reason, NOW]
