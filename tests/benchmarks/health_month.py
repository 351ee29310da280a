"""Thirty days of a small region with faults: prints false alarms, missed faults and the delay of each detection.

Run `python -m tests.benchmarks.health_month`; `--seed` draws other days. Stations behave as people make them behave:
switched on late, off early, left on overnight, cut at the plug, not used for a day, with updates that wait for some
days. Beside that the faults of `FAULTS` happen, and are mended. An alert of a warning or worse that belongs to no fault
is a false alarm; a fault without its alert is missed. The collector's own code looks every five minutes.
"""

import argparse
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Engine, insert, select

from collector.alerts.looking import look
from collector.domain.health.findings import Level
from collector.storage import models
from collector.storage.engine import create_engine, reading, writing
from collector.storage.schema import migrate
from tests.collector.alerts.town import GIGABYTE, Town, disk
from tests.collector.domain.health.town import ZONE, at

FIRST, DAYS = dt.date(2026, 10, 26), 30
CODES = ("CANAL", "NOORD", "FOREST", "HAMEAU")
STATIONS = 6
CLOSURE = ("HAMEAU", dt.date(2026, 11, 9), dt.date(2026, 11, 15))
STEP = 300
GRACE = 2 * 86_400
"""An alert may last so long after the mending: it takes some good reports, and the night lies between."""
OPENS, CLOSES = 9 * 3600, 18 * 3600
GIB = 2**30


class Fault(NamedTuple):
    site: str
    station: int
    """0: the site."""
    rules: tuple[str, ...]
    """The alert that must come, and those that may come with it."""
    begins: str
    mended: str
    readings: Mapping[str, Any] = MappingProxyType({})
    silent: bool = False
    """Nothing comes from it."""
    skew: int = 0


def toner(percent: int) -> dict[str, Any]:
    supply = {"kind": "toner", "colour": "black", "level": "number", "level_percent": percent, "low_percent": 10}
    return {"printers": [{"name": "Laser", "reached": True, "errors": [], "supplies": [supply]}]}


def lamp(hours: int) -> dict[str, Any]:
    lamps = [{"hours": hours, "lit": True}]
    return {"projectors": [{"name": "Hall", "reached": True, "lamps": lamps, "lamp_life_hours": 5000}]}


def smart(pending: int) -> dict[str, Any]:
    one = {"number": 1, "model": "ACME 500", "size_bytes": 500, "verdict": "passed", "pending_sectors": pending}
    return {"source": "smartctl", "read_at_seconds": 0, "disks": [one]}


ONE_MODULE = {"memory_modules": {"installed_bytes": 4 * GIB}}
SLOW = {"network_link": {"kind": "wired", "speed_megabits": 100}}
FAULTS = (
    Fault("CANAL", 1, ("disk_space",), "2026-10-28 10:00", "2026-11-04 10:00", {"volumes": disk(3 * GIGABYTE)}),
    Fault("CANAL", 2, ("disk_health",), "2026-10-29 11:00", "2026-11-05 10:00", {"disk_health": smart(8)}),
    Fault("CANAL", 3, ("missing",), "2026-10-30 11:20", "2026-11-17 10:00", silent=True),
    Fault("CANAL", 4, ("missing",), "2026-10-30 19:30", "2026-11-18 10:00", silent=True),
    Fault("NOORD", 1, ("clock",), "2026-11-03 09:00", "2026-11-06 09:00", skew=-3700),
    Fault("NOORD", 2, ("memory_size",), "2026-11-04 09:00", "2026-11-10 09:00", ONE_MODULE),
    Fault("NOORD", 3, ("printer",), "2026-11-05 14:00", "2026-11-09 12:00", {"printers": toner(4)}),
    Fault("NOORD", 4, ("projector",), "2026-11-05 14:00", "2026-11-09 12:00", {"projectors": lamp(5001)}),
    Fault("FOREST", 0, ("site_unreachable", "site_not_opened"), "2026-11-05 11:00", "2026-11-06 15:00", silent=True),
    Fault("FOREST", 0, ("site_not_opened",), "2026-11-16 08:00", "2026-11-16 13:30", silent=True),
    Fault("FOREST", 5, ("link_speed",), "2026-11-10 09:00", "2026-11-13 09:00", SLOW),
    Fault("HAMEAU", 1, ("disk_space",), "2026-11-06 14:00", "2026-11-18 11:00", {"volumes": disk(1 * GIGABYTE)}),
)  # fmt: skip


class Word(NamedTuple):
    """What the collector hears of a station."""

    at: int
    station: int
    stopped: bool


def open_days(code: str) -> Iterator[dt.date]:
    """From Monday to Friday, but for Armistice Day and the closure."""
    for number in range(DAYS):
        day = FIRST + dt.timedelta(days=number)
        is_closed = day == dt.date(2026, 11, 11) or (code == CLOSURE[0] and CLOSURE[1] <= day <= CLOSURE[2])
        if day.weekday() in range(5) and not is_closed:
            yield day


def words(code: str, random: Random) -> list[Word]:
    """What the stations of a site would say if nothing were broken, in order."""
    found: list[Word] = []
    for day in open_days(code):
        midnight = at(f"{day.isoformat()} 00:00")
        for station in range(1, STATIONS + 1):
            # One is always on, or the site would not have opened.
            if station > 1 and random.random() < 0.07:
                continue
            begins = midnight + OPENS + random.randint(-900, 1200 if station == 1 else 5400)
            ends = midnight + CLOSES + random.randint(-2400, 900)
            if random.random() < 0.03:
                # Nobody switched it off: it is on until the small hours.
                ends += random.randint(1, 9) * 3600
            moment = begins
            while moment < ends:
                found.append(Word(moment, station, stopped=False))
                moment += random.randint(1620, 1980)
            if random.random() < 0.9:
                found.append(Word(ends, station, stopped=True))
    return sorted(found)


def usual_readings(station: int, moment: int, random: Random) -> dict[str, Any]:
    """In order, and yet never twice the same."""
    since = moment - random.randint(0, 6) * 86_400
    return {
        "memory": {"total_bytes": 8 * GIB, "available_bytes": random.randint(GIB, 6 * GIB)},
        "volumes": disk(random.randint(30, 34) * GIGABYTE),
        "pending_reboot": {"required": random.random() < 0.2, "since_seconds": since},
        "updates": {"pending": random.randint(0, 9), "security": 1, "since_seconds": since},
        "disk_health": smart(2 if station == 2 else 0),
        "memory_modules": {"installed_bytes": 8 * GIB},
        "printers": toner(60),
        "projectors": lamp(900),
    }


def run(seed: int, out: Callable[[str], None] = print) -> tuple[int, int]:
    """False alarms and missed faults."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'health.sqlite'}")
        migrate(engine)
        towns = {code: Town(engine, STATIONS, code) for code in CODES}
        with writing(engine) as connection:
            days = {"first_day": CLOSURE[1], "last_day": CLOSURE[2]}
            connection.execute(insert(models.closure).values(site_id=towns[CLOSURE[0]].site_id, **days))
            # Enrolled on the evening before.
            connection.execute(models.station.update().values(installed_at=at("2026-10-25 12:00")))
        live(towns, Random(seed), engine)
        found = judge(engine, {town.site_id: code for code, town in towns.items()}, out)
        engine.dispose()
    return found


def live(towns: dict[str, Town], random: Random, engine: Engine) -> None:
    waiting = {code: words(code, random) for code in towns}
    start = at(f"{FIRST.isoformat()} 00:00")
    marks = next(iter(towns.values())).how
    for now in range(start, start + DAYS * 86_400, STEP):
        for code, town in towns.items():
            while waiting[code] and waiting[code][0].at <= now:
                word = waiting[code].pop(0)
                say(town, code, word, random)
        look(engine, now, marks)


def say(town: Town, code: str, word: Word, random: Random) -> None:
    mine = [
        each
        for each in FAULTS
        if each.site == code and each.station in {0, word.station} and at(each.begins) <= word.at < at(each.mended)
    ]
    if any(each.silent for each in mine):
        return
    readings = usual_readings(word.station, word.at, random)
    for each in mine:
        readings |= each.readings
    skew = next((each.skew for each in mine if each.skew), random.randint(-3, 3))
    when = dt.datetime.fromtimestamp(word.at, ZONE).isoformat(" ", "seconds")[:19]
    town.hear(when, (word.station,), stopped=word.stopped, skew=skew, **readings)


def judge(engine: Engine, codes: dict[int, str], out: Callable[[str], None]) -> tuple[int, int]:
    with reading(engine) as connection:
        rows = connection.execute(select(models.alert).order_by(models.alert.c.raised_at)).all()
    alarms = [row for row in rows if row.level in {Level.WARNING.value, Level.CRITICAL.value}]
    false = [row for row in alarms if not any(_belongs(row, each, codes) for each in FAULTS)]
    for row in false:
        out(f"FALSE ALARM {codes[row.site_id]} {row.station_id} {row.rule} {row.item} {_written(row.raised_at)}")
    missed = 0
    out(f"{'fault':42}{'began':18}{'raised after':>16}{'ended after mending':>22}")
    for each in FAULTS:
        mine = [row for row in alarms if row.rule == each.rules[0] and _belongs(row, each, codes)]
        missed += not mine
        delay = f"{(mine[0].raised_at - at(each.begins)) / 3600:.1f} h" if mine else "MISSED"
        ended = mine[-1].ended_at if mine else None
        mended = "open" if ended is None else f"{(ended - at(each.mended)) / 3600:.1f} h"
        out(f"{each.site + ' ' + str(each.station) + ' ' + each.rules[0]:42}{each.begins:18}{delay:>16}{mended:>22}")
    out(f"{len(alarms)} alerts, {len(false)} false alarms, {missed} of {len(FAULTS)} faults missed")
    return len(false), missed


def _belongs(row: Any, fault: Fault, codes: dict[int, str]) -> bool:
    same = codes[row.site_id] == fault.site and row.station_id == fault.station and row.rule in fault.rules
    return same and at(fault.begins) <= row.raised_at <= at(fault.mended) + GRACE


def _written(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment, ZONE).isoformat(" ", "minutes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    raise SystemExit(any(run(parser.parse_args().seed)))
