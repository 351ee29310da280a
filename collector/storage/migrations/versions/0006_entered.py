"""What people enter: attendance, activities, a year of a site, monthly figures of other tools."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attendance",
        site_id(),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("visits", sa.BigInteger(), nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(16), nullable=False),
        of_site("attendance"),
        sa.PrimaryKeyConstraint("site_id", "first_day", name="pk_attendance"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "activity",
        site_id(),
        sa.Column("activity_id", BIG, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False, server_default=""),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.Column("attendances", sa.BigInteger(), nullable=True),
        sa.Column("recurrent", sa.BigInteger(), nullable=True),
        of_site("activity"),
        sa.PrimaryKeyConstraint("site_id", "activity_id", name="pk_activity"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "activity_public",
        site_id(),
        sa.Column("activity_id", BIG, nullable=False),
        sa.Column("trait", sa.String(16), nullable=False),
        sa.Column("value", sa.String(32), nullable=False),
        sa.Column("persons", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "activity_id"],
            ["activity.site_id", "activity.activity_id"],
            name="fk_activity_public_site_id_activity",
        ),
        sa.PrimaryKeyConstraint("site_id", "activity_id", "trait", "value", name="pk_activity_public"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "site_year",
        site_id(),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("facilitators", sa.Integer(), nullable=True),
        sa.Column("facilitators_fte", sa.Integer(), nullable=True),
        sa.Column("services", sa.String(500), nullable=True),
        sa.Column("narrative", sa.Text(), nullable=False, server_default=""),
        of_site("site_year"),
        sa.PrimaryKeyConstraint("site_id", "year", name="pk_site_year"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "monthly_figure",
        site_id(),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("figure", sa.String(16), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("method", sa.String(200), nullable=False),
        of_site("monthly_figure"),
        sa.PrimaryKeyConstraint("site_id", "month", "figure", name="pk_monthly_figure"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for name in ("monthly_figure", "site_year", "activity_public", "activity", "attendance"):
        op.drop_table(name)


def site_id() -> sa.Column[int]:
    return sa.Column("site_id", BIG, nullable=False)


def of_site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name=f"fk_{table}_site_id_site")
