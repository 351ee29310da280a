"""Whoever has all published files of the demonstration's region in hands learns nothing that they hide."""

from collections.abc import Collection, Sequence
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from collector.catalogue import catalogue
from collector.cli import main
from collector.demo.region import PLACES
from collector.demo.year import fill, region_of
from collector.domain.disclosure.equations import System
from collector.domain.disclosure.suppression import Choice
from collector.domain.statistics import Rules
from collector.i18n import load_languages
from collector.ingest.roller import roll
from collector.reports import disclosing
from collector.reports.asking import REGION_WORD, asked, content
from collector.reports.inputs import Edition
from collector.storage.engine import reading
from tests.collector.demo.test_year import BRUSSELS, NOW

YEAR = 2026
CITE, ETANGS, HAMEAU = (place for place in PLACES if place.code in {"CITE", "ETANGS", "HAMEAU"})
TOWN = (
    CITE._replace(stations=3),
    ETANGS._replace(stations=3, gaps=()),
    HAMEAU,
)
"""One whose idle rules are counted, one with log-ons, and one with so few visitors that its months are hidden."""


@pytest.fixture
def town(sqlite_engine: Engine) -> Engine:
    """Two months of three sites."""
    marks = count(1)
    region = region_of(sqlite_engine, BRUSSELS, NOW, places=TOWN, months=2)
    for _ in fill(sqlite_engine, region, lambda: NOW, mark=lambda: next(marks)):
        pass
    while roll(sqlite_engine, NOW, "test", 2_000, mark=lambda: next(marks)):
        pass
    return sqlite_engine


def published(engine: Engine, folder: Path, scopes: Sequence[str]) -> list[str]:
    """The public files of one moment, for programs and for people."""
    folder.mkdir()
    languages = load_languages()
    with reading(engine) as connection:
        for scope in scopes:
            for form in ("json", "csv") if scope == HAMEAU.code else ("json",):
                wanted = asked(connection, scope, YEAR, "nl", form, Edition.PUBLIC.value)
                text = content(connection, wanted, NOW, Rules(), catalogue(), languages)
                (folder / wanted.file_name()).write_bytes(text)
    return sorted(map(str, folder.iterdir()))


def attack(files: list[str]) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["check", "--disclosure", *files])
    return done.exit_code, done.output


def without_company(
    _system: System, _costs: Any, must: Collection[int], follows: Collection[tuple[int, int]] = (), **_: Any
) -> Choice:
    """Only what is small itself is hidden, and its copies: no second cell beside it."""
    return Choice(frozenset(must) | {second for first, second in follows if first in must}, {}, 0)


def test_all_public_files_together_tell_nothing_and_do_once_no_second_cell_is_hidden(
    town: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = attack(published(town, tmp_path / "protected", (REGION_WORD, *(place.code for place in TOWN))))
    assert status == 0, said
    assert "nothing that is hidden in these files can be computed from them" in said
    assert "(0 cells)" not in said

    monkeypatch.setattr(import_module("collector.domain.disclosure.control"), "choose", without_company)
    disclosing.ANSWERS.clear()
    status, said = attack(published(town, tmp_path / "weakened", (REGION_WORD,)))
    assert status == 1
    assert "B2 of HAMEAU in 2026-10 is hidden, but can be computed to lie between" in said
