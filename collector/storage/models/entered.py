"""What people enter of the use of a site, beside what stations count. Days are local."""

from sqlalchemy import BigInteger, Column, Date, ForeignKeyConstraint, PrimaryKeyConstraint, String, Text
from sqlalchemy.types import Integer

from collector.storage.models.base import Big, belongs_to_site, distributed

attendance = distributed(
    "attendance",
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("visits", BigInteger, nullable=False),
    # Distinct persons, where the site keeps that; never computed.
    Column("persons", BigInteger, nullable=True),
    # A word of collector.domain.entered.HowCounted.
    Column("how", String(16), nullable=False),
    PrimaryKeyConstraint("site_id", "first_day"),
    belongs_to_site(),
)

activity = distributed(
    "activity",
    Column("activity_id", Big, nullable=False),
    # A word of collector.domain.entered.ActivityKind.
    Column("kind", String(24), nullable=False),
    # A single one has one day, a monthly total the whole month.
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("title", String(120), nullable=False, server_default=""),
    # How many of them; 1 for a single one.
    Column("number", BigInteger, nullable=False),
    Column("seconds", BigInteger, nullable=True),
    Column("attendances", BigInteger, nullable=True),
    # Of the attendances: those of persons who had come before.
    Column("recurrent", BigInteger, nullable=True),
    PrimaryKeyConstraint("site_id", "activity_id"),
    belongs_to_site(),
)

activity_public = distributed(
    "activity_public",
    Column("activity_id", Big, nullable=False),
    # A word of collector.domain.entered.Trait, and one of its values.
    Column("trait", String(16), nullable=False),
    Column("value", String(32), nullable=False),
    Column("persons", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "activity_id", "trait", "value"),
    ForeignKeyConstraint(["site_id", "activity_id"], ["activity.site_id", "activity.activity_id"]),
)

site_year = distributed(
    "site_year",
    Column("year", Integer, nullable=False),
    Column("facilitators", Integer, nullable=True),
    # Full-time equivalents, in hundredths.
    Column("facilitators_fte", Integer, nullable=True),
    # Words of collector.domain.entered.Service, a blank between them; null while nobody has looked at the list.
    Column("services", String(500), nullable=True),
    Column("narrative", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("site_id", "year"),
    belongs_to_site(),
)

monthly_figure = distributed(
    "monthly_figure",
    # 202611
    Column("month", Integer, nullable=False),
    # A word of collector.domain.entered.MonthlyKind, which says the unit.
    Column("figure", String(16), nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("source", String(120), nullable=False),
    Column("method", String(200), nullable=False),
    PrimaryKeyConstraint("site_id", "month", "figure"),
    belongs_to_site(),
)
