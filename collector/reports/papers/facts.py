"""What the papers say of this installation; all of it comes from its settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    slot_records_days: int = 90
    site_slots_months: int = 25
    readings_days: int = 400
    audit_days: int = 1_830
    downloads_days: int = 400
    backlog_days: int = 60
    """The oldest counts that are still taken from a station."""
    enrolment_attempts_days: int = 90
    enrolment_attempts_most: int = 10_000
    log_in_hours: int = 12
    invitation_days: int = 7
    language_cookie_days: int = 365
    idle_rule_minutes: int = 10
    time_zone: str = "Europe/Brussels"
    public_pages: bool = True
    demonstration: bool = False
    made_at: int = 0
    """Seconds since 1970-01-01 UTC: the day of the paper."""
