"""Who changed, froze and downloaded what, and when."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from collector.storage.changes.base import Subject
from collector.storage.models import audit_entry


class AuditEntry(NamedTuple):
    entry_id: int
    changed_at: int
    changed_by: str
    site_id: int | None
    """None: of the whole Region."""
    subject: Subject
    name: str
    before: Any
    """None: there was nothing."""
    after: Any
    """None: there is nothing any more."""


class Wanted(NamedTuple):
    site_ids: Sequence[int] | None = None
    """None: everything, also what belongs to no site."""
    by: str = ""
    before: int | None = None
    """Only entries with a smaller number."""
    subject: Subject | None = None
    """None: whatever it is about."""


def audit_log(connection: Connection, wanted: Wanted, limit: int) -> list[AuditEntry]:
    """The newest first."""
    columns = audit_entry.c
    asked = select(
        columns.entry_id,
        columns.changed_at,
        columns.changed_by,
        columns.site_id,
        columns.subject,
        columns.name,
        columns.before,
        columns.after,
    )
    if wanted.site_ids is not None:
        asked = asked.where(columns.site_id.in_(wanted.site_ids))
    if wanted.by:
        asked = asked.where(columns.changed_by == wanted.by)
    if wanted.subject is not None:
        asked = asked.where(columns.subject == wanted.subject.value)
    if wanted.before is not None:
        asked = asked.where(columns.entry_id < wanted.before)
    rows = connection.execute(asked.order_by(columns.entry_id.desc()).limit(limit))
    return [
        AuditEntry(
            number, at, by, site_id, Subject(subject), name,
            *(None if text is None else json.loads(text) for text in (old, new)),
        )
        for number, at, by, site_id, subject, name, old, new in rows
    ]  # fmt: skip


def audit_of(connection: Connection, site_id: int, limit: int) -> list[AuditEntry]:
    """What changed at a site, the newest first; downloads left out."""
    found = audit_log(connection, Wanted([site_id]), limit)
    return [each for each in found if each.subject is not Subject.DOWNLOAD]


def people(connection: Connection, site_ids: Sequence[int] | None) -> list[str]:
    """Who stands in the log, by name; None is everywhere."""
    names = select(audit_entry.c.changed_by).distinct().order_by(audit_entry.c.changed_by)
    if site_ids is not None:
        names = names.where(audit_entry.c.site_id.in_(site_ids))
    return list(connection.execute(names).scalars())


def purge_downloads(connection: Connection, before: int) -> int:
    """Forget who took which file home before a moment; how many lines."""
    gone = (audit_entry.c.subject == Subject.DOWNLOAD.value, audit_entry.c.changed_at < before)
    return connection.execute(delete(audit_entry).where(*gone)).rowcount
