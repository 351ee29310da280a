"""What needs somebody, the most urgent first, by site. It reads alerts, never stations: so it is quick at any size."""

from collections.abc import Sequence
from typing import NamedTuple

from litestar import Response, get
from sqlalchemy import Connection

from collector.alerts.wording import PLANNED, name_of, sentence_of
from collector.domain.access import Permission
from collector.domain.health.findings import SEVERITY, Level
from collector.storage.engine import reading
from collector.storage.queries.alerts import Alert, is_muted, muted, needing_somebody
from collector.storage.queries.sites import Site, sites_numbered
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest


class Told(NamedTuple):
    """One alert as a page shows it."""

    alert: Alert
    station: str
    """The label of the station; empty where it is about the site or a device without an agent."""
    name: str
    sentence: str


class SiteToday(NamedTuple):
    site: Site
    told: list[Told]
    """The most urgent first."""

    def urgency(self) -> tuple[int, int, int]:
        """Sorts first what is critical, then what is known to nobody, then what is much, then what is old."""
        critical = sum(each.alert.level is Level.CRITICAL for each in self.told)
        unseen = sum(each.alert.acknowledged_at is None for each in self.told)
        return -critical, -unseen, min(each.alert.raised_at for each in self.told)


@get("/today", sync_to_thread=True)
def show(request: WebRequest, around: Around) -> Response[str]:
    now = around.clock()
    with reading(around.engine) as connection:
        open_sites, quiet, planned = today(connection, request, around, now)
    told = [each for here in open_sites for each in here.told]
    return around.pages.render(
        request,
        "today.html",
        sites=open_sites,
        muted=quiet,
        planned=planned,
        critical=sum(each.alert.level is Level.CRITICAL for each in told),
        alerts=len(told),
    )


def today(
    connection: Connection, request: WebRequest, around: Surroundings, now: int
) -> tuple[list[SiteToday], list[SiteToday], list[SiteToday]]:
    """What needs somebody, what does but is within a maintenance window, and what to plan; of the reader's sites."""
    found = needing_somebody(connection, (Level.WARNING, Level.CRITICAL))
    windows = muted(connection, now)
    sites = {
        each.site_id: each
        for each in sites_numbered(connection, sorted({alert.site_id for alert, _label in found}))
        if may(request.user, Permission.HEALTH, each)
    }
    groups: tuple[dict[int, list[Told]], ...] = ({}, {}, {})
    for each in told_of(request, around, [pair for pair in found if pair[0].site_id in sites]):
        place = 2 if each.alert.rule in PLANNED else int(is_muted(each.alert, windows))
        groups[place].setdefault(each.alert.site_id, []).append(each)
    loud, quiet, planned = (
        sorted((SiteToday(sites[site_id], some) for site_id, some in group.items()), key=SiteToday.urgency)
        for group in groups
    )
    return loud, quiet, planned


def told_of(request: WebRequest, around: Surroundings, found: Sequence[tuple[Alert, str]]) -> list[Told]:
    """Alerts with the label of their station, in words, the most urgent first."""
    speech, zone = around.pages.speech_of(request), around.settings.rules.zone
    told = [Told(alert, label, name_of(alert.rule, speech), sentence_of(alert, speech, zone)) for alert, label in found]
    return sorted(told, key=lambda each: (-SEVERITY.index(each.alert.level), each.station, each.alert.raised_at))
