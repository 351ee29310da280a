"""Whether a contact was due and came, beside each quarter-hour."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SUMS = {"site_slot": sa.Integer(), "roll_up": sa.BigInteger()}


def upgrade() -> None:
    op.add_column("slot_record", sa.Column("contact", sa.SmallInteger(), nullable=False, server_default="0"))
    for table, kind in SUMS.items():
        for name in ("contacts_due", "contacts_made"):
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default="0"))


def downgrade() -> None:
    for table in SUMS:
        for name in ("contacts_due", "contacts_made"):
            op.drop_column(table, name)
    op.drop_column("slot_record", "contact")
