"""The catalogue that is delivered, and what is said of one that is wrong."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from collector.catalogue import FOLDER, catalogue
from collector.domain.catalogue import LANGUAGES, Catalogue, Grain, NotACatalogue, Unit, catalogue_of

OURS = catalogue()

WITH_A_CELL = """
A1 A1.measured A1.average A2 A3 A4.free_access A4.accompanied A4.training A5 A6 A7 A8
B1 B1x B1r.3 B1r.5 B1r.10 B1r.15 B2 B2x B3 B3.free_access B3.accompanied B3.training B4 B5
B6.0_1 B6.1_5 B6.5_15 B6.15_30 B6.30_60 B6.60_120 B6.120_more B6.unknown B6.median B7.share B7.longest B8 B11
C1 C3 C4 D1.number D1.hours D1.attendances D1.recurrent D1.persons D2.appointment D2.walk_in D4.heads D4.fte D6
E1.stations E1.printers E1.projectors E1.maintained E1.ending E1.past E2.incidents E2.days E2.mean_days
E3.begun E3.open E4
""".split()  # noqa: SIM905 - a list of words is easier to read


def test_it_holds_the_figures_of_the_label() -> None:
    assert set(WITH_A_CELL) <= {figure.id for figure in OURS.cells()}
    assert {"A4", "B6", "B9", "B10", "C2", "D3", "D5", "E3"} <= set(OURS.figures)
    assert OURS.version >= 1


def test_parts_stand_behind_their_whole() -> None:
    order = list(OURS.figures)
    for figure in OURS.figures.values():
        whole = figure.whole()
        assert whole is None or (whole in order and order.index(whole) < order.index(figure.id))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_words_of_its_own(language: str) -> None:
    for figure in OURS.figures.values():
        words = figure.words[language]
        assert words.definition.endswith("."), figure.id
        assert not words.name.endswith("."), figure.id
        assert not words.formula.endswith("."), figure.id
        if language != "en" and figure.whole() is None:
            assert words.definition != figure.words["en"].definition


@pytest.mark.parametrize(
    ("language", "figure", "word"),
    [
        ("fr", "B1", "Sessions d’utilisation"),
        ("fr", "B2", "Heures d’utilisation"),
        ("fr", "B3", "Taux d’occupation"),
        ("fr", "A7", "Taux de disponibilité"),
        ("fr", "A8", "Taux de couverture"),
        ("fr", "A4.free_access", "accès libre"),
        ("fr", "B8", "Pic d’utilisation"),
        ("fr", "E2", "Hors service"),
        ("nl", "B1", "Gebruikssessies"),
        ("nl", "B2", "Gebruiksuren"),
        ("nl", "B3", "Bezettingsgraad"),
        ("nl", "A7", "Beschikbaarheidsgraad"),
        ("nl", "A8", "Dekkingsgraad"),
        ("nl", "A4.accompanied", "onder begeleiding"),
        ("nl", "B7", "Verzadiging"),
        ("nl", "B8", "Piekgebruik"),
    ],
)
def test_it_says_the_words_of_the_glossary(language: str, figure: str, word: str) -> None:
    assert OURS.figures[figure].words[language].name == word


def test_no_line_of_french_lets_a_sign_stand_alone_at_a_line_end() -> None:
    assert re.findall(r"\w [:;?!%]", (FOLDER / "words.fr.toml").read_text("utf-8")) == []


def test_all_use_is_hidden_with_the_sessions_and_nothing_else_is() -> None:
    hidden = OURS.follows("B1")
    assert {"B2", "B2.free", "B3", "B3.training", "B4", "B5", "B6.0_1", "B6.median", "B8", "B9", "B11"} <= hidden
    assert all(each.startswith("B") for each in hidden)
    assert not hidden & {"B1", "B1x", "B2x", "B10"}
    assert OURS.follows("B1x") >= {"B2x", "B6.unknown"}
    assert OURS.follows("A8") == frozenset()


def test_lengths_saturation_peak_and_week_leave_the_site_by_quarter_only() -> None:
    by_quarter = {figure.id for figure in OURS.figures.values() if figure.outside is Grain.QUARTER}
    assert {each.partition(".")[0] for each in by_quarter} == {"B6", "B7", "B8", "B9"}


def test_what_must_be_printed_with_its_coverage_is_use() -> None:
    printed = {figure.id for figure in OURS.figures.values() if figure.coverage}
    assert {"B1", "B2", "B3", "B8"} <= printed
    assert all(each.startswith("B") for each in printed)


FACTS: dict[str, Any] = {
    "version": 1,
    "valid_from": dt.date(2026, 1, 1),
    "figures": [{"id": "X1", "unit": "heading"}, {"id": "X1.part", "unit": "count"}],
}
WORDS = {"X1": {"name": "x", "definition": "All.", "formula": "all"}, "X1.part": {"name": "part"}}


def made(facts: dict[str, Any] | None = None, words: dict[str, Any] | None = None) -> Catalogue:
    every = WORDS if words is None else words
    return catalogue_of(FACTS | (facts or {}), dict.fromkeys(LANGUAGES, every))


def test_a_part_has_the_definition_of_its_whole() -> None:
    words = made().figures["X1.part"].words["nl"]
    assert (words.name, words.definition, words.formula) == ("part", "All.", "all")


@pytest.mark.parametrize(
    ("facts", "words", "sentence"),
    [
        ({"version": 0}, WORDS, "no “version”"),
        ({"valid_from": "2026"}, WORDS, "no “valid_from”"),
        ({"figures": []}, WORDS, "no “figures”"),
        ({"figures": [{"id": "X1", "unit": "count"}] * 2}, {"X1": WORDS["X1"]}, "“X1” twice"),
        ({"figures": [{"id": "X1", "unit": "metres"}]}, {"X1": WORDS["X1"]}, "“X1” of the catalogue: 'metres'"),
        ({"figures": [{"id": "X1", "unit": "count", "color": 1}]}, WORDS, "unknown key “color”"),
        ({"figures": [{"id": "X1", "unit": "count", "follows": ["Y"]}]}, WORDS, "“Y”, which is no figure"),
        ({"figures": [{"id": "", "unit": "count"}]}, WORDS, "no “id”"),
        ({}, {"X1": WORDS["X1"]}, "“X1.part” of the catalogue has no name in “en”"),
        ({}, WORDS | {"X1": {"name": "x", "formula": "y"}}, "“X1” of the catalogue has no definition in “en”"),
        ({}, WORDS | {"Y2": WORDS["X1"]}, "name “Y2”, which is no figure"),
    ],
)
def test_a_catalogue_that_is_wrong_is_refused_with_a_sentence(
    facts: dict[str, Any], words: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NotACatalogue, match=re.escape(sentence)):
        made(facts, words)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text("version = ", "utf-8")
    with pytest.raises(NotACatalogue, match=r"catalogue\.toml cannot be read as TOML"):
        catalogue(tmp_path)


def test_units_without_a_cell_have_none() -> None:
    assert [figure.unit for figure in made().cells()] == [Unit.COUNT]
