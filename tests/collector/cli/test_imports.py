"""The register in and out, as a person types it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Connection, select

from collector.storage.files import reading
from collector.storage.models import audit_entry, outage

Run = Callable[..., Result]
Database = Callable[[Callable[[Connection], None]], None]

TABLES = {
    "sites.csv": (
        "site,name_fr,name_nl,municipality,operator,contact,label,label_since,other_names,"
        "address_fr,address_nl,postal_code,phone,website,quiet_shown\n"
        'EVERE,Espace public numérique d’Evere,OCR Evere,Evere,"Commune, CPAS",+32 2 000 00 00,certified,2021-05-01,'
        "EPN Evere | Evere (old),Rue Haute 1,Hoogstraat 1,1140,+32 2 000 00 00,https://evere.example.org/,yes\n"
        "UCCLE,Ukkel,,Uccle,,,none,,,,,,,,no\n"
    ),
    "equipment.csv": (
        "site,label,kind,station_number,installed_on,supplied_on,maintained_until,retired_on,model,serial\n"
        "EVERE,Laser,printer,,,2022-09-01,2025-01-01,,LaserJet M404,VNB3K12345\n"
        "EVERE,PC 1,station,1,2024-02-01,2024-02-29,,,,\n"
        "EVERE,Tablet,station,,2024-02-01,,,2025-06-30,,\n"
    ),
    "outages.csv": (
        "site,equipment,from,until,reason,kind\n"
        "EVERE,Laser,2025-10-26 02:30,2025-10-26 02:30+01:00,paper,in_storage\n"
        "EVERE,PC 1,2026-03-02 09:05,,disk,out_of_order\n"
    ),
    "opening_hours.csv": (
        "site,valid_from,weekday,from,until,kind\n"
        "EVERE,2024-01-01,monday,09:30,12:30,free_access\n"
        "EVERE,2024-01-01,monday,13:30,17:00,accompanied\n"
        "EVERE,2024-01-01,friday,20:00,02:00,training\n"
        "EVERE,2026-09-01,,,,\n"
        "UCCLE,2024-01-01,sunday,00:00,24:00,free_access\n"
    ),
    "closures.csv": "site,first_day,last_day,reason\nEVERE,2026-07-01,2026-07-31,été\n",
    "extra_openings.csv": "site,day,from,until,kind\nEVERE,2026-07-21,10:00,12:00,training\n",
    "holidays.csv": "site,holiday,open\nEVERE,2026-11-11,yes\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tables"
    made.mkdir()
    for name, text in TABLES.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def files_of(folder: Path) -> list[str]:
    return [str(path) for path in sorted(folder.iterdir())]


def test_what_was_taken_in_is_taken_out_to_the_byte_and_taking_it_in_again_changes_nothing(
    station_at_evere: Run, folder: Path, tmp_path: Path, database: Database
) -> None:
    taken = station_at_evere("import", "register", *files_of(folder))
    assert (taken.exit_code, taken.stderr) == (0, "14 new, 1 changed\nstored\n"), taken.output

    assert station_at_evere("export", "register", str(tmp_path / "out")).exit_code == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()} == TABLES

    entries: list[int] = []
    database(lambda connection: entries.append(len(connection.execute(select(audit_entry)).all())))
    again = station_at_evere("import", "register", *files_of(tmp_path / "out"))
    assert again.stderr == "15 as it is\nstored\n"
    database(lambda connection: entries.append(len(connection.execute(select(audit_entry)).all())))
    assert entries[0] == entries[1] == 14


def test_a_dry_run_tells_the_fate_of_each_line_and_stores_nothing(
    station_at_evere: Run, folder: Path, database: Database
) -> None:
    told = station_at_evere("import", "register", "--dry-run", *files_of(folder))

    assert told.exit_code == 0
    assert "sites.csv:2  changed  EVERE\n" in told.stdout
    assert "opening_hours.csv:5  new  EVERE 2026-09-01\n" in told.stdout
    assert told.stderr.endswith("dry run: nothing was stored\n")
    database(nothing_in)


def nothing_in(connection: Connection) -> None:
    assert connection.execute(select(outage)).all() == []


def test_one_wrong_line_and_nothing_is_stored(station_at_evere: Run, folder: Path, database: Database) -> None:
    (folder / "closures.csv").write_text(
        "site;first_day;last_day;reason\nEVERE;31/07/2026;01/07/2026;été\n", encoding="cp1252"
    )
    (folder / "holidays.csv").write_bytes(b"\xef\xbb\xbfSite\tHoliday\tOpen\nEVERE\t2026-11-11\tperhaps\n")

    refused = station_at_evere("import", "register", *files_of(folder))

    assert refused.exit_code == 1
    assert (
        "closures.csv:2  WRONG  EVERE 31/07/2026  The last day of a closure cannot lie before its first;"
        " correct one of the two days.\n" in refused.stdout
    )
    assert (
        "holidays.csv:2  WRONG  EVERE 2026-11-11  open: “perhaps” is neither yes nor no; write one of them.\n"
        in refused.stdout
    )
    assert "nothing was stored" in refused.stderr
    database(nothing_in)


@pytest.mark.parametrize(
    ("table", "text", "sentence"),
    [
        (
            "closures.csv",
            "site,first_day,last_day\nEVERE,2026-07-01,2026-07-02\nEvere,01/07/2026,2026-07-03\n",
            "closures.csv:3  WRONG  Evere 01/07/2026  This line tells of the same as line 2; remove one of them.",
        ),
        (
            "closures.csv",
            "site,first_day,last_day\nEVEREN,2026-07-01,2026-07-02\n",
            "site: No site is called “EVEREN”; write its code, or give that site this other name in the register.",
        ),
        (
            "closures.csv",
            "site,first_day,until\nEVERE,2026-07-01,2026-07-02\n",
            "This looks like the table “closures”, but these columns are missing: last_day. Add them.",
        ),
        (
            "closures.csv",
            "site,first_day,last_day,why\nEVERE,2026-07-01,2026-07-02,works\n",
            "The table “closures” does not know these columns: why. Rename or remove them.",
        ),
        (
            "extra_openings.csv",
            "site,day,from,until,kind\nEVERE,2026-07-01,09:00,12:00,\n",
            "kind: A word is missing here; write one of these: free_access, accompanied, training.",
        ),
        ("closures.csv", "a,b\n1,2\n", "No table has these columns: a, b."),
        ("closures.csv", "", "The file is empty; its first line must name the columns."),
        (
            "closures.csv",
            'site,first_day,last_day\n"EVERE,2026-07-01,2026-07-02\n',
            "Line 2 cannot be read; look for a quotation mark without its counterpart.",
        ),
        (
            "closures.csv",
            "site,first_day,last_day,reason\nEVERE,2026-07-01,2026-07-02,works, mostly\n",
            "The line has more cells than there are columns; look for a comma within a text.",
        ),
        (
            "closures.csv",
            "site,first_day,last_day,reason\nEVERE,2026-07-01,2026-07-02,=HYPERLINK(1)\n",
            "“=HYPERLINK(1)” looks like a formula; begin with a letter or a digit.",
        ),
        (
            "hours.csv",
            (
                "site,valid_from,weekday,from,until,kind\n"
                "EVERE,2026-01-01,monday,09:00,12:00,free access\nEVERE,2026-01-01,Monday,11:00,13:00,training\n"
            ),
            "The openings 09:00–12:00 and 11:00–13:00 of the same week overlap; let one end before the other begins.",
        ),
        (
            "hours.csv",
            "site,valid_from,weekday,from,until,kind\nEVERE,2026-01-01,monday,09:10,12:00,free access\n",
            "09:10 is not a whole quarter of an hour",
        ),
        (
            "hours.csv",
            (
                "site,valid_from,weekday,from,until,kind\n"
                "EVERE,2026-01-01,monday,9.00,12:00,free access\nEVERE,2026-01-01,tuesday,09:00,12:00,free access\n"
            ),
            (
                "from: “9.00” is not a time of day; write it as 09:30.\n"
                "hours.csv:3  WRONG  EVERE 2026-01-01 tuesday 09:00"
                "  It belongs together with line 2, which is wrong."
            ),
        ),
        (
            "closures.csv",
            'site,first_day,last_day,reason\nEVERE,2026-07-01,2026-07-02,"works"\nEVERE,"2026-\n08-01",,x\n',
            "closures.csv:3  WRONG  EVERE 2026- 08-01  first_day: “2026- 08-01” is not a day;",
        ),
        (
            "closures.csv",
            "site|first_day|last_day\nEVERE|2026-07-02|\n",
            "last_day: Nothing is written here; fill it in.",
        ),
        ("equipment.csv", "site,label,kind\nEVERE,,printer\n", "label: Nothing is written here; fill it in."),
        (
            "equipment.csv",
            "site,label,kind,station_number\nEVERE,PC,station,7\n",
            "There is no station number 7 at this site; leave it empty until it has enrolled.",
        ),
        (
            "outages.csv",
            "site,equipment,from,until\nEVERE,PC,2026-01-01 10:00,\n",
            "equipment: The equipment of EVERE has no “PC”; write it there first.",
        ),
        (
            "sites.csv",
            "site,name_fr,label\nUCCLE,Ukkel,certified\n",
            "The label needs both a status and the day since when, or neither.",
        ),
    ],
)
def test_bad_tables_get_a_sentence(ready: Run, tmp_path: Path, table: str, text: str, sentence: str) -> None:
    (tmp_path / table).write_text(text, encoding="utf-8")

    refused = ready("import", "register", str(tmp_path / table))

    assert refused.exit_code == 1
    assert sentence in refused.stdout, refused.output


ENTRIES = {
    "attendance.csv": (
        "site,first_day,last_day,visits,persons,how_counted\n"
        "EVERE,2026-01-01,2026-01-31,812,,door_counter\n"
        "EVERE,2026-02-01,2026-02-28,640,90,tally\n"
    ),
    "activities.csv": (
        "site,activity,kind,first_day,last_day,title,number,hours,attendances,recurrent,public\n"
        "EVERE,1,workshop,2026-01-14,2026-01-14,Itsme,1,2.5,8,3,age:26_54=5 gender:women=6\n"
        "EVERE,2,support_walk_in,2026-01-01,2026-01-31,,55,1:20,,,\n"
    ),
    "years.csv": (
        "site,year,facilitators,facilitators_fte,services,narrative\n"
        'EVERE,2025,3,1.75,printing wifi,"A good year.\nWith two lines."\n'
        "EVERE,2026,,,none,\n"
    ),
    "monthly_figures.csv": (
        "site,month,figure,value,source,method\n"
        "EVERE,2024-12,hours,1234.56,old tool,log-on to log-off\n"
        "EVERE,2024-12,occupancy,37.5%,old tool,share of opening hours\n"
        "EVERE,2024-12,page_views,12500,web host,log files\n"
    ),
}


def test_what_people_enter_goes_in_and_out_to_the_byte(ready: Run, tmp_path: Path) -> None:
    folder, out = tmp_path / "entries", tmp_path / "out"
    folder.mkdir()
    for name, text in ENTRIES.items():
        (folder / name).write_text(text, encoding="utf-8")

    taken = ready("import", "entries", *files_of(folder))
    assert (taken.exit_code, taken.stderr) == (0, "9 new\nstored\n"), taken.output

    assert ready("export", "entries", str(out)).exit_code == 0
    # Rows of one site stand in the order of time.
    lines = ENTRIES["activities.csv"].splitlines(keepends=True)
    sorted_activities = "".join([lines[0], lines[2], lines[1]])
    assert {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()} == ENTRIES | {
        "activities.csv": sorted_activities
    }
    assert ready("import", "entries", *files_of(out)).stderr == "9 as it is\nstored\n"


def test_each_line_of_bad_entries_gets_one_sentence_on_one_line(ready: Run, tmp_path: Path) -> None:
    folder = tmp_path / "entries"
    folder.mkdir()
    (folder / "attendance.csv").write_text(
        "site;first_day;last_day;visits;persons;how_counted\n"
        "EVERE;2026-01-01;2026-01-31;812;;tally\n"
        "EVERE;2026-01-20;2026-02-20;9;;tally\n"
        'EVERE;2026-03-01;2026-03-31;"1\n2";;tally\n'
        "EVERE;2026-04-01;2026-04-30;198 %;;tally\n",
        encoding="utf-8",
    )
    (folder / "activities.csv").write_text(
        "site,kind,first_day,attendances,public\nEVERE,workshop,2026-01-05,9,age:26-54=3\n"
        "EVERE,workshop,2026-01-06,9,age:youth=3\n",
        encoding="utf-8",
    )
    (folder / "months.csv").write_text("Library,2026-01,2026-02,2026-03\nEVERE,1,2,198%\n", encoding="utf-8")

    refused = ready("import", "entries", *files_of(folder))

    assert refused.stdout.splitlines() == [
        "attendance.csv:2  new  EVERE 2026-01-01",
        "attendance.csv:3  WRONG  EVERE 2026-01-20  Line 2 tells of some of the same days; correct one of the two.",
        (
            "attendance.csv:4  WRONG  EVERE 2026-03-01"
            "  visits: “1 2” is not a whole number; write it in digits only, for example 1250."
        ),
        (
            "attendance.csv:6  WRONG  EVERE 2026-04-01"
            "  visits: “198 %” is not a whole number; write it in digits only, for example 1250."
        ),
        "activities.csv:2  new  EVERE 2026-01-05 workshop",
        (
            "activities.csv:3  WRONG  EVERE 2026-01-06 workshop"
            "  public: “youth” is not one of these words: 0_11, 12_17, 18_25, 26_54, 55_64, 65_more."
        ),
        (
            "months.csv:2  WRONG  EVERE  Nothing says what the numbers of this table are;"
            " choose one of these: sessions, hours, visits, occupancy, page_views, wifi_sessions."
            " 2026-03: 198% is more than 100 %, which cannot be; correct it, or leave it empty where nobody knows."
        ),
    ]


def test_a_long_import_says_how_far_it_is(ready: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LINES_BETWEEN", 2)
    lines = "".join(f"EVERE,2026-01-{day:02},2026-01-{day:02},9,tally\n" for day in (5, 9, 7, 6, 8))
    (tmp_path / "days.csv").write_text("site,first_day,last_day,visits,how_counted\n" + lines, encoding="utf-8")

    taken = ready("import", "entries", str(tmp_path / "days.csv"))

    assert taken.stderr == "days.csv: 2 of 5 lines\ndays.csv: 4 of 5 lines\n5 new\nstored\n"
