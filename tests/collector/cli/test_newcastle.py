"""The open data of Newcastle's libraries, with all their traps, as a person would take them in."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from sqlalchemy import Connection, func, select

from collector.domain.calendar import days
from collector.domain.entered import MonthlyKind
from collector.domain.opening_hours import openings
from collector.storage.models import equipment, monthly_figure, site
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.entered import entered_of
from collector.storage.queries.sites import site_ids

Run = Callable[..., Result]
Database = Callable[[Callable[[Connection], None]], None]

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "newcastle"
LONDON = ZoneInfo("Europe/London")
FROM = ("--source", "Newcastle Libraries open data", "--method", "share of the opening hours of all computers")


@pytest.fixture
def newcastle() -> Path:
    if not FOLDER.is_dir():
        pytest.skip("the open data of Newcastle's libraries are not beside the project (../shared/data/newcastle)")
    return FOLDER


@pytest.fixture
def libraries(newcastle: Path, run: Run) -> Run:
    """The buildings are taken in."""
    assert run("migrate").exit_code == 0
    assert run("import", "register", str(newcastle / "current-libraries.csv")).exit_code == 0
    return run


def test_buildings_become_sites_with_stations(libraries: Run, newcastle: Path, database: Database) -> None:
    def look(connection: Connection) -> None:
        codes = set(connection.execute(select(site.c.code)).scalars())
        assert {"CITY", "DENTON-BURN", "CRUDDAS"} <= codes
        assert len(codes) == 13
        assert connection.execute(select(func.count()).select_from(equipment)).scalar() == 258

    database(look)
    again = libraries("import", "register", str(newcastle / "current-libraries.csv"))
    assert again.stderr == "13 as it is\nstored\n"


def test_occupancy_with_198_per_cent_a_renamed_library_blanks_zeros_and_two_forms_of_months(
    libraries: Run, newcastle: Path, tmp_path: Path, database: Database
) -> None:
    use = newcastle / "2008-onwards-monthly-computer-use.csv"

    refused = libraries("import", "entries", str(use), *FROM)

    assert refused.exit_code == 1
    assert (
        "computer-use.csv:2  WRONG  Blakelaw  2024-1: 198% is more than 100 %, which cannot be;"
        " correct it, or leave it empty where nobody knows.\n" in refused.stdout
    )
    assert "No site is called “Cruddas Park”" in refused.stdout
    assert refused.stdout.count("WRONG") == 8

    names = tmp_path / "sites.csv"
    names.write_text("site,name_fr,other_names\nCRUDDAS,Cruddas,Cruddas Park | Cruddas Park Library\n")
    assert libraries("import", "register", str(names)).exit_code == 0
    mended = tmp_path / "use.csv"
    mended.write_text(use.read_text(encoding="utf-8-sig").replace("198%", ""), encoding="utf-8")
    stored = libraries("import", "entries", "--skip-unknown-sites", str(mended), *FROM)

    assert stored.exit_code == 0, stored.output
    assert "“Cruddas Park” is the site CRUDDAS, called “Cruddas” today." in stored.stdout
    assert "left out  Jesmond" in stored.stdout
    assert stored.stderr.startswith("13 new, 6 left out")

    def look(connection: Connection) -> None:
        numbers = site_ids(connection)
        blakelaw = entered_of(connection, numbers["BLAKELAW"], 2023, 2024).monthly
        months = {str(each.month): each for each in blakelaw}
        assert "2024-01" not in months
        assert {"2023-01", "2023-10"} <= months.keys()
        assert {each.kind for each in blakelaw} == {MonthlyKind.OCCUPANCY}
        cruddas = {
            str(each.month): each.value for each in entered_of(connection, numbers["CRUDDAS"], 2008, 2014).monthly
        }
        assert (cruddas["2008-04"], cruddas["2013-06"]) == (4700, 0)
        assert "2013-07" not in cruddas
        assert connection.execute(select(monthly_figure.c.source).distinct()).scalars().all() == [FROM[1]]

    database(look)


def test_visits_say_which_figure_they_are(libraries: Run, newcastle: Path) -> None:
    visits = str(newcastle / "2008-onwards-monthly-visits.csv")

    refused = libraries("import", "entries", "--skip-unknown-sites", visits, *FROM)
    taken = libraries("import", "entries", "--skip-unknown-sites", visits, "--figure", "visits", *FROM, "--dry-run")

    assert "Nothing says what the numbers of this table are" in refused.stdout
    assert taken.exit_code == 0, taken.output
    assert taken.stderr.endswith("dry run: nothing was stored\n")


def test_opening_times_keep_their_lunch_breaks_and_what_has_no_end_is_named(
    libraries: Run, newcastle: Path, tmp_path: Path, database: Database
) -> None:
    names = tmp_path / "sites.csv"
    names.write_text(
        "site,name_fr,other_names\nKENTON,Kenton,Kenton Library\nWEST-END,West End,West End Library\n", encoding="utf-8"
    )
    assert libraries("import", "register", str(names)).exit_code == 0
    times = newcastle / "all-libraries-opening-times.csv"
    refused = libraries("import", "register", "--skip-unknown-sites", str(times))
    wrong = [
        line for line in refused.stdout.splitlines() if "WRONG" in line and "It belongs together with line" not in line
    ]
    assert len(wrong) == 5
    assert (
        "opening-times.csv:1519  WRONG  West End Library 09/05/2016 Saturday"
        "  On Saturday an opening has no end, or an end no beginning; fill in both or neither." in wrong[0]
    )

    mended = tmp_path / "times.csv"
    lines = times.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    mended.write_text("".join(line for line in lines if "West End" not in line), encoding="utf-8")
    stored = libraries("import", "register", "--skip-unknown-sites", str(mended))

    assert stored.exit_code == 0, stored.output
    assert "left out  Tourist Information Centre" in stored.stdout

    def look(connection: Connection) -> None:
        calendar = calendar_of(connection, site_ids(connection)["KENTON"], 2004, 2006)
        monday = days(dt.date(2004, 3, 1), dt.date(2004, 3, 1), LONDON)
        clocks = [
            (each.first_slot - monday.first_slot, each.end_slot - monday.first_slot)
            for each in openings(calendar, monday, LONDON)
        ]
        assert clocks == [(38, 50), (54, 80)]
        assert {week.valid_from for week in calendar.timetables} >= {dt.date(2005, 7, 1), dt.date(2024, 4, 1)}

    database(look)
