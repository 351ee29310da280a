"""The sums of stored months over their hours, beside those by hour of the week."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0032"
branch_labels = None
depends_on = None

KEY = ("site_id", "month", "kind", "several")
RULES = (3, 5, 10, 15)
BANDS = 7
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
LATER = ("contacts_due", "contacts_made", "seconds_repaired", "records_capped")
LARGEST = ("most_installed", "longest", "most_taken")


def upgrade() -> None:
    numbers = [*ALONE, *(f"{name}_{rule}" for rule in RULES for name in BY_RULE)]
    op.create_table(
        "month_sum",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("several", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in numbers),
        *(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0") for name in LATER),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_month_sum_site_id_site"),
        sa.PrimaryKeyConstraint("site_id", "month", "kind", "several", name="pk_month_sum"),
        sqlite_with_rowid=False,
    )
    names = [*numbers, *LATER]
    rows, sums = (sa.table(table, *(sa.column(name) for name in (*KEY, *names))) for table in ("roll_up", "month_sum"))
    key = [rows.c[name] for name in KEY]
    found = [(sa.func.max if name.startswith(LARGEST) else sa.func.sum)(rows.c[name]) for name in names]
    op.execute(sa.insert(sums).from_select([*KEY, *names], sa.select(*key, *found).group_by(*key)))


def downgrade() -> None:
    op.drop_table("month_sum")
