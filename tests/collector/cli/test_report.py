"""The command `report`."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Connection, delete, func, update

from collector import catalogue
from collector.reports.formats import FORMATS
from collector.reports.rebuilding import holds
from collector.storage.models import site, timetable, vintage, vintage_file

Run = Callable[..., Result]
Database = Callable[[Callable[[Connection], object]], None]


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


def test_a_frozen_report_is_made_again_from_what_was_kept_and_compared(ready: Run, database: Database) -> None:
    words = ("report", "--site", "EVERE", "--year", "2025")
    assert ready(*words, "--freeze", "--format", "csv", "--output", "-").exit_code == 0

    def verified() -> tuple[int, list[str]]:
        done = ready(*words, "--vintage", "1", "--verify")
        return done.exit_code, done.output.splitlines()

    files = 3 * len(FORMATS)
    same = [
        line
        for edition in ("internal", "public")
        for line in (
            f"{edition}: the figures are those that were frozen",
            f"{edition}: {files} of {files} files are the same to the byte",
        )
    ]

    def mend(connection: Connection) -> None:
        connection.execute(update(site).where(site.c.code == "EVERE").values(name="Another name", contact="Somebody"))
        connection.execute(delete(timetable))

    database(mend)
    assert verified() == (0, same)

    internal = vintage_file.c.edition == "internal"
    pdf = internal & (vintage_file.c.format == "pdf")
    other = {"content": b"of another version", "sha256": hashlib.sha256(b"of another version").hexdigest()}
    database(lambda connection: connection.execute(update(vintage_file).where(pdf).values(**other)))
    code, told = verified()
    assert code == 0
    assert f"internal: 3 of {files} files differ in their bytes: another version" in "\n".join(told)

    def spoil(connection: Connection) -> None:
        connection.execute(update(vintage_file).where(pdf).values(content=b"changed"))
        connection.execute(delete(vintage_file).where(internal, vintage_file.c.format == "csv"))
        other = func.replace(vintage.c.inputs, "0", "1")
        connection.execute(update(vintage).where(vintage.c.edition == "public").values(inputs=other))

    database(spoil)
    code, told = verified()
    assert code == 1
    assert f"internal: 3 of {files} files were changed after they were frozen" in "\n".join(told)
    assert f"internal: 3 of {files} files are missing" in "\n".join(told)
    assert told[-1].startswith("public: what was kept of its figures was changed after it was frozen")


def test_what_a_later_version_writes_beside_it_changes_no_figure() -> None:
    kept = {"figures": [{"B1": "12"}], "year": 2026}
    assert holds(kept, {"figures": [{"B1": "12", "B99": "1"}], "year": 2026, "new": 0})
    assert not holds(kept, {"figures": [{"B1": "13"}], "year": 2026})
    assert not holds(kept, {"figures": [{"B1": "12"}, {}], "year": 2026})
    assert not holds(kept, {"figures": [{"B1": "12"}]})


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
        (("--site", "EVERE", "--year", "2025", "--vintage", "3", "--verify"), "has no vintage 3"),
        (("--site", "EVERE", "--year", "2025", "--verify"), "give its number, --vintage N"),
    ],
)
def test_a_wrong_command_gets_one_sentence(ready: Run, words: tuple[str, ...], sentence: str) -> None:
    done = ready("report", *words)
    assert done.exit_code in {1, 2}
    assert sentence in done.output
    assert "Traceback" not in done.output
