"""Who counts as a visitor on Windows."""

from collections.abc import Collection

import pytest

from agent.machine.visitors_windows import Rule


def in_no_group(domain: str, user: str) -> Collection[str]:
    raise AssertionError(f"nobody asked for the groups of {domain} {user}")


def in_staff(domain: str, user: str) -> Collection[str]:
    return {"Users", "Médiateurs"} if (domain, user) == ("ixelles", "jan") else {"Users"}


def counts(user: str, domain: str = "IXELLES", *staff: str, remote: bool = False) -> bool:
    return Rule(remote_sessions=False, staff=frozenset(staff), groups_of=in_no_group).counts(
        user=user, domain=domain, remote=remote
    )


def test_anybody_who_logs_on_at_the_screen_is_a_visitor() -> None:
    assert counts("visitor")
    assert counts("visitor", "STATION-01")


@pytest.mark.parametrize(
    ("user", "domain"),
    [
        ("DWM-1", "Window Manager"),
        ("UMFD-0", "Font Driver Host"),
        ("SYSTEM", "NT AUTHORITY"),
        ("LOCAL SERVICE", "NT Authority"),
        ("dps-agent", "NT SERVICE"),
        ("", "STATION-01"),
    ],
)
def test_what_the_system_itself_logs_on_is_nobodys_visit(user: str, domain: str) -> None:
    assert not counts(user, domain)


def test_a_visitor_may_be_called_as_the_desktops_own_programs_are() -> None:
    assert counts("DWM-1", "IXELLES")


@pytest.mark.parametrize("staff", ["jan", "JAN", "ixelles\\jan", "IXELLES\\Jan"])
def test_staff_are_named_with_or_without_their_domain_and_in_any_case(staff: str) -> None:
    assert not counts("Jan", "Ixelles", staff)


@pytest.mark.parametrize("staff", ["other\\jan", "janneke", "ixelles"])
def test_other_names_are_not_staff(staff: str) -> None:
    assert counts("Jan", "Ixelles", staff)


def test_staff_may_be_a_local_group_whatever_the_capitals() -> None:
    rule = Rule(remote_sessions=False, staff=frozenset({"@médiateurs"}), groups_of=in_staff)
    assert not rule.counts(user="Jan", domain="IXELLES", remote=False)
    assert rule.counts(user="visitor", domain="IXELLES", remote=False)


def test_remote_desktops_count_only_where_they_are_wanted() -> None:
    assert not counts("visitor", remote=True)
    wanted = Rule(remote_sessions=True, staff=frozenset(), groups_of=in_no_group)
    assert wanted.counts(user="visitor", domain="IXELLES", remote=True)
