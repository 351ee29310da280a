import hmac
from typing import Any

import pytest
from sqlalchemy import Engine

from collector.ingest.credentials import Credential, Remembered, digest, is_right, look_up, presented, revoked
from collector.storage.engine import reading
from tests.collector.ingest import cast

GOOD = Credential("a" * 16, digest(b"s"), "accepted", 1, 2)


def test_the_header_is_split_into_public_id_and_secret() -> None:
    assert presented(cast.bearer(5).encode()) == (cast.public_id(5), cast.secret(5).encode())


def test_the_scheme_may_be_written_small() -> None:
    assert presented(cast.bearer(5).encode().replace(b"Bearer", b"bearer")) is not None


def test_a_credential_is_found_by_its_public_id(region: Engine) -> None:
    with reading(region) as connection:
        found = look_up(connection, cast.public_id(2))
        assert look_up(connection, "f" * 16) is None

    assert found == Credential(cast.public_id(2), digest(cast.secret(2).encode()), "accepted", 1, 2)


def test_only_the_right_secret_is_right() -> None:
    assert is_right(GOOD, b"s")
    assert not is_right(GOOD, b"t")
    assert not is_right(None, b"s")
    assert not is_right(None, b"")


def test_an_unknown_station_costs_the_same_work_as_a_wrong_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def noted(a: Any, b: Any) -> bool:
        compared.append((len(a), len(b)))
        return real(a, b)

    monkeypatch.setattr("collector.ingest.credentials.hmac.compare_digest", noted)
    is_right(GOOD, b"t")
    is_right(None, b"t")

    assert compared == [(64, 64), (64, 64)]


def test_revoked_stations_are_listed(region: Engine) -> None:
    with reading(region) as connection:
        assert revoked(connection) == {cast.public_id(9)}


def test_what_is_remembered_is_good_only_as_long_as_the_poll_is_fresh() -> None:
    now = [0.0]
    remembered = Remembered(lambda: now[0], seconds=1.0)
    assert not remembered.is_fresh()

    remembered.polled(now[0], frozenset())
    assert remembered.is_fresh()
    now[0] = 1.0

    assert not remembered.is_fresh()


def test_a_revoked_station_is_forgotten_with_the_next_poll() -> None:
    remembered = Remembered(lambda: 0.0)
    remembered.keep(GOOD)
    assert remembered.get(GOOD.public_id) == GOOD

    remembered.polled(0.0, frozenset({GOOD.public_id, "b" * 16}))

    assert remembered.get(GOOD.public_id) is None


@pytest.mark.parametrize("status", ["waiting", "revoked"])
def test_only_accepted_stations_are_remembered(status: str) -> None:
    remembered = Remembered(lambda: 0.0)

    remembered.keep(GOOD._replace(status=status))

    assert remembered.get(GOOD.public_id) is None


def test_the_number_that_is_remembered_is_bounded() -> None:
    remembered = Remembered(lambda: 0.0, most=3)

    for number in range(5):
        remembered.keep(GOOD._replace(public_id=f"{number:016x}"))

    assert [remembered.get(f"{number:016x}") is not None for number in range(5)] == [False, False, True, True, True]
