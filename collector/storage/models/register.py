"""Sites, stations and other equipment, and what was out of order."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from collector.storage.models.base import Big, belongs_to_site, belongs_to_station, distributed, reference

site = reference(
    "site",
    Column("site_id", Big, Identity(), primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    # In French, or in the only language in which it has one.
    Column("name", String(120), nullable=False),
    # Empty: as `name`.
    Column("name_nl", String(120), nullable=False, server_default=""),
    Column("municipality", String(64), nullable=False, server_default=""),
    Column("operator", String(120), nullable=False, server_default=""),
    Column("contact", String(200), nullable=False, server_default=""),
    # A word of collector.domain.register.LabelStatus.
    Column("label_status", String(16), nullable=False, server_default="none"),
    Column("label_since", Date, nullable=True),
    # Former names and those that other programs use, one on each line: files are recognised by them.
    Column("other_names", String(500), nullable=False, server_default=""),
    # Street and number, in French or in the only language that there is.
    Column("address", String(160), nullable=False, server_default=""),
    # Empty: as `address`.
    Column("address_nl", String(160), nullable=False, server_default=""),
    Column("postal_code", String(10), nullable=False, server_default=""),
    # What visitors may call and read.
    Column("phone", String(40), nullable=False, server_default=""),
    Column("website", String(200), nullable=False, server_default=""),
    # Whether the public pages may say how busy it is.
    Column("quiet_shown", Boolean, nullable=False, server_default="0"),
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

equipment = distributed(
    "equipment",
    Column("equipment_id", Big, nullable=False),
    # A word of collector.domain.equipment.EquipmentKind.
    Column("kind", String(16), nullable=False),
    Column("label", String(64), nullable=False),
    # Null: it has no agent.
    Column("station_id", Big, nullable=True),
    Column("installed_on", Date, nullable=True),
    Column("supplied_on", Date, nullable=True),
    # Null: four years after the supply. The first day without maintenance.
    Column("maintained_until", Date, nullable=True),
    # The first day on which it is no longer there.
    Column("retired_on", Date, nullable=True),
    # As the maker calls it.
    Column("model", String(120), nullable=False, server_default=""),
    # Only where an asset list brought one; no agent reads it.
    Column("serial", String(64), nullable=False, server_default=""),
    PrimaryKeyConstraint("site_id", "equipment_id"),
    UniqueConstraint("site_id", "label"),
    UniqueConstraint("site_id", "station_id"),
    belongs_to_site(),
    belongs_to_station(),
)

outage = distributed(
    "outage",
    Column("equipment_id", Big, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    # Null while it lasts.
    Column("ended_at", BigInteger, nullable=True),
    Column("reason", String(200), nullable=False, server_default=""),
    # A word of collector.domain.equipment.OutageKind.
    Column("kind", String(16), nullable=False, server_default="out_of_order"),
    PrimaryKeyConstraint("site_id", "equipment_id", "started_at"),
    ForeignKeyConstraint(["site_id", "equipment_id"], ["equipment.site_id", "equipment.equipment_id"]),
)

audit_entry = reference(
    "audit_entry",
    Column("entry_id", Big, Identity(), primary_key=True),
    Column("changed_at", BigInteger, nullable=False),
    # The account's name, or "command line".
    Column("changed_by", String(120), nullable=False),
    # Null: of the whole Region.
    Column("site_id", Big, nullable=True),
    # A word of collector.storage.queries.audit.Subject.
    Column("subject", String(32), nullable=False),
    # What of it: a label, a day.
    Column("name", String(120), nullable=False),
    # JSON; null where there was, or is, nothing.
    Column("before", Text, nullable=True),
    Column("after", Text, nullable=True),
    belongs_to_site(),
    Index(None, "site_id", "changed_at"),
    Index(None, "changed_at"),
)
