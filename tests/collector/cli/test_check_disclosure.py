"""`check --disclosure` on files as a report writes them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from collector.domain.cells import Cell
from collector.domain.disclosure import Tables, control
from tests.collector.domain.disclosure.towns import MONTHS, YEAR, region, sessions

Run = Callable[..., Result]
SITES = {"A": sessions(3, 20, *[40] * 10), "B": sessions(30, 25, *[50] * 10), "C": sessions(*[90] * 12)}


@pytest.fixture
def told() -> Tables:
    return control(region(SITES, {"": ("A", "B", "C")}))


def exact(cell: Cell) -> str:
    return str(cell.status) if cell.value is None else str(cell.value)


def a_year(tables: Tables, unit: str) -> dict[str, Any]:
    def figures(period: str) -> dict[str, str]:
        return {name: exact(cell) for name, cell in tables.figures[unit, period].items()}

    return {"months": [figures(month) for month in MONTHS], "year": figures(YEAR)}


def report(tables: Tables, unit: str, **more: Any) -> str:
    """The canonical JSON of a report, as far as disclosure control reads it."""
    parts = [{"subject": {"code": site}, **a_year(tables, site)} for site in SITES] if not unit else []
    inputs: Mapping[str, Any] = {
        "schema": 1,
        "subject": {"code": unit},
        "year": 2026,
        "figures": {**a_year(tables, unit), "week": {}},
        "before": None,
        "parts": parts,
        "method": {"idle_rules_minutes": [10]},
        "vintage": None,
        **more,
    }
    return json.dumps(inputs)


def as_csv(tables: Tables, unit: str) -> str:
    lines = ["table,site,period,figure,name,value,unit,status,bound"]
    for period in (*MONTHS, YEAR):
        cell = tables.cell(unit, period, "B1")
        value = "" if cell.value is None else str(cell.value)
        lines.append(f"use,{unit},{period},B1,Sessions / {period},{value},count,{cell.status},")
    return "\r\n".join(lines)


def test_files_that_hide_well_are_said_to(run: Run, told: Tables, tmp_path: Path) -> None:
    (tmp_path / "region.json").write_text(report(told, ""))
    (tmp_path / "a.csv").write_text("\ufeff" + as_csv(told, "A"), encoding="utf-8")
    done = run("check", "--disclosure", str(tmp_path / "region.json"), str(tmp_path / "a.csv"))
    assert done.output == "nothing that is hidden in these files can be computed from them (4 cells)\n"
    assert done.exit_code == 0


def test_what_two_files_tell_together_is_found(run: Run, told: Tables, tmp_path: Path) -> None:
    """Each hides January of A; the site's own names February, which the Region's hides."""
    open_february = Tables({**told.figures, ("A", "2026-02"): region(SITES).figures["A", "2026-02"]}, told.members)
    (tmp_path / "region.json").write_text(report(told, ""))
    (tmp_path / "a.json").write_text(report(open_february, "A"))
    alone = run("check", "--disclosure", str(tmp_path / "a.json"))
    assert alone.output == "B1 of A in 2026-01 is hidden, but can be computed to be 3.\n"
    assert alone.exit_code == 1
    both = run("check", "--disclosure", str(tmp_path / "region.json"), str(tmp_path / "a.json"))
    assert "B1 of A in 2026-02 is not the same in" in both.output
    assert both.exit_code == 1


def test_two_vintages_are_subtracted(run: Run, tmp_path: Path) -> None:
    for number, january in ((1, 30), (2, 33)):
        tables = region({"A": sessions(january, *[40] * 11)})
        (tmp_path / f"{number}.json").write_text(report(tables, "A", vintage=number))
    done = run("check", "--disclosure", str(tmp_path / "1.json"), str(tmp_path / "2.json"))
    assert done.output.splitlines() == [
        "B1 of A in 2026-01 differs by 3 from an older vintage.",
        "B1 of A in 2026 differs by 3 from an older vintage.",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "neither the JSON nor the CSV"),
        ("[]", "no column figure"),
        ('{"subject": {}}', "neither the JSON nor the CSV"),
        ("site,period\r\nA,2026", "no column figure, status, unit, value"),
    ],
)
def test_a_file_that_is_no_report_is_named(run: Run, tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "other").write_text(text)
    done = run("check", "--disclosure", str(tmp_path / "other"))
    assert done.exit_code == 1
    assert why in done.output
    assert str(tmp_path / "other") in done.output


def test_files_without_the_word_and_the_word_without_files_are_refused(run: Run, tmp_path: Path) -> None:
    assert run("check", "--disclosure").exit_code == 2
    assert run("check", str(tmp_path / "a.json")).exit_code == 2
