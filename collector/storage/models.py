"""The tables. They obey the rules of Citus (distributed PostgreSQL) from the first one on.

A large table is distributed by `site_id`: it is BIGINT, stands in every primary key and unique constraint, and is
never updated. Reference tables are small and the same on every node; foreign keys point only to them, or carry
`site_id`. `tests/collector/storage/test_models.py` inspects this metadata and keeps it so.

Times are whole seconds since 1970-01-01 UTC, slots are such times divided by 900.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import Integer

IDLE_RULES_MINUTES = (3, 5, 10, 15)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives identities only to INTEGER PRIMARY KEY; there INTEGER has 64 bits.
Big = BigInteger().with_variant(Integer(), "sqlite")


def reference(name: str, *items: SchemaItem) -> Table:
    """A small table, the same on every node."""
    return Table(name, metadata, *items, info={"citus": "reference"})


def distributed(name: str, *items: SchemaItem, long_rows: bool = False) -> Table:
    """A large table, spread over the nodes by its `site_id`.

    On SQLite its rows stand in the tree of the primary key itself, which puts whatever a row has above 500 bytes on a
    page of its own; a table of `long_rows` keeps them whole, beside that tree.
    """
    return Table(
        name,
        metadata,
        Column("site_id", Big, nullable=False),
        *items,
        info={"citus": "distributed"},
        sqlite_with_rowid=long_rows,
    )


def belongs_to_site() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["site_id"], ["site.site_id"])


def belongs_to_station() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["site_id", "station_id"], ["station.site_id", "station.station_id"])


# --- reference tables ---------------------------------------------------------------------------------------------

site = reference(
    "site",
    Column("site_id", Big, Identity(), primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("municipality", String(64), nullable=False, server_default=""),
    Column("demonstration", Boolean, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
)

setting = reference(
    "setting",
    Column("name", String(64), primary_key=True),
    Column("valid_from", BigInteger, primary_key=True),
    Column("value", String(1000), nullable=False),
    Column("changed_by", String(120), nullable=False),
)

enrolment_token = reference(
    "enrolment_token",
    Column("public_id", String(16), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    # Null: a regional token; its stations wait until somebody approves them.
    Column("site_id", Big, nullable=True),
    Column("stations_allowed", Integer, nullable=False),
    Column("stations_used", Integer, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    belongs_to_site(),
)

enrolment_attempt = reference(
    "enrolment_attempt",
    Column("attempt_id", Big, Identity(), primary_key=True),
    Column("attempted_at", BigInteger, nullable=False),
    Column("token_public_id", String(16), nullable=True),
    Column("tag", String(64), nullable=False),
    # A word of collector.ingest.enrolment, such as "accepted", "unknown_token", "expired", "used_up".
    Column("outcome", String(32), nullable=False),
    Index(None, "attempted_at"),
)

credential = reference(
    "credential",
    Column("public_id", String(16), primary_key=True),
    Column("secret_sha256", String(64), nullable=False),
    # waiting, accepted, quarantined (two computers use it), revoked.
    Column("status", String(16), nullable=False),
    Column("tag", String(64), nullable=False),
    Column("token_public_id", String(16), nullable=False),
    # Null until a waiting station is approved.
    Column("site_id", Big, nullable=True),
    Column("station_id", Big, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger, nullable=True),
    # The station's own name of this enrolment, so that one whose answer was lost is not taken for a second one.
    Column("enrolment_id", String(32), nullable=True),
    # Salted with the site's salt (a regional token: the Region's); null where the PC has none that can be read.
    Column("hardware_key", String(64), nullable=True),
    Column("hardware_doubtful", Boolean, nullable=False, server_default="0"),
    # When the secret was first shown; then the earlier secrets of the station end.
    Column("used_at", BigInteger, nullable=True),
    # The secret that the station had before.
    Column("replaces", String(16), nullable=True),
    # Waiting because this station of the token's site may be the same PC.
    Column("resembles", Big, nullable=True),
    Column("quarantined_at", BigInteger, nullable=True),
    # "runs" or "hardware": a word of collector.domain.clones.
    Column("quarantined_because", String(16), nullable=True),
    Index(None, "status"),
    Index(None, "hardware_key"),
    Index(None, "site_id", "station_id"),
)

waiting_envelope = reference(
    "waiting_envelope",
    Column("public_id", String(16), nullable=False),
    Column("envelope_id", String(32), nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("public_id", "envelope_id"),
)

lease = reference(
    "lease",
    Column("name", String(32), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("valid_until", BigInteger, nullable=False),
)

account = reference(
    "account",
    Column("account_id", Big, Identity(), primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(32), nullable=False),
    Column("language", String(2), nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger, nullable=True),
)

web_session = reference(
    "web_session",
    # SHA-256 of the cookie: whoever reads the database cannot log in with what stands here.
    Column("key_sha256", String(64), primary_key=True),
    Column("data", Text, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Index(None, "valid_until"),
)

# --- distributed tables -------------------------------------------------------------------------------------------

station = distributed(
    "station",
    Column("station_id", Big, nullable=False),
    Column("label", String(64), nullable=False),
    Column("installed_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger, nullable=True),
    # The life with which the roller counted the station last; where it differs, its slots are derived again.
    Column("counted_from", BigInteger, nullable=True),
    Column("counted_until", BigInteger, nullable=True),
    PrimaryKeyConstraint("site_id", "station_id"),
    belongs_to_site(),
)

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
)


def counts_by_idle_rule(use: type[BigInteger] | type[SmallInteger]) -> list[Column[object]]:
    """Columns `starts_N`, `seconds_in_use_N` and `lengths_N` for each idle rule of N minutes.

    `lengths_N` holds the seven counts by band as words, "0 0 1 0 0 0 0": nobody searches in them.
    """
    columns: list[Column[object]] = []
    for minutes in IDLE_RULES_MINUTES:
        columns += [
            Column(f"starts_{minutes}", use, nullable=False),
            Column(f"seconds_in_use_{minutes}", use, nullable=False),
            Column(f"lengths_{minutes}", String(80), nullable=False),
        ]
    return columns


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

dirty_slot = distributed(
    "dirty_slot",
    Column("slot", BigInteger, nullable=False),
    # Random; the roller removes a mark only if it still is the one it read before it read the facts.
    Column("mark", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "slot"),
)

off_stretch = distributed(
    "off_stretch",
    # Derived from runs: the station was off from `off_from` up to, and without, `off_until`. The end comes first in
    # the key: whoever asks about a slot then reads what ended since, which is little for the slots of today.
    Column("off_until", BigInteger, nullable=False),
    Column("station_id", Big, nullable=False),
    Column("off_from", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "off_until", "station_id"),
    belongs_to_station(),
    Index(None, "site_id", "station_id"),
)

site_slot = distributed(
    "site_slot",
    Column("slot", BigInteger, nullable=False),
    # collector.domain.site_slots says what each of these is.
    Column("stations_in_service", Integer, nullable=False),
    Column("seconds_observed", BigInteger, nullable=False),
    Column("seconds_on", BigInteger, nullable=False),
    Column("seconds_off", BigInteger, nullable=False),
    Column("records_log_on", Integer, nullable=False),
    Column("records_activity", Integer, nullable=False),
    Column("records_upper_bound", Integer, nullable=False),
    *(
        Column(f"stations_{kind}_{minutes}", Integer, nullable=False)
        for kind in ("known", "taken")
        for minutes in IDLE_RULES_MINUTES
    ),
    *counts_by_idle_rule(BigInteger),
    PrimaryKeyConstraint("site_id", "slot"),
    belongs_to_site(),
)

horizon = distributed(
    "horizon",
    # Everything before this slot is sealed: nothing changes it any more.
    Column("slot", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id"),
    belongs_to_site(),
)

seal = distributed(
    "seal",
    Column("day", BigInteger, nullable=False),  # seconds since 1970-01-01 UTC divided by 86,400
    Column("site_slots", Integer, nullable=False),
    Column("seconds_in_service", BigInteger, nullable=False),
    Column("seconds_observed", BigInteger, nullable=False),
    Column("seconds_off", BigInteger, nullable=False),
    *(
        Column(f"{kind}_{minutes}", BigInteger, nullable=False)
        for kind in ("starts", "seconds_in_use")
        for minutes in IDLE_RULES_MINUTES
    ),
    Column("sha256", String(64), nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "day"),
    belongs_to_site(),
)

undated_month = distributed(
    "undated_month",
    # The counts of undated records that were purged, by the local month in which they were received: 202611.
    Column("month", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("seconds_observed", BigInteger, nullable=False),
    *(
        Column(f"{kind}_{minutes}", BigInteger, nullable=False)
        for kind in ("starts", "seconds_in_use")
        for minutes in IDLE_RULES_MINUTES
    ),
    PrimaryKeyConstraint("site_id", "month"),
    belongs_to_site(),
)
