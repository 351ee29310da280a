"""What the watch over the hardware of sites found, as far as it asked somebody to do something."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, select

from collector.domain.health.findings import NOT_OF_READINGS, Level
from collector.domain.health.flags import Change, Flag, Watched
from collector.storage.models import alert, alert_event, site_health
from collector.storage.queries.alerts import EventKind

CHANGES_LEVEL = (EventKind.RAISED.value, EventKind.CHANGED.value)


def watched_sites(connection: Connection, site_ids: Sequence[int]) -> dict[int, Watched]:
    """By site."""
    rows = connection.execute(
        select(site_health.c.site_id, site_health.c.watched_from).where(site_health.c.site_id.in_(site_ids))
    )
    since = {row.site_id: row.watched_from for row in rows}
    same = and_(alert_event.c.site_id == alert.c.site_id, alert_event.c.alert_id == alert.c.alert_id)
    changed = connection.execute(
        select(alert.c.site_id, alert.c.alert_id, alert.c.ended_at, alert_event.c.happened_at, alert_event.c.level)
        .select_from(alert.join(alert_event, same))
        .where(
            alert.c.site_id.in_(site_ids),
            alert.c.rule.not_in([rule.value for rule in NOT_OF_READINGS]),
            alert_event.c.kind.in_(CHANGES_LEVEL),
        )
        .order_by(alert_event.c.happened_at)
    )
    changes: dict[tuple[int, int], list[Change]] = {}
    ended: dict[tuple[int, int], int | None] = {}
    for row in changed:
        changes.setdefault((row.site_id, row.alert_id), []).append(Change(row.happened_at, Level(row.level)))
        ended[row.site_id, row.alert_id] = row.ended_at
    flags: dict[int, list[Flag]] = {site_id: [] for site_id in site_ids}
    for (site_id, alert_id), some in changes.items():
        flags[site_id].append(Flag(some, ended[site_id, alert_id]))
    return {site_id: Watched(since.get(site_id), flags[site_id]) for site_id in site_ids}
