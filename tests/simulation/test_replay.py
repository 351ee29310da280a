import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.simulation.replay import main, replay
from tests.simulation.replay_notes import SENTENCES
from tests.simulation.replay_report import comparison
from tests.simulation.replay_rows import WINDOW_ROWS
from tests.simulation.replay_second_reading import RULES, Happening, count

ROOT = Path(__file__).resolve().parents[2]
MONDAY = 1_772_438_400
"""2026-03-02 08:00:00 UTC."""

TOO_OLD = "older than the collector accepts (60 days): the end of a session that began before"


def log_of(folder: Path, text: str) -> Path:
    file = folder / "events.csv"
    file.write_text(text, encoding="utf-8")
    return file


def moment(at: int) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def visit(station: str, hour: int, minutes: int = 10) -> str:
    at = MONDAY + hour * 3600
    return f"{moment(at)},{station},logon\n{moment(at + minutes * 60)},{station},logoff\n"


def counts(folder: Path) -> Any:
    return json.loads((folder / "out.json").read_text("utf-8"))["by_month"]


def test_it_runs_from_a_checkout(tmp_path: Path) -> None:
    file = log_of(tmp_path, "time,station,event\n" + visit("PC1", 1))
    command = [sys.executable, "-m", "tests.simulation", "replay", str(file), "--site", "JETTE"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].split() == ["2026-03", "PC1", "1", "600", *"0010000", "0", *"1111", "600"]
    assert "the collector's site slots of JETTE add up to the stations' own counts" in done.stdout


def test_it_names_what_is_odd_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        "time,station,event",
        "2026-03-02T09:00:00Z,PC1,logon",
        "2026-03-02T09:05:00Z,PC1,reboot",
        "2026-03-02T09:10:00Z,PC1,logon",
        "yesterday,PC1,logoff",
        "2026-03-02T09:30:00Z,PC1,logoff",
        "2026-03-02T09:20:00Z,PC1,logon",
        "2026-03-02T09:31:00Z,PC1",
        "2026-03-02T09:40:00Z,PC1,power_off",
        "2026-03-02T09:41:00Z,PC1,power_off",
        "2026-03-02T09:50:00Z,PC1,logon",
        "2026-03-02T09:55:00Z,PC1,power_on",
        "2026-03-02T09:56:00Z,PC1,Logon",
    ]
    file = log_of(tmp_path, "\n".join(rows))
    assert main([str(file), "--counter-only", "--json", str(tmp_path / "out.json")]) == 0
    figures = counts(tmp_path)["2026-03"]["PC1"]
    assert (figures["sessions"], figures["seconds_in_use"], figures["seconds_observed"]) == (2, 1800, 2400)
    told = capsys.readouterr().out.splitlines()[3:]
    assert told == [
        "2 rows without a readable time, station and event, left out; first at line 5: yesterday,PC1,logoff",
        "2 rows with an unknown event, left out; first at line 3: reboot",
        "1 row out of order, put in their place; first at line 7: 2026-03-02T09:20:00Z PC1 logon",
        "3 rows repeating a state, without effect; first at line 4: 2026-03-02T09:10:00Z PC1 logon",
        f"{SENTENCES['on_unseen'].format(n='1 row')}; first at line 11: 2026-03-02T09:50:00Z PC1 logon",
        f"{SENTENCES['end_unseen'].format(n='1 row')}; first at line 12: 2026-03-02T09:55:00Z PC1 power_on",
        "unknown events: reboot 1, Logon 1",
    ]


def test_a_row_that_comes_much_too_late_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = "".join(f"{moment(MONDAY + 60 * n)},PC1,input\n" for n in range(WINDOW_ROWS + 5))
    late = f"{moment(MONDAY + 30)},PC1,power_lost\n"
    file = log_of(tmp_path, "time,station,event\n" + inputs + late + visit("PC2", 1))
    assert main([str(file), "--counter-only", "--json", str(tmp_path / "out.json")]) == 0
    assert counts(tmp_path)["2026-03"]["PC1"]["sessions"] == 1
    assert (
        "1 row out of order by too much to be put in their place, left out; "
        f"first at line {WINDOW_ROWS + 7}: 2026-03-02T08:00:30Z PC1 power_lost" in capsys.readouterr().out
    )


def test_times_are_read_in_every_zone_and_to_the_second(tmp_path: Path) -> None:
    rows = [
        "﻿Event,Comment,Station,Time",
        "logon,first,PC1,2026-03-02T10:00:00+01:00",
        'logoff,"a, b",PC1,2026-03-02T09:10:00.999Z',
        "logon,,PC1,2026-03-02 09:30:00",
        "logoff,,PC1,20260302T094000Z",
    ]
    file = log_of(tmp_path, "\n".join(rows))
    assert main([str(file), "--counter-only", "--json", str(tmp_path / "out.json")]) == 0
    figures = counts(tmp_path)["2026-03"]["PC1"]
    assert (figures["sessions"], figures["seconds_in_use"]) == (2, 1200)


def test_the_use_of_a_station_without_log_ons_and_input_is_not_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = log_of(tmp_path, f"time,station,event\n{moment(MONDAY)},PC1,power_on\n{moment(MONDAY + 60)},PC1,power_off\n")
    assert main([str(file), "--json", str(tmp_path / "out.json")]) == 0
    assert counts(tmp_path)["2026-03"]["PC1"] == {
        "sessions": None, "seconds_in_use": None, "by_length_band": None, "by_idle_rule": None,
        "of_12_hours_or_more": None,
        "seconds_observed": 0, "seconds_on": 60, "method": "not_readable", "presence_readable": False,
    }  # fmt: skip
    assert "unknown: no log-ons and no input in the log" in capsys.readouterr().out


def test_a_session_of_771_days_is_one_of_12_hours(tmp_path: Path) -> None:
    end = MONDAY + 771 * 86_400
    file = log_of(tmp_path, f"time,station,event\n{moment(MONDAY)},PC1,logon\n{moment(end)},PC1,logoff\n")
    assert main([str(file), "--counter-only", "--json", str(tmp_path / "out.json")]) == 0
    months = counts(tmp_path)
    assert sum(month["PC1"]["sessions"] for month in months.values()) == 1
    assert sum(month["PC1"]["seconds_in_use"] for month in months.values()) == 43_200
    assert sum(month["PC1"]["seconds_observed"] for month in months.values()) == 771 * 86_400
    assert months["2026-03"]["PC1"]["by_length_band"]["120-"] == 1
    assert [month["PC1"]["of_12_hours_or_more"] for month in months.values()][:2] == [1, 0]


def test_a_length_that_comes_too_late_for_the_collector_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = MONDAY + 61 * 86_400
    file = log_of(tmp_path, f"time,station,event\n{moment(MONDAY)},PC1,logon\n{moment(end)},PC1,logoff\n")
    assert main([str(file)]) == 0
    told = capsys.readouterr().out.splitlines()
    # It knows of the session and of its use, but of no length: it takes nothing that is older than 60 days.
    assert told[5:8] == [
        "the collector's site slots of REPLAY differ from the stations' own counts (31 envelopes, 3 months):",
        "2026-03: sessions of 120- minutes: the stations counted 1, the collector holds 0",
        f"the collector left out 1 record: {TOO_OLD}",
    ]


def test_more_sessions_in_a_quarter_hour_than_the_collector_believes_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{moment(MONDAY + 4 * n)},PC1,logon\n{moment(MONDAY + 4 * n + 2)},PC1,logoff\n" for n in range(61))
    file = log_of(tmp_path, "time,station,event\n" + rows)
    assert main([str(file), "--json", str(tmp_path / "out.json")]) == 0
    assert counts(tmp_path)["2026-03"]["PC1"]["sessions"] == 61
    told = capsys.readouterr().out
    assert "2026-03: sessions under the rule of 10 minutes: the stations counted 61, the collector holds 0" in told
    assert "the collector left out 1 record: more sessions in one quarter-hour than the collector believes" in told


def test_a_collector_that_holds_something_else_is_found_out(tmp_path: Path) -> None:
    file = log_of(tmp_path, "time,station,event\n" + visit("PC1", 1))
    replayed = replay(file, "JETTE", counter_only=False, say=lambda _: None)
    assert replayed.collected is not None
    assert comparison(replayed, "JETTE")[1]
    wrong = {month: (sums[0] + 1, *sums[1:]) for month, sums in replayed.collected.items()}
    lines, agrees = comparison(replayed._replace(collected=wrong), "JETTE")
    assert not agrees
    assert lines[1] == "2026-03: seconds observed: the stations counted 600, the collector holds 601"


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("time,station\n", [], "has no column event; its first line must name them"),
        ("", [], "has no column time and no column station and no column event; its first line must name them"),
        ("time,station,event\n", [], "holds no row with a known event; see tests/simulation/REPLAY.md"),
        (None, [], "cannot be used (No such file or directory); correct it"),
        ("time,station,event\n", ["--site", "a b"], "the code 'a b' cannot be used; take 1 to 32 letters, digits"),
        ("time,station,event\n", ["--json", "/no/such/folder/out.json"], "cannot be written; choose a folder"),
    ],
)
def test_a_wrong_command_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, options: list[str], sentence: str
) -> None:
    file = tmp_path / "events.csv" if text is None else log_of(tmp_path, text)
    assert main([str(file), *options]) == 2
    assert sentence in capsys.readouterr().err


def large_log(file: Path, stations: int, rows_each: int) -> dict[str, list[Happening]]:
    """Three weeks of visits, pauses, pulled plugs and input, from a seed."""
    random = Random(7)
    happenings: dict[str, list[Happening]] = {}
    for number in range(stations):
        at, found = MONDAY + 20 * 86_400, [(MONDAY + 20 * 86_400, "power_on")]
        while len(found) < rows_each:
            at += random.choice((5, 20, 45, 61, 179, 240, 700, 2000))
            found.append((at, "logon" if number % 2 else "input"))
            for _ in range(random.randrange(200)):
                at += random.choice((0, 3, 20, 45, 45, 61, 179, 181, 240))
                found.append((at, "input"))
            for event in random.choice((("logoff",), ("lock", "unlock"), ("suspend", "resume"), ("power_lost",), ())):
                at += random.choice((1, 60, 599, 600, 3600))
                if number % 2 or event != "logoff":
                    found.append((at, event))
        happenings[f"PC{number}"] = found[:rows_each]
    rows = sorted((at, name, event) for name, found in happenings.items() for at, event in found)
    for name in happenings:
        happenings[name] = [(at, event) for at, station, event in rows if station == name]
    with file.open("w", encoding="utf-8") as stream:
        stream.write("time,station,event\n")
        stream.writelines(f"{moment(at)},{name},{event}\n" for at, name, event in rows)
    return happenings


def test_100_000_rows_are_counted_as_by_the_second_reading_and_arrive_at_the_collector(tmp_path: Path) -> None:
    happenings = large_log(tmp_path / "events.csv", stations=10, rows_each=10_000)
    assert main([str(tmp_path / "events.csv"), "--json", str(tmp_path / "out.json")]) == 0
    found = counts(tmp_path)
    for name, each in happenings.items():
        expected = count(each)
        for month, stations in found.items():
            for rule in RULES:
                assert stations[name]["by_idle_rule"][str(rule)] == {
                    "sessions": expected.sessions.get((rule, month), 0),
                    "seconds_in_use": expected.seconds_in_use.get((rule, month), 0),
                }
            assert stations[name]["seconds_observed"] == expected.observed.get(month, 0)
    assert sum(month["PC1"]["sessions"] for month in found.values()) > 50
    assert len(found) == 2
