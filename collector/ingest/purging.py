"""Deletes what has been kept for long enough; sums that outlive it are sealed in the same transaction.

Each step is one short transaction and can be repeated: a purge that was interrupted is finished by the next one, and
two at the same time do each thing once. What is deleted, and when:

* Slot records, stretches off and undated records say what a single station did: after `slot_records_days`. Their sums
  stay, in sealed site slots and by month of receipt.
* Runs: with them, as far as no time after the horizon depends on them (`collector.domain.coverage.needed`), and none
  that a system's log told has slot records left.
* Envelopes of stations that still wait to be approved: after the same time.
* Readings: after `readings_days`; the latest of each kind stays with its station. Those of hours go into one of their
  day after `READINGS_FINE_DAYS`.
* Site slots: after `site_slots_months` whole months; their sums by hour of the week and kind of opening stay.
* Alerts that have ended, what happened to them, and maintenance windows that are over: before `kept_since`.
* Log-ins and invitations that have ended: at once.
* Who took which file home: after `downloads_days`.
* Who changed what of the register and of what is entered: after `audit_days`.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, delete, select

from collector.config import Settings
from collector.domain import calendar
from collector.domain.calendar import local_date
from collector.domain.coverage import SLOT_SECONDS, needed
from collector.domain.health.flags import READINGS_FINE_DAYS, kept_since
from collector.domain.seals import SLOTS_PER_DAY
from collector.ingest import off_time
from collector.ingest.daily_readings import fold_days
from collector.ingest.derivation import repaired_runs
from collector.ingest.seals import Different, NotNow, first_unsealed, seal_day
from collector.storage.engine import reading, writing
from collector.storage.models import (
    IDLE_RULES_MINUTES,
    alert,
    alert_event,
    alert_told,
    audit_entry,
    hourly_readings,
    invitation,
    maintenance_window,
    new_email,
    off_stretch,
    run,
    seal,
    site,
    site_slot,
    slot_record,
    station,
    undated_month,
    undated_record,
    waiting_envelope,
    web_session,
)
from collector.storage.queries.audit import purge_downloads
from collector.storage.queries.rolled_days import forget_days
from collector.storage.queries.rolled_months import fold, rolled_months
from collector.storage.queries.site_slots import first_site_slot
from collector.storage.rows import Row, delete_by_keys, insert_rows, insertion, select_by_keys

_log = logging.getLogger(__name__)

DAY_SECONDS = 86_400

_SUMS = ("seconds_observed", *(f"{kind}_{n}" for kind in ("starts", "seconds_in_use") for n in IDLE_RULES_MINUTES))
_MONTHS = insertion(
    undated_month,
    ("site_id", "month", "records", *_SUMS),
    replaced={name: f"undated_month.{name} + excluded.{name}" for name in ("records", *_SUMS)},
)
_RECORD = ("site_id", "station_id", "run_id", "revision")


class Kept(NamedTuple):
    """For how long; the settings of the same names."""

    slot_records_days: int = 90
    readings_days: int = 400
    site_slots_months: int = 25
    audit_days: int = 1_830
    downloads_days: int = 400


@dataclass(slots=True)
class Purged:
    """What one purge did."""

    days_sealed: int = 0
    slot_records: int = 0
    late_slot_records: int = 0
    """Stored after their day had been sealed: they never came into any figure."""
    runs: int = 0
    undated_records: int = 0
    readings: int = 0
    readings_folded: int = 0
    """Of hours that went into the row of their day."""
    months_folded: int = 0
    site_slots: int = 0
    """Of folded months."""
    audit_entries: int = 0
    alerts: int = 0
    """Ended ones."""
    postponed: list[int] = field(default_factory=list)
    """Sites whose next day waits for the roller."""
    different: list[tuple[int, int]] = field(default_factory=list)
    """Sites, each with the day (since 1970-01-01 UTC) whose site slots are not what its facts say."""

    def sentence(self) -> str:
        return (
            f"sealed {self.days_sealed} days of sites; deleted {self.slot_records} slot records"
            f" ({self.late_slot_records} of them came too late to count), {self.runs} runs,"
            f" {self.undated_records} undated records, {self.readings} readings; put"
            f" {self.readings_folded} readings of hours to those of their day; folded {self.months_folded} months of"
            f" sites ({self.site_slots} site slots); forgot {self.audit_entries} changes of the register"
            f" and {self.alerts} alerts that had ended"
        )


def purge_and_tell(engine: Engine, settings: Settings, now: int) -> None:
    """The daily purge of a running collector; what somebody must look at goes to the log."""
    purged = purge(engine, now, kept_of(settings), ZoneInfo(settings.time_zone))
    for site_id, day in purged.different:
        _log.error(
            "Nothing of site number %d was purged from %s on: its site slots are not what their facts say;"
            " run `dps-collector rebuild`.",
            site_id,
            day_word(day),
        )


def kept_of(settings: Settings) -> Kept:
    return Kept(
        settings.slot_records_kept_days,
        settings.readings_kept_days,
        settings.site_slots_kept_months,
        settings.audit_kept_days,
        settings.downloads_kept_days,
    )


def day_word(day: int) -> str:
    """The date of a day since 1970-01-01 UTC."""
    return dt.datetime.fromtimestamp(day * DAY_SECONDS, dt.UTC).strftime("%Y-%m-%d")


def purge(engine: Engine, now: int, kept: Kept, zone: ZoneInfo) -> Purged:
    """Deletes what is too old at `now`, by whole UTC days; months of receipt are those of `zone`."""
    purged = Purged()
    first_day = (now - kept.slot_records_days * DAY_SECONDS) // DAY_SECONDS
    with reading(engine) as connection:
        sites = [row.site_id for row in connection.execute(select(site.c.site_id).order_by(site.c.site_id))]
    alerts_before = kept_since(now, zone)
    days_before = calendar.last_days(READINGS_FINE_DAYS + 1, now, zone).first_slot * SLOT_SECONDS
    for site_id in sites:
        _seal(engine, site_id, first_day, now, purged)
        _fold(engine, site_id, kept.site_slots_months, now, zone, purged)
        with writing(engine) as connection:
            _purge_leftovers(connection, site_id, purged)
            _purge_runs(connection, site_id, purged)
            _purge_undated(connection, site_id, first_day * DAY_SECONDS, zone, purged)
            _purge_readings(connection, site_id, now - kept.readings_days * DAY_SECONDS, purged)
            purged.readings_folded += fold_days(connection, site_id, days_before, zone)
            _purge_alerts(connection, site_id, alerts_before, purged)
    with writing(engine) as connection:
        connection.execute(delete(waiting_envelope).where(waiting_envelope.c.received_at < first_day * DAY_SECONDS))
        connection.execute(delete(web_session).where(web_session.c.valid_until < now))
        old = audit_entry.c.changed_at < now - kept.audit_days * DAY_SECONDS
        purged.audit_entries += connection.execute(delete(audit_entry).where(old)).rowcount
        connection.execute(delete(invitation).where(invitation.c.valid_until < now))
        connection.execute(delete(new_email).where(new_email.c.asked_at < now - DAY_SECONDS))
        purge_downloads(connection, now - kept.downloads_days * DAY_SECONDS)
    return purged


def _seal(engine: Engine, site_id: int, first_day: int, now: int, purged: Purged) -> None:
    while True:
        with reading(engine) as connection:
            found = first_unsealed(connection, site_id)
        if found is None or found[1] >= first_day:
            return
        before, day = found
        try:
            with writing(engine) as connection:
                purged.slot_records += seal_day(connection, site_id, before, day, now)
        except NotNow:
            purged.postponed.append(site_id)
            return
        except Different:
            purged.different.append((site_id, day))
            return
        purged.days_sealed += 1


def _fold(engine: Engine, site_id: int, months: int, now: int, zone: ZoneInfo, purged: Purged) -> None:
    """Closes what is older than so many whole months, and deletes its site slots with the seals of these days.

    A month waits until it is sealed and added up, and so are those before it.
    """
    before = calendar.last_months(months + 1, now, zone)[0].first_slot
    with reading(engine) as connection:
        stored = rolled_months(connection, [site_id])[site_id]
        sealed = _horizon(connection, site_id)
    for month, rolled in sorted(stored.items()):
        end = calendar.month(month, zone).end_slot
        if rolled.sha256 is not None:
            continue
        if end > min(before, sealed) or rolled.until_slot < end:
            return
        # Seals are of whole UTC days: the hours of the last one stay until the next month goes.
        day = end // SLOTS_PER_DAY
        with writing(engine) as connection:
            marked = rolled_months(connection, [site_id])[site_id][month].mark is not None
            first = first_site_slot(connection, site_id)
            if marked or (first is not None and first < rolled.first_slot // SLOTS_PER_DAY * SLOTS_PER_DAY):
                purged.postponed.append(site_id)
                return
            fold(connection, site_id, month, now)
            forget_days(connection, site_id, month)
            gone = (site_slot.c.site_id == site_id, site_slot.c.slot < day * SLOTS_PER_DAY)
            purged.site_slots += connection.execute(delete(site_slot).where(*gone)).rowcount
            connection.execute(delete(seal).where(seal.c.site_id == site_id, seal.c.day < day))
        purged.months_folded += 1


def _horizon(connection: Connection, site_id: int) -> int:
    found = first_unsealed(connection, site_id)
    return 0 if found is None else found[0]


def _purge_leftovers(connection: Connection, site_id: int, purged: Purged) -> None:
    first = _horizon(connection, site_id)
    late = connection.execute(
        delete(slot_record).where(slot_record.c.site_id == site_id, slot_record.c.slot < first)
    ).rowcount
    purged.slot_records += late
    purged.late_slot_records += late
    connection.execute(
        delete(off_stretch).where(off_stretch.c.site_id == site_id, off_stretch.c.off_until <= first * SLOT_SECONDS)
    )


def _purge_runs(connection: Connection, site_id: int, purged: Purged) -> None:
    first = _horizon(connection, site_id) * SLOT_SECONDS
    repaired = repaired_runs(connection, [site_id])
    for number, runs in off_time.runs_of(connection, site_id).items():
        gone = {each.run_id for each in runs} - needed(runs, first)
        keys = [(site_id, number, run_id) for run_id in sorted(gone)]
        # Site slots that are not sealed follow from them.
        asked = [key for key in keys if key in repaired]
        told = set(select_by_keys(connection, slot_record, _RECORD[:3], _RECORD[:3], asked))
        keys = [key for key in keys if key not in told]
        purged.runs += len(delete_by_keys(connection, run, _RECORD[:3], keys))


def _purge_undated(connection: Connection, site_id: int, before: int, zone: ZoneInfo, purged: Purged) -> None:
    rows = connection.execute(
        select(undated_record.c.site_id, *(undated_record.c[name] for name in _RECORD[1:])).where(
            undated_record.c.site_id == site_id, undated_record.c.received_at < before
        )
    )
    keys = [tuple(row) for row in rows]
    full = select_by_keys(connection, undated_record, (*_RECORD, "received_at", *_SUMS), _RECORD, keys)
    # Only what is deleted is added: a record that has changed meanwhile stays.
    there = set(delete_by_keys(connection, undated_record, _RECORD, keys))
    months: dict[int, list[Row]] = {}
    for row in full:
        if tuple(row[:4]) in there:
            date = local_date(row[4], zone)
            months.setdefault(date.year * 100 + date.month, []).append(row[5:])
    insert_rows(
        connection,
        _MONTHS,
        [(site_id, month, len(some), *map(sum, zip(*some, strict=True))) for month, some in months.items()],
    )
    purged.undated_records += len(there)


def _purge_readings(connection: Connection, site_id: int, before: int, purged: Purged) -> None:
    stations: Sequence[int] = [
        row.station_id for row in connection.execute(select(station.c.station_id).where(station.c.site_id == site_id))
    ]
    for number in stations:
        purged.readings += connection.execute(
            delete(hourly_readings).where(
                hourly_readings.c.site_id == site_id,
                hourly_readings.c.station_id == number,
                hourly_readings.c.hour_at < before,
            )
        ).rowcount


def _purge_alerts(connection: Connection, site_id: int, before: int, purged: Purged) -> None:
    ended = (alert.c.site_id == site_id, alert.c.ended_at < before)
    numbers = select(alert.c.alert_id).where(*ended)
    for each in (alert_event, alert_told):
        connection.execute(delete(each).where(each.c.site_id == site_id, each.c.alert_id.in_(numbers)))
    purged.alerts += connection.execute(delete(alert).where(*ended)).rowcount
    columns = maintenance_window.c
    connection.execute(delete(maintenance_window).where(columns.site_id == site_id, columns.ends_at < before))
