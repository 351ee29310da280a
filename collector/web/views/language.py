"""The reader's choice of language, kept in the browser and in the account."""

from typing import Annotated

from litestar import post
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.params import Body
from litestar.response import Redirect

from collector.i18n import LOCALES
from collector.storage.engine import writing
from collector.storage.queries.accounts import set_columns
from collector.web.log_in import browser_cookie
from collector.web.pages import LANGUAGE_COOKIE, local_path
from collector.web.surroundings import Around, WebRequest

YEAR_SECONDS = 365 * 86_400

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/language", sync_to_thread=True)
def choose(request: WebRequest, around: Around, data: Form) -> Redirect:
    language = data.get("language", "")
    if language not in LOCALES:
        raise ClientException
    if request.user is not None:
        with writing(around.engine) as connection:
            set_columns(connection, request.user.account_id, language=language)
    cookie = browser_cookie(around.settings, LANGUAGE_COOKIE, language, YEAR_SECONDS)
    target = request.scope.get("root_path", "") + local_path(data.get("next", "/"))
    return Redirect(target, status_code=303, cookies=[cookie])
