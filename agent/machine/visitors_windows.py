"""Whose sessions count on Windows: visitors, and nobody else.

A name is compared in memory for a yes or no; it is never kept, logged or sent.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

DOMAINS_OF_PROGRAMS = ("nt authority", "nt service", "window manager", "font driver host")
"""DWM-n and UMFD-n draw each desktop and its letters, and log on at each boot; the others are services."""


class Rule(NamedTuple):
    """Which sessions count."""

    remote_sessions: bool
    """Whether remote desktops count."""
    staff: frozenset[str]
    """Names of users, with or without "DOMAIN\\" before them, and names of groups with "@" before them."""
    groups_of: Callable[[str, str], Collection[str]]
    """Names of all local groups of a user (domain, user); empty if the user is not known."""

    def counts(self, *, user: str, domain: str, remote: bool) -> bool:
        """Whether a session of this user is a visitor's; names of Windows do not care for capitals."""
        if not user or domain.casefold() in DOMAINS_OF_PROGRAMS or (remote and not self.remote_sessions):
            return False
        return not self._is_staff(user.casefold(), domain.casefold())

    def _is_staff(self, user: str, domain: str) -> bool:
        staff = {name.casefold() for name in self.staff}
        if user in staff or f"{domain}\\{user}" in staff:
            return True
        groups = {name[1:] for name in staff if name.startswith("@")}
        return bool(groups) and not groups.isdisjoint(name.casefold() for name in self.groups_of(domain, user))
