"""A small region to look at: four sites, 40 days, one gap, one silent station, readings that cannot be read.

Everything follows from the clock that is passed in; nothing is random.
"""

import json
import math
from pathlib import Path

from sqlalchemy import Connection, insert, update

from collector.storage import models
from collector.web.accounts import create_account

NOW = 1795353600  # Sunday 22 November 2026, 14:20 in Brussels
DAY = 86_400
PASSWORD = "een lang wachtwoord 2026"
RULES = (3, 5, 10, 15)
GIB = 1024**3

READINGS: dict[str, dict[str, object]] = {
    "uptime": {"booted_at_seconds": NOW - 5 * 3600},
    "processor": {"logical_processors": 4, "busy_percent": 12},
    "memory": {"total_bytes": 8 * GIB, "available_bytes": 5 * GIB},
    "volumes": {
        "fixed": [
            {"label": "/", "file_system": "ext4", "total_bytes": 120 * GIB, "free_bytes": 41 * GIB},
            {"label": "/home", "file_system": "ext4", "total_bytes": 320 * GIB, "free_bytes": 301 * GIB},
        ]
    },
    "operating_system": {
        "name": "Debian GNU/Linux",
        "version": "12 (bookworm)",
        "kernel": "6.1.0-28-amd64",
        "architecture": "x86_64",
    },
    "pending_reboot": {"required": False, "since_seconds": None},
    "network_link": {"kind": "wired", "speed_megabits": 1000},
    "agent": {
        "version": "0.1.0",
        "sessions_readable": True,
        "session_source": "logind",
        "spool_records": 0,
        "spool_bytes": 0,
        "records_dropped": 0,
        "records_set_aside": 0,
    },
}


def add_site(
    connection: Connection, code: str, name: str, municipality: str = "", *, demonstration: bool = False
) -> int:
    row = {
        "code": code,
        "name": name,
        "municipality": municipality,
        "demonstration": demonstration,
        "created_at": NOW - 60 * DAY,
    }
    return int(connection.execute(insert(models.site).values(row).returning(models.site.c.site_id)).scalar_one())


def add_station(
    connection: Connection,
    site_id: int,
    station_id: int,
    label: str,
    installed_at: int,
    received_at: int | None = None,
    *,
    stopped: bool = False,
) -> None:
    row = {"site_id": site_id, "station_id": station_id, "label": label, "installed_at": installed_at}
    connection.execute(insert(models.station).values(row))
    if received_at is not None:
        contact = {
            "site_id": site_id,
            "station_id": station_id,
            "received_at": received_at,
            "last_envelope_id": "0" * 32,
            "agent_version": "0.1.0",
            "clock_skew_seconds": 0,
            "stopped_at": received_at if stopped else None,
        }
        connection.execute(insert(models.station_contact).values(contact))


HEALTH: dict[str, tuple[str, dict[str, object]]] = {
    probe: ("ok", value)
    for probe, value in json.loads(
        (Path(__file__).parents[2] / "contract" / "v1-0.1.0-health.json").read_text("utf-8")
    )["readings"].items()
    if probe not in (*READINGS, "not_readable")
}
"""What a station says that reads everything."""


def add_readings(
    connection: Connection, site_id: int, station_id: int, received_at: int, **other: tuple[str, dict[str, object]]
) -> None:
    rows = {probe: ("ok", value) for probe, value in READINGS.items()} | other
    readings = json.dumps({probe: [*said, received_at] for probe, said in rows.items()})
    contact = models.station_contact
    mine = (contact.c.site_id == site_id) & (contact.c.station_id == station_id)
    connection.execute(update(contact).where(mine).values(readings=readings))


def slot_row(
    site_id: int,
    slot: int,
    stations: int,
    starts: int,
    seconds_in_use: int,
    *,
    off: int = 0,
    silent: int = 0,
    **records: int,
) -> dict[str, object]:
    """A slot in which so many stations were observed, all of it; `off` others were off, and `silent` unknown."""
    counts = {f"starts_{minutes}": starts for minutes in RULES}
    counts |= {f"seconds_in_use_{minutes}": seconds_in_use for minutes in RULES}
    counts |= {f"stations_known_{minutes}": stations + off for minutes in RULES}
    counts |= {f"stations_taken_{minutes}": seconds_in_use // 900 for minutes in RULES}
    return {
        "site_id": site_id,
        "slot": slot,
        "stations_in_service": stations + off + silent,
        "seconds_observed": stations * 900,
        "seconds_on": stations * 900,
        "seconds_off": off * 900,
        "records_log_on": 0,
        "records_activity": 0,
        "records_upper_bound": 0,
        **counts,
        **{f"lengths_{minutes}": f"0 0 {starts} 0 0 0 0" for minutes in RULES},
        **records,
    }


def add_slots(
    connection: Connection,
    site_id: int,
    stations: int,
    first: int,
    end: int,
    hours: range,
    *,
    night: str,
    silent: int = 0,
) -> None:
    """Use in a daily wave within the hours (UTC); outside them the stations are free, off or unknown."""
    rows = []
    for slot in range(first // 900, end // 900):
        second = slot * 900
        hour = second % DAY // 3600
        weekday = (second // DAY + 3) % 7
        used = hour in hours and weekday < 6
        if not used and night != "free":
            rows += [slot_row(site_id, slot, 0, 0, 0, off=stations, silent=silent)] if night == "off" else []
            continue
        wave = (1 + math.sin(slot * 0.9)) / 2
        busy = round(stations * 900 * (0.25 + 0.5 * wave)) if used else 0
        starts = round(stations * 0.4 * wave) if used else 0
        rows.append(slot_row(site_id, slot, stations, starts, busy, silent=silent))
    connection.execute(insert(models.site_slot), rows)


def set_method(connection: Connection, site_id: int, slot: int, **records: int) -> None:
    """How the sessions of a slot that is there were counted."""
    there = (models.site_slot.c.site_id == site_id, models.site_slot.c.slot == slot)
    changed = connection.execute(update(models.site_slot).where(*there).values(records))
    assert changed.rowcount == 1


def add_undated(connection: Connection, site_id: int, station_id: int, received_at: int, starts: int) -> None:
    row: dict[str, object] = {
        "site_id": site_id,
        "station_id": station_id,
        "run_id": f"{received_at:016x}",
        "revision": 1,
        "method": "log_on",
        "presence_readable": True,
        "seconds_observed": 36_000,
        "received_at": received_at,
    }
    for minutes in RULES:
        row |= {f"starts_{minutes}": starts, f"seconds_in_use_{minutes}": starts * 1200}
        row[f"lengths_{minutes}"] = f"0 0 {starts} 0 0 0 0"
    connection.execute(insert(models.undated_record).values(row))


def seed(connection: Connection) -> None:
    create_account(connection, "administrator", PASSWORD, "administrator", NOW - 60 * DAY)
    canal = add_site(connection, "CANAL", "Espace numérique du Canal", "Molenbeek-Saint-Jean")
    noord = add_site(connection, "NOORD", "Digitaal Punt Noord", "Schaerbeek \u2013 Schaarbeek")
    helmet = add_site(connection, "HELMET", "Maison de quartier Helmet", "Schaerbeek \u2013 Schaarbeek")
    add_site(connection, "FOREST", "Bibliothèque de Forest", "Forest \u2013 Vorst")

    begin = NOW // DAY * DAY - 24 * DAY
    for number in range(1, 7):
        received = NOW - 400 * number if number < 5 else NOW - 3 * DAY
        add_station(connection, canal, number, f"CANAL-{number:02d}", begin, received, stopped=number == 5)
        if number < 6:
            add_readings(connection, canal, number, received)
    add_readings(
        connection,
        canal,
        6,
        NOW - 3 * DAY,
        network_link=("failed", {"reason": "/sys/class/net cannot be read: permission denied"}),
        pending_reboot=("ok", {"required": True, "since_seconds": NOW - 9 * DAY}),
        volumes=("no_data", {"reason": "no fixed volume"}),
        agent=("ok", READINGS["agent"] | {"sessions_readable": False, "session_source": "no logind, no utmp"}),
    )
    gap = NOW - 11 * DAY
    gap -= gap % DAY
    add_slots(connection, canal, 6, begin, gap, range(8, 18), night="free")
    add_slots(connection, canal, 6, gap + 2 * DAY, NOW - 3 * DAY, range(8, 18), night="free")
    add_slots(connection, canal, 4, NOW - 3 * DAY, NOW, range(8, 18), night="free", silent=2)
    set_method(connection, canal, NOW // 900 - 96, records_log_on=4, records_upper_bound=1)

    for number in (1, 2, 3):
        add_station(connection, noord, number, f"NOORD-{number}", NOW - 35 * DAY, NOW - 900 * number)
        add_readings(connection, noord, number, NOW - 900 * number, **HEALTH)
    add_slots(connection, noord, 3, NOW - 35 * DAY, NOW - 8 * DAY, range(9, 16), night="unknown")
    add_slots(connection, noord, 3, NOW - 8 * DAY, NOW, range(9, 16), night="off")
    set_method(connection, noord, NOW // 900 - 96, records_activity=3)
    add_undated(connection, noord, 2, NOW - 3 * DAY, 4)
    add_undated(connection, noord, 1, NOW - 33 * DAY, 2)

    add_station(connection, helmet, 1, "HELMET-1", NOW - 20 * DAY, NOW - 700)
    add_readings(connection, helmet, 1, NOW - 700)
    add_slots(connection, helmet, 1, NOW - 20 * DAY, NOW, range(9, 16), night="free")
    set_method(connection, helmet, NOW // 900 - 96, records_log_on=1)
    connection.execute(
        insert(models.credential).values(
            public_id="c" * 16,
            secret_sha256="0" * 64,
            status="waiting",
            tag="UCCLE-1",
            token_public_id="d" * 16,
            created_at=NOW - 7200,
        )
    )
