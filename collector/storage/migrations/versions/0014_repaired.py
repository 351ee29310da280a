"""How long stations were on as only their systems' logs tell, beside each quarter-hour."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEX = "ix_run_repaired"
SUMS = ("site_slot", "roll_up")


def upgrade() -> None:
    for table in SUMS:
        op.add_column(table, sa.Column("seconds_repaired", sa.BigInteger(), nullable=False, server_default="0"))
    told = sa.text("start_reason = 'system_log'")
    op.create_index(INDEX, "run", ["site_id"], sqlite_where=told, postgresql_where=told)


def downgrade() -> None:
    op.drop_index(INDEX, "run")
    for table in SUMS:
        op.drop_column(table, "seconds_repaired")
