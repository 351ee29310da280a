"""Who counts as a visitor."""

import pytest

from agent.machine.visitors import Rule, is_person, least_uid_of


class NoAccounts:
    def uid_of(self, user: str) -> int | None:
        raise AssertionError(f"nobody asked for {user}")

    def groups_of(self, user: str) -> frozenset[str]:
        raise AssertionError(f"nobody asked for {user}")


@pytest.mark.parametrize("uid", [1000, 60_000, 60_200, 65_536, 1_234_567_890])
def test_people_have_these_uids(uid: int) -> None:
    assert is_person(uid, 1000)


@pytest.mark.parametrize("uid", [0, 115, 999, 60_600, 61_184, 65_534, 65_535])
def test_programs_have_these_uids(uid: int) -> None:
    assert not is_person(uid, 1000)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("UID_MIN\t\t\t 1000\nUID_MAX 60000\n", 1000),
        ("#UID_MIN 700\nSYS_UID_MIN 100\nUID_MIN 500\n", 500),
        ("UID_MIN\nUID_MIN many\nUID_MIN 0\nUID_MIN 9999999\n", 1000),
        ("", 1000),
    ],
)
def test_the_least_uid_of_people_is_read_or_the_usual_one(text: str, least: int) -> None:
    assert least_uid_of(text) == least


def test_groups_are_not_looked_up_where_the_staff_list_names_none() -> None:
    rule = Rule(1000, remote_sessions=False, staff=frozenset({"colleague"}), accounts=NoAccounts())
    assert rule.counts(user="visitor", uid=1001, local=True)
    assert not rule.counts(user="colleague", uid=1001, local=True)
    assert not rule.counts(user="visitor", uid=1001, local=False)
