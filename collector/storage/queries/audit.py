"""Who changed what of a site, and when."""

import json
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from collector.storage.changes.base import Subject
from collector.storage.models import audit_entry


class AuditEntry(NamedTuple):
    changed_at: int
    changed_by: str
    subject: Subject
    name: str
    before: Any
    """None: there was nothing."""
    after: Any
    """None: there is nothing any more."""


def audit_of(connection: Connection, site_id: int, limit: int) -> list[AuditEntry]:
    """The newest first."""
    columns = audit_entry.c
    rows = connection.execute(
        select(columns.changed_at, columns.changed_by, columns.subject, columns.name, columns.before, columns.after)
        .where(columns.site_id == site_id)
        .order_by(columns.changed_at.desc(), columns.entry_id.desc())
        .limit(limit)
    )
    return [
        AuditEntry(at, by, Subject(subject), name, *(None if text is None else json.loads(text) for text in (old, new)))
        for at, by, subject, name, old, new in rows
    ]
