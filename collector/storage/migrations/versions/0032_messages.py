"""Which mails somebody wants, addresses that wait for their code, and devices in storage."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("alert_mails", sa.String(16), nullable=False, server_default="all"))
    op.create_table(
        "new_email",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("account_id", name="pk_new_email"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="fk_new_email_account_id_account"),
    )
    op.add_column("outage", sa.Column("kind", sa.String(16), nullable=False, server_default="out_of_order"))


def downgrade() -> None:
    op.drop_column("outage", "kind")
    op.drop_table("new_email")
    op.drop_column("account", "alert_mails")
