"""Every page on a large database: 1,000 sites of 10 stations, five years, the last 25 months in quarters of an hour.

One site is made slot by slot, added up and folded by the collector itself, and then copied to the others, so that the
database is as large and as deep as the real one; its figures mean nothing. Each page is asked for as an administrator,
of sites at random. Processor time of the whole request in this process, and the size as it goes over the line (gzip).

    python tests/benchmarks/large_region.py [--keep FILE]

Quarters of an hour are nine tenths of it. No page reads those of days that are stored, so `--quarters DAYS` copies only
the last of them: pages take the same time, and the database is made in a sixth of the time.
"""

import argparse
import datetime as dt
import gc
import gzip
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from random import Random

from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import Connection, Engine, Table, insert, text

from collector.catalogue import catalogue
from collector.domain import calendar
from collector.domain.statistics import Rules
from collector.ingest.months import MonthRoller
from collector.ingest.purging import Kept, purge
from collector.ingest.routes import GARBAGE_THRESHOLDS
from collector.reports.keeping import keep_told
from collector.storage.engine import create_engine, writing
from collector.storage.models import (
    activity,
    attendance,
    metadata,
    month_sum,
    roll_up,
    rolled_days,
    rolled_month,
    site,
    site_slot,
    site_year,
    station,
    station_contact,
    timetable,
    weekly_interval,
)
from collector.storage.queries.site_slots import SITE_SLOTS
from collector.storage.rows import insert_rows
from collector.web import WebSettings, web_app
from collector.web.accounts import create_account
from tests.benchmarks.year_of_statistics import NOW, YEAR, ZONE, cpu_seconds, numbers, slot_of

TARGET_MS = 50
TARGET_BYTES = 150_000
COPIED = (
    *(timetable, weekly_interval, station, station_contact, site_slot, rolled_month, roll_up, month_sum, rolled_days),
    *(attendance, activity, site_year),
)
MUNICIPALITIES = 19
OPERATORS = 60
PAGES = (
    "/",
    "/region",
    f"/region/statistics/{YEAR}",
    "/region/decisions",
    "/reports",
    f"/reports/region/{YEAR}",
    "/today",
    "/fleet",
    "/equipment",
    "/agents",
    "/thresholds",
    "/accounts",
    "/audit",
    "/account",
    "/public",
    "/open-data",
    "/privacy",
    "/public/sites/{code}",
    "/sites/{code}",
    "/sites/{code}/stations",
    "/sites/{code}/stations/1",
    "/sites/{code}/visit",
    "/sites/{code}/maintenance",
    "/sites/{code}/days",
    "/sites/{code}/figures",
    f"/sites/{{code}}/calendar/{YEAR}",
    "/figures",
    f"/sites/{{code}}/statistics/{YEAR}",
    f"/sites/{{code}}/statistics/{YEAR - 4}",
    "/sites/{code}/register",
    "/sites/{code}/opening-hours",
    "/sites/{code}/equipment",
    "/sites/{code}/entries",
    "/sites/{code}/attendance",
    "/sites/{code}/activity",
    f"/sites/{{code}}/years/{YEAR}",
    "/sites/{code}/files",
    f"/reports/{{code}}/{YEAR}",
)
"""What has no line here is a form, a file, or made from one of these."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=1_000)
    parser.add_argument("--stations", type=int, default=10)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument(
        "--quarters", type=int, metavar="DAYS", help="how many days back they are copied (default: all)"
    )
    parser.add_argument("--pages", type=int, default=20, help="how often each page is asked for")
    parser.add_argument("--keep", type=Path, help="database to use again, made if it is missing")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="large-region-") as folder:
        file = asked.keep or Path(folder) / "region.sqlite"
        is_new = not file.exists()
        engine = create_engine(f"sqlite:///{file}")
        if is_new:
            begun = time.monotonic()
            fill(engine, asked.sites, asked.stations, asked.years, asked.quarters)
            print(f"made in {time.monotonic() - begun:.0f} s, {file.stat().st_size / 1e9:.1f} GB")
        begun = time.process_time()
        keep_told(engine, NOW, Rules(), catalogue())
        print(f"years told were put together, as the roller does each hour, in {time.process_time() - begun:.1f} s CPU")
        missed = measure(engine, asked.sites, asked.pages)
        engine.dispose()
    return 1 if missed else 0


def fill(engine: Engine, sites: int, stations: int, years: int, quarters: int | None = None) -> None:
    """One site in full, then all the others like it."""
    metadata.create_all(engine)
    random = Random(1)
    first = calendar.start_of_day(calendar.local_date(NOW, ZONE) - dt.timedelta(days=years * 365), ZONE)
    with writing(engine) as connection:
        create_account(connection, "benchmark", "benchmark of pages", "administrator", NOW)
        connection.execute(insert(site), [a_site(number, years) for number in range(1, sites + 1)])
        register(connection, stations, years, first * 900)
        rows = [slot_of(1, slot, stations, random) for slot in range(first, NOW // 900)]
        insert_rows(connection, SITE_SLOTS, rows)
    roller = MonthRoller(engine, ZONE)
    while roller(NOW):
        pass
    purge(engine, NOW, Kept(), ZONE)
    for table in COPIED:
        with writing(engine) as connection:
            since = 0 if quarters is None else NOW // 900 - quarters * 96
            copy(connection, table, sites, f"kept.slot >= {since}" if table is site_slot else "TRUE")


def a_site(number: int, years: int) -> dict[str, object]:
    return {
        "site_id": number,
        "code": f"S{number}",
        "name": f"Espace {number}",
        "name_nl": f"Ruimte {number}",
        "municipality": f"Commune {number % MUNICIPALITIES}",
        "operator": f"ASBL {number % OPERATORS}",
        "label_status": "certified",
        "label_since": dt.date(YEAR - years, 1, 1),
        "quiet_shown": True,
        "created_at": 0,
    }


def register(connection: Connection, stations: int, years: int, installed_at: int) -> None:
    """Of the first site."""
    since, mine = dt.date(YEAR - years, 1, 1), {"site_id": 1}
    everyone = range(1, stations + 1)
    connection.execute(
        insert(station),
        [mine | {"station_id": n, "label": f"PC{n}", "installed_at": installed_at} for n in everyone],
    )
    contact = {"received_at": NOW - 600, "last_envelope_id": "0" * 32, "agent_version": "1", "clock_skew_seconds": 0}
    connection.execute(insert(station_contact), [mine | contact | {"station_id": n} for n in everyone])
    connection.execute(insert(timetable), [mine | {"valid_from": since}])
    hours = [(540, 720, "free_access"), (780, 1080, "accompanied")]
    connection.execute(
        insert(weekly_interval),
        [
            mine | {"valid_from": since, "weekday": day, "from_minute": begin, "until_minute": end, "kind": kind}
            for day in range(6)
            for begin, end, kind in hours
        ],
    )
    months = [
        dt.date(year, month, 1)
        for year in range(YEAR - years + 1, YEAR + 1)
        for month in range(1, 13)
        if (year, month) < (YEAR, 12)
    ]
    ends = [(first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1) for first in months]
    spans = [{"first_day": first, "last_day": last} for first, last in zip(months, ends, strict=True)]
    connection.execute(insert(attendance), [mine | span | {"visits": 300, "how": "tally"} for span in spans])
    total = {"kind": "workshop", "number": 4, "seconds": 28_800, "attendances": 30}
    connection.execute(
        insert(activity), [mine | span | total | {"activity_id": n} for n, span in enumerate(spans, start=1)]
    )
    connection.execute(
        insert(site_year),
        [
            mine | {"year": year, "facilitators": 2, "facilitators_fte": 150}
            for year in {first.year for first in months}
        ],
    )


def copy(connection: Connection, table: Table, sites: int, which: str) -> None:
    """The rows of the first site for all others; `which` of them is SQL."""
    others = [column.name for column in table.columns if column.name != "site_id"]
    names = ", ".join(others)
    values = ", ".join(f"kept.{name}" for name in others)
    connection.execute(
        text(
            f"INSERT INTO {table.name} (site_id, {names}) SELECT site.site_id, {values}"
            f" FROM site JOIN {table.name} AS kept ON kept.site_id = 1"
            f" WHERE site.site_id BETWEEN 2 AND :sites AND {which} ORDER BY site.site_id"
        ),
        {"sites": sites},
    )


def measure(engine: Engine, sites: int, times: int) -> list[str]:
    """Asks for every page; returns those that missed a target."""
    random = Random(2)
    yardstick = statistics.median(cpu_seconds(numbers) for _ in range(20)) * 1000
    print(f"yardstick: a million numbers added up {yardstick:.1f} ms CPU")
    print(f"{'page':<36} {'median ms':>10} {'p95 ms':>8} {'yardsticks':>10} {'kB gzip':>8}")
    missed = []
    application = web_app(engine, WebSettings(csrf_secret="0123456789abcdef" * 4), lambda: NOW, lambda do: do())
    with TestClient(application, base_url="http://dps.example") as client:
        token = re.search(r'name="_csrf_token" value="([^"]*)"', client.get("/login").text)
        asked = {"_csrf_token": token[1] if token else "", "name": "benchmark", "password": "benchmark of pages"}
        if client.post("/login", data=asked, follow_redirects=False).status_code != HTTPStatus.SEE_OTHER:
            sys.exit("Nobody could log in; look at the collector's log.")
        # As the collector does when it starts.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        for page in PAGES:
            if client.get(page.format(code="S1")).status_code != 200:
                sys.exit(f"{page} did not answer; look at the collector's log.")
            paths = [page.format(code=f"S{random.randint(1, sites)}") for _ in range(times)]
            taken, size = timed(client.get, paths)
            slow = taken[round(len(taken) * 0.95) - 1]
            fine = slow <= TARGET_MS and size <= TARGET_BYTES
            missed += [] if fine else [page]
            print(
                f"{page:<36} {statistics.median(taken):10.1f} {slow:8.1f} {slow / yardstick:10.2f} {size / 1000:8.1f}"
                f"{'' if fine else '  MISSED'}"
            )
    print(f"{len(PAGES) - len(missed)} of {len(PAGES)} pages within {TARGET_MS} ms and {TARGET_BYTES / 1000:.0f} kB")
    return missed


def timed(ask: Callable[[str], Response], paths: Iterable[str]) -> tuple[list[float], int]:
    """Milliseconds of the processor, in order, and the largest answer in bytes."""
    taken, largest = [], 0
    for path in paths:
        begun = time.process_time()
        answer = ask(path)
        taken.append((time.process_time() - begun) * 1000)
        largest = max(largest, len(gzip.compress(answer.content)))
    return sorted(taken), largest


if __name__ == "__main__":
    sys.exit(main())
