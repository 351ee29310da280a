"""What a station shows with its next envelope."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("station_contact", sa.Column("receipt", sa.String(length=16), nullable=True))


def downgrade() -> None:
    op.drop_column("station_contact", "receipt")
