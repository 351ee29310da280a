"""What readers are told of a year is kept, is what would be computed, and gives way to whatever changes it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, update

from collector.catalogue import catalogue
from collector.domain.cells import Cell
from collector.domain.disclosure import Audience
from collector.domain.statistics import Rules
from collector.domain.year import YearFigures
from collector.ingest.months import MonthRoller
from collector.reports import disclosing, gathering, keeping, told
from collector.reports.disclosing import Years
from collector.reports.gathering import beside_region, gather, region_seen, years_seen
from collector.reports.inputs import Edition, Inputs
from collector.reports.keeping import keep_told
from collector.reports.told import RegionTold, read_year, written_year
from collector.storage.changes.base import Change, Subject, note, put
from collector.storage.engine import reading, writing
from collector.storage.models import (
    activity,
    activity_public,
    attendance,
    monthly_figure,
    setting,
    site,
    site_slot,
    told_year,
    vintage,
)
from collector.storage.queries.rolled_months import mark_months
from collector.storage.queries.site_slots import SITE_SLOTS
from collector.storage.queries.sites import Site, site_of_code
from collector.storage.rows import insert_rows
from tests.benchmarks.year_of_statistics import slot_of
from tests.collector.web.seeded_region import NOW, seed

RULES = Rules()
YEAR = 2026
OUTSIDE = (Audience.REGION, Audience.PUBLIC)
HOUR = 3600


def ask(engine: Engine, now: int = NOW, audience: Audience = Audience.REGION) -> tuple[Years, RegionTold]:
    """All that pages take of a year of the Region and all its sites."""
    disclosing.ANSWERS.clear()
    with reading(engine) as connection:
        asked = (audience, YEAR, now, RULES, catalogue())
        return years_seen(connection, None, *asked), region_seen(connection, *asked)


def ask_of_site(engine: Engine, audience: Audience) -> Years:
    with reading(engine) as connection:
        return years_seen(connection, site_of_code(connection, "NOORD"), audience, YEAR, NOW, RULES, catalogue())


def keep(engine: Engine, now: int = NOW) -> None:
    disclosing.ANSWERS.clear()
    keep_told(engine, now, RULES, catalogue())


@pytest.fixture
def region(sqlite_engine: Engine) -> Engine:
    with writing(sqlite_engine) as connection:
        seed(connection)
    return sqlite_engine


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which years pages had to compute."""
    made: list[int] = []
    original = gathering.computed

    def counting(connection: Connection, sites: object, year: int, *more: object, whole: bool = True) -> Years:
        made.append(year)
        return original(connection, sites, year, *more, whole=whole)  # type: ignore[arg-type]

    monkeypatch.setattr(gathering, "computed", counting)
    return made


@pytest.mark.parametrize("number", range(2))
def test_what_is_kept_is_what_would_be_computed(region: Engine, number: int, computations: list[int]) -> None:
    random = Random(number)
    with writing(region) as connection:
        slots = connection.execute(select(site_slot.c.site_id, site_slot.c.slot)).all()
        some = random.sample(slots, len(slots) // 2)
        rows = [slot_of(site_id, slot, random.choice((1, 2, 4)), random) for site_id, slot in some]
        insert_rows(connection, SITE_SLOTS, rows)
        for site_id in {site_id for site_id, _ in slots}:
            month = {"site_id": site_id, "month": 202600 + random.randint(1, 9), "figure": "sessions"}
            source = {"source": "Pharos 9", "method": "log-on records"}
            connection.execute(insert(monthly_figure).values(**month, **source, value=random.randint(0, 40)))
    roller = MonthRoller(region, ZoneInfo("Europe/Brussels"))
    while roller(NOW):
        pass

    before = [ask(region, NOW, audience) for audience in OUTSIDE]
    assert computations
    keep(region)
    computations.clear()

    assert [ask(region, NOW, audience) for audience in OUTSIDE] == before
    for audience, (years, _) in zip(OUTSIDE, before, strict=True):
        ((site_id, figures),) = ask_of_site(region, audience).sites.items()
        assert figures == years.sites[site_id]
    assert computations == []


def test_a_year_that_is_written_and_read_is_the_same(region: Engine) -> None:
    for figures in ask(region)[0].sites.values():
        assert read_year(written_year(figures)) == figures


def correct(connection: Connection) -> None:
    change = Change(connection, "command line", NOW, RULES.zone, lambda: 1)
    key = {"site_id": 1, "first_day": dt.date(2026, 3, 1), "last_day": dt.date(2026, 3, 31)}
    put(change, attendance, key, {"visits": 77, "how": "tally"}, Subject.ATTENDANCE, "2026-03")


def decide(connection: Connection) -> None:
    row = {"name": "disclosure_control_lifted", "valid_from": 0, "value": "1"}
    connection.execute(insert(setting).values(**row, changed_by="command line"))


def derive_again(connection: Connection) -> None:
    mark_months(connection, [(1, 202611)], 99)


def freeze(connection: Connection) -> None:
    row = {"site_id": 1, "year": 2024, "number": 1, "edition": "public", "inputs": "{}", "inputs_sha256": "0" * 64}
    connection.execute(insert(vintage).values(**row, frozen_at=NOW, frozen_by="command line"))


def rename(connection: Connection) -> None:
    connection.execute(update(site).where(site.c.site_id == 1).values(code="ANDERS"))


def lose_one(connection: Connection, year: int = YEAR) -> None:
    connection.execute(delete(told_year).where(told_year.c.site_id == 2, told_year.c.year == year))


@pytest.mark.parametrize("change", [correct, decide, derive_again, freeze, rename])
def test_what_changes_a_figure_or_how_it_is_told_has_it_computed(
    region: Engine, computations: list[int], change: Callable[[Connection], None]
) -> None:
    keep(region)
    computations.clear()
    with writing(region) as connection:
        change(connection)
    ask(region)
    assert computations == [YEAR, YEAR]
    ask_of_site(region, Audience.REGION)
    assert computations == [YEAR, YEAR, YEAR]


def test_on_either_database_a_download_has_nothing_computed_and_a_correction_has(
    engine: Engine, computations: list[int]
) -> None:
    with writing(engine) as connection:
        seed(connection)
    keep(engine)
    computations.clear()
    with writing(engine) as connection:
        change = Change(connection, "somebody", NOW, RULES.zone, lambda: 1)
        note(change, None, Subject.DOWNLOAD, "region 2026 csv", None, None)
    ask(engine)
    assert computations == []
    with writing(engine) as connection:
        correct(connection)
        derive_again(connection)
    ask(engine)
    assert computations == [YEAR, YEAR]


def test_the_figures_of_a_new_day_are_computed(region: Engine, computations: list[int]) -> None:
    keep(region)
    computations.clear()
    ask(region, NOW + 24 * HOUR)
    assert computations


def test_years_of_which_one_is_missing_are_computed(region: Engine, computations: list[int]) -> None:
    keep(region)
    computations.clear()
    with writing(region) as connection:
        lose_one(connection)
    with reading(region) as connection:
        years_seen(connection, None, Audience.REGION, YEAR, NOW, RULES, catalogue())
    assert computations == [YEAR]


def test_in_a_large_region_a_change_is_told_within_two_hours_and_a_decision_at_once(
    region: Engine, computations: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "MANY_SITES", 2)
    before = ask(region)
    keep(region)
    computations.clear()
    with writing(region) as connection:
        correct(connection)
    assert ask(region) == before
    assert computations == []
    ask(region, NOW + told.STALE_SECONDS - 1)
    assert computations == []
    ask(region, NOW + told.STALE_SECONDS)
    assert computations
    computations.clear()
    with writing(region) as connection:
        freeze(connection)
    ask(region)
    assert computations


def test_a_region_without_sites_keeps_nothing_and_years_gone_by_are_forgotten(region: Engine) -> None:
    def years() -> set[int]:
        with reading(region) as connection:
            return set(connection.execute(select(told_year.c.year)).scalars())

    keep(region)
    assert years() == {2024, 2025, 2026}
    keep(region, NOW + 366 * 24 * HOUR)
    assert years() == {2025, 2026, 2027}
    with writing(region) as connection:
        connection.execute(update(site).values(demonstration=True))
    keep(region)
    assert years() == {2027}


def test_years_gone_by_stand_until_something_changes(region: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    original = gathering.computed

    def counting(connection: Connection, sites: Sequence[Site], year: int, *more: Any) -> Years:
        made.append(year)
        return original(connection, sites, year, *more)

    monkeypatch.setattr(keeping, "computed", counting)

    def kept(now: int = NOW) -> list[int]:
        made.clear()
        keep(region, now)
        return list(made)

    assert kept() == [2026, 2025, 2024]
    assert kept(NOW + HOUR) == [2026]
    with writing(region) as connection:
        rename(connection)
    assert kept(NOW + HOUR) == [2026, 2025, 2024]
    assert kept(NOW + HOUR) == [2026]
    with writing(region) as connection:
        lose_one(connection, 2025)
    assert kept(NOW + HOUR) == [2026, 2025]


@pytest.mark.parametrize("lifted", [False, True])
def test_a_draft_tells_what_pages_tell_also_where_something_has_changed_since(
    region: Engine, computations: list[int], monkeypatch: pytest.MonkeyPatch, lifted: bool
) -> None:
    monkeypatch.setattr(told, "MANY_SITES", 2)
    if lifted:
        with writing(region) as connection:
            decide(connection)
    with writing(region) as connection:
        day = dt.date(2026, 3, 1)
        row = {"site_id": 1, "activity_id": 7001, "kind": "workshop", "first_day": day, "last_day": day, "number": 1}
        connection.execute(insert(activity).values(**row))
        seniors = {"trait": "audience", "value": "seniors", "persons": 7}
        connection.execute(insert(activity_public).values(site_id=1, activity_id=7001, **seniors))
    pages = {audience: ask(region, NOW, audience) for audience in OUTSIDE}
    keep(region)
    with writing(region) as connection:
        correct(connection)
    later = NOW + HOUR
    for edition, audience in ((Edition.INTERNAL, Audience.REGION), (Edition.PUBLIC, Audience.PUBLIC)):
        years, beside = pages[audience]
        assert years.region is not None
        inputs = drafted(region, None, edition, later)
        assert [*inputs.figures.months, inputs.figures.year] == all_cells(years.region)
        assert inputs.entered.public == beside.public
        assert [[*part.months, part.year] for part in inputs.parts] == [
            all_cells(each) for each in sorted(years.sites.values(), key=lambda each: each.site)
        ]
    for year in pages[Audience.PUBLIC][0].sites.values():
        inputs = drafted(region, year.site, Edition.PUBLIC, later)
        assert [*inputs.figures.months, inputs.figures.year] == all_cells(year)


def test_a_draft_of_a_site_has_no_other_site_computed(region: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = gathering.computed

    def counting(connection: Connection, sites: Sequence[Site], *more: Any, **named: Any) -> Years:
        asked.append(len(sites))
        return original(connection, sites, *more, **named)

    before = [drafted(region, "NOORD", edition) for edition in Edition]
    keep(region)
    disclosing.ANSWERS.clear()
    monkeypatch.setattr(gathering, "computed", counting)
    assert [drafted(region, "NOORD", edition) for edition in Edition] == before
    assert set(asked) == {1}


def drafted(engine: Engine, code: str | None, edition: Edition, now: int = NOW) -> Inputs:
    with reading(engine) as connection:
        site = None if code is None else site_of_code(connection, code)
        return gather(connection, site, YEAR, edition, now, RULES, catalogue()).inputs


def all_cells(year: YearFigures) -> list[Mapping[str, Cell]]:
    return [*(month.cells for month in year.months), year.whole.cells]


def test_what_stands_beside_the_region_is_of_all_its_sites(region: Engine) -> None:
    with reading(region) as connection:
        years = years_seen(connection, None, Audience.REGION, YEAR, NOW, RULES, catalogue())
        assert years.region is not None
        beside = beside_region(connection, years.region, years.sites, YEAR, NOW, RULES)
    assert [cells["A1"] for cells in beside.label] == [each.whole.cells["A1"] for each in years.sites.values()]
