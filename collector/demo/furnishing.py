"""Writes the invented region into the register: sites, opening hours, equipment, and what was out of order."""

import datetime as dt
from collections.abc import Mapping
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from collector.demo.entered import enter
from collector.demo.mended import watch
from collector.demo.region import SEED, Place, calendar_of, first_day
from collector.domain.calendar import SLOT_SECONDS, Month, local_date, months_between, start_of_day
from collector.domain.equipment import EquipmentKind
from collector.domain.register import LabelStatus
from collector.storage.models import (
    closure,
    equipment,
    extra_opening,
    outage,
    site,
    station,
    timetable,
    weekly_interval,
)

AGES_IN_MONTHS = (8, 20, 31, 44, 53, 62)
"""Of what was supplied together: some is nearly out of maintenance, some long past it."""
POSTAL_CODES = {
    "Bruxelles – Brussel": "1000",
    "Molenbeek-Saint-Jean – Sint-Jans-Molenbeek": "1080",
    "Schaerbeek – Schaarbeek": "1030",
    "Ixelles – Elsene": "1050",
    "Anderlecht": "1070",
    "Forest – Vorst": "1190",
    "Etterbeek": "1040",
    "Watermael-Boitsfort – Watermaal-Bosvoorde": "1170",
}


def furnish(connection: Connection, place: Place, zone: ZoneInfo, now: int, months: int) -> None:
    """Add one place as it was since the first of so many months."""
    today = local_date(now, zone)
    first = first_day(today, months)
    added = connection.execute(
        insert(site).values(
            code=place.code,
            name=place.name,
            name_nl=place.name_nl,
            municipality=place.municipality,
            operator=place.operator,
            contact=f"{place.code.lower()}@example.org",
            label_status=LabelStatus.CERTIFIED,
            label_since=place.certified_since,
            address=f"Rue de l’Exemple {len(place.name)}",
            address_nl=f"Voorbeeldstraat {len(place.name)}",
            postal_code=POSTAL_CODES[place.municipality],
            phone=f"02 000 {place.stations:02} 00",
            website=f"https://{place.code.lower()}.example.org/",
            quiet_shown=place.presence,
            created_at=now,
        )
    )
    site_id = int(added.inserted_primary_key[0])  # type: ignore[index]  # there is one: it was inserted
    came = {number: today - dt.timedelta(days=ago) for number, ago in place.newcomers}
    connection.execute(
        insert(station),
        [
            {
                "site_id": site_id,
                "station_id": number,
                "label": f"{place.code}-{number:02}",
                "installed_at": start_of_day(came.get(number, first), zone) * SLOT_SECONDS,
            }
            for number in range(1, place.stations + 1)
        ],
    )
    _add_equipment(connection, site_id, place, first, came)
    _add_outages(connection, site_id, place, zone, today)
    _add_opening_hours(connection, site_id, place, first, today)
    watch(connection, site_id, place, zone, first, today, Random(f"{SEED}/{place.code}/repaired"))  # noqa: S311 nothing secret is drawn
    over = months_between(Month(first.year, first.month), Month(today.year, today.month))[:-1]
    enter(connection, site_id, place, Random(f"{SEED}/{place.code}"), over)  # noqa: S311 nothing secret is drawn


def _add_equipment(
    connection: Connection, site_id: int, place: Place, first: dt.date, came: Mapping[int, dt.date]
) -> None:
    rows: list[tuple[EquipmentKind, str, int | None, dt.date, dt.date]] = []
    for number in range(1, place.stations + 1):
        installed = came.get(number, first)
        # Ordered by the dozen, so neighbours are of one age.
        supplied = (
            installed
            if number in came
            else _months_before(first, AGES_IN_MONTHS[(number // 4) % 3 + len(place.code) % 4])
        )
        rows.append((EquipmentKind.STATION, f"{place.code}-{number:02}", number, installed, supplied))
    for kind, count in ((EquipmentKind.PRINTER, place.printers), (EquipmentKind.PROJECTOR, place.projectors)):
        for number in range(1, count + 1):
            supplied = _months_before(first, AGES_IN_MONTHS[(len(rows) + number) % len(AGES_IN_MONTHS)])
            rows.append((kind, f"{place.code}-{kind}-{number}", None, supplied, supplied))
    names = ("kind", "label", "station_id", "installed_on", "supplied_on")
    connection.execute(
        insert(equipment),
        [
            {"site_id": site_id, "equipment_id": number, **dict(zip(names, row, strict=True))}
            for number, row in enumerate(rows, 1)
        ],
    )


def _add_outages(connection: Connection, site_id: int, place: Place, zone: ZoneInfo, today: dt.date) -> None:
    for out in place.outages:
        start, end = (start_of_day(today - dt.timedelta(days=ago), zone) for ago in (out.from_days, out.until_days))
        connection.execute(
            insert(outage).values(
                site_id=site_id,
                equipment_id=out.station,
                started_at=start * SLOT_SECONDS,
                ended_at=end * SLOT_SECONDS if out.until_days else None,
                reason=out.reason,
            )
        )


def _add_opening_hours(connection: Connection, site_id: int, place: Place, first: dt.date, today: dt.date) -> None:
    calendar = calendar_of(place, first, today, ())
    for week in calendar.timetables:
        connection.execute(insert(timetable).values(site_id=site_id, valid_from=week.valid_from))
        connection.execute(
            insert(weekly_interval),
            [{"site_id": site_id, "valid_from": week.valid_from, **each._asdict()} for each in week.intervals],
        )
    connection.execute(insert(closure), [{"site_id": site_id, **each._asdict()} for each in calendar.closures])
    if calendar.extras:
        connection.execute(insert(extra_opening), [{"site_id": site_id, **each._asdict()} for each in calendar.extras])


def _months_before(day: dt.date, months: int) -> dt.date:
    number = day.year * 12 + day.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 15)
