"""Whether sessions were longer than a session may count."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slot_record", sa.Column("capped", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("site_slot", sa.Column("records_capped", sa.Integer(), server_default="0", nullable=False))
    op.add_column("roll_up", sa.Column("records_capped", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("roll_up", "records_capped")
    op.drop_column("site_slot", "records_capped")
    op.drop_column("slot_record", "capped")
