"""Coverage from runs, the four states in site slots, seals.

Revision ID: 0003
Revises: 0002

Site slots are derived: the old ones are dropped, and the roller derives them again from the slot records, none of
which has been purged before this version.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RULES = (3, 5, 10, 15)


def upgrade() -> None:
    op.add_column("station", sa.Column("counted_from", sa.BigInteger(), nullable=True))
    op.add_column("station", sa.Column("counted_until", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("mark", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_run_marked",
        "run",
        ["site_id", "station_id"],
        sqlite_where=sa.text("mark IS NOT NULL"),
        postgresql_where=sa.text("mark IS NOT NULL"),
    )
    op.create_table(
        "off_stretch",
        site_id(),
        sa.Column("off_until", sa.BigInteger(), nullable=False),
        sa.Column("station_id", big(), nullable=False),
        sa.Column("off_from", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_off_stretch_site_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "off_until", "station_id", name="pk_off_stretch"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_off_stretch_site_id_station_id", "off_stretch", ["site_id", "station_id"])
    op.drop_table("site_slot")
    op.create_table(
        "site_slot",
        site_id(),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("stations_in_service", sa.Integer(), nullable=False),
        sa.Column("seconds_observed", sa.BigInteger(), nullable=False),
        sa.Column("seconds_on", sa.BigInteger(), nullable=False),
        sa.Column("seconds_off", sa.BigInteger(), nullable=False),
        sa.Column("records_log_on", sa.Integer(), nullable=False),
        sa.Column("records_activity", sa.Integer(), nullable=False),
        sa.Column("records_upper_bound", sa.Integer(), nullable=False),
        *(
            sa.Column(f"stations_{kind}_{minutes}", sa.Integer(), nullable=False)
            for kind in ("known", "taken")
            for minutes in RULES
        ),
        *counts(lengths=True),
        of_site("site_slot"),
        sa.PrimaryKeyConstraint("site_id", "slot", name="pk_site_slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "horizon",
        site_id(),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        of_site("horizon"),
        sa.PrimaryKeyConstraint("site_id", name="pk_horizon"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seal",
        site_id(),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("site_slots", sa.Integer(), nullable=False),
        sa.Column("seconds_in_service", sa.BigInteger(), nullable=False),
        sa.Column("seconds_observed", sa.BigInteger(), nullable=False),
        sa.Column("seconds_off", sa.BigInteger(), nullable=False),
        *counts(),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        of_site("seal"),
        sa.PrimaryKeyConstraint("site_id", "day", name="pk_seal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "undated_month",
        site_id(),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("seconds_observed", sa.BigInteger(), nullable=False),
        *counts(),
        of_site("undated_month"),
        sa.PrimaryKeyConstraint("site_id", "month", name="pk_undated_month"),
        sqlite_with_rowid=False,
    )
    op.execute("UPDATE run SET mark = 1")
    op.execute(
        "INSERT INTO dirty_slot (site_id, slot, mark) SELECT DISTINCT site_id, slot, 1 FROM slot_record"
        " WHERE true ON CONFLICT (site_id, slot) DO NOTHING"
    )


def downgrade() -> None:
    for name in ("undated_month", "seal", "horizon", "site_slot", "off_stretch"):
        op.drop_table(name)
    op.create_table(
        "site_slot",
        site_id(),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("stations_observed", sa.Integer(), nullable=False),
        sa.Column("stations_readable", sa.Integer(), nullable=False),
        sa.Column("seconds_observed", sa.BigInteger(), nullable=False),
        sa.Column("seconds_readable", sa.BigInteger(), nullable=False),
        sa.Column("seconds_on", sa.BigInteger(), nullable=False),
        *counts(lengths=True),
        of_site("site_slot"),
        sa.PrimaryKeyConstraint("site_id", "slot", name="pk_site_slot"),
        sqlite_with_rowid=False,
    )
    op.drop_index("ix_run_marked", "run")
    op.drop_column("run", "mark")
    op.drop_column("station", "counted_until")
    op.drop_column("station", "counted_from")


def big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def site_id() -> sa.Column[int]:
    return sa.Column("site_id", big(), nullable=False)


def of_site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name=f"fk_{table}_site_id_site")


def counts(*, lengths: bool = False) -> list[sa.Column[object]]:
    if not lengths:
        return [
            sa.Column(f"{kind}_{minutes}", sa.BigInteger(), nullable=False)
            for kind in ("starts", "seconds_in_use")
            for minutes in RULES
        ]
    columns: list[sa.Column[object]] = []
    for minutes in RULES:
        columns += [
            sa.Column(f"starts_{minutes}", sa.BigInteger(), nullable=False),
            sa.Column(f"seconds_in_use_{minutes}", sa.BigInteger(), nullable=False),
            sa.Column(f"lengths_{minutes}", sa.String(80), nullable=False),
        ]
    return columns
