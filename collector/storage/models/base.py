"""What the tables are made of: the two kinds of tables, and the columns that several have."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, MetaData, SmallInteger, String, Table
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import Integer

IDLE_RULES_MINUTES = (3, 5, 10, 15)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives identities only to INTEGER PRIMARY KEY; there INTEGER has 64 bits.
Big = BigInteger().with_variant(Integer(), "sqlite")


def reference(name: str, *items: SchemaItem) -> Table:
    """A small table, the same on every node."""
    return Table(name, metadata, *items, info={"citus": "reference"})


def distributed(name: str, *items: SchemaItem, long_rows: bool = False) -> Table:
    """A large table, spread over the nodes by its `site_id`.

    On SQLite its rows stand in the tree of the primary key itself, which puts whatever a row has above 500 bytes on a
    page of its own; a table of `long_rows` keeps them whole, beside that tree.
    """
    return Table(
        name,
        metadata,
        Column("site_id", Big, nullable=False),
        *items,
        info={"citus": "distributed"},
        sqlite_with_rowid=long_rows,
    )


def belongs_to_site() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["site_id"], ["site.site_id"])


def belongs_to_station() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["site_id", "station_id"], ["station.site_id", "station.station_id"])


def counts_by_idle_rule(use: type[BigInteger] | type[SmallInteger]) -> list[Column[object]]:
    """Columns `starts_N`, `seconds_in_use_N` and `lengths_N` for each idle rule of N minutes.

    `lengths_N` holds the seven counts by band as words, "0 0 1 0 0 0 0": nobody searches in them.
    """
    columns: list[Column[object]] = []
    for minutes in IDLE_RULES_MINUTES:
        columns += [
            Column(f"starts_{minutes}", use, nullable=False),
            Column(f"seconds_in_use_{minutes}", use, nullable=False),
            Column(f"lengths_{minutes}", String(80), nullable=False),
        ]
    return columns
