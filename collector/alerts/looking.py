"""Looks at the sites with news, and at those whose time has come: the only writer of alerts, beside technicians.

News are contacts that the rules have not seen. A site's time comes when it opens or closes, half an hour after it
opened, when a station may become late, and at the latest every hour, so that what people change is noticed.

Several workers may look at the same time. Each writes what it found of a site only if nobody has since it began to look
(the site's revision: compare and set), all in one transaction; and there is one open alert of a kind at most.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, and_, or_, select

from collector.alerts.judging import (
    Verdict,
    due_at,
    is_told_of_site,
    judged_report,
    judged_site,
    judged_state,
    raised_of,
)
from collector.alerts.recording import SiteRow, StationRow, record
from collector.alerts.remembered import Memory, read_memory, read_rows, written_memory, written_rows
from collector.domain.calendar import local_date
from collector.domain.health.reports import Context, Reading, Report
from collector.domain.health.states import Life, State
from collector.domain.health.thresholds import Thresholds
from collector.storage.engine import reading, writing
from collector.storage.models import site, site_health, station, station_contact, station_health
from collector.storage.queries.alerts import SITE_ITSELF, Alert, open_alerts
from collector.storage.queries.equipment import equipment_of_sites
from collector.storage.queries.standings import Place, places
from collector.storage.queries.thresholds import thresholds_in_force
from collector.storage.rows import select_by_keys

_log = logging.getLogger(__name__)

SITES_AT_ONCE = 20
"""So many share a transaction: the stations wait for some milliseconds at most."""
LONGEST_SECONDS = 3_600
CONTACT_COLUMNS = ("site_id", "station_id", "received_at", "agent_version", "clock_skew_seconds", "readings")


@dataclass(frozen=True, slots=True)
class How:
    """What looking depends on beside the database and the time."""

    zone: ZoneInfo
    interval_seconds: int
    """How often stations are asked to report."""
    newest_agent: str
    mark: Callable[[], int]
    """Random numbers below 2 ** 62."""


class _Known(NamedTuple):
    """What is stored of a station's health."""

    heard_at: int | None
    on_since: int | None
    state: str
    state_since: int


class _Looked(NamedTuple):
    """What was found of a site."""

    row: SiteRow
    stations: list[StationRow]
    verdicts: list[Verdict]
    alerts: list[Alert]


def look(engine: Engine, now: int, how: How) -> int:
    """Does all that is due; how many sites that was."""
    with reading(engine) as connection:
        due = due_sites(connection, now)
    for start in range(0, len(due), SITES_AT_ONCE):
        some = due[start : start + SITES_AT_ONCE]
        try:
            look_at(engine, some, now, how)
        except Exception:  # noqa: BLE001  # of these sites; the others are not to suffer from it
            _log.exception("The health of stations could not be looked at; the next minute tries these again.")
    return len(due)


def due_sites(connection: Connection, now: int) -> list[int]:
    """In order."""
    contact, known = station_contact.c, station_health.c
    same = and_(known.site_id == contact.site_id, known.station_id == contact.station_id)
    there = and_(
        station.c.site_id == contact.site_id,
        station.c.station_id == contact.station_id,
        station.c.retired_at.is_(None),
    )
    news = (
        select(contact.site_id)
        .select_from(station_contact.join(station, there).outerjoin(station_health, same))
        .where(or_(known.heard_at.is_(None), known.heard_at != contact.received_at))
        .distinct()
    )
    new = (
        select(site.c.site_id)
        .select_from(site.outerjoin(site_health, site_health.c.site_id == site.c.site_id))
        .where(site_health.c.site_id.is_(None))
    )
    due = select(site_health.c.site_id).where(site_health.c.due_at <= now)
    return sorted({row.site_id for question in (news, new, due) for row in connection.execute(question)})


def look_at(engine: Engine, site_ids: Sequence[int], now: int, how: How) -> None:
    with reading(engine) as connection:
        looked = list(_looked_at(connection, site_ids, now, how))
    with writing(engine) as connection:
        for each in looked:
            record(connection, each.row, each.stations, each.verdicts, each.alerts, now, how.mark)


def _looked_at(connection: Connection, site_ids: Sequence[int], now: int, how: How) -> Iterator[_Looked]:
    limits = thresholds_in_force(connection)
    found = places(connection, site_ids, now, how.zone, limits, how.interval_seconds, whole=True)
    rows = {row.site_id: row for row in connection.execute(select(site_health).where(_of(site_health, site_ids)))}
    known = _known_stations(connection, site_ids)
    alerts: dict[int, list[Alert]] = {site_id: [] for site_id in site_ids}
    for each in open_alerts(connection, site_ids):
        alerts[each.site_id].append(each)
    heard = {key: each.heard_at for key, each in known.items()}
    news = [
        (site_id, station_id)
        for site_id, place in found.items()
        for station_id, standing in place.standings.items()
        if standing.life.contact and standing.life.contact.received_at != heard.get((site_id, station_id))
    ]
    reports = _reports(connection, news)
    memories = _memories(connection, news)
    today = local_date(now, how.zone).toordinal()
    register = [each for each in site_ids if each not in rows or rows[each].day != today]
    devices = equipment_of_sites(connection, register)
    for site_id in site_ids:
        yield _looked_at_site(
            _Site(site_id, found[site_id], rows.get(site_id), alerts[site_id], devices.get(site_id)),
            {station_id: each for (mine, station_id), each in known.items() if mine == site_id},
            {station_id: each for (mine, station_id), each in reports.items() if mine == site_id},
            {station_id: each for (mine, station_id), each in memories.items() if mine == site_id},
            now,
            how,
            limits,
        )


class _Site(NamedTuple):
    site_id: int
    place: Place
    row: Any
    alerts: list[Alert]
    devices: Any


def _looked_at_site(
    mine: _Site,
    known: dict[int, _Known],
    reports: dict[int, Report],
    memories: dict[int, Memory],
    now: int,
    how: How,
    limits: Thresholds,
) -> _Looked:
    place, row = mine.place, mine.row
    today = local_date(now, how.zone)
    by_station: dict[int, list[Alert]] = {}
    for each in mine.alerts:
        by_station.setdefault(each.station_id, []).append(each)
    of_site = raised_of(by_station.get(SITE_ITSELF, ()))
    context = Context(limits, place.hours, today, how.newest_agent, of_site)
    in_a_row = {} if row is None else read_rows(row.in_a_row)
    verdict, in_a_row = judged_site(place.state, of_site, mine.devices, context, in_a_row, now)
    verdicts, stations = [verdict], []
    told = is_told_of_site(place.state, of_site)
    for station_id, standing in place.standings.items():
        open_here = by_station.get(station_id, [])
        raised = raised_of(open_here)
        verdicts.append(judged_state(station_id, standing.state, raised, now, told_of_site=told))
        memory = None
        if station_id in reports:
            report = reports[station_id]
            accepted = frozenset(each.key for each in open_here if each.accepted_at is not None)
            day = local_date(report.at, how.zone)
            context = Context(limits, place.hours, day, how.newest_agent, raised, accepted)
            judged = judged_report(station_id, report, memories.get(station_id, Memory()), context)
            memory = judged.memory
            verdicts.append(judged)
        changed = _station_row(mine.site_id, station_id, standing.life, standing.state, known, memory, now)
        if changed is not None:
            stations.append(changed)
    state = place.state.value
    site_row = SiteRow(
        mine.site_id,
        None if row is None else row.revision,
        due_at([each.life for each in place.standings.values()], now, place.hours, limits, LONGEST_SECONDS),
        state,
        row.state_since if row is not None and row.state == state else now,
        today.toordinal(),
        written_rows(in_a_row),
    )
    return _Looked(site_row, stations, verdicts, mine.alerts)


def _station_row(
    site_id: int,
    station_id: int,
    life: Life,
    state: State,
    known: dict[int, _Known],
    memory: Memory | None,
    now: int,
) -> StationRow | None:
    """None where nothing changed."""
    before = known.get(station_id)
    heard_at = None if life.contact is None else life.contact.received_at
    if before is not None and memory is None and before.state == state.value:
        return None
    since = life.on_since if memory is not None else before and before.on_since
    state_since = before.state_since if before is not None and before.state == state.value else now
    text = None if memory is None else written_memory(memory)
    return StationRow(site_id, station_id, heard_at, since, state.value, state_since, text)


def _known_stations(connection: Connection, site_ids: Sequence[int]) -> dict[tuple[int, int], _Known]:
    columns = station_health.c
    rows = connection.execute(
        select(
            columns.site_id,
            columns.station_id,
            columns.heard_at,
            columns.on_since,
            columns.state,
            columns.state_since,
        ).where(_of(station_health, site_ids))
    )
    return {(row.site_id, row.station_id): _Known(*row[2:]) for row in rows}


def _reports(connection: Connection, stations: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Report]:
    found = {}
    key = ("site_id", "station_id")
    for row in select_by_keys(connection, station_contact, CONTACT_COLUMNS, key, stations):
        readings = {probe: Reading(*held) for probe, held in from_json(row[5]).items()}
        found[row[0], row[1]] = Report(row[2], readings, row[4], row[3])
    return found


def _memories(connection: Connection, stations: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Memory]:
    columns = ("site_id", "station_id", "memory")
    rows = select_by_keys(connection, station_health, columns, columns[:2], stations)
    return {(row[0], row[1]): read_memory(row[2]) for row in rows}


def _of(table: Any, site_ids: Sequence[int]) -> Any:
    return table.c.site_id.in_(site_ids)
