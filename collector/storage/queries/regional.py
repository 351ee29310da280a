"""The dated decisions of the Region."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from collector.domain.calendar import local_date
from collector.domain.regional import Dated, Decisions, Regional
from collector.storage.models import setting


def decisions_of(connection: Connection, zone: ZoneInfo) -> Decisions:
    """What is stored, in order of time; nothing of what nobody decided."""
    names = [each.value for each in Regional]
    rows = connection.execute(
        select(setting.c.name, setting.c.valid_from, setting.c.value)
        .where(setting.c.name.in_(names))
        .order_by(setting.c.name, setting.c.valid_from)
    )
    found: dict[Regional, list[Dated]] = {}
    for row in rows:
        found.setdefault(Regional(row.name), []).append(Dated(local_date(row.valid_from, zone), int(row.value)))
    return found
