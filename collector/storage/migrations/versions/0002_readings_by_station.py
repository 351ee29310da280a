"""All readings of a station in one text: the last ones beside its contact, earlier ones in a row per hour.

A station has eight probes, and most change at every contact: sixteen rows of an envelope become one and a half.
"""

import json
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = ("site_id", "station_id")
KEPT = (
    *KEY,
    "received_at",
    "last_envelope_id",
    "envelope_id_before",
    "current_run_id",
    "agent_version",
    "clock_skew_seconds",
    "stopped_at",
)
CONTACT = sa.table("station_contact", *map(sa.column, (*KEPT, "readings")))
LONG_CONTACT = sa.table("contact_with_readings", *map(sa.column, KEPT))
LATEST = sa.table("reading_latest", *map(sa.column, (*KEY, "probe", "outcome", "value", "received_at")))
HISTORY = sa.table("reading_history", *map(sa.column, (*KEY, "received_at", "probe", "outcome", "value")))
HOURLY = sa.table("hourly_readings", *map(sa.column, (*KEY, "hour_at", "readings")))
ROWS_AT_ONCE = 1000


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        give_contacts_long_rows()
    else:
        op.add_column("station_contact", sa.Column("readings", sa.Text(), server_default="{}", nullable=False))
    op.create_table(
        "hourly_readings",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("hour_at", sa.BigInteger(), nullable=False),
        sa.Column("readings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_hourly_readings_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "station_id", "hour_at", name="pk_hourly_readings"),
        sqlite_with_rowid=False,
    )
    for site_id, station_id in op.get_bind().execute(sa.select(CONTACT.c.site_id, CONTACT.c.station_id)).all():
        move_readings(site_id, station_id)
    op.drop_table("reading_latest")
    op.drop_table("reading_history")


def give_contacts_long_rows() -> None:
    """On SQLite the kind of a table is settled when it is made."""
    op.create_table(
        "contact_with_readings",
        sa.Column("site_id", BIG, nullable=False),
        sa.Column("station_id", BIG, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("last_envelope_id", sa.String(length=32), nullable=False),
        sa.Column("envelope_id_before", sa.String(length=32), nullable=True),
        sa.Column("current_run_id", sa.String(length=16), nullable=True),
        sa.Column("agent_version", sa.String(length=32), nullable=False),
        sa.Column("clock_skew_seconds", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("readings", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "station_id"],
            ["station.site_id", "station.station_id"],
            name="fk_station_contact_site_id_station_id_station",
        ),
        sa.PrimaryKeyConstraint("site_id", "station_id", name="pk_station_contact"),
    )
    kept = sa.select(*[CONTACT.c[name] for name in KEPT])
    op.execute(sa.insert(LONG_CONTACT).from_select(KEPT, kept))
    op.drop_table("station_contact")
    op.rename_table("contact_with_readings", "station_contact")


def move_readings(site_id: int, station_id: int) -> None:
    def whose(table: sa.TableClause) -> sa.ColumnElement[bool]:
        return (table.c.site_id == site_id) & (table.c.station_id == station_id)

    bind = op.get_bind()
    latest = bind.execute(sa.select(LATEST).where(whose(LATEST)))
    readings = {row.probe: [row.outcome, json.loads(row.value), row.received_at] for row in latest}
    bind.execute(sa.update(CONTACT).where(whose(CONTACT)).values(readings=compact(readings)))
    in_order = sa.select(HISTORY).where(whose(HISTORY)).order_by(HISTORY.c.received_at, HISTORY.c.probe)
    hours = [
        (site_id, station_id, hour, compact({row.probe: [row.outcome, json.loads(row.value)] for row in rows}))
        for hour, rows in groupby(bind.execute(in_order), key=lambda row: row.received_at)
    ]
    for start in range(0, len(hours), ROWS_AT_ONCE):
        bind.execute(sa.insert(HOURLY).values(hours[start : start + ROWS_AT_ONCE]))


def compact(content: dict[str, list[object]]) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)
