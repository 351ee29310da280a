"""The tables. They obey the rules of Citus (distributed PostgreSQL) from the first one on.

A large table is distributed by `site_id`: it is BIGINT, stands in every primary key and unique constraint, and is
never updated. Reference tables are small and the same on every node; foreign keys point only to them, or carry
`site_id`. `tests/collector/storage/test_models.py` inspects this metadata and keeps it so.

Times are whole seconds since 1970-01-01 UTC, slots are such times divided by 900.
"""

from collector.storage.models.accounts import (
    account,
    account_grant,
    account_identity,
    api_token,
    invitation,
    new_email,
    recovery_code,
    security_key,
    used_challenge,
    web_session,
)
from collector.storage.models.base import IDLE_RULES_MINUTES, metadata
from collector.storage.models.derived import dirty_slot, horizon, off_stretch, seal, site_slot, undated_month
from collector.storage.models.entered import activity, activity_public, attendance, monthly_figure, site_year
from collector.storage.models.facts import hourly_readings, run, slot_record, station_contact, undated_record
from collector.storage.models.health import (
    alert,
    alert_event,
    alert_told,
    channel,
    maintenance_window,
    notice,
    site_health,
    station_health,
)
from collector.storage.models.identity import credential, enrolment_attempt, enrolment_token, waiting_envelope
from collector.storage.models.opening_hours import (
    closure,
    dirty_month,
    extra_opening,
    holiday_choice,
    timetable,
    weekly_interval,
)
from collector.storage.models.register import audit_entry, equipment, outage, site, station
from collector.storage.models.reports import gate_acceptance, pattern, told_year, vintage, vintage_file
from collector.storage.models.rolled import month_sum, roll_up, rolled_days, rolled_month
from collector.storage.models.upkeep import lease, setting

__all__ = [
    "IDLE_RULES_MINUTES",
    "account",
    "account_grant",
    "account_identity",
    "activity",
    "activity_public",
    "alert",
    "alert_event",
    "alert_told",
    "api_token",
    "attendance",
    "audit_entry",
    "channel",
    "closure",
    "credential",
    "dirty_month",
    "dirty_slot",
    "enrolment_attempt",
    "enrolment_token",
    "equipment",
    "extra_opening",
    "gate_acceptance",
    "holiday_choice",
    "horizon",
    "hourly_readings",
    "invitation",
    "lease",
    "maintenance_window",
    "metadata",
    "month_sum",
    "monthly_figure",
    "new_email",
    "notice",
    "off_stretch",
    "outage",
    "pattern",
    "recovery_code",
    "roll_up",
    "rolled_days",
    "rolled_month",
    "run",
    "seal",
    "security_key",
    "setting",
    "site",
    "site_health",
    "site_slot",
    "site_year",
    "slot_record",
    "station",
    "station_contact",
    "station_health",
    "timetable",
    "told_year",
    "undated_month",
    "undated_record",
    "used_challenge",
    "vintage",
    "vintage_file",
    "waiting_envelope",
    "web_session",
    "weekly_interval",
]
