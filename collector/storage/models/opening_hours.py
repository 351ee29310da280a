"""When sites are open. Days are local, minutes are counted from a day's local midnight."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKeyConstraint, PrimaryKeyConstraint, String
from sqlalchemy.types import Integer

from collector.storage.models.base import belongs_to_site, distributed

timetable = distributed(
    "timetable",
    Column("valid_from", Date, nullable=False),
    PrimaryKeyConstraint("site_id", "valid_from"),
    belongs_to_site(),
)

weekly_interval = distributed(
    "weekly_interval",
    Column("valid_from", Date, nullable=False),
    # 0 is Monday.
    Column("weekday", Integer, nullable=False),
    Column("from_minute", Integer, nullable=False),
    Column("until_minute", Integer, nullable=False),
    # A word of collector.domain.register.OpeningKind.
    Column("kind", String(16), nullable=False),
    PrimaryKeyConstraint("site_id", "valid_from", "weekday", "from_minute"),
    ForeignKeyConstraint(["site_id", "valid_from"], ["timetable.site_id", "timetable.valid_from"]),
)

closure = distributed(
    "closure",
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("reason", String(120), nullable=False, server_default=""),
    PrimaryKeyConstraint("site_id", "first_day"),
    belongs_to_site(),
)

extra_opening = distributed(
    "extra_opening",
    Column("day", Date, nullable=False),
    Column("from_minute", Integer, nullable=False),
    Column("until_minute", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    PrimaryKeyConstraint("site_id", "day", "from_minute"),
    belongs_to_site(),
)

holiday_choice = distributed(
    "holiday_choice",
    Column("day", Date, nullable=False),
    Column("is_open", Boolean, nullable=False),
    PrimaryKeyConstraint("site_id", "day"),
    belongs_to_site(),
)

dirty_month = distributed(
    "dirty_month",
    # A local month that a change of the register touches, as 202611: its sums are due again.
    Column("month", Integer, nullable=False),
    # Random; whoever does it removes a mark only if it still is the one that was read first.
    Column("mark", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "month"),
)
