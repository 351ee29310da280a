"""What a person does with a page, for tests."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

TOKEN = re.compile(r'name="_csrf_token" value="([^"]*)"')


@dataclass
class Browser:
    client: TestClient[Litestar]

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers=headers, follow_redirects=False)

    def set_cookie(self, name: str, value: str) -> None:
        self.client.cookies.set(name, value, domain="dps.example", path="/")

    def token(self, path: str = "/login") -> str:
        found = TOKEN.search(self.client.get(path).text)
        return found[1] if found else ""

    def send(self, path: str, form_page: str = "/login", **fields: str) -> Response:
        """Fill in a form that stands on another page and send it."""
        data = {"_csrf_token": self.token(form_page)} | fields
        return self.client.post(path, data=data, follow_redirects=False)

    def log_in(self, name: str, password: str, **fields: str) -> Response:
        return self.send("/login", name=name, password=password, **fields)


CLOSED_AT_ONCE = {"meta", "link", "input", "br", "line", "rect", "circle"}


class Words(HTMLParser):
    """The words of a page that are to be translated: not data, not times, not code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.attributes += [
            named[name] or "" for name in ("aria-label", "title", "placeholder", "alt") if name in named
        ]
        if tag not in CLOSED_AT_ONCE:
            self._open.append((tag, named.get("translate") == "no" or tag in {"time", "pre"}))

    def handle_endtag(self, tag: str) -> None:
        if tag in CLOSED_AT_ONCE:
            return
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(data_only for _, data_only in self._open):
            self.found.append(" ".join(data.split()))


def words_of(page: str) -> Words:
    words = Words()
    words.feed(page)
    return words
