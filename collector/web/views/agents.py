"""The agents that somebody looks after: versions, enrolments, who waits, clones, losses, tokens, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromQuery
from litestar.response import Redirect
from sqlalchemy import Connection

from collector.domain.access import Permission
from collector.domain.fields import read_count
from collector.domain.fleet import version_key
from collector.domain.mistakes import Mistake
from collector.storage.changes.base import Change, Subject, note
from collector.storage.engine import reading, writing
from collector.storage.queries import enrolments, register
from collector.storage.queries.agents import losses_of, versions_of
from collector.storage.queries.enrolments import WaitingStation
from collector.storage.queries.register import Listed, Token
from collector.storage.queries.sites import Site, all_sites
from collector.web.editing import Form, Typed, back_to, change_by
from collector.web.enrolling import Enrolling
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.words import sentence_of

ATTEMPTS_SHOWN = 30
ATTEMPTS_READ = 300
WAITING_SHOWN = 100
LOSSES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """What of it is for the reader: of the sites looked after, and what belongs to no site for those of the Region."""

    sites: list[Site]
    region: bool
    waiting: list[WaitingStation]
    quarantined: list[Listed]
    tokens: list[Token]

    @property
    def named(self) -> list[WaitingStation]:
        """Of those shown, who can be approved at once: the token or the tag names a site, and it is a new computer."""
        codes = {site.code for site in self.sites}
        shown = self.waiting[:WAITING_SHOWN]
        return [each for each in shown if each.proposed_site_code in codes and each.resembles is None]

    def is_mine(self, site_id: int | None) -> bool:
        return self.region if site_id is None else any(site.site_id == site_id for site in self.sites)

    def site_of(self, code: str) -> Site | None:
        return next((site for site in self.sites if site.code == code), None)


@get("/agents", sync_to_thread=True)
def show(request: WebRequest, around: Around, stored: FromQuery[int] = 0) -> Response[str]:
    return page(request, around, stored=bool(stored))


@post("/agents/change", sync_to_thread=True)
def decide(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    typed, enrolling = Typed(data), around.settings.enrolling
    action = ACTIONS.get(typed["action"])
    if action is None or enrolling is None:
        raise ClientException
    try:
        with writing(around.engine) as connection:
            seen = seen_by(request, connection)
            action(change_by(request, around, connection), enrolling, seen, typed)
    except Mistake as mistake:
        return page(request, around, refused=sentence_of(mistake, around.pages.speech_of(request).gettext))
    return back_to(request, "/agents")


@post("/agents/token", sync_to_thread=True)
def issue(request: WebRequest, around: Around, data: Form) -> Response[str]:
    """A new token, told in this answer alone."""
    typed, enrolling = Typed(data), around.settings.enrolling
    if enrolling is None:
        raise ClientException
    try:
        with writing(around.engine) as connection:
            seen = seen_by(request, connection)
            site = seen.site_of(typed["site"])
            if site is None and (typed["site"] or not seen.region):
                raise NotFoundException
            number, change = None if site is None else site.site_id, change_by(request, around, connection)
            stations, days = read_count(typed["stations"]), read_count(typed["days"])
            token = enrolling.issue_token(connection, number, stations, days, change.at, change.by)
            note(change, number, Subject.ENROLMENT, token.split("-")[1], None, {"stations": stations, "days": days})
    except Mistake as mistake:
        return page(request, around, refused=sentence_of(mistake, around.pages.speech_of(request).gettext), typed=typed)
    return page(request, around, issued=token)


def seen_by(request: WebRequest, connection: Connection) -> Seen:
    sites = [site for site in all_sites(connection) if may(request.user, Permission.MAINTAIN, site)]
    codes, region = {site.code for site in sites}, may(request.user, Permission.MAINTAIN)
    ids = {site.site_id for site in sites}
    return Seen(
        sites,
        region,
        [each for each in enrolments.waiting_stations(connection) if _mine(each.token_site_id, ids, region)],
        [each for each in register.stations(connection) if each.quarantined_at is not None and each.site_code in codes],
        [each for each in register.tokens(connection) if _mine(each.site_id, ids, region)],
    )


def _mine(site_id: int | None, ids: set[int], region: bool) -> bool:  # of one reader
    return region if site_id is None else site_id in ids


def page(
    request: WebRequest,
    around: Surroundings,
    *,
    stored: bool = False,
    refused: str = "",
    issued: str = "",
    typed: Typed | None = None,
) -> Response[str]:
    now, language = around.clock(), around.pages.language_of(request)
    with reading(around.engine) as connection:
        seen = seen_by(request, connection)
        ids = [site.site_id for site in seen.sites]
        versions = versions_of(connection, ids)
        losses = losses_of(connection, ids)
        latest = [each for each in enrolments.attempts(connection, ATTEMPTS_READ) if seen.is_mine(each.site_id)][
            :ATTEMPTS_SHOWN
        ]
    return around.pages.render(
        request,
        "agents.html",
        status=400 if refused else 200,
        seen=seen,
        names={site.site_id: site.name_in(language) for site in seen.sites},
        codes={site.site_id: site.code for site in seen.sites},
        named_by_code={site.code: site.name_in(language) for site in seen.sites},
        versions=sorted(versions.items(), key=lambda each: version_key(each[0]), reverse=True),
        stations=versions.total(),
        waiting=seen.waiting[:WAITING_SHOWN],
        named=seen.named,
        hidden=len(seen.waiting) - len(seen.waiting[:WAITING_SHOWN]),
        losses=losses[:LOSSES_SHOWN],
        hidden_losses=len(losses) - len(losses[:LOSSES_SHOWN]),
        attempts=latest,
        now=now,
        may_act=around.settings.enrolling is not None,
        stored=stored,
        refused=refused,
        issued=issued,
        typed=typed or Typed({"stations": "20", "days": "30"}),
    )


def _chosen(public_id: str, some: Sequence[WaitingStation | Listed | Token]) -> None:
    if all(each.public_id != public_id for each in some):
        raise NotFoundException


def approve(change: Change, enrolling: Enrolling, seen: Seen, typed: Typed) -> None:
    _chosen(typed["station"], seen.waiting)
    site = seen.site_of(typed["site"])
    if site is None:
        raise NotFoundException
    same_as = typed["same_as"] or None
    tag = next(each.tag for each in seen.waiting if each.public_id == typed["station"])
    number = enrolling.approve(change.connection, typed["station"], site.site_id, change.at, change.mark, same_as)
    after = {"station_id": number, "same_as": same_as}
    note(change, site.site_id, Subject.ENROLMENT, tag, None, after)


def approve_named(change: Change, enrolling: Enrolling, seen: Seen, typed: Typed) -> None:
    """All that the page showed as ready; who came since then waits on."""
    asked = set(typed["chosen"].split())
    for one in seen.named:
        if one.public_id in asked:
            words = Typed({"station": one.public_id, "site": one.proposed_site_code or ""})
            approve(change, enrolling, seen, words)


def release(change: Change, enrolling: Enrolling, seen: Seen, typed: Typed) -> None:
    _chosen(typed["station"], seen.quarantined)
    one = next(each for each in seen.quarantined if each.public_id == typed["station"])
    enrolling.release(change.connection, one.public_id)
    site = seen.site_of(one.site_code)
    before = {"quarantined_at": one.quarantined_at}
    number = None if site is None else site.site_id
    note(change, number, Subject.ENROLMENT, one.label, before, None)


def revoke(change: Change, enrolling: Enrolling, seen: Seen, typed: Typed) -> None:
    _chosen(typed["token"], seen.tokens)
    one = next(each for each in seen.tokens if each.public_id == typed["token"])
    enrolling.revoke_token(change.connection, one.public_id, change.at)
    before = {"valid_until": one.valid_until, "stations_used": one.stations_used}
    note(change, one.site_id, Subject.ENROLMENT, one.public_id, before, None)


ACTIONS = {"approve": approve, "approve_named": approve_named, "release": release, "revoke": revoke}
