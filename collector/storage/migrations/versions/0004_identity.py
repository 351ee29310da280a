"""Hardware keys, first use of secrets, quarantine and the trace of runs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in (
        sa.Column("enrolment_id", sa.String(length=32), nullable=True),
        sa.Column("hardware_key", sa.String(length=64), nullable=True),
        sa.Column("hardware_doubtful", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("replaces", sa.String(length=16), nullable=True),
        sa.Column("resembles", BIG, nullable=True),
        sa.Column("quarantined_at", sa.BigInteger(), nullable=True),
        sa.Column("quarantined_because", sa.String(length=16), nullable=True),
    ):
        op.add_column("credential", column)
    op.create_index("ix_credential_hardware_key", "credential", ["hardware_key"], unique=False)
    op.create_index("ix_credential_site_id_station_id", "credential", ["site_id", "station_id"], unique=False)
    # A station had one secret until now, and whether it was shown does not matter for one that replaces none.
    op.execute("UPDATE credential SET used_at = created_at WHERE status <> 'waiting'")
    op.add_column("station_contact", sa.Column("trace", sa.String(length=700), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("station_contact", "trace")
    op.drop_index("ix_credential_site_id_station_id", "credential")
    op.drop_index("ix_credential_hardware_key", "credential")
    for name in (
        "quarantined_because",
        "quarantined_at",
        "resembles",
        "replaces",
        "used_at",
        "hardware_doubtful",
        "hardware_key",
        "enrolment_id",
    ):
        op.drop_column("credential", name)
