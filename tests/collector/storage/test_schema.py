"""Migrations: the head equals the models, on both databases, however many migrate at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, Integer, Table, inspect, text
from sqlalchemy.schema import MetaData

from collector.storage.engine import create_engine, is_sqlite, reading, writing
from collector.storage.models import metadata
from collector.storage.schema import MIGRATIONS, SchemaState, configuration, migrate, schema_state

VERSIONS = [
    *(f"{number:04}" for number in range(1, 15)),
    *("0017", "0019", "0030", "0020", "0024", "0031", "0035", "0032", "0037", "0033"),
]


def differences(engine: Engine, models: MetaData) -> list[object]:
    with reading(engine) as connection:
        # SQLite has no identities, and would report each as a default that differs.
        options = {"compare_type": True, "compare_server_default": not is_sqlite(engine)}
        return compare_metadata(MigrationContext.configure(connection, opts=options), models)  # type: ignore[no-any-return]


def test_the_migrated_database_equals_the_models(engine: Engine) -> None:
    assert differences(engine, metadata) == []


def test_a_table_that_no_migration_makes_is_noticed(engine: Engine) -> None:
    models = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(models)
    Table("forgotten", models, Column("a", Integer, primary_key=True))

    assert [difference[0] for difference in differences(engine, models)] == ["add_table"]  # type: ignore[index]


def test_primary_keys_have_the_order_of_the_models(engine: Engine) -> None:
    with reading(engine) as connection:
        looked_at = inspect(connection)
        for table in metadata.sorted_tables:
            stored = looked_at.get_pk_constraint(table.name)["constrained_columns"]
            assert stored == [column.name for column in table.primary_key.columns], table.name


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(configuration(None)).get_heads()) == 1


def test_an_empty_database_is_migrated_once(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)

    assert schema_state(engine) is SchemaState.EMPTY
    assert migrate(engine) == VERSIONS
    assert schema_state(engine) is SchemaState.CURRENT
    assert migrate(engine) == []

    engine.dispose()


def test_two_that_migrate_at_the_same_time_do_not_get_into_each_others_way(empty_database_url: str) -> None:
    engines = [create_engine(empty_database_url) for _ in range(4)]

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(migrate, engines))

    assert sorted(done) == [[], [], [], VERSIONS]
    assert differences(engines[0], metadata) == []
    for engine in engines:
        engine.dispose()


def test_a_database_of_a_newer_collector_is_not_taken_for_ours(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    assert schema_state(engine) is SchemaState.UNKNOWN


def test_a_migration_that_fails_leaves_nothing_behind(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    (folder / "versions" / "0001_half.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '0001'\ndown_revision = None\n"
        "def upgrade() -> None:\n"
        "    op.create_table('half', sa.Column('a', sa.Integer))\n"
        "    raise RuntimeError('power cut')\n"
    )
    monkeypatch.setattr("collector.storage.schema.MIGRATIONS", folder)
    engine = create_engine(empty_database_url)

    with pytest.raises(RuntimeError, match="power cut"):
        migrate(engine)

    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()
