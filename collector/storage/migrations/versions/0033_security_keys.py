"""Keys that people touch as their second factor (WebAuthn), and challenges that were answered."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_key",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("credential_id_sha256", sa.String(64), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("public_id", name="pk_security_key"),
        sa.UniqueConstraint("credential_id_sha256", name="uq_security_key_credential_id_sha256"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="fk_security_key_account_id_account"),
    )
    op.create_index("ix_security_key_account_id", "security_key", ["account_id"], unique=False)
    op.create_table(
        "used_challenge",
        sa.Column("challenge_sha256", sa.String(64), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_sha256", name="pk_used_challenge"),
    )


def downgrade() -> None:
    op.drop_table("used_challenge")
    op.drop_table("security_key")
