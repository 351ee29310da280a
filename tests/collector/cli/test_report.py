"""The command `report`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from collector import catalogue

Run = Callable[..., Result]


def test_it_writes_a_draft_to_a_file(ready: Run, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    done = ready("report", "--site", "EVERE", "--year", "2025", "--lang", "nl", "--output", str(target))
    assert done.exit_code == 0, done.output
    assert target.read_bytes().startswith(b"%PDF-1.7")


def test_it_freezes_and_finds_the_same_file_again(ready: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    words = ("report", "--site", "EVERE", "--year", "2025", "--format", "csv")
    assert ready(*words, "--freeze", "--output", str(one)).exit_code == 0
    assert ready(*words, "--vintage", "1", "--output", str(two)).exit_code == 0
    assert one.read_bytes() == two.read_bytes() != b""


def test_its_figures_are_those_of_the_catalogue_that_a_setting_names(ready: Run, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    folder.mkdir()
    for file in catalogue.FOLDER.glob("*.toml"):
        text = file.read_text("utf-8").replace("version = ", "version = 7")
        (folder / file.name).write_text(text.replace('name = "Sessions"', 'name = "Sittings"'), "utf-8")
    words = ("report", "--site", "EVERE", "--year", "2025", "--format", "json", "--output", "-")
    told = json.loads(ready(*words, DPS_COLLECTOR_CATALOGUE_FOLDER=str(folder)).stdout)
    assert told["catalogue_version"] >= 70
    assert "Sittings" in {each["name"]["en"] for each in told["definitions"]}
    refused = ready(*words, DPS_COLLECTOR_CATALOGUE_FOLDER=str(tmp_path / "missing"))
    assert refused.exit_code == 1
    assert "catalogue_folder cannot be used" in refused.output
    assert "Traceback" not in refused.output


def test_its_public_files_stand_the_attack(ready: Run, tmp_path: Path) -> None:
    files = []
    for form in ("json", "csv"):
        files.append(str(tmp_path / f"region.{form}"))
        words = ("--year", "2025", "--format", form, "--edition", "public", "--output", files[-1])
        assert ready("report", "--region", *words).exit_code == 0
    done = ready("check", "--disclosure", *files)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--year", "2025"), "give either --site CODE or --region"),
        (("--site", "EVERE", "--region", "--year", "2025"), "give either --site CODE or --region"),
        (("--site", "NOBODY", "--year", "2025"), "there is no site with the code"),
        (("--site", "EVERE", "--year", "1"), "there is no report of the year 1"),
        (("--site", "EVERE", "--year", "2025", "--vintage", "3"), "has no vintage 3"),
        (("--site", "EVERE", "--year", "2025", "--vintage", "3", "--freeze"), "leave out --vintage"),
    ],
)
def test_a_wrong_command_gets_one_sentence(ready: Run, words: tuple[str, ...], sentence: str) -> None:
    done = ready("report", *words)
    assert done.exit_code in {1, 2}
    assert sentence in done.output
    assert "Traceback" not in done.output
