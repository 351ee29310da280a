"""The list of what was bought: its rows meet the stations that enrolled."""

from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from sqlalchemy import Connection

from collector.ingest.enrolment import new_station

Run = Callable[..., Result]
Database = Callable[[Callable[[Connection], None]], None]

ASSETS = (
    "Tag;Serial;Type;Model;Supply date;Site\n"
    "a;PF2ABC;PC;ThinkCentre M70q;01/03/2024;EVERE\n"
    "EVERE-P1;;imprimante;LaserJet M404;2024-03-01;Evere\n"
    "EVERE-02;;laptop;;;EVERE\n"
)


def test_an_asset_list_meets_the_stations_by_their_tags_whichever_comes_first(
    station_at_evere: Run, tmp_path: Path, database: Database
) -> None:
    (tmp_path / "list.csv").write_text(ASSETS, encoding="utf-8")

    tried = station_at_evere("import", "assets", "--dry-run", str(tmp_path / "list.csv"))
    assert "list.csv:2  new  EVERE a  It is the enrolled station 1.\n" in tried.stdout, tried.output
    assert "list.csv:3  new  Evere EVERE-P1\n" in tried.stdout
    assert "list.csv:4  new  EVERE EVERE-02  No station with this tag has enrolled yet" in tried.stdout
    assert station_at_evere("import", "assets", str(tmp_path / "list.csv")).stderr == "3 new\nstored\n"
    assert station_at_evere("import", "assets", str(tmp_path / "list.csv")).stderr == "3 as it is\nstored\n"
    database(enrol_evere_02)

    station_at_evere("export", "register", str(tmp_path / "out"))
    assert (tmp_path / "out" / "equipment.csv").read_text(encoding="utf-8") == (
        "site,label,kind,station_number,installed_on,supplied_on,maintained_until,retired_on,model,serial\n"
        "EVERE,A,station,1,,2024-03-01,,,ThinkCentre M70q,PF2ABC\n"
        "EVERE,EVERE-02,station,2,,,,,,\n"
        "EVERE,EVERE-P1,printer,,,2024-03-01,,,LaserJet M404,\n"
    )


def enrol_evere_02(connection: Connection) -> None:
    new_station(connection, 1, "evere-02", 1_700_000_000)


def test_a_blank_cell_of_an_asset_list_is_not_known_and_changes_nothing(station_at_evere: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(ASSETS, encoding="utf-8")
    (tmp_path / "less.csv").write_text("site,tag,type,model\nEVERE,A,station,\n", encoding="utf-8")
    station_at_evere("import", "assets", str(tmp_path / "list.csv"))

    again = station_at_evere("import", "assets", str(tmp_path / "less.csv"))

    assert again.stderr == "1 as it is\nstored\n"


def test_every_bad_row_of_an_asset_list_gets_its_sentence_and_nothing_is_stored(
    station_at_evere: Run, tmp_path: Path
) -> None:
    lines = "EVERE,B,scanner,2024-01-01\nEVERE,,printer,\nNOWHERE,C,printer,\nEVERE,A,printer,\nEVERE,D,pc,31/02/2024\n"
    (tmp_path / "list.csv").write_text("site,tag,type,supply date\n" + lines, encoding="utf-8")

    refused = station_at_evere("import", "assets", str(tmp_path / "list.csv"))

    assert refused.exit_code == 1
    assert refused.stderr.startswith("5 WRONG\n")
    for line, sentence in (
        (2, "type: “scanner” is not one of these words: station, printer, projector, other."),
        (3, "tag: Nothing is written here; fill it in."),
        (4, "site: No site is called “NOWHERE”"),
        (5, "Only a station can have an agent"),
        (6, "supply_date: “31/02/2024” is not a day"),
    ):
        assert any(f"list.csv:{line}  WRONG" in said and sentence in said for said in refused.stdout.splitlines()), line
    assert station_at_evere("import", "assets", "--dry-run", str(tmp_path / "list.csv")).exit_code == 1


def test_a_tag_that_is_enrolled_at_another_site_is_told(station_at_evere: Run, tmp_path: Path) -> None:
    station_at_evere("site", "add", "UCCLE", "Ukkel")
    (tmp_path / "list.csv").write_text("site,tag,type\nUCCLE,a,pc\n", encoding="utf-8")

    taken = station_at_evere("import", "assets", str(tmp_path / "list.csv"))

    assert "A station with this tag is enrolled at EVERE" in taken.stdout
    assert taken.stderr == "1 new\nstored\n"
