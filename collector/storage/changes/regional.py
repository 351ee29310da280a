"""Changes of what the Region decides."""

import datetime as dt

from sqlalchemy import and_, delete, insert, select, update

from collector.domain.calendar import SLOT_SECONDS, start_of_day
from collector.domain.regional import Regional
from collector.storage.changes.base import Change, Outcome, Subject, note
from collector.storage.models import setting


def put_decision(change: Change, which: Regional, valid_from: dt.date, value: int | None) -> Outcome:
    """What holds from a day on; None takes that decision back."""
    moment = start_of_day(valid_from, change.zone) * SLOT_SECONDS
    where = and_(setting.c.name == which.value, setting.c.valid_from == moment)
    before = change.connection.execute(select(setting.c.value).where(where)).scalar()
    after = None if value is None else str(value)
    if before == after:
        return Outcome.SAME
    if after is None:
        change.connection.execute(delete(setting).where(where))
    elif before is None:
        change.connection.execute(
            insert(setting).values(name=which.value, valid_from=moment, value=after, changed_by=change.by)
        )
    else:
        change.connection.execute(update(setting).where(where).values(value=after, changed_by=change.by))
    note(change, None, Subject.DECISION, f"{which.value} {valid_from.isoformat()}", before, after)
    if after is None:
        return Outcome.GONE
    return Outcome.NEW if before is None else Outcome.CHANGED
