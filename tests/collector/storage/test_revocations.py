"""What was revoked stays revoked, whatever database is put in place."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, insert, select, update

from collector.domain.access import Role
from collector.storage.changes.base import Change
from collector.storage.engine import reading, writing
from collector.storage.models import credential, enrolment_token, waiting_envelope
from collector.storage.queries.accounts import all_accounts, set_columns
from collector.storage.revocations import (
    STATION,
    TOKEN,
    BroughtTogether,
    Revocation,
    bring_together,
    note,
    noted,
)
from collector.web.accounts import authenticate, create_account, set_password
from tests.collector.ingest.cast import public_id, seed

AT = 1_780_000_000
TOKEN_ID = "00000000000000aa"


@pytest.fixture
def region(engine: Engine) -> Engine:
    """The cast, where 9 is revoked, and a token that is valid."""
    seed(engine)
    with writing(engine) as connection:
        row = {"public_id": TOKEN_ID, "secret_sha256": "0" * 64, "stations_allowed": 1, "stations_used": 0}
        connection.execute(insert(enrolment_token).values(**row, site_id=1, valid_until=AT, created_at=0))
        kept = {"public_id": public_id(8), "envelope_id": "0" * 32, "received_at": 0, "body": "{}"}
        connection.execute(insert(waiting_envelope).values(kept))
    return engine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "revocations.jsonl"


def revoked_stations(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        found = connection.execute(select(credential.c.public_id).where(credential.c.status == "revoked"))
        return set(found.scalars())


def test_what_the_database_forgot_is_revoked_again_once(region: Engine, file: Path) -> None:
    note(file, [Revocation(STATION, public_id(1), AT), Revocation(TOKEN, TOKEN_ID, AT)])
    note(file, [Revocation(STATION, public_id(8), AT), Revocation(STATION, public_id(1), AT + 1)])
    assert bring_together(region, file).applied == 3
    assert revoked_stations(region) == {public_id(1), public_id(8), public_id(9)}
    with reading(region) as connection:
        assert connection.execute(select(enrolment_token.c.revoked_at)).scalar_one() == AT
        # What a station that waited had sent is of no use to anybody.
        assert connection.execute(select(waiting_envelope)).first() is None
    assert bring_together(region, file) == BroughtTogether(0, 0, 0)


def test_what_the_file_does_not_say_is_noted_for_the_next_restore(region: Engine, file: Path) -> None:
    assert bring_together(region, file) == BroughtTogether(0, 1, 0)
    assert noted(file).revocations == [Revocation(STATION, public_id(9), 1)]
    with writing(region) as connection:
        connection.execute(update(credential).values(status="accepted", revoked_at=None))
    assert bring_together(region, file) == BroughtTogether(1, 0, 0)
    assert revoked_stations(region) == {public_id(9)}


def test_a_station_that_the_restored_database_never_knew_needs_nothing(region: Engine, file: Path) -> None:
    note(file, [Revocation(STATION, "f" * 16, AT), Revocation(STATION, public_id(9), 1)])
    assert bring_together(region, file) == BroughtTogether(0, 0, 0)


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_last_line_that_was_cut_short_says_nothing_and_does_not_spoil_the_next_one(file: Path, cut: int) -> None:
    first, second, third = (Revocation(STATION, public_id(number), AT) for number in (1, 2, 3))
    note(file, [first])
    whole = file.stat().st_size
    note(file, [second])
    with file.open("r+b") as torn:
        torn.truncate(whole + cut)
    assert noted(file) == ([first], 0)
    note(file, [third])
    # Now it stands between two others, where nobody can tell any more that it was cut short.
    assert noted(file) == ([first, third], 1)


def test_every_length_of_a_torn_file_says_the_whole_lines_before(file: Path) -> None:
    revocations = [Revocation(STATION, public_id(number), AT) for number in (1, 2, 3)]
    note(file, revocations)
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        whole = content[: length + 1].count(b"}")
        # A line counts as soon as it is whole, its end or not.
        assert noted(file) == (revocations[: min(whole, content[:length].count(b"}"))], 0)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "null",
        '{"kind": "station"}',
        '{"kind": "planet", "public_id": "0000000000000001", "revoked_at": 1}',
        '{"kind": "station", "public_id": "x", "revoked_at": 1}',
        '{"kind": "station", "public_id": 1, "revoked_at": 1}',
        '{"kind": "station", "public_id": "0000000000000001", "revoked_at": true}',
        '{"kind": "station", "public_id": "0000000000000001", "revoked_at": 1e300}',
        json.dumps({"kind": "station", "public_id": "0" * 16, "revoked_at": 10**30}),
        "\udcff\udcfe",
    ],
)
def test_a_line_that_cannot_be_understood_is_counted_and_the_others_hold(file: Path, line: str) -> None:
    file.write_bytes(line.encode("utf-8", "surrogateescape") + b"\n")
    note(file, [Revocation(TOKEN, TOKEN_ID, AT)])
    assert noted(file) == ([Revocation(TOKEN, TOKEN_ID, AT)], 1)


def test_nobody_else_may_read_it_and_a_missing_file_says_nothing(file: Path) -> None:
    assert noted(file) == ([], 0)
    note(file, [Revocation(STATION, public_id(1), AT)])
    assert file.stat().st_mode & 0o077 == 0


def change(connection: Connection) -> Change:
    return Change(connection, "anna", AT, ZoneInfo("UTC"), lambda: 1)


def test_a_password_that_was_replaced_opens_nothing_in_a_database_that_still_has_it(region: Engine, file: Path) -> None:
    with writing(region) as connection:
        create_account(connection, "anna", "the old password", Role.ADMINISTRATOR, AT)
        create_account(connection, "bram", "another password", Role.ADMINISTRATOR, AT)
        old = all_accounts(connection)[0].password_hash
        set_password(
            change(connection), "anna", "the new password", lambda kind, id_: note(file, [Revocation(kind, id_, AT)])
        )
    assert bring_together(region, file).applied == 0
    with writing(region) as connection:
        assert authenticate(connection, "anna", "the new password")
        set_columns(connection, all_accounts(connection)[0].account_id, password_hash=old)  # the backup of yesterday
    assert bring_together(region, file).applied == 1
    with writing(region) as connection:
        for password in ("the old password", "the new password", "nobody has this password", ""):
            assert authenticate(connection, "anna", password) is None
        assert authenticate(connection, "bram", "another password")
        set_password(change(connection), "anna", "the new password", lambda *_: pytest.fail("no password was replaced"))
        assert authenticate(connection, "anna", "the new password")
    assert bring_together(region, file).applied == 0
