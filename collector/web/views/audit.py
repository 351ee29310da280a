"""Who changed, froze and downloaded what; each reader sees the part of the Region that is theirs."""

from litestar import Response, get
from litestar.params import FromQuery

from collector.domain.access import Permission
from collector.storage.engine import reading
from collector.storage.queries.audit import Wanted, audit_log, people
from collector.storage.queries.sites import all_sites
from collector.web.permissions import may
from collector.web.surroundings import Around, WebRequest

LINES = 100
LONGEST_NAME = 120


@get("/audit", sync_to_thread=True)
def show(
    request: WebRequest, around: Around, site: FromQuery[str] = "", by: FromQuery[str] = "", before: FromQuery[int] = 0
) -> Response[str]:
    whole = may(request.user, Permission.AUDIT)
    person = by[:LONGEST_NAME] if by.isprintable() else ""
    with reading(around.engine) as connection:
        sites = [each for each in all_sites(connection) if may(request.user, Permission.AUDIT, each)]
        chosen = [each for each in sites if not site or each.code == site]
        ids = None if whole and not site else [each.site_id for each in chosen]
        lines = audit_log(connection, Wanted(ids, person, before if 0 < before < 2**62 else None), LINES + 1)
        known = people(connection, None if whole else [each.site_id for each in sites])
    return around.pages.render(
        request,
        "audit.html",
        sites=sites,
        names={each.site_id: each.name for each in sites},
        site=site if chosen and site else "",
        person=person,
        people=known,
        lines=lines[:LINES],
        older=lines[LINES - 1].entry_id if len(lines) > LINES else None,
        kept_days=around.settings.kept.downloads_days,
    )
