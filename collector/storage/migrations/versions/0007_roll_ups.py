"""Months of site slots, added up by hour of the week and kind of opening."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RULES = (3, 5, 10, 15)
BANDS = 7
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ALONE = (
    "seconds",
    "seconds_installed",
    "seconds_in_service",
    "seconds_observed",
    "seconds_off",
    "records_log_on",
    "records_activity",
    "records_upper_bound",
    "most_installed",
)
BY_RULE = (
    "starts",
    "seconds_in_use",
    "slots_known",
    "slots_saturated",
    "longest",
    "most_taken",
    *(f"length_{band}" for band in range(BANDS)),
)


def upgrade() -> None:
    op.create_table(
        "rolled_month",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("first_slot", sa.BigInteger(), nullable=False),
        sa.Column("until_slot", sa.BigInteger(), nullable=False),
        sa.Column("rolled_at", sa.BigInteger(), nullable=False),
        sa.Column("late_correction", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("folded_at", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_rolled_month_site_id_site"),
        sa.PrimaryKeyConstraint("site_id", "month", name="pk_rolled_month"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "roll_up",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("hour_of_week", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("several", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ALONE),
        *(sa.Column(f"{name}_{rule}", sa.BigInteger(), nullable=False) for rule in RULES for name in BY_RULE),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_roll_up_site_id_site"),
        sa.PrimaryKeyConstraint("site_id", "month", "hour_of_week", "kind", "several", name="pk_roll_up"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("roll_up")
    op.drop_table("rolled_month")
