"""Whose sessions count: visitors, and nobody else.

A name is compared in memory for a yes or no; it is never kept, logged or sent.
"""

from collections.abc import Collection
from typing import NamedTuple, Protocol

USUAL_LEAST_UID = 1000
_LARGEST_SENSIBLE_LEAST_UID = 60_000
_LEAST_UID_WORD = "UID_MIN"

_UIDS_OF_PROGRAMS = (
    # systemd's "Users, Groups, UIDs and GIDs": greeters of GDM, dynamic service users, then "nobody" and (uid_t) -1
    # in 16 bits. They are above the least uid of people and yet no people.
    range(60_578, 60_706),
    range(61_184, 65_536),
)


class Accounts(Protocol):
    """The system's user database."""

    def uid_of(self, user: str) -> int | None:
        """None for a name that nobody has."""

    def groups_of(self, user: str) -> Collection[str]:
        """Names of all groups of a user; empty if the user is not known."""


class Rule(NamedTuple):
    """Which sessions count."""

    least_uid: int
    remote_sessions: bool
    """Whether sessions without a seat count: ssh, remote desktops."""
    staff: frozenset[str]
    """Names of users, and names of groups with "@" before them."""
    accounts: Accounts

    def counts(self, *, user: str, uid: int, local: bool) -> bool:
        """Whether a session of this user is a visitor's."""
        if not local and not self.remote_sessions:
            return False
        return is_person(uid, self.least_uid) and not self._is_staff(user)

    def _is_staff(self, user: str) -> bool:
        if not self.staff:
            return False
        if user in self.staff:
            return True
        groups = {name[1:] for name in self.staff if name.startswith("@")}
        return bool(groups) and not groups.isdisjoint(self.accounts.groups_of(user))


def is_person(uid: int, least_uid: int) -> bool:
    """Whether a uid belongs to a person: no system account, greeter, service or "nobody"."""
    return uid >= least_uid and not any(uid in uids for uids in _UIDS_OF_PROGRAMS)


def least_uid_of(login_defs: str) -> int:
    """UID_MIN of /etc/login.defs (its manual: the first uid of regular users), or the usual 1000."""
    for line in login_defs.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == _LEAST_UID_WORD and words[1].isascii() and words[1].isdigit():
            uid = int(words[1])
            if 0 < uid <= _LARGEST_SENSIBLE_LEAST_UID:
                return uid
    return USUAL_LEAST_UID
