import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select, update

from collector.domain.access import Grant, Role
from collector.storage.engine import reading, writing
from collector.storage.models import account
from collector.web import accounts
from collector.web.accounts import AccountError, authenticate, create_account
from tests.collector.web.seeded_region import NOW

GOOD = "correct horse battery"


def test_an_account_opens_with_its_name_and_password_alone(empty_database: Engine) -> None:
    with writing(empty_database) as connection:
        number = create_account(connection, " anna ", GOOD, "reader", NOW)
    with reading(empty_database) as connection:
        found = authenticate(connection, "anna", GOOD)
        assert found is not None
        assert (found.account_id, found.rights.grants) == (number, (Grant(Role.READER),))
        assert authenticate(connection, "anna", GOOD + "x") is None
        assert authenticate(connection, "bert", GOOD) is None
        stored = connection.execute(select(account.c.password_hash)).scalar_one()
    assert stored.startswith("$argon2id$")
    assert GOOD not in stored


def test_a_disabled_account_stays_shut(empty_database: Engine) -> None:
    with writing(empty_database) as connection:
        create_account(connection, "anna", GOOD, "reader", NOW)
        connection.execute(update(account).values(disabled_at=NOW))
    with reading(empty_database) as connection:
        assert authenticate(connection, "anna", GOOD) is None


def test_an_unknown_name_costs_as_much_work_as_a_known_one(
    empty_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []

    class Counting:
        def verify(self, password_hash: str, password: str) -> bool:
            verified.append(password_hash)
            return PasswordHasher().verify(password_hash, password)

    monkeypatch.setattr(accounts, "HASHER", Counting())
    with reading(empty_database) as connection:
        assert authenticate(connection, "nobody", GOOD) is None
    assert verified == [accounts.NOBODY]


@pytest.mark.parametrize(
    ("name", "password", "role", "words"),
    [
        ("", GOOD, "reader", "name"),
        ("a\x00b", GOOD, "reader", "name"),
        ("anna", "eleven char", "reader", "12"),
        ("anna", GOOD, "root", "administrator, regional_coordinator"),
        ("taken", GOOD, "reader", "another name"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    empty_database: Engine, name: str, password: str, role: str, words: str
) -> None:
    with writing(empty_database) as connection:
        create_account(connection, "taken", GOOD, "reader", NOW)
    with writing(empty_database) as connection, pytest.raises(AccountError, match=words):
        create_account(connection, name, password, role, NOW)
