"""The first tables.

Frozen: a later change of `collector.storage.models` is a further migration, never an edit of this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", BIG, sa.Identity(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
    )
    op.create_table(
        "credential",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("token_public_id", sa.String(length=16), nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.Column("station_id", BIG, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("public_id", name="pk_credential"),
    )
    op.create_index("ix_credential_status", "credential", ["status"], unique=False)
    op.create_table(
        "dirty_slot",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "slot", name="pk_dirty_slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enrolment_attempt",
        sa.Column("attempt_id", BIG, sa.Identity(), nullable=False),
        sa.Column("attempted_at", sa.BigInteger(), nullable=False),
        sa.Column("token_public_id", sa.String(length=16), nullable=True),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_enrolment_attempt"),
    )
    op.create_index("ix_enrolment_attempt_attempted_at", "enrolment_attempt", ["attempted_at"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=1000), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("name", "valid_from", name="pk_setting"),
    )
    op.create_table(
        "site",
        sa.Column("site_id", BIG, sa.Identity(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("municipality", sa.String(length=64), server_default="", nullable=False),
        sa.Column("demonstration", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name="pk_site"),
        sa.UniqueConstraint("code", name="uq_site_code"),
    )
    op.create_table(
        "waiting_envelope",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("envelope_id", sa.String(length=32), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("public_id", "envelope_id", name="pk_waiting_envelope"),
    )
    op.create_table(
        "web_session",
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_sha256", name="pk_web_session"),
    )
    op.create_index("ix_web_session_valid_until", "web_session", ["valid_until"], unique=False)
    op.create_table(
        "enrolment_token",
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.Column("stations_allowed", sa.Integer(), nullable=False),
        sa.Column("stations_used", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_enrolment_token_site_id_site"),
        sa.PrimaryKeyConstraint("public_id", name="pk_enrolment_token"),
    )
    op.create_table(
        "site_slot",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("stations_observed", sa.Integer(), nullable=False),
        sa.Column("stations_readable", sa.Integer(), nullable=False),
        sa.Column("seconds_observed", sa.BigInteger(), nullable=False),
        sa.Column("seconds_readable", sa.BigInteger(), nullable=False),
        sa.Column("seconds_on", sa.BigInteger(), nullable=False),
        sa.Column("starts_3", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_3", sa.BigInteger(), nullable=False),
        sa.Column("lengths_3", sa.String(length=80), nullable=False),
        sa.Column("starts_5", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_5", sa.BigInteger(), nullable=False),
        sa.Column("lengths_5", sa.String(length=80), nullable=False),
        sa.Column("starts_10", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_10", sa.BigInteger(), nullable=False),
        sa.Column("lengths_10", sa.String(length=80), nullable=False),
        sa.Column("starts_15", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_15", sa.BigInteger(), nullable=False),
        sa.Column("lengths_15", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_site_slot_site_id_site"),
        sa.PrimaryKeyConstraint("site_id", "slot", name="pk_site_slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "station",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("installed_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_station_site_id_site"),
        sa.PrimaryKeyConstraint("site_id", "station_id", name="pk_station"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reading_history",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("probe", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_reading_history_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "station_id", "received_at", "probe", name="pk_reading_history"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reading_latest",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("probe", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_reading_latest_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "station_id", "probe", name="pk_reading_latest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("previous_run_id", sa.String(length=16), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("start_reason", sa.String(length=16), nullable=False),
        sa.Column("clock", sa.String(length=16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("stop_reason", sa.String(length=16), nullable=True),
        sa.Column("sleeps", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_run_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "station_id", "run_id", name="pk_run"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "slot_record",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("presence_readable", sa.Boolean(), nullable=False),
        sa.Column("seconds_observed", sa.SmallInteger(), nullable=False),
        sa.Column("seconds_on", sa.SmallInteger(), nullable=False),
        sa.Column("starts_3", sa.SmallInteger(), nullable=False),
        sa.Column("seconds_in_use_3", sa.SmallInteger(), nullable=False),
        sa.Column("lengths_3", sa.String(length=80), nullable=False),
        sa.Column("starts_5", sa.SmallInteger(), nullable=False),
        sa.Column("seconds_in_use_5", sa.SmallInteger(), nullable=False),
        sa.Column("lengths_5", sa.String(length=80), nullable=False),
        sa.Column("starts_10", sa.SmallInteger(), nullable=False),
        sa.Column("seconds_in_use_10", sa.SmallInteger(), nullable=False),
        sa.Column("lengths_10", sa.String(length=80), nullable=False),
        sa.Column("starts_15", sa.SmallInteger(), nullable=False),
        sa.Column("seconds_in_use_15", sa.SmallInteger(), nullable=False),
        sa.Column("lengths_15", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_slot_record_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "slot", "station_id", "run_id", name="pk_slot_record"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "station_contact",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("last_envelope_id", sa.String(length=32), nullable=False),
        sa.Column("envelope_id_before", sa.String(length=32), nullable=True),
        sa.Column("current_run_id", sa.String(length=16), nullable=True),
        sa.Column("agent_version", sa.String(length=32), nullable=False),
        sa.Column("clock_skew_seconds", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_station_contact_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "station_id", name="pk_station_contact"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "undated_record",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("run_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("presence_readable", sa.Boolean(), nullable=False),
        sa.Column("seconds_observed", sa.BigInteger(), nullable=False),
        sa.Column("starts_3", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_3", sa.BigInteger(), nullable=False),
        sa.Column("lengths_3", sa.String(length=80), nullable=False),
        sa.Column("starts_5", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_5", sa.BigInteger(), nullable=False),
        sa.Column("lengths_5", sa.String(length=80), nullable=False),
        sa.Column("starts_10", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_10", sa.BigInteger(), nullable=False),
        sa.Column("lengths_10", sa.String(length=80), nullable=False),
        sa.Column("starts_15", sa.BigInteger(), nullable=False),
        sa.Column("seconds_in_use_15", sa.BigInteger(), nullable=False),
        sa.Column("lengths_15", sa.String(length=80), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_undated_record_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "station_id", "run_id", name="pk_undated_record"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in (
        "undated_record",
        "station_contact",
        "slot_record",
        "run",
        "reading_latest",
        "reading_history",
        "station",
        "site_slot",
        "enrolment_token",
        "web_session",
        "waiting_envelope",
        "site",
        "setting",
        "lease",
        "enrolment_attempt",
        "dirty_slot",
        "credential",
        "account",
    ):
        op.drop_table(name)
