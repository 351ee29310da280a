"""What technicians are told: states, alerts, and when they want to be left alone."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String, Text, text

from collector.storage.models.base import Big, belongs_to_site, belongs_to_station, distributed, reference

site_health = distributed(
    "site_health",
    # Compare and set: whoever looked writes only if nobody has looked since.
    Column("revision", BigInteger, nullable=False),
    # When to look again even if no station reports.
    Column("due_at", BigInteger, nullable=False),
    # A word of collector.domain.health.site_states.SiteState.
    Column("state", String(16), nullable=False),
    Column("state_since", BigInteger, nullable=False),
    # The local day, as its ordinal, for which the register was looked at last.
    Column("day", Integer, nullable=False),
    # JSON: findings in a row of rules about the site, see collector.alerts.remembered.
    Column("in_a_row", Text, nullable=False, server_default="[]"),
    # The first look at the site: what was before it nobody knows.
    Column("watched_from", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("site_id"),
    belongs_to_site(),
    Index(None, "due_at"),
)

station_health = distributed(
    "station_health",
    Column("station_id", Big, nullable=False),
    # The last contact that the rules looked at; null before the first.
    Column("heard_at", BigInteger, nullable=True),
    # Since when contacts follow each other without a gap.
    Column("on_since", BigInteger, nullable=True),
    # A word of collector.domain.health.states.State.
    Column("state", String(16), nullable=False),
    Column("state_since", BigInteger, nullable=False),
    # JSON: what rules remember, and their last findings, see collector.alerts.remembered.
    Column("memory", Text, nullable=False, server_default="{}"),
    PrimaryKeyConstraint("site_id", "station_id"),
    belongs_to_station(),
    long_rows=True,
)

alert = distributed(
    "alert",
    Column("alert_id", Big, nullable=False),
    # 0: the site as a whole, or a device without an agent.
    Column("station_id", Big, nullable=False),
    # A word of collector.domain.health.findings.Rule.
    Column("rule", String(32), nullable=False),
    # Which of several, such as a drive letter.
    Column("item", String(64), nullable=False),
    # information, warning or critical.
    Column("level", String(16), nullable=False),
    # When it was found first, and when often enough.
    Column("started_at", BigInteger, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=True),
    # Since when it only is what was last known, because the station is off or the site closed.
    Column("frozen_at", BigInteger, nullable=True),
    # JSON: numbers and words for its sentence.
    Column("facts", Text, nullable=False),
    Column("acknowledged_at", BigInteger, nullable=True),
    Column("acknowledged_by", String(120), nullable=False, server_default=""),
    # When a technician took what is now for usual; the rules hear of it with the next report.
    Column("accepted_at", BigInteger, nullable=True),
    # When somebody was told by a message of its own.
    Column("told_at", BigInteger, nullable=True),
    PrimaryKeyConstraint("site_id", "alert_id"),
    belongs_to_site(),
    Index(
        "uq_alert_open",
        "site_id",
        "station_id",
        "rule",
        "item",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_alert_key", "site_id", "station_id", "raised_at"),
)

alert_event = distributed(
    "alert_event",
    Column("alert_id", Big, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("event_id", Big, nullable=False),
    # A word of collector.alerts.events.EventKind.
    Column("kind", String(16), nullable=False),
    # The level after it, the account's name, or empty.
    Column("level", String(16), nullable=False, server_default=""),
    Column("by", String(120), nullable=False, server_default=""),
    Column("note", String(500), nullable=False, server_default=""),
    PrimaryKeyConstraint("site_id", "alert_id", "happened_at", "event_id"),
    belongs_to_site(),
)

maintenance_window = distributed(
    "maintenance_window",
    Column("window_id", Big, nullable=False),
    # 0: the whole site.
    Column("station_id", Big, nullable=False),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False, server_default=""),
    PrimaryKeyConstraint("site_id", "window_id"),
    belongs_to_site(),
)

notice = reference(
    "notice",
    # What is told to whom, such as "digest 2026-11-22 3": whoever writes it first sends it.
    Column("name", String(120), primary_key=True),
    Column("claimed_at", BigInteger, nullable=False),
    # Null: under way, or lost with the process that sent it.
    Column("sent_at", BigInteger, nullable=True),
    Index(None, "claimed_at"),
)

alert_told = distributed(
    "alert_told",
    Column("alert_id", Big, nullable=False),
    # The key of a channel beside mail, see collector.alerts.channels.
    Column("channel", String(80), nullable=False),
    # Whoever writes it first tells that channel.
    Column("claimed_at", BigInteger, nullable=False),
    # Null: under way, or lost with the process that told it.
    Column("sent_at", BigInteger, nullable=True),
    PrimaryKeyConstraint("site_id", "alert_id", "channel"),
    belongs_to_site(),
)

channel = reference(
    "channel",
    # "mail", or the key of another way out.
    Column("name", String(80), primary_key=True),
    # When it took a message last, and when it took none.
    Column("sent_at", BigInteger, nullable=True),
    Column("failed_at", BigInteger, nullable=True),
    Column("reason", String(120), nullable=False, server_default=""),
)
