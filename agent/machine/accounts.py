"""The system's user database, local or of a directory, as the C library sees it."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import grp
import os
import pwd


class SystemAccounts:
    """Accounts of this computer; what is looked up is forgotten with the call."""

    __slots__ = ()

    def uid_of(self, user: str) -> int | None:
        try:
            return pwd.getpwnam(user).pw_uid
        except (KeyError, ValueError, OSError):
            return None

    def groups_of(self, user: str) -> frozenset[str]:
        names: set[str] = set()
        try:
            numbers = os.getgrouplist(user, pwd.getpwnam(user).pw_gid)
        except (KeyError, ValueError, OSError):
            return frozenset()
        for number in numbers:
            try:
                names.add(grp.getgrgid(number).gr_name)
            except (KeyError, OSError):
                # A group without a name cannot be in the staff list.
                continue
        return frozenset(names)
