"""Each start-up check, provoked once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from collector import checks
from collector.app import open_engine
from collector.checks import MANY_MARKS, Finding, find, schema_findings
from collector.config import Settings, read
from collector.storage.engine import writing
from collector.storage.models import metadata
from collector.storage.schema import SchemaState, migrate


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return read(None, {}, data_folder=str(folder))


@pytest.fixture
def furnished(settings: Settings) -> Iterator[Settings]:
    """A collector about which there is nothing to say."""
    engine = open_engine(settings)
    migrate(engine)
    tables = metadata.tables
    with writing(engine) as connection:
        connection.execute(insert(tables["site"]).values(code="EVERE", name="Evere", created_at=0))
        connection.execute(insert(tables["account"]).values(name="anna", password_hash="", created_at=0))
    engine.dispose()
    yield settings
    engine.dispose()


def found(settings: Settings) -> list[str]:
    findings = list(find(settings, open_engine))
    for finding in findings:
        assert finding.sentence.endswith(".")
        assert finding.hint
    return [finding.identifier for finding in findings]


def test_there_is_nothing_to_say_of_a_collector_that_is_as_it_should_be(furnished: Settings) -> None:
    assert found(furnished) == []


def test_e001_a_data_folder_that_cannot_be_one(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert found(replace(settings, data_folder=tmp_path / "file")) == ["collector.E001"]
    assert found(replace(settings, data_folder=tmp_path / "file" / "below")) == ["collector.E001"]


def test_e002_a_database_that_cannot_be_opened(settings: Settings) -> None:
    (settings.data_folder / "collector.sqlite").write_text("a letter to somebody\n" * 100)
    assert found(settings) == ["collector.E002"]
    nowhere = replace(settings, database_url="postgresql://dps:geheim@127.0.0.1:1/dps")
    assert found(nowhere) == ["collector.E002"]
    assert not any("geheim" in finding.sentence for finding in find(nowhere, open_engine))


def test_e003_tables_that_are_missing_or_old(settings: Settings) -> None:
    assert found(settings) == ["collector.E003"]
    assert [finding.identifier for finding in schema_findings(SchemaState.OLD)] == ["collector.E003"]
    assert list(schema_findings(SchemaState.CURRENT)) == []


def test_e004_tables_of_a_newer_collector(furnished: Settings) -> None:
    engine = open_engine(furnished)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    assert found(furnished) == ["collector.E004"]


def test_e005_and_e006_half_an_encryption(furnished: Settings, tmp_path: Path) -> None:
    certificate = tmp_path / "chain.pem"
    assert found(replace(furnished, tls_certificate_file=str(certificate), tls_key_file=str(certificate))) == [
        "collector.E005",
        "collector.E005",
    ]
    certificate.write_text("")
    assert found(replace(furnished, tls_certificate_file=str(certificate))) == ["collector.E006"]
    assert found(replace(furnished, tls_key_file=str(certificate))) == ["collector.E006"]


def test_w001_a_data_folder_that_others_may_enter(furnished: Settings) -> None:
    furnished.data_folder.chmod(0o755)
    assert found(furnished) == ["collector.W001"]


def test_w002_a_disk_that_is_nearly_full(furnished: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 2**80)
    assert found(furnished) == ["collector.W002"]


def test_w003_everybody_can_read_along(furnished: Settings) -> None:
    assert found(replace(furnished, listen_host="192.0.2.1")) == ["collector.W003"]
    assert found(replace(furnished, listen_host="192.0.2.1", trusted_proxies=("192.0.2.2",))) == []


def test_w004_cookies_without_encryption(furnished: Settings) -> None:
    assert found(replace(furnished, secure_cookies=False)) == ["collector.W004"]


def test_w005_and_w006_nobody_and_nothing_there(settings: Settings) -> None:
    engine = open_engine(settings)
    migrate(engine)
    engine.dispose()
    assert found(settings) == ["collector.W005", "collector.W006"]


def test_w007_more_waits_than_a_running_roller_would_leave(furnished: Settings) -> None:
    engine = open_engine(furnished)
    marks = [{"site_id": 1, "slot": slot, "mark": slot} for slot in range(MANY_MARKS + 1)]
    with writing(engine) as connection:
        connection.execute(insert(metadata.tables["dirty_slot"]), marks)
    engine.dispose()
    assert found(furnished) == ["collector.W007"]


def test_the_identifier_tells_errors_from_warnings() -> None:
    assert Finding("collector.E001", "", "").is_error
    assert not Finding("collector.W001", "", "").is_error
