"""Which right each address asks for. The only place that decides it: what has no line here is refused.

Views ask `Account.may` only for what they show: which sites, which buttons, which of the forms of an address that
several roles use.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import NamedTuple

from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from sqlalchemy import Engine

from collector.domain.access import Permission
from collector.domain.disclosure import Audience
from collector.reports.asking import REGION_WORD, SITE_CODE
from collector.reports.editions import EDITIONS
from collector.reports.inputs import Edition
from collector.storage.engine import reading
from collector.storage.queries.accounts import Account
from collector.storage.queries.sites import Site, site_of_code
from collector.web.pages import Connection


class Of(Enum):
    """Of what somebody needs the right."""

    THEMSELVES = auto()
    """Nothing but a log-in."""
    REGION = auto()
    ANYTHING = auto()
    """Some part of the Region; the view shows no more than that."""
    SITE = auto()
    """The site in the path."""
    SITE_ASKED = auto()
    """The site in the query."""
    REPORT = auto()
    """The site in the path, or the Region."""


class Rule(NamedTuple):
    of: Of
    permission: Permission = Permission.SEE
    for_programs: bool = False
    """Whether a token is taken in the place of a log-in."""


OPEN = None
"""Strangers too."""
_OWN = Rule(Of.THEMSELVES)
_SEE, _FIGURES, _ENTER = (Rule(Of.SITE, each) for each in (Permission.SEE, Permission.FIGURES, Permission.ENTER))
_MAINTAIN = Rule(Of.ANYTHING, Permission.MAINTAIN)
_ACCOUNTS = Rule(Of.REGION, Permission.ACCOUNTS)

RULES: Mapping[str, Rule | None] = {
    "GET /favicon.ico": OPEN,
    "GET /health": OPEN,
    "POST /language": OPEN,
    "GET /login": OPEN,
    "POST /login": OPEN,
    "GET /static/{version}/{name}": OPEN,
    "GET /public": OPEN,
    "GET /public/sites/{code}": OPEN,
    "GET /public/leaflet.pdf": OPEN,
    "GET /privacy": OPEN,
    "GET /accessibility": OPEN,
    "GET /papers/{name}": OPEN,
    "GET /papers/{name}/pdf": OPEN,
    "GET /poster": OPEN,
    "GET /poster.pdf": OPEN,
    "GET /open-data": OPEN,
    "GET /open-data/{name}": OPEN,
    "GET /open-data/spaces/{name}": OPEN,
    "GET /open-data/{code}/{year}/{vintage}/{name}": OPEN,
    "GET /papers": _OWN,
    "GET /login/code": OPEN,
    "POST /login/code": OPEN,
    "POST /login/key": OPEN,
    "GET /login/provider": OPEN,
    "GET /login/provider/return": OPEN,
    "GET /invitations/{token}/provider": OPEN,
    "GET /account/provider": _OWN,
    "GET /invitations/{token}": OPEN,
    "POST /invitations/{token}": OPEN,
    "POST /logout": _OWN,
    "GET /account": _OWN,
    "POST /account/change": _OWN,
    "GET /accounts": _ACCOUNTS,
    "POST /accounts/invite": _ACCOUNTS,
    "GET /accounts/{number}": _ACCOUNTS,
    "POST /accounts/{number}/change": _ACCOUNTS,
    "GET /audit": Rule(Of.ANYTHING, Permission.AUDIT),
    "GET /": _OWN,
    "GET /fleet": _MAINTAIN,
    "GET /fleet/file": _MAINTAIN,
    "GET /equipment": _MAINTAIN,
    "GET /equipment/file": _MAINTAIN,
    "POST /equipment/try": _MAINTAIN,
    "GET /agents": _MAINTAIN,
    "POST /agents/change": _MAINTAIN,
    "POST /agents/token": _MAINTAIN,
    "GET /maintenance": _MAINTAIN,
    "GET /thresholds": _MAINTAIN,
    "POST /thresholds/message": _MAINTAIN,
    "POST /thresholds/change": Rule(Of.REGION, Permission.MAINTAIN),
    "GET /today": Rule(Of.ANYTHING, Permission.HEALTH),
    "GET /sites/{code}/alerts/{number}": Rule(Of.SITE, Permission.HEALTH),
    "POST /sites/{code}/alerts/{number}/change": Rule(Of.SITE, Permission.EQUIPMENT),
    "GET /sites/{code}/stations/{number}": Rule(Of.SITE, Permission.HEALTH),
    "GET /sites/{code}/visit": Rule(Of.SITE, Permission.HEALTH),
    "GET /sites/{code}/maintenance": Rule(Of.SITE, Permission.HEALTH),
    "POST /sites/{code}/maintenance/change": Rule(Of.SITE, Permission.MAINTAIN),
    "GET /region": Rule(Of.REGION, Permission.PUBLISHED),
    "GET /region/file": Rule(Of.REGION, Permission.PUBLISHED),
    "GET /region/statistics/{year}": Rule(Of.REGION, Permission.PUBLISHED),
    "GET /region/decisions": Rule(Of.REGION, Permission.PUBLISHED),
    "POST /region/decisions/change": Rule(Of.REGION, Permission.DECIDE),
    "GET /sites/{code}": _SEE,
    "GET /sites/{code}/stations": _SEE,
    "GET /sites/{code}/days": _FIGURES,
    "GET /sites/{code}/figures": _FIGURES,
    "GET /sites/{code}/figures/file": _FIGURES,
    "GET /sites/{code}/calendar/{year}": _SEE,
    "GET /figures": _OWN,
    "GET /sites/{code}/statistics/{year}": _FIGURES,
    "GET /sites/{code}/register": _SEE,
    "POST /sites/{code}/register/change": Rule(Of.SITE, Permission.REGISTER),
    "GET /sites/{code}/opening-hours": _SEE,
    "POST /sites/{code}/opening-hours/change": Rule(Of.SITE, Permission.REGISTER),
    "GET /sites/{code}/equipment": _SEE,
    "POST /sites/{code}/equipment/change": Rule(Of.SITE, Permission.EQUIPMENT),
    "GET /sites/{code}/entries": _FIGURES,
    "POST /sites/{code}/entries/change": _ENTER,
    "GET /sites/{code}/attendance": _ENTER,
    "POST /sites/{code}/attendance/change": _ENTER,
    "GET /sites/{code}/activity": _ENTER,
    "POST /sites/{code}/activity/change": _ENTER,
    "GET /sites/{code}/years/{year}": _ENTER,
    "POST /sites/{code}/years/{year}/change": _ENTER,
    "GET /sites/{code}/files": _FIGURES,
    "GET /sites/{code}/files/{table}": _FIGURES,
    "POST /sites/{code}/files/try": _ENTER,
    "GET /reports": Rule(Of.ANYTHING, Permission.PUBLISHED),
    "GET /reports/{code}/{year}": Rule(Of.REPORT, Permission.PUBLISHED),
    "GET /reports/{code}/{year}/read/{edition}": Rule(Of.REPORT, Permission.PUBLISHED),
    "POST /reports/{code}/{year}/accept": Rule(Of.REPORT, Permission.FREEZE),
    "POST /reports/{code}/{year}/freeze": Rule(Of.REPORT, Permission.FREEZE),
    "GET /api/v1/openapi.json": OPEN,
    "GET /api/v1/statistics": Rule(Of.SITE_ASKED, Permission.FIGURES, for_programs=True),
    "GET /api/v1/stations": Rule(Of.ANYTHING, Permission.HEALTH, for_programs=True),
    "GET /api/v1/alerts": Rule(Of.ANYTHING, Permission.HEALTH, for_programs=True),
    "GET /api/v1/inventory/{code}/{number}": Rule(Of.SITE, Permission.HEALTH, for_programs=True),
    "GET /api/v1/reports/{code}/{year}": Rule(Of.REPORT, Permission.PUBLISHED, for_programs=True),
}

OF_THE_REGION = {Permission.FREEZE: Permission.FREEZE_REGION}
"""Rights that are others for the Region's report than for a site's."""


def may(account: Account | None, permission: Permission, site: Site | None = None) -> bool:
    """In a site; None is the Region as a whole."""
    return account is not None and account.may(permission, None if site is None else site.place)


def audience_of(account: Account | None, site: Site | None) -> Audience:
    """As whom somebody reads the figures of a site, or of the Region where there is none."""
    return Audience.SITE if site is not None and may(account, Permission.FIGURES, site) else Audience.REGION


def name_of(connection: Connection) -> str:
    """The line of the table that is about a request."""
    return f"{connection.scope['method']} {connection.scope['path_template']}"  # type: ignore[typeddict-item]


def guard_of(engine: Engine) -> Callable[[Connection, BaseRouteHandler], None]:
    """The guard of the whole application."""

    def must_be_allowed(connection: Connection, _handler: BaseRouteHandler) -> None:
        name = name_of(connection)
        rule = RULES.get(name, _OWN)
        if rule is OPEN:
            return
        account: Account | None = connection.scope.get("user")
        if account is None:
            raise NotAuthorizedException("log in first")
        if name not in RULES or (account.rights.token is not None and not rule.for_programs):
            raise PermissionDeniedException
        if rule.of is Of.THEMSELVES:
            return
        if rule.of is Of.ANYTHING:
            allowed = account.rights.may_somewhere(rule.permission)
        elif rule.of is Of.REGION:
            allowed = account.may(rule.permission)
        else:
            allowed = _may_with_site(engine, connection, account, rule)
        if not allowed:
            raise PermissionDeniedException

    return must_be_allowed


def _may_with_site(engine: Engine, connection: Connection, account: Account, rule: Rule) -> bool:
    code = str(connection.query_params.get("site", "") if rule.of is Of.SITE_ASKED else connection.path_params["code"])
    permission = rule.permission
    if rule.of is Of.REPORT and code.lower() == REGION_WORD:
        return account.may(OF_THE_REGION.get(permission, permission))
    with reading(engine) as database:
        site = site_of_code(database, code) if SITE_CODE.fullmatch(code) else None
    if site is None:
        # The view says what is wrong to those who may see all there is; to the others it is as a site of others.
        if account.may(Permission.SEE):
            return True
        raise NotFoundException
    if not account.rights.sees_anything_of(site.place):
        raise NotFoundException
    if rule.of is Of.REPORT and permission is Permission.PUBLISHED and not _is_public(connection):
        permission = Permission.FIGURES
    return account.may(permission, site.place)


def _is_public(connection: Connection) -> bool:
    """Whether nothing is asked for but what disclosure control lets out; a desk without an edition shows no more."""
    if "edition" in connection.path_params or name_of(connection).startswith("GET /api/"):
        asked = connection.path_params.get("edition") or connection.query_params.get("edition") or str(EDITIONS[0])
        return str(asked) == str(Edition.PUBLIC)
    return True
