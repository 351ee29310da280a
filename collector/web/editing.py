"""What all pages with forms do: find the site, carry out one change, say what was wrong."""

import secrets
from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple, TypeVar

from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import Body
from litestar.response import Redirect
from sqlalchemy import Connection

from collector.domain.fields import of_column
from collector.domain.mistakes import Mistake
from collector.reports.asking import SITE_CODE
from collector.storage.changes.accounts import Revoke
from collector.storage.changes.base import Change, Subject, note
from collector.storage.engine import writing
from collector.storage.queries.sites import Site, site_of_code
from collector.storage.revocations import Revocation
from collector.storage.revocations import note as note_revocations
from collector.web.surroundings import Surroundings, WebRequest
from collector.web.words import sentence_of

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Value = TypeVar("Value")


class Typed:
    """The fields of a form; one that is not there is empty."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = dict(data)

    def __getitem__(self, name: str) -> str:
        return self.data.get(name, "")

    def read(self, name: str, reader: Callable[[str], Value]) -> Value:
        """The value of a field; a mistake names it."""
        return of_column(name, reader, self[name])

    def read_or_none(self, name: str, reader: Callable[[str], Value]) -> Value | None:
        return self.read(name, reader) if self[name].strip() else None


class Refused(NamedTuple):
    """A form that could not be taken: shown again as it was typed."""

    form: str
    sentence: str
    typed: Typed
    field: str = ""
    """The one that is wrong; empty where it is the whole."""
    beside: str = ""
    """The sentence as it stands beside that field, without its name."""


def refused(form: str, mistake: Mistake, typed: Typed, translate: Callable[[str], str]) -> Refused:
    """What a mistake says of a form."""
    bare = translate(mistake.sentence) % mistake.values
    return Refused(form, sentence_of(mistake, translate), typed, mistake.column, bare)


Action = Callable[[Change, int, Typed], object]


def found_site(connection: Connection, code: str) -> Site:
    site = site_of_code(connection, code) if SITE_CODE.fullmatch(code) else None
    if site is None:
        raise NotFoundException
    return site


def change_by(request: WebRequest, around: Surroundings, connection: Connection) -> Change:
    name = request.user.name if request.user else ""
    return Change(connection, name, around.clock(), around.settings.rules.zone, lambda: secrets.randbits(62))


def carried_out(
    request: WebRequest, around: Surroundings, code: str, data: Mapping[str, str], actions: Mapping[str, Action]
) -> Refused | None:
    """Does what the field "action" asks; what is wrong with it, else None."""
    typed = Typed(data)
    action = actions.get(typed["action"])
    try:
        with writing(around.engine) as connection:
            site = found_site(connection, code)
            if action is None:
                raise ClientException
            action(change_by(request, around, connection), site.site_id, typed)
    except Mistake as mistake:
        translate = around.pages.speech_of(request).gettext
        return refused(typed["form"] or typed["action"], mistake, typed, translate)
    return None


def back_to(request: WebRequest, path: str) -> Redirect:
    """The page after a change; it says that it was stored."""
    joined = "&" if "?" in path else "?"
    return Redirect(f"{request.scope.get('root_path', '')}{path}{joined}stored=1", status_code=303)


def revoking(around: Surroundings) -> Revoke:
    """Notes outside every backup what must stay refused; raises OSError."""

    def noted(kind: str, public_id: str) -> None:
        if around.settings.revocations_file is not None:
            note_revocations(around.settings.revocations_file, [Revocation(kind, public_id, around.clock())])

    return noted


def note_download(request: WebRequest, around: Surroundings, site_id: int | None, name: str) -> None:
    """That somebody took a file home; None is the Region."""
    with writing(around.engine) as connection:
        note(change_by(request, around, connection), site_id, Subject.DOWNLOAD, name[:120], None, None)
