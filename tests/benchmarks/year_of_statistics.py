"""A year of 60 sites with 10 stations each: a page, the Region's figures and report, all months added up again.

Site slots are made at random, in an SQLite file of their own. The first row is the processor time of the whole request
in this process, page and all; a yardstick of the same run tells what the machine had to give.

    python tests/benchmarks/year_of_statistics.py
"""

import argparse
import datetime as dt
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from litestar.testing import TestClient
from sqlalchemy import Connection, Engine, insert

from collector.catalogue import catalogue
from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.statistics import Rules
from collector.i18n import load_languages
from collector.ingest.months import MonthRoller, rebuild_months
from collector.reports.composing import compose
from collector.reports.disclosing import ANSWERS
from collector.reports.formats import FORMATS
from collector.reports.gathering import gather
from collector.reports.inputs import Edition
from collector.reports.keeping import keep_told
from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import metadata, site, station, timetable, weekly_interval
from collector.storage.queries.site_slots import SITE_SLOTS
from collector.storage.queries.sites import Site, all_sites, site_of_code
from collector.storage.queries.year_statistics import figures_of_years
from collector.storage.rows import insert_rows
from collector.web import WebSettings, web_app
from collector.web.accounts import create_account

YEAR = 2026
ZONE = ZoneInfo("Europe/Brussels")
NOW = calendar.month(Month(YEAR, 12), ZONE).end() - 9 * 3600
PAGE_TARGET_MS = 50
REPORT_TARGET_SECONDS = 5
SITE_TARGET_SECONDS = 2
NO_LENGTHS = "0 0 0 0 0 0 0"
FEW_VISITORS = 5
"""One site of so many has so few that much must be hidden: in a quarter of an hour a visitor comes `RARELY`."""
RARELY = 0.0012


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=60)
    parser.add_argument("--stations", type=int, default=10)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--days", type=int, default=365)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="year-of-statistics-") as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'year.sqlite'}")
        metadata.create_all(engine)
        slots = fill(engine, asked.sites, asked.stations, asked.days)
        print(f"{asked.sites} sites, {asked.stations} stations each, {slots} site slots of {asked.days} days")
        yardstick = median_ms(20, numbers)
        print(f"yardstick: a million numbers added up          {yardstick:8.1f} ms CPU")
        roller = MonthRoller(engine, ZONE)
        spent = cpu_seconds(lambda: [None for _ in iter(lambda: roller(NOW), False)])
        print(f"all months added up for the first time         {spent:8.1f} s CPU")
        spent = cpu_seconds(lambda: rebuild_months(engine, NOW, "benchmark", ZONE, 1))
        print(f"all months added up again (rebuild)            {spent:8.1f} s CPU")
        page = page_ms(engine, asked.pages)
        met = "met" if page <= PAGE_TARGET_MS else "MISSED"
        print(f"page of a site and year, median                {page:8.1f} ms CPU (target {PAGE_TARGET_MS}: {met})")
        region = median_ms(3, lambda: region_once(engine))
        print(f"figures of all sites                           {region:8.1f} ms CPU")
        spent = cpu_seconds(lambda: keep_told(engine, NOW, Rules(), catalogue()))
        print(f"what is hidden decided ahead, for two years    {spent:8.1f} s CPU")
        with reading(engine) as connection:
            one = site_of_code(connection, "S1")
        report = cpu_seconds(lambda: public_report(engine, one))
        met = "met" if report <= SITE_TARGET_SECONDS else "MISSED"
        target = f"(target {SITE_TARGET_SECONDS}: {met})"
        print(f"report of a site, database to all formats      {report:8.1f} s CPU {target}")
        ANSWERS.clear()
        report = cpu_seconds(lambda: public_report(engine, None))
        met = "met" if report <= REPORT_TARGET_SECONDS else "MISSED"
        target = f"(target {REPORT_TARGET_SECONDS}: {met})"
        print(f"report of the Region, database to all formats  {report:8.1f} s CPU {target}")
        engine.dispose()
    return 0 if page <= PAGE_TARGET_MS else 1


def fill(engine: Engine, sites: int, stations: int, days: int) -> int:
    """The register and every site slot of the days up to now; returns how many."""
    random = Random(1)
    first = calendar.start_of_day(calendar.local_date(NOW, ZONE) - dt.timedelta(days=days), ZONE)
    count = 0
    with writing(engine) as connection:
        create_account(connection, "benchmark", "benchmark of a year", "administrator", NOW)
        connection.execute(
            insert(site),
            [{"site_id": n, "code": f"S{n}", "name": f"Site {n}", "created_at": 0} for n in range(1, sites + 1)],
        )
        register(connection, sites, stations, first * 900)
        for site_id in range(1, sites + 1):
            rows = [slot_of(site_id, slot, stations, random) for slot in range(first, NOW // 900)]
            insert_rows(connection, SITE_SLOTS, rows)
            count += len(rows)
    return count


def register(connection: Connection, sites: int, stations: int, installed_at: int) -> None:
    everybody = [(site_id, number) for site_id in range(1, sites + 1) for number in range(1, stations + 1)]
    connection.execute(
        insert(station),
        [
            {"site_id": site_id, "station_id": number, "label": f"PC{number}", "installed_at": installed_at}
            for site_id, number in everybody
        ],
    )
    since = dt.date(YEAR - 1, 1, 1)
    connection.execute(insert(timetable), [{"site_id": n, "valid_from": since} for n in range(1, sites + 1)])
    hours = (
        {"from_minute": 540, "until_minute": 720, "kind": "free_access"},
        {
            "from_minute": 780,
            "until_minute": 1080,
            "kind": "accompanied",
        },
    )
    connection.execute(
        insert(weekly_interval),
        [
            {"site_id": n, "valid_from": since, "weekday": day, **each}
            for n in range(1, sites + 1)
            for day in range(6)
            for each in hours
        ],
    )


def slot_of(site_id: int, slot: int, stations: int, random: Random) -> tuple[object, ...]:
    """By day some stations are in use, by night all are off."""
    if slot % 96 not in range(32, 72):
        return (
            site_id,
            slot,
            stations,
            0,
            0,
            stations * 900,
            0,
            0,
            0,
            *[stations] * 4,
            *[0] * 12,
            *[NO_LENGTHS] * 4,
            *[0] * (len(SITE_SLOTS.columns) - 29),
        )
    taken = random.randrange(stations)
    if site_id % FEW_VISITORS == 0:
        taken = random.randrange(1, 3) if random.random() < RARELY * (1 + site_id // FEW_VISITORS % 6) else 0
    seconds = stations * 900
    starts = -(-taken // 2)
    counts = *[stations] * 4, *[taken] * 4, *[starts] * 4, *[taken * 800] * 4
    return (
        site_id,
        slot,
        stations,
        seconds,
        seconds,
        0,
        0,
        stations,
        0,
        *counts,
        *[f"0 0 {starts} 0 0 0 0"] * 4,
        stations,
        stations,
        *[0] * (len(SITE_SLOTS.columns) - 31),
    )


def page_ms(engine: Engine, pages: int) -> float:
    """The median processor time of a page for somebody who is logged in."""
    application = web_app(engine, WebSettings(csrf_secret="0123456789abcdef" * 4), lambda: NOW)
    with TestClient(application, base_url="http://dps.example") as client:
        token = re.search(r'name="_csrf_token" value="([^"]*)"', client.get("/login").text)
        asked = {"_csrf_token": token[1] if token else "", "name": "benchmark", "password": "benchmark of a year"}
        client.post("/login", data=asked, follow_redirects=False)
        path = f"/sites/S1/statistics/{YEAR}"
        if client.get(path, follow_redirects=False).status_code != 200:
            sys.exit(f"{path} did not answer; look at the collector's log.")
        return median_ms(pages, lambda: client.get(path))


def region_once(engine: Engine) -> None:
    with reading(engine) as connection:
        figures_of_years(connection, all_sites(connection), YEAR, NOW, Rules(), catalogue())


def public_report(engine: Engine, of: Site | None) -> None:
    """The public edition in French, in every format; of the Region where no site is given."""
    with reading(engine) as connection:
        gathered = gather(connection, of, YEAR, Edition.PUBLIC, NOW, Rules(), catalogue())
    speech = load_languages()["fr"]
    document = compose(gathered.inputs, speech)
    for how in FORMATS.values():
        how.render(document, speech)


def numbers() -> int:
    return sum(range(1_000_000))


def median_ms(times: int, do: Callable[[], object]) -> float:
    return statistics.median(cpu_seconds(do) for _ in range(times)) * 1000


def cpu_seconds(do: Callable[[], object]) -> float:
    begun = time.process_time()
    do()
    return time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
