"""The open alerts for programs: a row for each, of the sites that their token reaches."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from collector.alerts.letters import most_urgent
from collector.alerts.open_now import Found
from collector.alerts.rows import ALERT_FIELDS, alert_row
from collector.domain.access import Permission
from collector.domain.health.findings import SEVERITY
from collector.storage.engine import reading
from collector.storage.queries.alerts import is_muted, muted, needing_somebody
from collector.storage.queries.sites import all_sites
from collector.web.editing import note_download
from collector.web.errors import Problem
from collector.web.permissions import may
from collector.web.stations_api import as_csv
from collector.web.statistics_api import FORMATS
from collector.web.surroundings import Around, WebRequest

PARAMETERS = ("site", "lang", "format")


@get("/api/v1/alerts", sync_to_thread=True)
def alerts(
    request: WebRequest,
    around: Around,
    site: FromQuery[str] = "",
    lang: FromQuery[str] = "en",
    form: Annotated[str, QueryParameter(name="format")] = "json",
) -> Response[str]:
    """Of one site, or of all sites of whoever asks; the most urgent first."""
    unknown = sorted(set(request.query_params) - set(PARAMETERS))
    if unknown:
        raise Problem(f"“{unknown[0][:32]}”: there is no such parameter; write site, lang or format.")
    if form not in FORMATS:
        raise Problem(f"“format”: “{form[:32]}” is not known; write json or csv.")
    if lang not in around.pages.languages:
        raise Problem(f"“lang”: “{lang[:32]}” is not known; write {', '.join(around.pages.languages)}.")
    now = around.clock()
    with reading(around.engine) as connection:
        mine = [each for each in all_sites(connection) if may(request.user, Permission.HEALTH, each)]
        chosen = {each.site_id: each for each in mine if site in {"", each.code}}
        if site and not chosen:
            raise Problem(
                f"“site”: there is no site with the code “{site[:32]}”; check its spelling.", HTTPStatus.NOT_FOUND
            )
        windows = muted(connection, now)
        open_ones = needing_somebody(connection, SEVERITY[1:])
    found = [Found(each, label, chosen[each.site_id]) for each, label in open_ones if each.site_id in chosen]
    ordered = most_urgent(sorted(found, key=lambda each: (each.site.code, each.station, each.alert.alert_id)))
    speech, settings = around.pages.languages[lang], around.settings
    rows = [
        alert_row(each, speech, settings.rules.zone, settings.public_url, muted=is_muted(each.alert, windows))
        for each in ordered
    ]
    note_download(request, around, next(iter(chosen)) if site else None, f"alerts {form}")
    text = as_csv(rows, ALERT_FIELDS) if form == "csv" else as_json(rows, now)
    headers = {"Content-Disposition": f'attachment; filename="alerts.{form}"'}
    return Response(text, media_type=FORMATS[form], headers=headers)


def as_json(rows: Sequence[Mapping[str, Any]], now: int) -> str:
    document = {"schema": 1, "computed_at_seconds": now, "fields": ALERT_FIELDS, "rows": rows}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
