"""A report that is computed from the database shows each reader what that reader may see."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from collector.catalogue import catalogue
from collector.domain.catalogue import Unit
from collector.domain.cells import Status, counted
from collector.domain.disclosure import Audience, Tables, audit, seen_by
from collector.domain.statistics import Rules
from collector.i18n import load_languages
from collector.reports import disclosing
from collector.reports.chapters.method import method
from collector.reports.correcting import corrections
from collector.reports.disclosing import for_publication, tables_of_inputs
from collector.reports.gathering import gather
from collector.reports.inputs import Edition, Inputs, canonical_json
from collector.reports.vintages import GatesOpen, TellsTooMuch, freeze, refuse_gaps
from collector.reports.wording import Wording
from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import metadata, monthly_figure, timetable, weekly_interval
from collector.storage.queries.demonstration import call_demonstration
from collector.storage.queries.register import add_site
from collector.storage.queries.sites import site_of_code
from tests.collector.reports import cast
from tests.collector.web.seeded_region import NOW, seed, set_method

RULES = Rules()
LANGUAGES = load_languages()


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("reports")
    engine = create_engine(f"sqlite:///{folder / 'region.sqlite'}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        seed(connection)
        row = {"site_id": 2, "month": 202611, "source": "Pharos 9", "method": "log-on records"}
        connection.execute(insert(monthly_figure).values(**row, figure="sessions", value=3))
        connection.execute(insert(monthly_figure).values(**row, figure="occupancy", value=4100))
    yield engine
    engine.dispose()


def made(connection: Connection, code: str | None, edition: Edition) -> Inputs:
    site = site_of_code(connection, code) if code else None
    return gather(connection, site, 2026, edition, NOW, RULES, catalogue()).inputs


def test_a_sites_own_coordinators_see_what_the_public_does_not(region: Engine) -> None:
    with reading(region) as connection:
        internal, public = (made(connection, "NOORD", edition) for edition in Edition)
    assert internal.figures.months[10]["B1.imported"] == counted(3)
    assert public.figures.months[10]["B1.imported"].status is Status.CONFIDENTIAL
    assert [each.figure for each in internal.imported] == ["B3.imported", "B1.imported"]
    assert {each.figure: each.cell.status for each in public.imported} == {
        "B1.imported": Status.CONFIDENTIAL,
        "B3.imported": Status.CONFIDENTIAL,
    }


def test_every_report_of_a_demonstration_says_that_it_is_one(region: Engine) -> None:
    with region.connect() as connection:
        assert not made(connection, "NOORD", Edition.INTERNAL).demonstration
        call_demonstration(connection)
        assert made(connection, "NOORD", Edition.INTERNAL).demonstration
        connection.rollback()


@pytest.mark.parametrize("edition", Edition)
def test_the_computer_that_shows_a_demonstration_does_not_count_in_the_region(region: Engine, edition: Edition) -> None:
    """Of its one station most of the year is unknown, so all sums would read "at least"."""
    with region.connect() as connection:
        before = made(connection, None, edition)
        site_id = add_site(connection, "DEMO", "Cet ordinateur", "", NOW, name_nl="Deze computer", demonstration=True)
        hours = {"site_id": site_id, "valid_from": dt.date(2020, 1, 1)}
        connection.execute(insert(timetable).values(**hours))
        connection.execute(
            insert(weekly_interval).values(**hours, weekday=0, from_minute=540, until_minute=720, kind="free_access")
        )
        after, alone = made(connection, None, edition), made(connection, "DEMO", edition)
        connection.rollback()
    assert (after.figures, after.parts, after.ages) == (before.figures, before.parts, before.ages)
    assert alone.subject.name["nl"] == "Deze computer"
    assert alone.figures.year["A2"].value


@pytest.mark.parametrize("edition", Edition)
def test_what_the_region_is_told_can_be_attacked_and_tells_nothing(region: Engine, edition: Edition) -> None:
    with reading(region) as connection:
        inputs = made(connection, None, edition)
    assert len(inputs.parts) == 4
    assert audit(tables_of_inputs(inputs, 2026)) == []
    assert inputs.method.disclosure == {"count": 5, "hours": 10}


def test_nobody_sees_the_use_of_a_single_station_in_a_report(region: Engine) -> None:
    with reading(region) as connection:
        for edition in Edition:
            inputs = made(connection, "HELMET", edition)
            assert inputs.figures.year["B1"].status is Status.CONFIDENTIAL
            assert inputs.figures.year["B2"].status is Status.CONFIDENTIAL


@pytest.mark.parametrize(("code", "said"), [("CANAL", True), ("HELMET", False)])
def test_the_method_tells_of_sessions_of_more_than_12_hours_where_sessions_are_shown(
    region: Engine, code: str, said: bool
) -> None:
    with writing(region) as connection:
        site = site_of_code(connection, code)
        assert site is not None
        set_method(connection, site.site_id, NOW // 900 - 96, records_capped=1)
        inputs = made(connection, code, Edition.INTERNAL)
        connection.rollback()
    assert inputs.method.capped == said
    text = str(method(Wording(inputs, LANGUAGES["en"])))
    assert ("Some sessions lasted more than 12 hours; 12 hours of each count." in text) == said


def test_the_public_edition_keeps_the_reason_and_not_the_figures_of_an_accepted_check() -> None:
    public = for_publication(cast.site(Edition.PUBLIC))
    assert [(dict(each.facts), each.reason) for each in public.accepted] == [
        ({}, "Le boiler est tombé en panne, site ouvert trois jours par semaine.")
    ]


def test_nothing_of_the_internal_figures_is_in_the_public_inputs(region: Engine) -> None:
    with reading(region) as connection:
        internal, public = (canonical_json(made(connection, "NOORD", edition)) for edition in Edition)
    assert '"occupancy"' not in public
    assert '"cell":"3"' in internal
    assert '"cell":"3"' not in public


def test_the_same_database_gives_the_same_inputs(region: Engine) -> None:
    with reading(region) as connection:
        first, second = (canonical_json(made(connection, "CANAL", Edition.PUBLIC)) for _ in range(2))
    assert first == second


def test_what_hides_is_decided_once_for_the_same_figures_and_anew_for_others(
    region: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counts(audience: Audience, truth: Tables, **more: Any) -> Tables:
        asked.append(audience)
        return seen_by(audience, truth, **more)

    monkeypatch.setattr(disclosing, "seen_by", counts)
    disclosing.ANSWERS.clear()
    with region.connect() as connection:
        before = made(connection, None, Edition.PUBLIC)
        of_site = made(connection, "NOORD", Edition.PUBLIC)
        assert asked == [Audience.PUBLIC]
        row = {"site_id": 2, "month": 202609, "source": "Pharos 9", "method": "log-on records"}
        connection.execute(insert(monthly_figure).values(**row, figure="sessions", value=50))
        after = [made(connection, "NOORD", Edition.PUBLIC)]
        assert asked == [Audience.PUBLIC] * 2
        disclosing.ANSWERS.clear()
        after.append(made(connection, "NOORD", Edition.PUBLIC))
        connection.rollback()
        again = made(connection, None, Edition.PUBLIC)
    assert of_site.figures.months[8]["B1.imported"] != after[0].figures.months[8]["B1.imported"]
    assert canonical_json(after[0]) == canonical_json(after[1])
    assert canonical_json(again) == canonical_json(before)


def test_a_report_with_open_checks_is_not_frozen(region: Engine) -> None:
    with pytest.raises(GatesOpen, match="checks are open"):
        freeze(region, None, 2026, NOW, "anna", RULES, catalogue(), load_languages())


def test_what_tells_too_much_is_not_frozen(region: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in what hides: a small count of the public edition stays open."""

    def forgets(audience: Audience, truth: Tables, **more: Any) -> Tables:
        seen = seen_by(audience, truth, **more)
        if audience is not Audience.PUBLIC:
            return seen
        key = ("NOORD", "2026-11")
        count = {"B1.imported": truth.cell(*key, "B1.imported")}
        return Tables({**seen.figures, key: {**seen.figures[key], **count}}, seen.members, seen.weeks)

    with reading(region) as connection:
        site = site_of_code(connection, "NOORD")
        internal, public = (gather(connection, site, 2026, each, NOW, RULES, catalogue()) for each in Edition)
        monkeypatch.setattr(disclosing, "seen_by", forgets)
        disclosing.ANSWERS.clear()
        weak = gather(connection, site, 2026, Edition.PUBLIC, NOW, RULES, catalogue())
        disclosing.ANSWERS.clear()
    for draft in (internal, public):
        refuse_gaps(draft)
    with pytest.raises(TellsTooMuch, match=r"its public edition would tell B1\.imported of NOORD in 2026-11"):
        refuse_gaps(weak)


def test_what_a_report_says_of_the_year_before_is_in_hands_too() -> None:
    inputs = cast.site(Edition.PUBLIC)
    assert inputs.before is not None
    held = tables_of_inputs(inputs, inputs.year - 1)
    assert held.figures[inputs.subject.code, str(inputs.year - 1)] == inputs.before.year
    own = tables_of_inputs(inputs, inputs.year)
    assert own.figures[inputs.subject.code, f"{inputs.year}-03"] == inputs.figures.months[2]
    assert len(own.weeks[inputs.subject.code, str(inputs.year)]) == len(inputs.figures.week) > 0


def test_corrections_name_what_is_shown_otherwise_and_nothing_else() -> None:
    old = cast.site()
    months = list(old.figures.months)
    months[2] = {**months[2], "B1": counted(260), "B2": counted(int(months[2]["B2"].value or 0) + 1)}
    new = dataclasses.replace(old, figures=dataclasses.replace(old.figures, months=tuple(months)))
    assert [(each.period, each.figure, each.before, each.now) for each in corrections(old, new)] == [
        ("2026-03", "B1", counted(251), counted(260))
    ]
    assert corrections(old, old) == ()


def test_a_figure_that_the_catalogue_did_not_have_then_is_new_and_no_correction() -> None:
    old, new = cast.site(), cast.site()
    heading = {"E3": Unit.TEXT}
    then = [
        dataclasses.replace(each, unit=heading.get(each.id, each.unit))
        for each in old.definitions
        if each.whole() != "E3"
    ]
    cells = {**old.figures.year, "E3.begun": counted(4)}
    assert (
        corrections(
            dataclasses.replace(old, definitions=tuple(then)),
            dataclasses.replace(new, figures=dataclasses.replace(new.figures, year=cells)),
        )
        == ()
    )
