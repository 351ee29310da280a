"""Turns a template and its values into a page in the reader's language."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.connection import ASGIConnection
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from collector.domain.access import Permission
from collector.domain.catalogue import Unit
from collector.domain.cells import Status
from collector.domain.health.findings import Level
from collector.domain.health.states import State, silent
from collector.domain.marks import Mark
from collector.domain.register import OpeningKind
from collector.domain.words import TRAIT_VALUES
from collector.i18n import NAMES, Speech, choose_language
from collector.web.settings import WebSettings
from collector.web.shown_cells import cell_in, empty_in
from collector.web.words import FIELDS, name_of

HERE = Path(__file__).parent
STATIC = {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir())}
"""Read once; nothing else of the disk can be asked for."""
STATIC_VERSION = hashlib.sha256(b"".join(STATIC.values())).hexdigest()[:12]
LOCAL_PATH = re.compile(r"/(?![/\\])[\w/.?=&%+-]*", re.ASCII)
LANGUAGE_COOKIE = "language"
CSRF_COOKIE = "csrf"

Connection = ASGIConnection[Any, Any, Any, Any]


def environment(speech: Speech) -> Environment:
    """Templates that speak one language."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        speech.gettext, speech.ngettext, newstyle=True
    )
    made.filters |= {
        "number": speech.number,
        "percent": speech.percent,
        "hours": speech.hours,
        "size": speech.size,
        "date": speech.date,
        "weekday": speech.weekday,
        "month": speech.month,
        "month_name": speech.month_name,
        "moment": speech.moment,
        "weekday_name": speech.weekday_name,
        "phone_link": phone_link,
    }
    made.globals |= {
        "word": lambda each: name_of(each, speech.gettext),
        "field_name": lambda name: speech.gettext(FIELDS[name]),
        "trait_value": lambda name: speech.gettext(TRAIT_VALUES[name]),
    }
    made.globals |= {
        "Status": Status,
        "State": State,
        "Level": Level,
        "silent": silent,
        "Mark": Mark,
        "OpeningKind": OpeningKind,
    }
    made.globals |= {"Permission": Permission, "Unit": Unit}
    made.globals |= {"shown_cell": cell_in(speech), "empty_cell": empty_in(speech)}
    made.globals |= {"month_span": lambda year, months: month_span(speech, year, months)}
    return made


def month_span(speech: Speech, year: int, months: Sequence[int]) -> str:
    """The names of months of a year; of three and more in a row the first and the last."""
    runs: list[list[int]] = []
    for month in months:
        if runs and runs[-1][-1] == month - 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    names = {month: speech.month_word(month) for month in months}
    return (
        ", ".join(
            f"{names[run[0]]}\u2013{names[run[-1]]}" if len(run) > 2 else ", ".join(names[each] for each in run)  # noqa: PLR2004  # a row
            for run in runs
        )
        + f" {year}"
    )


def phone_link(number: str) -> str:
    """What a telephone dials: digits, with a plus sign before them where there is one."""
    return "".join(letter for letter in number.replace("(0)", "") if letter.isdigit() or letter == "+")


def local_path(wish: str) -> str:
    """A path of this application, or its first page when it is anything else."""
    return wish if LOCAL_PATH.fullmatch(wish) else "/"


class Pages:
    """The templates in all languages, and what every page needs."""

    def __init__(self, languages: Mapping[str, Speech], settings: WebSettings) -> None:
        self.languages = languages
        self.settings = settings
        self.environments = {language: environment(speech) for language, speech in languages.items()}

    def language_of(self, connection: Connection) -> str:
        account = connection.scope.get("user")
        return choose_language(
            connection.cookies.get(self.settings.cookie(LANGUAGE_COOKIE), ""),
            account.language if account else "",
            connection.headers.get("accept-language", ""),
        )

    def speech_of(self, connection: Connection) -> Speech:
        return self.languages[self.language_of(connection)]

    def render(
        self,
        connection: Connection,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response[str]:
        speech = self.speech_of(connection)
        root = connection.scope.get("root_path", "").rstrip("/")
        path = connection.scope["path"].removeprefix(root) or "/"
        content = (
            self.environments[speech.language]
            .get_template(template)
            .render(
                language=speech.language,
                languages=NAMES,
                root=root,
                path=local_path(path),
                static=f"{root}/static/{STATIC_VERSION}",
                account=connection.scope.get("user"),
                csrf_token=self._csrf_token(connection),
                zone=self.settings.rules.zone,
                rules=self.settings.rules,
                invented=self.settings.demonstration,
                public_pages=self.settings.public_pages,
                provider=self.settings.provider.label if self.settings.provider else "",
                **values,
            )
        )
        return Response(content, status_code=status, media_type="text/html", headers=dict(headers or {}))

    def _csrf_token(self, connection: Connection) -> str:
        """Of this request, or of the browser where no form could be checked; empty when it has none yet."""
        token = ScopeState.from_scope(connection.scope).csrf_token
        if token is Empty:
            return connection.cookies.get(self.settings.cookie(CSRF_COOKIE), "")
        return str(token)
