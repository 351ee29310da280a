"""The rules of Citus, kept by looking at the metadata; each rule is shown to fail on a bad table."""

from collections.abc import Callable

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

from collector.storage.models import metadata

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type its dialects


def is_distributed(table: Table) -> bool:
    return table.info.get("citus") == "distributed"


def type_of(column: Column[object]) -> str:
    return column.type.compile(dialect=DIALECT)


def broken_rules(tables: MetaData) -> list[str]:
    return [f"{table.name}: {sentence}" for table in tables.sorted_tables for rule in RULES for sentence in rule(table)]


def is_of_one_kind(table: Table) -> list[str]:
    known = table.info.get("citus") in {"distributed", "reference"}
    return [] if known else ["it is neither distributed nor a reference table"]


def site_id_is_bigint(table: Table) -> list[str]:
    if not is_distributed(table):
        return []
    if "site_id" not in table.c:
        return ["it is distributed without site_id"]
    column = table.c.site_id
    found = [] if type_of(column) == "BIGINT" else ["site_id is not BIGINT"]
    return found if not column.nullable else [*found, "site_id may be null"]


def site_id_is_in_every_key(table: Table) -> list[str]:
    if not is_distributed(table):
        return []
    keys = [set(table.primary_key.columns.keys())]
    keys += [set(c.columns.keys()) for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [set(index.columns.keys()) for index in table.indexes if index.unique]
    return [f"the key {sorted(key)} lacks site_id" for key in keys if "site_id" not in key]


def the_primary_key_begins_with_site_id(table: Table) -> list[str]:
    if not is_distributed(table) or not table.primary_key.columns.keys():
        return []
    return [] if table.primary_key.columns.keys()[0] == "site_id" else ["its primary key does not begin with site_id"]


def foreign_keys_stay_near(table: Table) -> list[str]:
    found = []
    for constraint in table.foreign_key_constraints:
        target = constraint.referred_table
        if is_distributed(target) and not is_distributed(table):
            found.append(f"a reference table refers to the distributed {target.name}")
        elif is_distributed(target):
            pairs = [(e.parent.name, e.column.name) for e in constraint.elements]
            if ("site_id", "site_id") not in pairs:
                found.append(f"it refers to {target.name} without site_id")
    return found


def identities_are_bigint(table: Table) -> list[str]:
    columns = [column for column in table.columns if column.identity is not None or column.autoincrement is True]
    return [f"the identity {column.name} is not BIGINT" for column in columns if type_of(column) != "BIGINT"]


def same_column_same_type(table: Table) -> list[str]:
    return [
        f"{column.name} is {type_of(column)}"
        for column in table.columns
        if column.name in {"site_id", "station_id", "slot"} and type_of(column) != "BIGINT"
    ]


RULES: tuple[Callable[[Table], list[str]], ...] = (
    is_of_one_kind,
    site_id_is_bigint,
    site_id_is_in_every_key,
    the_primary_key_begins_with_site_id,
    foreign_keys_stay_near,
    identities_are_bigint,
    same_column_same_type,
)


def test_every_table_obeys_the_rules_of_a_distributed_database() -> None:
    assert broken_rules(metadata) == []


def test_there_are_tables_of_both_kinds_to_look_at() -> None:
    kinds = [table.info["citus"] for table in metadata.tables.values()]
    assert kinds.count("distributed") >= 8
    assert kinds.count("reference") >= 9


def bad(*items: SchemaItem, kind: str = "distributed") -> MetaData:
    tables = MetaData()
    Table("town", tables, Column("town_id", BigInteger, primary_key=True), info={"citus": "reference"})
    Table(
        "large",
        tables,
        Column("site_id", BigInteger, primary_key=True),
        Column("n", BigInteger, primary_key=True),
        info={"citus": "distributed"},
    )
    Table("bad", tables, *items, info={"citus": kind} if kind else {})
    return tables


def site_id() -> Column[int]:
    return Column("site_id", BigInteger, primary_key=True)


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        (bad(site_id(), kind=""), "bad: it is neither distributed nor a reference table"),
        (bad(Column("n", BigInteger, primary_key=True)), "bad: it is distributed without site_id"),
        (bad(Column("site_id", Integer, primary_key=True)), "bad: site_id is not BIGINT"),
        (
            bad(Column("site_id", BigInteger, nullable=True), Column("n", BigInteger, primary_key=True)),
            "bad: site_id may be null",
        ),
        (
            bad(Column("site_id", BigInteger, nullable=False), Column("n", BigInteger, primary_key=True)),
            "bad: the key ['n'] lacks site_id",
        ),
        (bad(site_id(), Column("code", String(8), unique=True)), "bad: the key ['code'] lacks site_id"),
        (
            bad(Column("n", BigInteger, primary_key=True), site_id()),
            "bad: its primary key does not begin with site_id",
        ),
        (
            bad(site_id(), Column("n", BigInteger), ForeignKeyConstraint(["n"], ["large.n"])),
            "bad: it refers to large without site_id",
        ),
        (
            bad(
                site_id(),
                Column("n", BigInteger),
                ForeignKeyConstraint(["site_id", "n"], ["large.site_id", "large.n"]),
                kind="reference",
            ),
            "bad: a reference table refers to the distributed large",
        ),
        (
            bad(Column("a", Integer, Identity(), primary_key=True), kind="reference"),
            "bad: the identity a is not BIGINT",
        ),
        (bad(site_id(), Column("slot", Integer)), "bad: slot is INTEGER"),
    ],
)
def test_a_table_that_breaks_a_rule_is_named(tables: MetaData, sentence: str) -> None:
    assert sentence in broken_rules(tables)


def test_a_foreign_key_to_a_reference_table_and_one_with_site_id_are_fine() -> None:
    tables = bad(
        site_id(),
        Column("town_id", BigInteger),
        Column("n", BigInteger),
        ForeignKeyConstraint(["town_id"], ["town.town_id"]),
        ForeignKeyConstraint(["site_id", "n"], ["large.site_id", "large.n"]),
    )
    assert broken_rules(tables) == []
