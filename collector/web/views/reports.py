"""The report desk: drafts, checks, freezing, and what is frozen."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import Connection

from collector.domain import calendar
from collector.domain.access import Permission
from collector.domain.gates import OF_USE, Finding, Gate
from collector.i18n import Speech
from collector.reports.asking import MEDIA_TYPES, REGION_WORD, Asked, NoSuchReport, asked, draft
from collector.reports.checking import facts_text
from collector.reports.desk import Checks, checks_of
from collector.reports.editions import EDITIONS
from collector.reports.formats.as_html import fragment
from collector.reports.gate_words import days, remedy, sentence
from collector.reports.inputs import Edition
from collector.reports.vintages import STEPS, FrozenMeanwhile, ReportError, TellsTooMuch, freeze
from collector.storage.changes.base import Subject, note
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import Account
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.vintages import Acceptance, Vintage, accept, vintages_of
from collector.web.editing import change_by
from collector.web.pages_of_sites import LONGEST_SEARCH, listed
from collector.web.permissions import may
from collector.web.signatures import signature
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.waiting import waiting
from collector.web.works import Work

log = logging.getLogger(__name__)
LONGEST_REASON = 500
PER_PAGE = 60
MOST_CHECKS = 50
"""So many stand on the desk at once; the others follow when these are done."""
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@dataclass(frozen=True, slots=True)
class Open:
    """A check that waits for somebody."""

    finding: Finding
    site: Site
    facts: str
    """A checksum with our secret: it says whether they are still the same, and not what they are."""
    sentence: str
    remedy: str
    link: str
    days: str
    """On which it was noticed, for the people of the site."""


def may_freeze(account: Account | None, site: Site | None) -> bool:
    return may(account, Permission.FREEZE_REGION if site is None else Permission.FREEZE, site)


def editions_for(account: Account | None, site: Site | None) -> list[str]:
    """Which editions somebody may read; what is only for the people of a site, others may not."""
    inside = may(account, Permission.PUBLISHED if site is None else Permission.FIGURES, site)
    return [str(edition) for edition in EDITIONS if inside or edition is Edition.PUBLIC]


def link_of(gate: Gate, site: Site, year: int) -> str:
    """Where it can be mended, below the root of the pages; empty where only time does."""
    if gate is Gate.RUNNING:
        return ""
    if gate in {Gate.NOBODY_ON, Gate.OUTSIDE}:
        return f"/sites/{site.code}/opening-hours"
    if gate is Gate.BROKEN_USED:
        return f"/sites/{site.code}/equipment"
    if gate in {Gate.MISSING, Gate.ONE_STATION, Gate.NO_USE}:
        return f"/sites/{site.code}/stations"
    return f"/sites/{site.code}/statistics/{year}"


def opened(checks: Checks, sites: Sequence[Site], year: int, secret: str, speech: Speech) -> list[Open]:
    """For readers from whom small figures are hidden, without figures of use."""
    by_code = {site.code: site for site in sites}
    return [
        Open(
            finding,
            by_code[finding.site],
            signature(secret, facts_text(finding.facts)),
            sentence(finding.gate, {} if checks.controlled and finding.gate in OF_USE else finding.facts, speech),
            remedy(finding.gate, speech),
            link_of(finding.gate, by_code[finding.site], year),
            "" if checks.controlled else days(finding.days, speech),
        )
        for finding in checks.open
    ]


@get("/reports", sync_to_thread=True)
def choose(request: WebRequest, around: Around, search: FromQuery[str] = "", page: FromQuery[int] = 1) -> Response[str]:
    """Which report: the Region, or a site; the year that ended last comes first."""
    year = calendar.local_date(around.clock(), around.settings.rules.zone).year
    with reading(around.engine) as connection:
        sites = [site for site in all_sites(connection) if may(request.user, Permission.PUBLISHED, site)]
    region = REGION_WORD if may(request.user, Permission.PUBLISHED) else ""
    return around.pages.render(
        request,
        "reports.html",
        sites=sites,
        wish=listed(sites, search, page, PER_PAGE),
        longest_search=LONGEST_SEARCH,
        years=[year - 1, year],
        region=region,
    )


def checked_asked(around: Surroundings, scope: str, year: int) -> Asked:
    try:
        with reading(around.engine) as connection:
            return asked(connection, scope, year, "fr", "pdf", str(EDITIONS[0]))
    except NoSuchReport as error:
        raise NotFoundException from error


@get("/reports/{code:str}/{year:int}", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int]) -> Response[str]:
    wanted = checked_asked(around, code, year)
    work = around.works.of(subject_of(wanted))
    if work is None or not may_freeze(request.user, wanted.site):
        return desk(request, around, wanted)
    if work.ended_at is None:
        return being_frozen(request, around, work)
    around.works.forget(work.subject)
    return outcome(request, around, wanted, work)


def subject_of(wanted: Asked) -> str:
    """Of the work of freezing this report."""
    return f"freeze {wanted.scope()} {wanted.year}"


def being_frozen(request: WebRequest, around: Surroundings, work: Work) -> Response[str]:
    sentence = around.pages.speech_of(request).gettext("The report is being frozen, in all languages and formats.")
    return waiting(request, around, work, sentence)


def outcome(request: WebRequest, around: Surroundings, wanted: Asked, work: Work) -> Response[str]:
    """The desk after freezing, with the reason where the report was not frozen."""
    _ = around.pages.speech_of(request).gettext
    if work.failure is None:
        return desk(request, around, wanted, just_frozen=True)
    if not isinstance(work.failure, ReportError):
        return being_frozen(request, around, work)
    problem = _("The report cannot be frozen while checks are open.")
    if isinstance(work.failure, FrozenMeanwhile):
        problem = _("Somebody else has just frozen this report. Look at that vintage first.")
    if isinstance(work.failure, TellsTooMuch):
        problem = _(
            "The report cannot be frozen: its readers could compute something that it must hide. This is a defect"
            " of the program; please report it to those who maintain it."
        )
    return desk(request, around, wanted, problem=problem)


def desk(
    request: WebRequest, around: Surroundings, wanted: Asked, *, problem: str = "", just_frozen: bool = False
) -> Response[str]:
    with reading(around.engine) as connection:
        checks = found_checks(connection, around, wanted)
        if isinstance(checks, Work) and not problem:
            return being_checked(request, around, checks)
        if isinstance(checks, Work):
            checks = anew(connection, around, wanted)
        vintages = vintages_of(connection, wanted.site_id(), wanted.year)
        sites = all_sites(connection)
    speech = around.pages.speech_of(request)
    return around.pages.render(
        request,
        "report.html",
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        site=wanted.site,
        scope=wanted.scope(),
        year=wanted.year,
        open_count=len(checks.open),
        open=opened(
            checks._replace(open=checks.open[:MOST_CHECKS]), sites, wanted.year, around.settings.csrf_secret, speech
        ),
        accepted=[(each, sentence(Gate(each.gate), each.facts, speech)) for each in checks.accepted],
        vintages=by_number([each for each in vintages if each.edition in editions_for(request.user, wanted.site)]),
        editions=editions_for(request.user, wanted.site),
        formats=list(MEDIA_TYPES),
        checks_seen=len(editions_for(request.user, wanted.site)) > 1,
        may_freeze=may_freeze(request.user, wanted.site),
        problem=problem,
        just_frozen=just_frozen,
        month_of=month_of,
    )


def found_checks(connection: Connection, around: Surroundings, wanted: Asked) -> Checks | Work:
    """Those of all sites take too long for a page."""
    if wanted.site is None:
        return around.region_checks.of(connection, wanted.year, around.clock())
    return anew(connection, around, wanted)


def anew(connection: Connection, around: Surroundings, wanted: Asked) -> Checks:
    settings = around.settings
    return checks_of(connection, wanted.site, wanted.year, around.clock(), settings.rules, settings.catalogue)


def being_checked(request: WebRequest, around: Surroundings, work: Work) -> Response[str]:
    sentence = around.pages.speech_of(request).gettext("The checks of all sites are being made.")
    return waiting(request, around, work, sentence)


def month_of(word: str) -> calendar.Month | None:
    """The month that a check names; None where it names the year."""
    try:
        return calendar.parse_month(word)
    except calendar.NotAMonth:
        return None


def by_number(vintages: Sequence[Vintage]) -> list[tuple[int, list[Vintage]]]:
    found: dict[int, list[Vintage]] = {}
    for each in vintages:
        found.setdefault(each.number, []).append(each)
    return list(found.items())


@get("/reports/{code:str}/{year:int}/read/{edition:str}", sync_to_thread=True)
def read(
    request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int], edition: FromPath[str]
) -> Response[str]:
    """The draft as a page."""
    speech = around.pages.speech_of(request)
    try:
        with reading(around.engine) as connection:
            wanted = asked(connection, code, year, speech.language, "html", edition)
            document = draft(
                connection, wanted, around.clock(), around.settings.rules, around.settings.catalogue, speech
            )
    except ReportError as error:
        raise NotFoundException from error
    return around.pages.render(
        request, "report_draft.html", site=wanted.site, scope=wanted.scope(), year=year, body=fragment(document)
    )


@post("/reports/{code:str}/{year:int}/accept", sync_to_thread=True)
def let_pass(
    request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Accept an open check with a reason; only as it is open now."""
    wanted = checked_asked(around, code, year)
    now, speech = around.clock(), around.pages.speech_of(request)
    reason = " ".join(data.get("reason", "").split())[:LONGEST_REASON]
    with reading(around.engine) as connection:
        checks = found_checks(connection, around, wanted)
        sites = all_sites(connection)
    if isinstance(checks, Work):
        return being_checked(request, around, checks)
    meant = [
        each
        for each in opened(checks, sites, year, around.settings.csrf_secret, speech)
        if (str(each.finding.gate), each.finding.month, each.site.code, each.facts)
        == (data.get("gate"), data.get("month"), data.get("site"), data.get("facts"))
    ]
    if not meant:
        return desk(request, around, wanted, problem=speech.gettext("This check has changed. Look at it again."))
    if not reason:
        return desk(request, around, wanted, problem=speech.gettext("Write why this is right. The report prints it."))
    gate, month = str(meant[0].finding.gate), meant[0].finding.month
    accepted = Acceptance(gate, month, facts_text(meant[0].finding.facts), reason, name_of(request), now)
    with writing(around.engine) as connection:
        accept(connection, meant[0].site.site_id, accepted)
        change = change_by(request, around, connection)
        note(change, meant[0].site.site_id, Subject.CHECK, f"{gate} {month}", None, accepted._asdict())
    return back(request, wanted)


@post("/reports/{code:str}/{year:int}/freeze", sync_to_thread=True)
def freeze_it(
    request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int]
) -> Response[str] | Redirect:
    """The work goes on when somebody leaves; the desk shows how far it is, and what came of it."""
    wanted = checked_asked(around, code, year)
    by = name_of(request)
    site_id = None if wanted.site is None else wanted.site.site_id

    def done(work: Work) -> None:
        around_now = (around.clock(), by, around.settings.rules, around.settings.catalogue, around.pages.languages)
        try:
            number = freeze(around.engine, wanted.site, year, *around_now, work.step_is_over)
        except ReportError as error:
            if isinstance(error, TellsTooMuch):
                log.exception("the report %s %s cannot be frozen", wanted.scope(), year)
            work.failure = error
            return
        with writing(around.engine) as connection:
            change = change_by(request, around, connection)
            note(change, site_id, Subject.REPORT, f"{wanted.scope()} {year}", None, {"vintage": number})

    work = around.works.start(subject_of(wanted), STEPS, done)
    if work.ended_at is not None and work.failure is not None:
        around.works.forget(work.subject)
        return outcome(request, around, wanted, work)
    return back(request, wanted)


def name_of(request: WebRequest) -> str:
    return request.user.name if request.user else ""


def back(request: WebRequest, wanted: Asked) -> Redirect:
    root = request.scope.get("root_path", "").rstrip("/")
    return Redirect(f"{root}/reports/{wanted.scope()}/{wanted.year}", status_code=303)
