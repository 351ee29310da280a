"""Who may do what, and where. Pages, API and command line all ask `may`.

An account has grants: a role, and the part of the Region in which it has it. What no grant gives is refused.

Figures of a site by day and hour are for the site's own people (the audience "site" of the disclosure control); whoever
looks at the whole Region sees what disclosure control lets out, also where the role reads figures elsewhere.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    REGIONAL_COORDINATOR = "regional_coordinator"
    SITE_COORDINATOR = "site_coordinator"
    FACILITATOR = "facilitator"
    TECHNICIAN = "technician"
    READER = "reader"


class Scope(StrEnum):
    """Where a grant holds."""

    REGION = "region"
    MUNICIPALITY = "municipality"
    SITE = "site"


class Permission(StrEnum):
    SEE = "see"
    """That a site is there: its register, opening hours, equipment."""
    HEALTH = "health"
    """Which stations are on, and what their hardware says."""
    FIGURES = "figures"
    """What is counted and entered, by day and hour."""
    PUBLISHED = "published"
    """What disclosure control lets out, in reports."""
    ENTER = "enter"
    REGISTER = "register"
    """Change what the register says, opening hours included."""
    LABEL = "label"
    """Change what it says of the Region's label."""
    EQUIPMENT = "equipment"
    MAINTAIN = "maintain"
    """Look after computers and devices: which there are, what replaces them, their agents and enrolment."""
    FREEZE = "freeze"
    """Accept open checks and freeze the report of a site."""
    FREEZE_REGION = "freeze_region"
    DECIDE = "decide"
    """What the Region decides for all sites, such as the idle rule and whether disclosure control is lifted."""
    AUDIT = "audit"
    """Read who saw and changed what."""
    ACCOUNTS = "accounts"


class Place(NamedTuple):
    """A site, as far as grants know it."""

    site_id: int
    municipality: str


class Grant(NamedTuple):
    role: Role
    scope: Scope = Scope.REGION
    municipality: str = ""
    """Only where the scope is a municipality."""
    site_id: int | None = None
    """Only where the scope is a site."""

    def covers(self, place: Place | None) -> bool:
        """Whether it holds there; None is the Region as a whole."""
        if self.scope is Scope.REGION:
            return True
        if place is None:
            return False
        if self.scope is Scope.MUNICIPALITY:
            return self.municipality != "" and self.municipality == place.municipality
        return self.site_id == place.site_id

    def permissions(self) -> frozenset[Permission]:
        given = PERMISSIONS[self.role]
        outside = self.scope is Scope.REGION and self.role is not Role.ADMINISTRATOR
        return given - {Permission.FIGURES} if outside else given


_READING = frozenset({Permission.SEE, Permission.FIGURES, Permission.PUBLISHED})

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.REGIONAL_COORDINATOR: frozenset(
        {
            *(Permission.SEE, Permission.HEALTH, Permission.PUBLISHED, Permission.AUDIT),
            *(Permission.REGISTER, Permission.LABEL, Permission.FREEZE_REGION),
        }
    ),
    Role.SITE_COORDINATOR: _READING
    | {
        *(Permission.HEALTH, Permission.ENTER, Permission.REGISTER, Permission.EQUIPMENT),
        *(Permission.FREEZE, Permission.AUDIT),
    },
    Role.FACILITATOR: _READING | {Permission.HEALTH, Permission.ENTER},
    Role.TECHNICIAN: frozenset({Permission.SEE, Permission.HEALTH, Permission.EQUIPMENT, Permission.MAINTAIN}),
    Role.READER: _READING,
}

SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.ADMINISTRATOR: frozenset({Scope.REGION}),
    Role.REGIONAL_COORDINATOR: frozenset({Scope.REGION, Scope.MUNICIPALITY}),
    Role.SITE_COORDINATOR: frozenset({Scope.MUNICIPALITY, Scope.SITE}),
    Role.FACILITATOR: frozenset({Scope.MUNICIPALITY, Scope.SITE}),
    Role.TECHNICIAN: frozenset(Scope),
    Role.READER: frozenset(Scope),
}
"""Where a role can be had. Whoever runs a site is not somebody for the whole Region."""

TOLD_OF_ALERTS = frozenset({Role.TECHNICIAN, Role.SITE_COORDINATOR})
"""By mail: technicians of all that their grants cover, coordinators when a site does not open or is cut off."""

BY_TOKEN = _READING | {Permission.HEALTH}
"""All that a token for programs can give."""


class Rights(NamedTuple):
    """What somebody may do: all grants, and the bounds of a token for programs where one was shown."""

    grants: tuple[Grant, ...] = ()
    token: Grant | None = None
    """A reader's grant beyond which the token does not reach; None for a person."""

    def may(self, permission: Permission, place: Place | None = None) -> bool:
        """In a place; None is the Region as a whole."""
        if self.token is not None and not (permission in BY_TOKEN and self.token.covers(place)):
            return False
        return any(permission in grant.permissions() and grant.covers(place) for grant in self.grants)

    def gets_alerts(self) -> bool:
        """Whether somebody tells it of alerts by mail."""
        return any(grant.role in TOLD_OF_ALERTS for grant in self.grants)

    def may_somewhere(self, permission: Permission) -> bool:
        return any(permission in grant.permissions() for grant in self.grants)

    def sees_anything_of(self, place: Place) -> bool:
        return (self.token is None or self.token.covers(place)) and any(grant.covers(place) for grant in self.grants)


def is_sensible(grant: Grant) -> bool:
    """Whether the role can be had there, and the place is named as the scope asks."""
    named = (bool(grant.municipality), grant.site_id is not None)
    wanted = (grant.scope is Scope.MUNICIPALITY, grant.scope is Scope.SITE)
    return grant.scope in SCOPES[grant.role] and named == wanted


def is_last_administrator(account_id: int, administrators: Iterable[int]) -> bool:
    """Whether nobody could manage accounts any more without this one; `administrators` are those who can log in."""
    return set(administrators) == {account_id}
