"""States, alerts, maintenance windows, and who was told what."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0030"
branch_labels = None
depends_on = None

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "site_health",
        sa.Column("site_id", Big, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_since", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("in_a_row", sa.Text(), nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("site_id", name="pk_site_health"),
        _of_site("site_health"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_site_health_due_at", "site_health", ["due_at"])
    op.create_table(
        "station_health",
        sa.Column("site_id", Big, nullable=False),
        sa.Column("station_id", Big, nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("on_since", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_since", sa.BigInteger(), nullable=False),
        sa.Column("memory", sa.Text(), nullable=False, server_default="{}"),
        sa.PrimaryKeyConstraint("site_id", "station_id", name="pk_station_health"),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_station_health_site_id_station",
        ),
        sqlite_with_rowid=True,
    )
    op.create_table(
        "alert",
        sa.Column("site_id", Big, nullable=False),
        sa.Column("alert_id", Big, nullable=False),
        sa.Column("station_id", Big, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("frozen_at", sa.BigInteger(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.String(120), nullable=False, server_default=""),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "alert_id", name="pk_alert"),
        _of_site("alert"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_alert_open",
        "alert",
        ["site_id", "station_id", "rule", "item"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_alert_key", "alert", ["site_id", "station_id", "raised_at"])
    op.create_table(
        "alert_event",
        sa.Column("site_id", Big, nullable=False),
        sa.Column("alert_id", Big, nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("event_id", Big, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False, server_default=""),
        sa.Column("by", sa.String(120), nullable=False, server_default=""),
        sa.Column("note", sa.String(500), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("site_id", "alert_id", "happened_at", "event_id", name="pk_alert_event"),
        _of_site("alert_event"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "maintenance_window",
        sa.Column("site_id", Big, nullable=False),
        sa.Column("window_id", Big, nullable=False),
        sa.Column("station_id", Big, nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("site_id", "window_id", name="pk_maintenance_window"),
        _of_site("maintenance_window"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notice",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_notice"),
    )
    op.create_index("ix_notice_claimed_at", "notice", ["claimed_at"])


def downgrade() -> None:
    for table in ("notice", "maintenance_window", "alert_event", "alert", "station_health", "site_health"):
        op.drop_table(table)


def _of_site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name=f"fk_{table}_site_id_site")
