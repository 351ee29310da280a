"""After 90 days one reading a day is left, and the end of each day is as it was."""

import datetime as dt
import json
import random
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select

from collector.domain.calendar import local_date
from collector.ingest.purging import Kept, purge
from collector.storage.engine import reading, writing
from collector.storage.models import hourly_readings
from collector.storage.queries.station_health import said_of_hardware

ZONE = ZoneInfo("Europe/Brussels")
NOW = int(dt.datetime(2026, 11, 22, 14, tzinfo=ZONE).timestamp())
PROBES = ("memory", "volumes", "system")
HOUR, DAY = 3_600, 86_400


def moment(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


def row(station_id: int, hour_at: int, **said: int) -> dict[str, object]:
    readings = json.dumps({probe: ["ok", {"value": value}] for probe, value in said.items()})
    return {"site_id": 1, "station_id": station_id, "hour_at": hour_at, "readings": readings}


def put(engine: Engine, *rows: dict[str, object]) -> None:
    with writing(engine) as connection:
        connection.execute(insert(hourly_readings), list(rows))


def kept(engine: Engine, station_id: int) -> dict[int, dict[str, int]]:
    columns = hourly_readings.c
    with reading(engine) as connection:
        mine = (columns.site_id == 1, columns.station_id == station_id)
        rows = connection.execute(select(columns.hour_at, columns.readings).where(*mine)).all()
    return {row.hour_at: {probe: said[1]["value"] for probe, said in json.loads(row.readings).items()} for row in rows}


def test_a_day_of_four_hours_becomes_its_last_one_with_what_each_probe_said_last(region: Engine) -> None:
    put(
        region,
        row(1, moment("2026-03-02 08:00"), memory=1, volumes=10),
        row(1, moment("2026-03-02 09:00"), memory=2),
        row(1, moment("2026-03-02 16:00"), volumes=11),
        # In UTC it is still the day before.
        row(1, moment("2026-03-03 00:00"), memory=3),
        row(2, moment("2026-03-02 10:00"), memory=7),
    )
    assert purge(region, NOW, Kept(), ZONE).readings_folded == 2
    assert kept(region, 1) == {
        moment("2026-03-02 16:00"): {"memory": 2, "volumes": 11},
        moment("2026-03-03 00:00"): {"memory": 3},
    }
    assert kept(region, 2) == {moment("2026-03-02 10:00"): {"memory": 7}}
    assert purge(region, NOW, Kept(), ZONE).readings_folded == 0


def test_ninety_whole_days_keep_their_hours(region: Engine) -> None:
    first = moment("2026-08-24 00:00")
    put(region, *(row(1, first + hours * HOUR, memory=1) for hours in (-2, -1, 0, 1)))
    assert purge(region, NOW, Kept(), ZONE).readings_folded == 1
    assert sorted(kept(region, 1)) == [first - HOUR, first, first + HOUR]


def ends_of_days(engine: Engine) -> dict[dt.date, dict[str, object]]:
    """What each probe had said at the end of each day on which any changed, as trends and the history ask."""
    with reading(engine) as connection:
        said = said_of_hardware(connection, 1, 1, PROBES)
    at_last: dict[str, object] = {}
    found: dict[dt.date, dict[str, object]] = {}
    for day, some in groupby(said, lambda each: local_date(each.at, ZONE)):
        at_last = at_last | {each.probe: each.value["value"] for each in some}
        found[day] = at_last
    return found


def test_the_end_of_every_day_is_as_it_was_over_both_changes_of_the_clock(region: Engine) -> None:
    dice = random.Random(7)  # the same each time
    hours = range(NOW - 200 * DAY - NOW % HOUR, NOW - DAY, 5 * HOUR)
    said = [{probe: dice.randrange(100) for probe in PROBES if dice.random() < 0.4} for _ in hours]
    put(region, *(row(1, hour_at, **some) for hour_at, some in zip(hours, said, strict=True)))
    before = ends_of_days(region)
    assert len(before) > 150
    assert purge(region, NOW, Kept(), ZONE).readings_folded > 300
    assert ends_of_days(region) == before
