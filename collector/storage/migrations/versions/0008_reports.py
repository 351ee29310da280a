"""Frozen reports, their files, and the gates that a coordinator let pass."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "vintage",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.Column("frozen_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "year", "number", "edition", name="pk_vintage"),
    )
    op.create_table(
        "vintage_file",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "year", "number", "edition"],
            ["vintage.site_id", "vintage.year", "vintage.number", "vintage.edition"],
            name="fk_vintage_file_site_id_year_number_edition_vintage",
        ),
        sa.PrimaryKeyConstraint("site_id", "year", "number", "edition", "language", "format", name="pk_vintage_file"),
    )
    op.create_table(
        "gate_acceptance",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("gate", sa.String(length=16), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("facts", sa.String(length=400), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("accepted_by", sa.String(length=120), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name="fk_gate_acceptance_site_id_site"),
        sa.PrimaryKeyConstraint("site_id", "gate", "month", name="pk_gate_acceptance"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("gate_acceptance", "vintage_file", "vintage"):
        op.drop_table(name)
