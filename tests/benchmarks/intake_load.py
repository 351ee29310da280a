"""The load of the intake's benchmark: stations, and the contacts that they make one after the other."""

import copy
import gzip
import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from collector.storage.engine import create_engine, writing
from collector.storage.models import credential, site, station
from collector.storage.schema import migrate

SLOTS_PER_CONTACT = 2
LOAD_THREADS = 1
STATIONS_PER_SITE = 10
DAYS_BACK = 13


def secret_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def stations_of(count: int) -> list[tuple[int, int]]:
    return [(number // STATIONS_PER_SITE + 1, number % STATIONS_PER_SITE + 1) for number in range(count)]


def prepare(folder: Path, stations: int) -> str:
    """A database with its sites, stations and credentials; returns its URL."""
    url = f"sqlite:///{folder / 'collector.sqlite'}"
    engine = create_engine(url)
    migrate(engine)
    pairs = stations_of(stations)
    with writing(engine) as connection:
        connection.execute(
            insert(site),
            [
                {"site_id": n, "code": f"S{n}", "name": f"Site {n}", "created_at": 0}
                for n in sorted({s for s, _ in pairs})
            ],
        )
        connection.execute(
            insert(station),
            [{"site_id": s, "station_id": n, "label": f"PC{n}", "installed_at": 0} for s, n in pairs],
        )
        connection.execute(
            insert(credential),
            [
                {
                    "public_id": f"{number:016x}",
                    "secret_sha256": hashlib.sha256(secret_of(number).encode()).hexdigest(),
                    "status": "accepted",
                    "tag": f"PC{n}",
                    "token_public_id": "0" * 16,
                    "site_id": s,
                    "station_id": n,
                    "created_at": 0,
                    "used_at": 0,
                }
                for number, (s, n) in enumerate(pairs)
            ],
        )
    engine.dispose()
    return url


def bodies(reference: dict[str, Any], stations: int, count: int, now: int) -> Iterator[tuple[int, bytes]]:
    """One station number and packed envelope per contact, in the order in which they would come."""
    chance = random.Random(7)
    first_slot = now // 900 - DAYS_BACK * 96
    order = list(range(stations))
    ids = {number: f"{number:032x}" for number in order}
    contact = 0
    produced = 0
    size = len(reference["slots"])
    while produced < count:
        chance.shuffle(order)
        newest = first_slot + contact * (max(SLOTS_PER_CONTACT, size)) + size
        for number in order[: count - produced]:
            body = copy.deepcopy(reference)
            run = hashlib.sha256(f"run {number}".encode()).hexdigest()[:16]
            body["previous_envelope_id"] = ids[number]
            ids[number] = body["envelope_id"] = f"{chance.getrandbits(128):032x}"
            body["current_run_id"] = run
            body["composed_at_seconds"] = newest * 900 + chance.randrange(900)
            body["runs"][0].update(
                run_id=run,
                revision=contact + 1,
                started_at_seconds=first_slot * 900,
                last_seen_at_seconds=newest * 900,
            )
            for index, slot in enumerate(body["slots"]):
                last = index == size - 1
                slot.update(run_id=run, slot=newest - size + 1 + index, revision=15 if last else 30)
                for rule in slot["idle_rules"]:
                    rule["starts"] = min(4, rule["starts"]) + (0 if last else 1)
                    rule["seconds_in_use"] = chance.randrange(400) + (0 if last else 500)
            vary(body["readings"], chance, contact)
            yield number, gzip.compress(json.dumps(body, separators=(",", ":")).encode(), 6)
        produced += min(stations, count - produced)
        contact += 1


def vary(readings: dict[str, Any], chance: random.Random, contact: int) -> None:
    """Every reading that is in the envelope has changed since the last one."""
    if readings["processor"]:
        readings["processor"]["busy_percent"] = (contact * 7 + chance.randrange(6)) % 101
    if readings["memory"]:
        readings["memory"]["available_bytes"] = chance.randrange(2**33)
    if readings["volumes"]:
        readings["volumes"]["fixed"][0]["free_bytes"] = chance.randrange(2**37)
    if readings["agent"]:
        readings["agent"]["spool_bytes"] = chance.randrange(2**20)
    if readings["uptime"]:
        readings["uptime"]["booted_at_seconds"] += contact
    if readings["network_link"]:
        readings["network_link"]["speed_megabits"] = 1000 - contact % 2 * 900
    if readings["operating_system"]:
        readings["operating_system"]["kernel"] = f"6.1.0-{contact}-amd64"
    if readings["pending_reboot"]:
        readings["pending_reboot"]["required"] = contact % 2 == 0


def write_requests(path: Path, packed: list[tuple[int, bytes]]) -> None:
    for thread in range(LOAD_THREADS):
        with Path(f"{path}.{thread}").open("wb") as content, Path(f"{path}.{thread}.lengths").open("w") as lengths:
            for number, body in packed[thread::LOAD_THREADS]:
                head = (
                    "POST /api/v1/envelopes HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: dps-agent/0.1.0\r\n"
                    "Accept: application/json\r\n"
                    f"Authorization: Bearer {number:016x}.{secret_of(number)}\r\n"
                    "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n"
                )
                lengths.write(f"{len(head) + len(body)}\n")
                content.write(head.encode() + body)
