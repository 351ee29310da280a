"""The sums of each day, beside those of their month."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rolled_days",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("days", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "month", name="pk_rolled_days"),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_rolled_days_site_id_site"),
    )


def downgrade() -> None:
    op.drop_table("rolled_days")
