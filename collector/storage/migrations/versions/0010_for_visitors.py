"""What visitors should know of a site, and whether the public pages may say how busy it is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("address", sa.String(160), nullable=False, server_default=""),
        sa.Column("address_nl", sa.String(160), nullable=False, server_default=""),
        sa.Column("postal_code", sa.String(10), nullable=False, server_default=""),
        sa.Column("phone", sa.String(40), nullable=False, server_default=""),
        sa.Column("website", sa.String(200), nullable=False, server_default=""),
        sa.Column("quiet_shown", sa.Boolean(), nullable=False, server_default="0"),
    ):
        op.add_column("site", column)


def downgrade() -> None:
    for name in ("quiet_shown", "website", "phone", "postal_code", "address_nl", "address"):
        op.drop_column("site", name)
