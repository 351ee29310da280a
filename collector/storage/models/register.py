"""Sites and stations."""

from sqlalchemy import BigInteger, Boolean, Column, Identity, PrimaryKeyConstraint, String

from collector.storage.models.base import Big, belongs_to_site, distributed, reference

site = reference(
    "site",
    Column("site_id", Big, Identity(), primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("municipality", String(64), nullable=False, server_default=""),
    Column("demonstration", Boolean, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
)

station = distributed(
    "station",
    Column("station_id", Big, nullable=False),
    Column("label", String(64), nullable=False),
    Column("installed_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger, nullable=True),
    # The life with which the roller counted the station last; where it differs, its slots are derived again.
    Column("counted_from", BigInteger, nullable=True),
    Column("counted_until", BigInteger, nullable=True),
    PrimaryKeyConstraint("site_id", "station_id"),
    belongs_to_site(),
)
