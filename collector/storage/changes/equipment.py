"""Changes of equipment and of what was out of order."""

from typing import Any

from sqlalchemy import func, select, update

from collector.domain.calendar import SLOT_SECONDS, local_date, start_of_day
from collector.domain.equipment import Equipment, EquipmentOutage
from collector.domain.fields import write_moment
from collector.domain.mistakes import N_, Mistake
from collector.domain.outages import slots_of_outage
from collector.domain.register import Outage
from collector.domain.register_rules import checked_equipment, checked_outage
from collector.storage.changes.base import Change, Outcome, Subject, put, touch_months, touch_slots
from collector.storage.models import equipment, outage, station
from collector.storage.queries.equipment import equipment_of, equipment_outages_of


def put_equipment(change: Change, site_id: int, item: Equipment) -> Outcome:
    """A device; one without a number is new and gets one. The life of a station with an agent ends with it."""
    known = equipment_of(change.connection, site_id)
    item = checked_equipment(item, [other for other in known if not _is_same(other, item)])
    if item.station_id is not None and item.station_id not in {other.station_id for other in known}:
        raise Mistake(
            N_("There is no station number %(number)s at this site; leave it empty until it has enrolled."),
            number=item.station_id,
        )
    before = next((other for other in known if other.equipment_id == item.equipment_id), None)
    if item.equipment_id is None:
        last = select(func.max(equipment.c.equipment_id)).where(equipment.c.site_id == site_id)
        item = item._replace(equipment_id=(change.connection.execute(last).scalar() or 0) + 1)
    key = {"site_id": site_id, "equipment_id": item.equipment_id}
    outcome = put(change, equipment, key, _values(item), Subject.EQUIPMENT, item.label)
    if outcome is Outcome.SAME:
        return outcome
    _end_lives(change, site_id, before, item)
    if before is not None and before.station_id != item.station_id:
        _touch_outages_of(change, site_id, item.equipment_id)
    touch_months(change, site_id, None, None)
    return outcome


def _end_lives(change: Change, site_id: int, before: Equipment | None, item: Equipment | None) -> None:
    """The life of a station ends with its device, and goes on where that is taken back; else it stays as it is."""
    old = {} if before is None else {before.station_id: before.retired_on}
    new = {} if item is None else {item.station_id: item.retired_on}
    for number in (old.keys() | new.keys()) - {None}:
        retired_on = new.get(number)
        if retired_on != old.get(number):
            retired_at = None if retired_on is None else start_of_day(retired_on, change.zone) * SLOT_SECONDS
            mine = (station.c.site_id == site_id, station.c.station_id == number)
            change.connection.execute(update(station).where(*mine).values(retired_at=retired_at))


def remove_equipment(change: Change, site_id: int, equipment_id: int) -> Outcome:
    """Takes back an entry that was a mistake; a device that has gone is retired instead. Its outages go with it."""
    item = next((each for each in equipment_of(change.connection, site_id) if each.equipment_id == equipment_id), None)
    if item is None:
        return Outcome.SAME
    for each in equipment_outages_of(change.connection, site_id):
        if each.equipment_id == equipment_id:
            remove_outage(change, site_id, equipment_id, each.start)
    _end_lives(change, site_id, item, None)
    touch_months(change, site_id, None, None)
    key = {"site_id": site_id, "equipment_id": equipment_id}
    return put(change, equipment, key, None, Subject.EQUIPMENT, item.label)


def put_outage(change: Change, site_id: int, wanted: EquipmentOutage) -> Outcome:
    """An outage of a device, known by its beginning."""
    known = [
        each
        for each in equipment_outages_of(change.connection, site_id)
        if each.equipment_id == wanted.equipment_id and each.start != wanted.start
    ]
    wanted = checked_outage(wanted, known, change.at)
    return _put_outage(change, site_id, wanted.equipment_id, wanted.start, _outage_values(wanted))


def remove_outage(change: Change, site_id: int, equipment_id: int, start: int) -> Outcome:
    return _put_outage(change, site_id, equipment_id, start, None)


def _put_outage(change: Change, site_id: int, equipment_id: int, start: int, values: dict[str, Any] | None) -> Outcome:
    item = next((each for each in equipment_of(change.connection, site_id) if each.equipment_id == equipment_id), None)
    if item is None:
        raise Mistake(N_("There is no such device at this site; choose one from the list."))
    before = next(
        (
            each
            for each in equipment_outages_of(change.connection, site_id)
            if (each.equipment_id, each.start) == (equipment_id, start)
        ),
        None,
    )
    key = {"site_id": site_id, "equipment_id": equipment_id, "started_at": start}
    name = f"{item.label} {write_moment(start, change.zone)}"
    outcome = put(change, outage, key, values, Subject.OUTAGE, name)
    if outcome is not Outcome.SAME:
        ends = [None if each is None else each for each in _ends(before, values)]
        _touch(change, site_id, start, None if None in ends else max(each for each in ends if each is not None))
    return outcome


def _ends(before: EquipmentOutage | None, values: dict[str, Any] | None) -> list[int | None]:
    return ([] if before is None else [before.end]) + ([] if values is None else [values["ended_at"]])


def _touch(change: Change, site_id: int, start: int, end: int | None) -> None:
    """What an outage takes away in months and slots; a little more does no harm."""
    first, last = slots_of_outage(Outage(0, start, end))
    touch_slots(change, site_id, first, last)
    last_day = None if end is None else local_date(end, change.zone)
    touch_months(change, site_id, local_date(start, change.zone), last_day)


def _touch_outages_of(change: Change, site_id: int, equipment_id: int | None) -> None:
    for each in equipment_outages_of(change.connection, site_id):
        if each.equipment_id == equipment_id:
            _touch(change, site_id, each.start, each.end)


def _outage_values(wanted: EquipmentOutage) -> dict[str, object]:
    return {"ended_at": wanted.end, "reason": wanted.reason, "kind": wanted.kind.value}


def _is_same(other: Equipment, item: Equipment) -> bool:
    if other.equipment_id is None:
        return item.station_id == other.station_id
    return other.equipment_id == item.equipment_id


def _values(item: Equipment) -> dict[str, object]:
    return {
        "kind": item.kind.value,
        "label": item.label,
        "station_id": item.station_id,
        "installed_on": item.installed_on,
        "supplied_on": item.supplied_on,
        "maintained_until": item.maintained_until,
        "retired_on": item.retired_on,
        "model": item.model,
        "serial": item.serial,
    }
