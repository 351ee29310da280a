"""Worked examples: each is a station, its rows stand here in full, and what must come of them was added up by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.replay import main

# name: (rows as "day time event", {month: (sessions, seconds in use, seconds observed)})
EXAMPLES: dict[str, tuple[str, dict[str, tuple[int, int, int]]]] = {
    "one visit": (
        "03-02 08:00:00 power_on | 03-02 09:00:00 logon | 03-02 09:30:00 logoff | 03-02 17:00:00 power_off",
        {"2026-03": (1, 1800, 9 * 3600)},
    ),
    # On from its first row; one log-on is one session, however often it is told.
    "logged on twice": (
        "03-02 09:00:00 logon | 03-02 09:10:00 logon | 03-02 09:30:00 logoff | 03-02 09:31:00 logoff",
        {"2026-03": (1, 1800, 1860)},
    ),
    "plug pulled": (
        """
            03-02 08:00:00 power_on | 03-02 09:00:00 logon | 03-02 10:00:00 power_lost | 03-02 10:30:00 logon |
            03-02 10:40:00 power_off
        """,
        {"2026-03": (2, 3600 + 600, 7200 + 600)},
    ),
    # Known to be on until 09:20 and not a second longer, whatever happened in the three weeks.
    "gone unseen": (
        """
            03-02 08:00:00 power_on | 03-02 09:00:00 logon | 03-02 09:20:00 logon | 03-23 08:00:00 power_on |
            03-23 09:00:00 power_off
        """,
        {"2026-03": (1, 1200, 4800 + 3600)},
    ),
    "gone unseen at once": (
        "03-02 09:00:00 logon | 03-23 08:00:00 power_on | 03-23 08:30:00 logon | 03-23 09:00:00 logoff",
        {"2026-03": (2, 1800, 3600)},
    ),
    # The use of a session of 12 hours is 12 hours; that of a longer one as well, from its log-on.
    "twelve hours": (
        "03-02 08:00:00 logon | 03-02 20:00:00 logoff",
        {"2026-03": (1, 43_200, 43_200)},
    ),
    "over twelve hours": (
        "03-02 08:00:00 logon | 03-02 20:00:01 logoff | 03-02 20:10:01 logon | 03-02 20:20:01 logoff",
        {"2026-03": (2, 43_200 + 600, 43_201 + 1200)},
    ),
    # 29 March 2026 has 23 hours; March in Brussels ends at 22:00 UTC.
    "over the end of a month": (
        "03-31 21:50:00 logon | 03-31 22:20:00 logoff",
        {"2026-03": (1, 600, 600), "2026-04": (0, 1200, 1200)},
    ),
    "summer time begins": (
        "03-28 22:00:00 logon | 03-29 06:00:00 logoff",
        {"2026-03": (1, 8 * 3600, 8 * 3600)},
    ),
    # Away for 9 minutes 59 seconds is a pause, for 10 minutes the end; neither is use.
    "a short pause": (
        "03-02 09:00:00 logon | 03-02 09:10:00 lock | 03-02 09:19:59 unlock | 03-02 09:30:00 logoff",
        {"2026-03": (1, 600 + 601, 1800)},
    ),
    "a long pause": (
        "03-02 09:00:00 logon | 03-02 09:10:00 lock | 03-02 09:20:00 unlock | 03-02 09:30:00 logoff",
        {"2026-03": (2, 1200, 1800)},
    ),
    "locked and gone": (
        "03-02 09:00:00 logon | 03-02 09:10:00 lock | 03-02 12:00:00 power_off",
        {"2026-03": (1, 600, 10_800)},
    ),
    "logged on at the lock": (
        "03-02 09:00:00 logon | 03-02 09:10:00 lock | 03-02 10:00:00 logon | 03-02 10:05:00 logoff",
        {"2026-03": (2, 600 + 300, 3900)},
    ),
    # What is suspended is neither used nor observed.
    "asleep for a moment": (
        "03-02 09:00:00 logon | 03-02 09:10:00 suspend | 03-02 09:15:00 resume | 03-02 09:30:00 logoff",
        {"2026-03": (1, 600 + 900, 1500)},
    ),
    "asleep over night": (
        "03-02 09:00:00 logon | 03-02 09:10:00 suspend | 03-03 09:00:00 resume | 03-03 09:30:00 logoff",
        {"2026-03": (2, 600 + 1800, 600 + 1800)},
    ),
    "never woken": (
        "03-02 09:00:00 logon | 03-02 09:10:00 suspend | 03-05 09:00:00 power_lost",
        {"2026-03": (1, 600, 600)},
    ),
    # The pause of 15 minutes without input is not use, but it does not end a log-on.
    "input and a gap": (
        "03-02 09:00:00 logon | 03-02 09:05:00 input | 03-02 09:20:00 input | 03-02 09:25:00 logoff",
        {"2026-03": (1, 300 + 300, 1500)},
    ),
    # After a long pause, a new session begins with the first input and not with the return.
    "back but idle": (
        """
            03-02 09:00:00 logon | 03-02 09:05:00 input | 03-02 09:06:00 lock | 03-02 09:30:00 unlock |
            03-02 09:35:00 input | 03-02 09:40:00 logoff
        """,
        {"2026-03": (2, 360 + 300, 2400)},
    ),
    # No log-on at all: counted by activity. 09:00 to 09:05 and 09:20 until it goes off.
    "always logged on": (
        """
            03-02 08:00:00 power_on | 03-02 09:00:00 input | 03-02 09:05:00 input | 03-02 09:20:00 input |
            03-02 09:22:00 power_off
        """,
        {"2026-03": (2, 300 + 120, 4920)},
    ),
    # Two events of one second happen in the order of the file.
    "within a second": (
        """
            03-02 09:00:00 logon | 03-02 09:10:00 logoff | 03-02 09:10:00 logon | 03-02 09:20:00 logoff |
            03-02 09:20:00 power_off
        """,
        {"2026-03": (2, 1200, 1200)},
    ),
    "in any order": (
        "03-02 09:30:00 logoff | 03-02 09:00:00 logon | 03-02 10:00:00 logoff | 03-02 09:45:00 logon",
        {"2026-03": (2, 1800 + 900, 3600)},
    ),
    # Its log-on is not in the log, so there is nothing to count before it.
    "begins in the middle": (
        "03-02 09:00:00 logoff | 03-02 09:10:00 logon | 03-02 09:15:00 power_off",
        {"2026-03": (1, 300, 900)},
    ),
    "the log ends first": (
        "03-02 09:00:00 logon | 03-02 09:05:00 lock | 03-02 09:06:00 unlock",
        {"2026-03": (1, 300, 360)},
    ),
}


def rows_of(name: str) -> list[str]:
    return ["2026-{}T{}Z,{},{}".format(*when_and_what(row, name)) for row in EXAMPLES[name][0].split("|")]


def when_and_what(row: str, name: str) -> tuple[str, str, str, str]:
    day, time, event = row.split()
    return day, time, name, event


def written(folder: Path, rows: list[str]) -> Path:
    file = folder / "events.csv"
    file.write_text("\n".join(["time,station,event", *rows]) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All examples in one log, each a station, replayed through the whole way."""
    folder = tmp_path_factory.mktemp("examples")
    file = written(folder, [row for name in EXAMPLES for row in rows_of(name)])
    assert main([str(file), "--json", str(folder / "out.json")]) == 0
    found: dict[str, Any] = json.loads((folder / "out.json").read_text("utf-8"))["by_month"]
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_counted_as_by_hand(name: str, counted: dict[str, Any]) -> None:
    figures = {month: stations[name] for month, stations in counted.items() if name in stations}
    found = {
        month: (figure["sessions"], figure["seconds_in_use"], figure["seconds_observed"])
        for month, figure in figures.items()
    }
    assert found == EXAMPLES[name][1]


def test_all_figures_of_a_month_are_there(counted: dict[str, Any]) -> None:
    assert counted["2026-03"]["always logged on"] == {
        "sessions": 2,
        "seconds_in_use": 420,
        "by_length_band": {"0-1": 0, "1-5": 1, "5-15": 1, "15-30": 0, "30-60": 0, "60-120": 0, "120-": 0},
        "of_12_hours_or_more": 0,
        # Three minutes: three sessions, the first two of one input each. Fifteen: the gap of 15 minutes still ends it.
        "by_idle_rule": {
            "3": {"sessions": 3, "seconds_in_use": 120},
            "5": {"sessions": 3, "seconds_in_use": 120},
            "10": {"sessions": 2, "seconds_in_use": 420},
            "15": {"sessions": 2, "seconds_in_use": 420},
        },
        "seconds_observed": 4920,
        "seconds_on": 4920,
        "method": "activity",
        "presence_readable": True,
    }


def test_a_session_belongs_to_the_month_in_which_it_starts_and_so_does_its_length(counted: dict[str, Any]) -> None:
    name = "over the end of a month"
    assert [counted[month][name]["by_length_band"]["30-60"] for month in ("2026-03", "2026-04")] == [1, 0]


def test_without_the_collector_the_counts_are_the_same(tmp_path: Path, counted: dict[str, Any]) -> None:
    file = written(tmp_path, [row for name in EXAMPLES for row in rows_of(name)])
    assert main([str(file), "--counter-only", "--json", str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == {"by_month": counted}


def test_the_order_of_stations_in_the_file_does_not_matter(tmp_path: Path, counted: dict[str, Any]) -> None:
    rows = [row for name in EXAMPLES if name != "in any order" for row in rows_of(name)]
    file = written(tmp_path, [*rows_of("in any order"), *sorted(rows, key=lambda row: row[:20])])
    assert main([str(file), "--counter-only", "--json", str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text("utf-8")) == {"by_month": counted}
