"""Papers on data protection and accessibility: the notices for everybody, the others for those who are logged in."""

from functools import lru_cache

from litestar import Response, get
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from collector.domain.calendar import today
from collector.i18n import Speech
from collector.reports.formats.as_html import fragment
from collector.reports.formats.as_pdf import as_pdf
from collector.reports.papers import PAPERS, Facts, Paper
from collector.reports.papers.poster import halves, poster_pdf
from collector.web.surroundings import Around, Surroundings, WebRequest


@get("/papers", sync_to_thread=True)
def choose(request: WebRequest, around: Around) -> Response[str]:
    return around.pages.render(request, "public/papers.html", papers=PAPERS)


@get("/privacy", sync_to_thread=True)
def privacy(request: WebRequest, around: Around) -> Response[str]:
    return page(request, around, "privacy")


@get("/accessibility", sync_to_thread=True)
def accessibility(request: WebRequest, around: Around) -> Response[str]:
    return page(request, around, "accessibility")


@get("/papers/{name:str}", sync_to_thread=True)
def show(request: WebRequest, around: Around, name: FromPath[str]) -> Response[str]:
    return page(request, around, name)


@get("/papers/{name:str}/pdf", sync_to_thread=True)
def to_print(request: WebRequest, around: Around, name: FromPath[str]) -> Response[bytes]:
    paper_asked(request, name)
    speech = around.pages.speech_of(request)
    headers = {"Content-Disposition": f'inline; filename="{name}-{speech.language}.pdf"'}
    return Response(typeset(name, speech, facts_of(around)), media_type="application/pdf", headers=headers)


@get("/poster", sync_to_thread=True)
def poster(request: WebRequest, around: Around) -> Response[str]:
    made = halves(around.pages.languages, around.settings.public_url)
    return around.pages.render(request, "public/poster.html", halves=made)


@get("/poster.pdf", sync_to_thread=True)
def poster_to_print(around: Around) -> Response[bytes]:
    content = poster_pdf(around.pages.languages, around.settings.public_url, facts_of(around))
    headers = {"Content-Disposition": 'inline; filename="poster-fr-nl.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    choose,
    privacy,
    accessibility,
    show,
    to_print,
    poster,
    poster_to_print,
)


def page(request: WebRequest, around: Surroundings, name: str) -> Response[str]:
    paper = paper_asked(request, name)
    document = paper.compose(around.pages.speech_of(request), facts_of(around))
    return around.pages.render(
        request,
        "public/paper.html",
        name=name,
        title=document.title,
        body=fragment(document),
        crumbs=not paper.for_everybody,
    )


def paper_asked(request: WebRequest, name: str) -> Paper:
    paper = PAPERS.get(name)
    if paper is None:
        raise NotFoundException
    if not paper.for_everybody and request.user is None:
        raise NotAuthorizedException("log in first")
    return paper


def facts_of(around: Surroundings) -> Facts:
    """As they are today: a paper of one day is always the same."""
    return around.settings.facts(made_at=today(around.clock(), around.settings.rules.zone).start())


@lru_cache(maxsize=64)
def typeset(name: str, speech: Speech, facts: Facts) -> bytes:
    """Kept in memory: strangers may ask for it, and typesetting takes a while."""
    return as_pdf(PAPERS[name].compose(speech, facts), speech)
