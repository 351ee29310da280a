"""export statistics"""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from collector.storage.models import station
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

MONTHS = ("--from", "2026-01", "--to", "2026-02")
MISTAKES = {
    "an unknown site": (["--site", "UCCLE", *MONTHS], "there is no site with the code “UCCLE”"),
    "a site that is no code": (["--site", "../x", *MONTHS], "there is no site with the code “../x”"),
    "months reversed": (["--site", "EVERE", "--from", "2026-02", "--to", "2026-01"], "lies before"),
    "a month that is none": (["--site", "EVERE", "--from", "2026-13", "--to", "2026-01"], "“2026-13” is not a month"),
    "a month in words": (["--site", "EVERE", "--from", "january", "--to", "2026-01"], "“january” is not a month"),
    "too many months": (["--site", "EVERE", "--from", "2001-01", "--to", "2026-01"], "are too many for the grain"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_wrong_question_is_answered_in_one_sentence(what: str, ready: Run) -> None:
    words, expected = MISTAKES[what]
    assert expected in one_sentence(ready("export", "statistics", *words))


def test_csv_and_json_tell_the_same(ready: Run) -> None:
    words = ("export", "statistics", "--site", "EVERE", *MONTHS, "--format")
    rows = list(csv.DictReader(io.StringIO(ready(*words, "csv").stdout)))
    told = json.loads(ready(*words, "json").stdout)
    assert [row["period"] for row in rows] == ["2026-01", "2026-02"]
    assert [{key: "" if value is None else str(value) for key, value in row.items()} for row in told["rows"]] == rows
    assert {row["status"] for row in rows} == {"not_applicable"}


def test_the_grain_of_days_has_a_row_for_each_day(ready: Run) -> None:
    result = ready("export", "statistics", "--site", "EVERE", *MONTHS, "--grain", "day", "--format", "json")
    assert len(json.loads(result.stdout)["rows"]) == 31 + 28


def test_inventories_for_glpi_are_one_file_for_each_station(
    ready: Run, database: Callable[[Callable[[Connection], None]], None], tmp_path: Path
) -> None:
    def enrolled(connection: Connection) -> None:
        row = {"site_id": 1, "station_id": 7, "label": "EVERE-07", "installed_at": 1_700_000_000}
        connection.execute(insert(station).values(row))

    database(enrolled)
    done = ready("export", "inventory", str(tmp_path / "glpi"), "--site", "EVERE")
    assert done.output == f"wrote 1 inventories into {tmp_path / 'glpi'}\n"
    made = json.loads((tmp_path / "glpi" / "EVERE-7.json").read_text(encoding="utf-8"))
    assert (made["deviceid"], made["content"]["hardware"]["name"]) == ("dps-EVERE-7", "EVERE-07")
