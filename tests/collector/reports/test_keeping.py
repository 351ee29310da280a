"""What is hidden is decided ahead, and taken only for the very figures for which it was decided."""

from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, update

from collector.catalogue import catalogue
from collector.domain.cells import counted
from collector.domain.disclosure import Audience, Tables, control, pattern, seen_by
from collector.domain.disclosure.control import as_told
from collector.domain.statistics import Rules
from collector.reports import disclosing, keeping
from collector.reports.disclosing import Question, checksum_of, read_hidden, written
from collector.reports.gathering import gather
from collector.reports.inputs import Edition, canonical_json
from collector.reports.keeping import keep_told
from collector.storage.engine import reading, writing
from collector.storage.models import monthly_figure
from collector.storage.models import pattern as patterns
from collector.storage.queries.sites import site_of_code
from tests.collector.domain.disclosure import towns
from tests.collector.web.seeded_region import NOW, seed

RULES = Rules()


@pytest.fixture
def region(sqlite_engine: Engine) -> Engine:
    with writing(sqlite_engine) as connection:
        seed(connection)
        row = {"site_id": 2, "month": 202611, "source": "Pharos 9", "method": "log-on records"}
        connection.execute(insert(monthly_figure).values(**row, figure="sessions", value=3))
    return sqlite_engine


def public(engine: Engine) -> list[str]:
    """The inputs of the Region's report and of a site's."""
    disclosing.ANSWERS.clear()
    with reading(engine) as connection:
        scopes = (None, site_of_code(connection, "NOORD"))
        return [
            canonical_json(gather(connection, each, 2026, Edition.PUBLIC, NOW, RULES, catalogue(), anew=True).inputs)
            for each in scopes
        ]


def test_what_was_decided_ahead_is_what_would_be_decided_now(region: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []

    def counts(audience: Audience, truth: Tables, **more: Any) -> Tables:
        told.append(more["hidden"] is not None)
        return seen_by(audience, truth, **more)

    monkeypatch.setattr(disclosing, "seen_by", counts)
    before = public(region)
    keep_told(region, NOW, RULES, catalogue())
    assert told == [False]
    assert public(region) == before
    assert told == [False, True]

    with writing(region) as connection:
        connection.execute(update(monthly_figure).values(value=4))
    after = public(region)
    assert told == [False, True, False]
    keep_told(region, NOW, RULES, catalogue())
    assert public(region) == after
    assert told == [False, True, False, True]


def test_it_is_decided_once_and_kept_while_it_is_asked(region: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Tables] = []

    def counts(truth: Tables, *older: Any, **more: Any) -> Any:
        asked.append(truth)
        return pattern(truth, *older, **more)

    monkeypatch.setattr(keeping, "pattern", counts)
    for times in (3, 3):
        # The Region's readers and the public have the same in hands, so one answer is for both, of each of three years.
        keep_told(region, NOW, RULES, catalogue())
        assert len(asked) == times
    with writing(region) as connection:
        connection.execute(update(monthly_figure).values(value=4))
    keep_told(region, NOW, RULES, catalogue())
    assert len(asked) == 4
    with reading(region) as connection:
        assert connection.execute(select(func.count()).select_from(patterns)).scalar_one() == 3


def test_a_region_without_sites_has_nothing_to_decide(sqlite_engine: Engine) -> None:
    keep_told(sqlite_engine, NOW, RULES, catalogue())
    with reading(sqlite_engine) as connection:
        assert connection.execute(select(patterns)).all() == []


def test_every_figure_of_use_changes_the_question_and_what_people_enter_does_not() -> None:
    months = {"WEST": towns.sessions(3, 40, 50), "EAST": towns.sessions(30, 40, 50)}
    truth = towns.region(months, {"": ("WEST", "EAST")})
    key = ("WEST", "2026-02")

    def asked(tables: Tables, *older: Tables, minutes: int = 10) -> str:
        return checksum_of(Question(Audience.PUBLIC, tables, False, older, minutes))

    others = [
        asked(towns.with_figures(truth, {key: {"B1": counted(41)}})),
        asked(towns.with_figures(truth, {key: {"B1": counted(40, at_least=True)}})),
        asked(towns.with_figures(truth, {key: {"A8": counted(1)}})),
        asked(Tables(truth.figures, {}, truth.weeks)),
        asked(Tables(truth.figures, truth.members, {("WEST", "2026"): {(0, 9): {"B1": counted(40)}}})),
        asked(truth, truth),
        asked(truth, minutes=15),
    ]
    assert len({asked(truth), *others}) == 1 + len(others)
    assert asked(towns.with_figures(truth, {key: {"C1": counted(400)}})) == asked(truth)


def test_a_pattern_that_was_kept_hides_the_same() -> None:
    months = {"WEST": towns.sessions(3, 40, 50), "EAST": towns.sessions(30, 2, 50), "NORTH": towns.sessions(9, 9, 9)}
    truth = towns.region(months, {"": tuple(months)})
    kept = read_hidden(written(pattern(truth)))
    assert towns.hidden(as_told(truth, kept), "B1")
    assert as_told(truth, kept) == control(truth)
