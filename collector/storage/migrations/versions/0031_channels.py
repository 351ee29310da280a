"""Channels beside mail: which alerts each was told, and how each does."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_told",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "alert_id", "channel", name="pk_alert_told"),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_alert_told_site_id_site"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channel",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(120), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name", name="pk_channel"),
    )


def downgrade() -> None:
    op.drop_table("channel")
    op.drop_table("alert_told")
