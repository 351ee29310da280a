"""What technicians say of alerts: that they take one on, a note, that what is now is usual; and when to be quiet."""

from sqlalchemy import and_, delete, insert, update

from collector.domain.health.findings import Rule
from collector.domain.health.thresholds import check_order, thresholds_of
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.base import Change, Outcome, Subject, note
from collector.storage.models import alert, alert_event, maintenance_window, setting
from collector.storage.queries.alerts import SITE_ITSELF, Alert, EventKind, alert_of, mine
from collector.storage.queries.stations import label_of
from collector.storage.queries.thresholds import PREFIX, decided_thresholds
from collector.storage.queries.windows import Window, window_of, windows_of

LONGEST_NOTE = 500
LONGEST_REASON = 200
LONGEST_WINDOW_SECONDS = 31 * 86_400


def acknowledge(change: Change, site_id: int, alert_id: int) -> Outcome:
    """Somebody takes it on; of two who do so at once, the first."""
    found = _open(change, site_id, alert_id)
    where = and_(mine(site_id, alert_id), alert.c.acknowledged_at.is_(None), alert.c.ended_at.is_(None))
    values = {"acknowledged_at": change.at, "acknowledged_by": change.by}
    if not change.connection.execute(update(alert).where(where).values(**values)).rowcount:
        return Outcome.SAME
    _event(change, found, EventKind.ACKNOWLEDGED)
    note(change, site_id, Subject.ALERT, _name(found), None, {"acknowledged": True})
    return Outcome.CHANGED


def release(change: Change, site_id: int, alert_id: int) -> Outcome:
    """Nobody works on it after all."""
    found = _open(change, site_id, alert_id)
    if found.acknowledged_at is None:
        return Outcome.SAME
    where = and_(mine(site_id, alert_id), alert.c.acknowledged_at == found.acknowledged_at)
    change.connection.execute(update(alert).where(where).values(acknowledged_at=None, acknowledged_by=""))
    note(change, site_id, Subject.ALERT, _name(found), {"acknowledged": found.acknowledged_by}, None)
    return Outcome.GONE


def add_note(change: Change, site_id: int, alert_id: int, text: str) -> Outcome:
    found = alert_of(change.connection, site_id, alert_id)
    if found is None:
        raise Mistake(N_("There is no such alert at this site."))
    said = " ".join(text.split())
    if not said:
        raise Mistake(N_("Write what you found or did."))
    _event(change, found, EventKind.NOTE, said[:LONGEST_NOTE])
    note(change, site_id, Subject.ALERT, _name(found), None, {"note": said[:LONGEST_NOTE]})
    return Outcome.NEW


def accept(change: Change, site_id: int, alert_id: int, acceptable: frozenset[Rule]) -> Outcome:
    """What is now is usual from the next report on."""
    found = _open(change, site_id, alert_id)
    if found.rule not in acceptable:
        raise Mistake(N_("This alert ends when its cause is mended; there is nothing to accept."))
    where = and_(mine(site_id, alert_id), alert.c.accepted_at.is_(None), alert.c.ended_at.is_(None))
    if not change.connection.execute(update(alert).where(where).values(accepted_at=change.at)).rowcount:
        return Outcome.SAME
    _event(change, found, EventKind.ACCEPTED)
    note(change, site_id, Subject.ALERT, _name(found), None, {"accepted": dict(found.facts)})
    return Outcome.CHANGED


def put_window(change: Change, site_id: int, window: Window) -> Outcome:
    """Alerts of a station, or of the whole site, are muted for so long; the number that `window` has is not looked at.

    Raises Mistake, with the field that is wrong.
    Its number is random: nobody removes by an old page another window than the one that it shows.
    """
    _check(change, site_id, window)
    values = _values(window)
    if any(_values(each) == values for each in windows_of(change.connection, site_id, change.at)):
        return Outcome.SAME
    change.connection.execute(insert(maintenance_window).values(site_id=site_id, window_id=change.mark(), **values))
    note(change, site_id, Subject.WINDOW, _which(change, site_id, window), None, values)
    return Outcome.NEW


def _check(change: Change, site_id: int, window: Window) -> None:
    wrong = None
    if window.station_id != SITE_ITSELF and not label_of(change.connection, site_id, window.station_id):
        wrong = Mistake(N_("There is no such station at this site; choose one from the list."))
        wrong.column = "station_number"
    elif not window.begins_at < window.ends_at <= window.begins_at + LONGEST_WINDOW_SECONDS:
        wrong = Mistake(N_("A maintenance window ends after it begins, and within 31 days."))
        wrong.column = "ends"
    elif window.ends_at <= change.at:
        wrong = Mistake(N_("This maintenance window is over already; write when the next one ends."))
        wrong.column = "ends"
    if wrong is not None:
        raise wrong


def remove_window(change: Change, site_id: int, window_id: int) -> Outcome:
    """It is over, or does not come; what was told of it stays in the audit."""
    found = window_of(change.connection, site_id, window_id)
    if found is None:
        return Outcome.SAME
    columns = maintenance_window.c
    change.connection.execute(
        delete(maintenance_window).where(columns.site_id == site_id, columns.window_id == window_id)
    )
    note(change, site_id, Subject.WINDOW, _which(change, site_id, found), _values(found), None)
    return Outcome.GONE


def _values(window: Window) -> dict[str, object]:
    return {name: value for name, value in window._asdict().items() if name != "window_id"}


def _which(change: Change, site_id: int, window: Window) -> str:
    """What the audit calls it: the station's label, or nothing where it is the whole site."""
    return label_of(change.connection, site_id, window.station_id) if window.station_id != SITE_ITSELF else ""


def put_threshold(change: Change, name: str, value: int | None) -> Outcome:
    """From when on technicians are told, from now on; None is the default again. Raises Mistake."""
    decided = {each: known.value for each, known in decided_thresholds(change.connection).items()}
    before = decided.get(name)
    if before == value:
        return Outcome.SAME
    after = {each: known for each, known in decided.items() if each != name}
    check_order(thresholds_of(after if value is None else after | {name: value}))
    change.connection.execute(delete(setting).where(setting.c.name == PREFIX + name))
    if value is not None:
        row = {"name": PREFIX + name, "valid_from": change.at, "value": str(value), "changed_by": change.by}
        change.connection.execute(insert(setting).values(**row))
    note(change, None, Subject.THRESHOLD, name, before, value)
    return Outcome.GONE if value is None else Outcome.CHANGED


def _open(change: Change, site_id: int, alert_id: int) -> Alert:
    found = alert_of(change.connection, site_id, alert_id)
    if found is None or found.ended_at is not None:
        raise Mistake(N_("This alert has ended meanwhile: there is nothing left to do."))
    return found


def _event(change: Change, about: Alert, kind: EventKind, text: str = "") -> None:
    values = {"site_id": about.site_id, "alert_id": about.alert_id, "happened_at": change.at}
    change.connection.execute(
        insert(alert_event).values(**values, event_id=change.mark(), kind=kind.value, by=change.by, note=text)
    )


def _name(about: Alert) -> str:
    return f"{about.rule.value} {about.item}".strip()[:120]
