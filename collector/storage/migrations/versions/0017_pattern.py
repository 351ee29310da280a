"""What disclosure control hides in the figures of a year, computed ahead of who asks."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pattern",
        sa.Column("question_sha256", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("question_sha256", name="pk_pattern"),
    )


def downgrade() -> None:
    op.drop_table("pattern")
