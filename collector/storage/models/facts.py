"""What stations report, as it came."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    text,
)

from collector.storage.models.base import Big, belongs_to_station, counts_by_idle_rule, distributed

station_contact = distributed(
    "station_contact",
    Column("station_id", Big, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("last_envelope_id", String(32), nullable=False),
    # Held when that envelope came: so that the same envelope sent again gets the same answer (the chain).
    Column("envelope_id_before", String(32), nullable=True),
    Column("current_run_id", String(16), nullable=True),
    Column("agent_version", String(32), nullable=False),
    # Station's clock minus the collector's, in seconds.
    Column("clock_skew_seconds", BigInteger, nullable=False),
    # Set when the last word of the station was a proper stop.
    Column("stopped_at", BigInteger, nullable=True),
    # Random, given with the answer: tells whether the station heard that from this database or from one that was lost.
    Column("receipt", String(16), nullable=True),
    # The runs that it named lately, as words of collector.domain.clones.
    Column("trace", String(700), nullable=False, server_default=""),
    # JSON: {probe: [outcome, value, changed_at]}. The outcome is ok, no_data or failed; the value of the last two is
    # {"reason": ...}. One text, because a contact changes most of them at once.
    Column("readings", Text, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("site_id", "station_id"),
    belongs_to_station(),
    long_rows=True,
)

run = distributed(
    "run",
    Column("station_id", Big, nullable=False),
    Column("run_id", String(16), nullable=False),
    Column("previous_run_id", String(16), nullable=True),
    Column("revision", Integer, nullable=False),
    Column("start_reason", String(16), nullable=False),
    Column("clock", String(16), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("stopped_at", BigInteger, nullable=True),
    Column("stop_reason", String(16), nullable=True),
    Column("sleeps", Text, nullable=False),  # JSON list of [from, to]
    Column("received_at", BigInteger, nullable=False),
    # Random, set when the run says something new of the time off; the roller removes it if it still is the one it read.
    Column("mark", BigInteger, nullable=True),
    PrimaryKeyConstraint("site_id", "station_id", "run_id"),
    belongs_to_station(),
    Index(
        "ix_run_marked",
        "site_id",
        "station_id",
        sqlite_where=text("mark IS NOT NULL"),
        postgresql_where=text("mark IS NOT NULL"),
    ),
    Index(
        "ix_run_repaired",
        "site_id",
        sqlite_where=text("start_reason = 'system_log'"),
        postgresql_where=text("start_reason = 'system_log'"),
    ),
)

slot_record = distributed(
    "slot_record",
    Column("slot", BigInteger, nullable=False),
    Column("station_id", Big, nullable=False),
    Column("run_id", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    # log_on, activity, not_readable; with the latter the counts are zero and mean nothing.
    Column("method", String(16), nullable=False),
    Column("presence_readable", Boolean, nullable=False),
    Column("seconds_observed", SmallInteger, nullable=False),
    Column("seconds_on", SmallInteger, nullable=False),
    *counts_by_idle_rule(SmallInteger),
    # A number of collector.domain.contacts.Contact; it stays what the first envelope with the slot made it.
    Column("contact", SmallInteger, nullable=False, server_default="0"),
    # Whether a session that started here was longer than a session may count.
    Column("capped", Boolean, nullable=False, server_default="0"),
    PrimaryKeyConstraint("site_id", "slot", "station_id", "run_id"),
    belongs_to_station(),
)

undated_record = distributed(
    "undated_record",
    Column("station_id", Big, nullable=False),
    Column("run_id", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("method", String(16), nullable=False),
    Column("presence_readable", Boolean, nullable=False),
    Column("seconds_observed", BigInteger, nullable=False),
    *counts_by_idle_rule(BigInteger),
    Column("received_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "station_id", "run_id"),
    belongs_to_station(),
)

hourly_readings = distributed(
    "hourly_readings",
    Column("station_id", Big, nullable=False),
    # The start of the hour.
    Column("hour_at", BigInteger, nullable=False),
    # JSON: {probe: [outcome, value]}, of the probes whose value changed in this hour the last one. An hour is written
    # when a later one brings a change; until then the table station_contact knows it.
    Column("readings", Text, nullable=False),
    PrimaryKeyConstraint("site_id", "station_id", "hour_at"),
    belongs_to_station(),
)
