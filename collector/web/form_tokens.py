"""Refuses a change that does not come from a form of ours."""

from litestar.config.csrf import CSRFConfig
from litestar.datastructures import UploadFile
from litestar.middleware.csrf import CSRFMiddleware
from litestar.types import Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from collector.web.pages import CSRF_COOKIE
from collector.web.settings import WebSettings


class FormTokens(CSRFMiddleware):
    """Litestar's, which fails instead of refusing where a token is a file or holds letters outside ASCII (2.25).

    It reads the whole form before anybody asks who sent it; what a refused one holds is closed here.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            form = ScopeState.from_scope(scope).form
            for value in form.values() if isinstance(form, dict) else ():
                for each in value if isinstance(value, list) else (value,):
                    if isinstance(each, UploadFile):
                        await each.close()

    def _csrf_tokens_match(self, request_csrf_token: object, cookie_csrf_token: object) -> bool:
        sent, kept = request_csrf_token, cookie_csrf_token
        if not (isinstance(sent, str) and isinstance(kept, str) and sent.isascii() and kept.isascii()):
            return False
        return super()._csrf_tokens_match(sent, kept)


def token_rules(settings: WebSettings) -> CSRFConfig:
    return CSRFConfig(
        secret=settings.csrf_secret,
        cookie_name=settings.cookie(CSRF_COOKIE),
        cookie_secure=settings.behind_tls,
        cookie_httponly=True,
        cookie_samesite="lax",
    )
