"""What people say of a site: names, label, equipment, outages, opening hours; and who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in (
        sa.Column("name_nl", sa.String(120), nullable=False, server_default=""),
        sa.Column("operator", sa.String(120), nullable=False, server_default=""),
        sa.Column("contact", sa.String(200), nullable=False, server_default=""),
        sa.Column("label_status", sa.String(16), nullable=False, server_default="none"),
        sa.Column("label_since", sa.Date(), nullable=True),
        sa.Column("other_names", sa.String(500), nullable=False, server_default=""),
    ):
        op.add_column("site", column)
    _equipment()
    _opening_hours()
    op.create_table(
        "audit_entry",
        sa.Column("entry_id", BIG, sa.Identity(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("site_id", BIG, nullable=True),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        of_site("audit_entry"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_site_id_changed_at", "audit_entry", ["site_id", "changed_at"], unique=False)


def _equipment() -> None:
    op.create_table(
        "equipment",
        site_id(),
        sa.Column("equipment_id", BIG, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("station_id", BIG, nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("supplied_on", sa.Date(), nullable=True),
        sa.Column("maintained_until", sa.Date(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        of_site("equipment"),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"], ["station.site_id", "station.station_id"], name="fk_equipment_site_id_station"
        ),
        sa.PrimaryKeyConstraint("site_id", "equipment_id", name="pk_equipment"),
        sa.UniqueConstraint("site_id", "label", name="uq_equipment_site_id_label"),
        sa.UniqueConstraint("site_id", "station_id", name="uq_equipment_site_id_station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outage",
        site_id(),
        sa.Column("equipment_id", BIG, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["site_id", "equipment_id"],
            ["equipment.site_id", "equipment.equipment_id"],
            name="fk_outage_site_id_equipment",
        ),
        sa.PrimaryKeyConstraint("site_id", "equipment_id", "started_at", name="pk_outage"),
        sqlite_with_rowid=False,
    )


def _opening_hours() -> None:
    op.create_table(
        "timetable",
        site_id(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        of_site("timetable"),
        sa.PrimaryKeyConstraint("site_id", "valid_from", name="pk_timetable"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "weekly_interval",
        site_id(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "valid_from"],
            ["timetable.site_id", "timetable.valid_from"],
            name="fk_weekly_interval_site_id_timetable",
        ),
        sa.PrimaryKeyConstraint("site_id", "valid_from", "weekday", "from_minute", name="pk_weekly_interval"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "closure",
        site_id(),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(120), nullable=False, server_default=""),
        of_site("closure"),
        sa.PrimaryKeyConstraint("site_id", "first_day", name="pk_closure"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "extra_opening",
        site_id(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("from_minute", sa.Integer(), nullable=False),
        sa.Column("until_minute", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        of_site("extra_opening"),
        sa.PrimaryKeyConstraint("site_id", "day", "from_minute", name="pk_extra_opening"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holiday_choice",
        site_id(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        of_site("holiday_choice"),
        sa.PrimaryKeyConstraint("site_id", "day", name="pk_holiday_choice"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dirty_month",
        site_id(),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "month", name="pk_dirty_month"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in (
        "audit_entry",
        "dirty_month",
        "holiday_choice",
        "extra_opening",
        "closure",
        "weekly_interval",
        "timetable",
        "outage",
        "equipment",
    ):
        op.drop_table(name)
    for name in ("other_names", "label_since", "label_status", "contact", "operator", "name_nl"):
        op.drop_column("site", name)


def site_id() -> sa.Column[int]:
    return sa.Column("site_id", BIG, nullable=False)


def of_site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name=f"fk_{table}_site_id_site")
