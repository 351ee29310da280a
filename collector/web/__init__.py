"""The pages, and the statistics as files, for people who are logged in."""

from collector.web.application import web_app
from collector.web.settings import WebSettings

__all__ = ["WebSettings", "web_app"]
