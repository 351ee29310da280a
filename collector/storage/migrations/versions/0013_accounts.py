"""Roles in parts of the Region, invitations, second factors, tokens for programs, and log-ins that can be listed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=f"fk_{table}_account_id_account")


def of_site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name=f"fk_{table}_site_id_site")


def scope() -> list[sa.Column[object]]:
    return [
        sa.Column("scope", sa.String(16), nullable=False),
        sa.Column("municipality", sa.String(64), nullable=False, server_default=""),
        sa.Column("site_id", BIG, nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "account_grant",
        sa.Column("grant_id", BIG, sa.Identity(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        *scope(),
        of_account("account_grant"),
        of_site("account_grant"),
        sa.PrimaryKeyConstraint("grant_id", name="pk_account_grant"),
    )
    op.create_index("ix_account_grant_account_id", "account_grant", ["account_id"], unique=False)
    op.execute("INSERT INTO account_grant (account_id, role, scope) SELECT account_id, role, 'region' FROM account")
    op.drop_column("account", "role")
    for column in (
        sa.Column("email", sa.String(254), nullable=False, server_default=""),
        sa.Column("totp_secret", sa.String(32), nullable=False, server_default=""),
        sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"),
    ):
        op.add_column("account", column)
    op.create_table(
        "account_identity",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        of_account("account_identity"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_account_identity"),
    )
    op.create_table(
        "invitation",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        of_account("invitation"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_invitation"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        of_account("recovery_code"),
        sa.PrimaryKeyConstraint("account_id", "code_sha256", name="pk_recovery_code"),
    )
    op.create_table(
        "api_token",
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        *scope(),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        of_account("api_token"),
        of_site("api_token"),
        sa.PrimaryKeyConstraint("public_id", name="pk_api_token"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"], unique=False)
    _sessions()
    op.create_index("ix_audit_entry_changed_at", "audit_entry", ["changed_at"], unique=False)


def _sessions() -> None:
    """Anew: everybody logs in once more."""
    op.drop_table("web_session")
    op.create_table(
        "web_session",
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("browser", sa.String(60), nullable=False, server_default=""),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        of_account("web_session"),
        sa.PrimaryKeyConstraint("key_sha256", name="pk_web_session"),
    )
    for name in ("valid_until", "account_id"):
        op.create_index(f"ix_web_session_{name}", "web_session", [name], unique=False)


def downgrade() -> None:
    op.drop_index("ix_audit_entry_changed_at", "audit_entry")
    for name in ("web_session", "api_token", "recovery_code", "invitation", "account_identity"):
        op.drop_table(name)
    op.create_table(
        "web_session",
        sa.Column("key_sha256", sa.String(64), primary_key=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
    )
    op.add_column("account", sa.Column("role", sa.String(32), nullable=False, server_default="reader"))
    op.execute(
        "UPDATE account SET role = 'administrator' WHERE account_id IN"
        " (SELECT account_id FROM account_grant WHERE role = 'administrator')"
    )
    op.drop_table("account_grant")
    for name in ("email", "totp_secret", "totp_step"):
        op.drop_column("account", name)
