"""What the roller and the purge make of facts."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String

from collector.storage.models.base import (
    IDLE_RULES_MINUTES,
    Big,
    belongs_to_site,
    belongs_to_station,
    counts_by_idle_rule,
    distributed,
)

dirty_slot = distributed(
    "dirty_slot",
    Column("slot", BigInteger, nullable=False),
    # Random; the roller removes a mark only if it still is the one it read before it read the facts.
    Column("mark", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "slot"),
)

off_stretch = distributed(
    "off_stretch",
    # Derived from runs: the station was off from `off_from` up to, and without, `off_until`. The end comes first in
    # the key: whoever asks about a slot then reads what ended since, which is little for the slots of today.
    Column("off_until", BigInteger, nullable=False),
    Column("station_id", Big, nullable=False),
    Column("off_from", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "off_until", "station_id"),
    belongs_to_station(),
    Index(None, "site_id", "station_id"),
)

site_slot = distributed(
    "site_slot",
    Column("slot", BigInteger, nullable=False),
    # collector.domain.site_slots says what each of these is.
    Column("stations_in_service", Integer, nullable=False),
    Column("seconds_observed", BigInteger, nullable=False),
    Column("seconds_on", BigInteger, nullable=False),
    Column("seconds_off", BigInteger, nullable=False),
    Column("records_log_on", Integer, nullable=False),
    Column("records_activity", Integer, nullable=False),
    Column("records_upper_bound", Integer, nullable=False),
    *(
        Column(f"stations_{kind}_{minutes}", Integer, nullable=False)
        for kind in ("known", "taken")
        for minutes in IDLE_RULES_MINUTES
    ),
    *counts_by_idle_rule(BigInteger),
    Column("contacts_due", Integer, nullable=False, server_default="0"),
    Column("contacts_made", Integer, nullable=False, server_default="0"),
    Column("records_capped", Integer, nullable=False, server_default="0"),
    Column("seconds_repaired", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("site_id", "slot"),
    belongs_to_site(),
)

horizon = distributed(
    "horizon",
    # Everything before this slot is sealed: nothing changes it any more.
    Column("slot", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id"),
    belongs_to_site(),
)

seal = distributed(
    "seal",
    Column("day", BigInteger, nullable=False),  # seconds since 1970-01-01 UTC divided by 86,400
    Column("site_slots", Integer, nullable=False),
    Column("seconds_in_service", BigInteger, nullable=False),
    Column("seconds_observed", BigInteger, nullable=False),
    Column("seconds_off", BigInteger, nullable=False),
    *(
        Column(f"{kind}_{minutes}", BigInteger, nullable=False)
        for kind in ("starts", "seconds_in_use")
        for minutes in IDLE_RULES_MINUTES
    ),
    Column("sha256", String(64), nullable=False),
    Column("sealed_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("site_id", "day"),
    belongs_to_site(),
)

undated_month = distributed(
    "undated_month",
    # The counts of undated records that were purged, by the local month in which they were received: 202611.
    Column("month", Integer, nullable=False),
    Column("records", Integer, nullable=False),
    Column("seconds_observed", BigInteger, nullable=False),
    *(
        Column(f"{kind}_{minutes}", BigInteger, nullable=False)
        for kind in ("starts", "seconds_in_use")
        for minutes in IDLE_RULES_MINUTES
    ),
    PrimaryKeyConstraint("site_id", "month"),
    belongs_to_site(),
)
