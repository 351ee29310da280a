"""An alert as programs get it: by the webhook, and by the API. No name of whoever works on it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from collector.alerts.open_now import Found
from collector.alerts.wording import sentence_of
from collector.i18n import Speech
from collector.storage.queries.alerts import SITE_ITSELF

ALERT_FIELDS: Mapping[str, str] = {
    "site": "code of the site",
    "alert": "its number, as text",
    "station": "number of the station at its site; null: the site itself, or a device without an agent",
    "label": "tag of the station, or the name of the computer",
    "rule": "a word for what it is about, such as disk_space; the names stay",
    "item": "which of several, such as a drive letter",
    "level": "information, warning or critical",
    "started_at_seconds": "when it was found first, in seconds since 1970-01-01 UTC",
    "raised_at_seconds": "when it was found often enough to be raised",
    "ended_at_seconds": "null: it is open",
    "taken_on": "whether somebody works on it",
    "last_known": "whether this is what was known last, because the station is off or the site is closed",
    "muted": "whether it is within a maintenance window",
    "sentence": "what is wrong, in words",
    "address": "of its page; null where the collector does not know its own",
}


def alert_row(each: Found, speech: Speech, zone: ZoneInfo, address: str, *, muted: bool = False) -> dict[str, Any]:
    """With the keys of ALERT_FIELDS in their order."""
    about = each.alert
    return {
        "site": each.site.code,
        "alert": str(about.alert_id),
        "station": None if about.station_id == SITE_ITSELF else about.station_id,
        "label": each.station or None,
        "rule": about.rule.value,
        "item": about.item or None,
        "level": about.level.value,
        "started_at_seconds": about.started_at,
        "raised_at_seconds": about.raised_at,
        "ended_at_seconds": about.ended_at,
        "taken_on": about.acknowledged_at is not None,
        "last_known": about.frozen_at is not None,
        "muted": muted,
        "sentence": sentence_of(about, speech, zone),
        "address": f"{address}/sites/{each.site.code}/alerts/{about.alert_id}" if address else None,
    }
