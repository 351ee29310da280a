"""Since when the hardware of each site is watched."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("site_health", sa.Column("watched_from", sa.BigInteger(), nullable=False, server_default="0"))
    # When it began before this version is not known; by then it had.
    op.execute("UPDATE site_health SET watched_from = state_since")


def downgrade() -> None:
    op.drop_column("site_health", "watched_from")
