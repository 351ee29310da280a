"""Writes what was found of a site, if nobody else has meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.alerts.judging import Verdict
from collector.domain.health.findings import NOT_OF_READINGS, OF_SITES, Decision, Level
from collector.storage.engine import is_sqlite
from collector.storage.models import alert, alert_event, site_health, station_health
from collector.storage.queries.alerts import SITE_ITSELF, Alert, EventKind, mine
from collector.storage.rows import insert_rows, insertion

QUIET_SECONDS = 86_400
"""What ends and comes back within it is not told a second time."""
REPORTED = insertion(
    station_health, ("site_id", "station_id", "heard_at", "on_since", "state", "state_since", "memory")
)
STATES = insertion(station_health, ("site_id", "station_id", "on_since", "state", "state_since"))


class SiteRow(NamedTuple):
    site_id: int
    revision: int | None
    """That it had; None where there was none."""
    due_at: int
    state: str
    state_since: int
    day: int
    in_a_row: str


class StationRow(NamedTuple):
    site_id: int
    station_id: int
    heard_at: int | None
    on_since: int | None
    state: str
    state_since: int
    memory: str | None
    """None: as it is, and so is what was heard."""


def record(
    connection: Connection,
    row: SiteRow,
    stations: Sequence[StationRow],
    verdicts: Sequence[Verdict],
    alerts: Sequence[Alert],
    now: int,
    mark: Callable[[], int],
) -> bool:
    """Inside the caller's transaction; False where somebody else was faster: nothing is written then."""
    if not _take(connection, row, now):
        return False
    _write_stations(connection, stations)
    held = {(each.station_id, each.key): each for each in alerts}
    for verdict in verdicts:
        for decision in verdict.decisions:
            before = held.get((verdict.station_id, decision.key))
            _carry_out(connection, row.site_id, verdict.station_id, decision, before, now, mark)
        for key, facts in verdict.refreshed.items():
            _refresh(connection, held.get((verdict.station_id, key)), facts)
    _freeze(connection, verdicts, alerts, now)
    _accept(connection, verdicts, alerts)
    there = {verdict.station_id for verdict in verdicts}
    for each in alerts:
        if each.station_id not in there:
            # The station has gone, and everything that it had with it.
            _end(connection, each, now, mark)
    return True


def _take(connection: Connection, row: SiteRow, now: int) -> bool:
    values = {name: value for name, value in row._asdict().items() if name not in {"site_id", "revision"}}
    if row.revision is None:
        new = (sqlite if is_sqlite(connection) else postgresql).insert(site_health)
        first = new.values(site_id=row.site_id, revision=1, watched_from=now, **values).on_conflict_do_nothing()
        return connection.execute(first.returning(site_health.c.site_id)).first() is not None
    same = (site_health.c.site_id == row.site_id, site_health.c.revision == row.revision)
    return (
        connection.execute(update(site_health).where(*same).values(revision=row.revision + 1, **values)).rowcount == 1
    )


def _write_stations(connection: Connection, rows: Sequence[StationRow]) -> None:
    insert_rows(connection, REPORTED, [tuple(row) for row in rows if row.memory is not None])
    insert_rows(connection, STATES, [(*row[:2], *row[3:-1]) for row in rows if row.memory is None])


def _carry_out(
    connection: Connection,
    site_id: int,
    station_id: int,
    decision: Decision,
    before: Alert | None,
    now: int,
    mark: Callable[[], int],
) -> None:
    if before is None:
        if decision.level is not Level.OK:
            _raise(connection, site_id, station_id, decision, now, mark)
    elif decision.level is Level.OK:
        _end(connection, before, now, mark)
    else:
        values: dict[str, Any] = {"level": decision.level.value, "facts": _json(decision.facts)}
        is_news = before.told_at is None or before.told_at <= now - QUIET_SECONDS
        if decision.level is Level.CRITICAL and is_news:
            # Worse than what somebody knows of: so somebody is told again.
            values |= {"told_at": None, "acknowledged_at": None, "acknowledged_by": ""}
        connection.execute(update(alert).where(mine(site_id, before.alert_id)).values(**values))
        note_event(connection, before, EventKind.CHANGED, now, mark(), level=decision.level.value)


def _raise(
    connection: Connection, site_id: int, station_id: int, decision: Decision, now: int, mark: Callable[[], int]
) -> None:
    same = (
        alert.c.site_id == site_id,
        alert.c.station_id == station_id,
        alert.c.rule == decision.key.rule.value,
        alert.c.item == decision.key.item,
        alert.c.told_at > now - QUIET_SECONDS,
    )
    told = connection.execute(select(alert.c.told_at).where(*same).order_by(alert.c.told_at.desc()).limit(1)).scalar()
    alert_id = mark()
    connection.execute(
        insert(alert).values(
            site_id=site_id,
            alert_id=alert_id,
            station_id=station_id,
            rule=decision.key.rule.value,
            item=decision.key.item,
            level=decision.level.value,
            started_at=decision.started_at,
            raised_at=now,
            facts=_json(decision.facts),
            told_at=told,
        )
    )
    event = {"site_id": site_id, "alert_id": alert_id, "happened_at": now, "event_id": mark()}
    values = {**event, "kind": EventKind.RAISED.value, "level": decision.level.value}
    connection.execute(insert(alert_event).values(**values))


def _end(connection: Connection, before: Alert, now: int, mark: Callable[[], int]) -> None:
    connection.execute(update(alert).where(mine(before.site_id, before.alert_id)).values(ended_at=now))
    note_event(connection, before, EventKind.ENDED, now, mark())


def note_event(
    connection: Connection,
    about: Alert,
    kind: EventKind,
    now: int,
    event_id: int,
    *,
    level: str = "",
    by: str = "",
    text: str = "",
) -> None:
    values = {"site_id": about.site_id, "alert_id": about.alert_id, "happened_at": now, "event_id": event_id}
    connection.execute(insert(alert_event).values(**values, kind=kind.value, level=level, by=by, note=text))


def _refresh(connection: Connection, before: Alert | None, facts: Mapping[str, Any]) -> None:
    if before is not None and dict(before.facts) != dict(facts):
        connection.execute(update(alert).where(mine(before.site_id, before.alert_id)).values(facts=_json(facts)))


def _freeze(connection: Connection, verdicts: Sequence[Verdict], alerts: Sequence[Alert], now: int) -> None:
    frozen = {each.station_id: each.frozen for each in verdicts if each.frozen is not None}
    for each in alerts:
        can = each.key.rule in OF_SITES if each.station_id == SITE_ITSELF else each.key.rule not in NOT_OF_READINGS
        wanted = frozen.get(each.station_id, False) and can
        if wanted is not (each.frozen_at is not None):
            values = {"frozen_at": now if wanted else None}
            connection.execute(update(alert).where(mine(each.site_id, each.alert_id)).values(**values))


def _accept(connection: Connection, verdicts: Sequence[Verdict], alerts: Sequence[Alert]) -> None:
    """What a technician accepted has been heard by the rules of a report."""
    heard = {each.station_id for each in verdicts if each.memory is not None}
    for each in alerts:
        if each.accepted_at is not None and each.station_id in heard:
            same = (mine(each.site_id, each.alert_id), alert.c.accepted_at == each.accepted_at)
            connection.execute(update(alert).where(*same).values(accepted_at=None))


def _json(facts: Mapping[str, Any]) -> str:
    return to_json(dict(facts)).decode()
