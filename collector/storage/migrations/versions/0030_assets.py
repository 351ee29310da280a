"""Model and serial number of equipment, and who made an enrolment token."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("equipment", sa.Column("model", sa.String(120), nullable=False, server_default=""))
    op.add_column("equipment", sa.Column("serial", sa.String(64), nullable=False, server_default=""))
    op.add_column("enrolment_token", sa.Column("made_by", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("enrolment_token", "made_by")
    op.drop_column("equipment", "serial")
    op.drop_column("equipment", "model")
