"""What every view is given: the outside world and the parts made at the start."""

from collections.abc import Callable
from dataclasses import dataclass, field

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency
from sqlalchemy import Engine

from collector.storage.queries.accounts import Account
from collector.web.attempts import Attempts
from collector.web.pages import Pages
from collector.web.region_checks import RegionChecks
from collector.web.region_years import RegionYears
from collector.web.settings import WebSettings
from collector.web.works import Works

Clock = Callable[[], int]
"""Seconds since 1970-01-01 UTC."""

WebRequest = Request[Account | None, str, State]
"""`auth` is the browser's key, empty for a stranger."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    engine: Engine
    settings: WebSettings
    clock: Clock
    pages: Pages
    works: Works
    region_years: RegionYears
    region_checks: RegionChecks
    attempts: Attempts = field(default_factory=Attempts)


Around = NamedDependency[Surroundings]
"""How a view asks for them."""
