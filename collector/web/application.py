"""Puts the pages together."""

from litestar import Litestar
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from sqlalchemy import Engine

from collector.i18n import load_languages
from collector.web import alerts_api, openapi, public_pages, reports_api, stations_api, statistics_api
from collector.web.errors import error_handler
from collector.web.form_tokens import FormTokens, token_rules
from collector.web.headers import add_headers
from collector.web.log_in import WhoIsIt
from collector.web.pages import Pages
from collector.web.permissions import guard_of
from collector.web.region_checks import RegionChecks
from collector.web.region_years import RegionYears
from collector.web.settings import WebSettings
from collector.web.surroundings import Clock, Surroundings
from collector.web.views import (
    account,
    accounts,
    activity,
    agents,
    alert,
    attendance,
    audit,
    days,
    decisions,
    entries,
    equipment,
    figure,
    files,
    fleet,
    glossary,
    health,
    invitation,
    language,
    lifetimes,
    login,
    maintenance,
    opening_hours,
    papers,
    provider,
    region,
    register,
    reports,
    second_step,
    site,
    sites,
    static_files,
    station,
    stations,
    statistics,
    thresholds,
    today,
    visit,
    year,
    year_calendar,
)
from collector.web.works import Background, Works, in_thread

PROVIDER = (provider.leave_to_log_in, provider.leave_to_accept, provider.leave_to_link, provider.come_back)

LARGEST_FORM_BYTES = 64 * 1024


def web_app(engine: Engine, settings: WebSettings, clock: Clock, background: Background = in_thread) -> Litestar:
    """The pages and the statistics for people who are logged in; `clock` gives seconds since 1970-01-01 UTC.

    `background` does what takes longer than somebody should wait for a page.
    """
    pages = Pages(load_languages(), settings)
    works = Works(clock, background)
    years = RegionYears(engine, works, settings.rules, settings.catalogue)
    around = Surroundings(engine, settings, clock, pages, works, years, RegionChecks(years))
    return Litestar(
        route_handlers=[
            account.change,
            account.show,
            accounts.add,
            accounts.change,
            accounts.show,
            accounts.show_one,
            activity.change,
            alert.change,
            alert.show,
            maintenance.change,
            maintenance.show,
            maintenance.show_all,
            thresholds.change,
            thresholds.show,
            thresholds.try_out,
            today.show,
            visit.show,
            activity.show,
            agents.decide,
            agents.issue,
            agents.show,
            attendance.change,
            attendance.show,
            audit.show,
            decisions.change,
            decisions.show,
            entries.change,
            entries.show,
            equipment.change,
            equipment.show,
            files.send,
            files.show,
            files.take,
            fleet.send,
            fleet.show,
            health.answer,
            invitation.accept,
            invitation.form,
            language.choose,
            lifetimes.send,
            lifetimes.show,
            lifetimes.take,
            login.form,
            login.enter,
            login.leave,
            openapi.describe,
            opening_hours.change,
            opening_hours.show,
            region.send,
            region.show,
            register.change,
            register.show,
            reports.choose,
            reports.freeze_it,
            reports.let_pass,
            reports.read,
            reports.show,
            reports_api.answer,
            second_step.enter,
            second_step.enter_key,
            second_step.form,
            days.show,
            site.show,
            sites.show,
            static_files.send,
            static_files.favicon,
            station.show,
            stations.show,
            statistics.show,
            figure.send,
            figure.show,
            glossary.show,
            year_calendar.show,
            statistics.show_region,
            statistics_api.answer,
            alerts_api.alerts,
            stations_api.inventory_of,
            stations_api.stations,
            year.change,
            year.show,
            *papers.HANDLERS,
            *(PROVIDER if settings.provider else ()),
            *(public_pages.HANDLERS if settings.public_pages else ()),
        ],
        dependencies={"around": Provide(lambda: around, sync_to_thread=False, use_cache=True)},
        guards=[guard_of(engine)],
        middleware=[
            DefineMiddleware(FormTokens, config=token_rules(settings)),
            DefineMiddleware(WhoIsIt, engine=engine, settings=settings, clock=clock),
        ],
        exception_handlers={Exception: error_handler(pages)},
        before_send=[add_headers(behind_tls=settings.behind_tls)],
        request_max_body_size=LARGEST_FORM_BYTES,
        openapi_config=None,
        logging_config=None,
    )
