"""Months of site slots, added up."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, PrimaryKeyConstraint, SmallInteger, String

from collector.domain.site_slots import BANDS
from collector.storage.models.base import IDLE_RULES_MINUTES, belongs_to_site, distributed


def _numbers() -> tuple[Column[int], ...]:
    """collector.domain.rollups says what each of these is."""
    return (
        Column("seconds", BigInteger, nullable=False),
        Column("seconds_installed", BigInteger, nullable=False),
        Column("seconds_in_service", BigInteger, nullable=False),
        Column("seconds_observed", BigInteger, nullable=False),
        Column("seconds_off", BigInteger, nullable=False),
        Column("records_log_on", BigInteger, nullable=False),
        Column("records_activity", BigInteger, nullable=False),
        Column("records_upper_bound", BigInteger, nullable=False),
        Column("most_installed", BigInteger, nullable=False),
        Column("contacts_due", BigInteger, nullable=False, server_default="0"),
        Column("contacts_made", BigInteger, nullable=False, server_default="0"),
        Column("seconds_repaired", BigInteger, nullable=False, server_default="0"),
        *(
            Column(f"{name}_{minutes}", BigInteger, nullable=False)
            for minutes in IDLE_RULES_MINUTES
            for name in (
                "starts",
                "seconds_in_use",
                "slots_known",
                "slots_saturated",
                "longest",
                "most_taken",
                *(f"length_{band}" for band in range(BANDS)),
            )
        ),
        Column("records_capped", BigInteger, nullable=False, server_default="0"),
    )


rolled_month = distributed(
    "rolled_month",
    # A local month as 202611, and its first slot.
    Column("month", Integer, nullable=False),
    Column("first_slot", BigInteger, nullable=False),
    # Its sums hold the slots before this one, the beginning of a local day; the rest is added when it is asked for.
    Column("until_slot", BigInteger, nullable=False),
    Column("rolled_at", BigInteger, nullable=False),
    # The register was corrected where the facts are gone: the sums could not follow everywhere.
    Column("late_correction", Boolean, nullable=False, server_default="0"),
    # Set when its site slots were deleted; from then on its sums never change, and this SHA-256 tells when they did.
    Column("folded_at", BigInteger, nullable=True),
    Column("sha256", String(64), nullable=True),
    PrimaryKeyConstraint("site_id", "month"),
    belongs_to_site(),
)

roll_up = distributed(
    "roll_up",
    Column("month", Integer, nullable=False),
    # 0 is Monday from 0 to 1 h.
    Column("hour_of_week", SmallInteger, nullable=False),
    # A word of collector.domain.offer.SlotKind.
    Column("kind", String(16), nullable=False),
    # Whether enough stations were installed for their use to be shown.
    Column("several", Boolean, nullable=False),
    *_numbers(),
    PrimaryKeyConstraint("site_id", "month", "hour_of_week", "kind", "several"),
    belongs_to_site(),
)

month_sum = distributed(
    # The sums of a stored month over all its hours: most figures ask for no hour, and a month has some 170 of them.
    "month_sum",
    Column("month", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("several", Boolean, nullable=False),
    *_numbers(),
    PrimaryKeyConstraint("site_id", "month", "kind", "several"),
    belongs_to_site(),
)

rolled_days = distributed(
    # The sums of each day of a stored month, until that month is folded. They count while those of the month do.
    "rolled_days",
    Column("month", Integer, nullable=False),
    # JSON, deflated; collector.storage.queries.rolled_days reads it.
    Column("days", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site_id", "month"),
    belongs_to_site(),
    long_rows=True,
)
