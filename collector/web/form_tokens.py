"""Refuses a change that does not come from a form of ours."""

from litestar.config.csrf import CSRFConfig
from litestar.middleware.csrf import CSRFMiddleware

from collector.web.pages import CSRF_COOKIE
from collector.web.settings import WebSettings


class FormTokens(CSRFMiddleware):
    """Litestar's, which fails instead of refusing where a token is a file or holds letters outside ASCII (2.25)."""

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
