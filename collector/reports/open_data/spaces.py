"""The certified sites as open data: where they are, when they are open, what they offer. Never how busy they are."""

import json
from collections.abc import Iterator, Mapping, Sequence

from collector.domain.register import OpeningKind
from collector.domain.sites import both_names
from collector.reports.leaflet import Entry
from collector.reports.open_data.tables import Column, Values, as_csv, as_json, resource, schema

SPACES = (
    Column("site", "string", "code of the site"),
    Column("name_fr", "string", "name in French, or in the only language that there is"),
    Column("name_nl", "string", "name in Dutch", needed=False),
    Column("address_fr", "string", "street and number in French, or in the only language", needed=False),
    Column("address_nl", "string", "street and number in Dutch", needed=False),
    Column("postal_code", "string", "four digits", needed=False),
    Column("municipality_fr", "string", "municipality in French", needed=False),
    Column("municipality_nl", "string", "municipality in Dutch", needed=False),
    Column("operator", "string", "who runs the site", needed=False),
    Column("phone", "string", "for visitors", needed=False),
    Column("website", "string", "for visitors", needed=False),
    Column("services", "string", "words with spaces between, such as wifi and printing", needed=False),
)
HOURS = (
    Column("site", "string", "code of the site"),
    Column("weekday", "integer", "1 is Monday, 7 is Sunday"),
    Column("from", "string", "local time, HH:MM"),
    Column("until", "string", "local time, HH:MM; before “from” when it is on the next day"),
    Column("kind", "string", "for what it is open", tuple(OpeningKind)),
)
TABLES = {"spaces": (SPACES, ("site",)), "opening_hours": (HOURS, ("site", "weekday", "from"))}


def spaces(entries: Sequence[Entry]) -> Iterator[Values]:
    for site, _ in entries:
        towns = both_names(site.municipality)
        yield (
            *(site.code, site.name, site.name_nl, site.address, site.address_nl, site.postal_code),
            *(towns["fr"], towns["nl"], site.operator, site.phone, site.website, " ".join(site.services)),
        )


def hours(entries: Sequence[Entry]) -> Iterator[Values]:
    """The regular week in force; closures and holidays apart."""
    for site, week in entries:
        for weekday, spans in enumerate(week or (), 1):
            for span in spans:
                yield (site.code, str(weekday), span.from_clock, span.until_clock, span.kind.value)


def files_of(entries: Sequence[Entry], licence: str) -> Mapping[str, str]:
    """By name."""
    rows = {"spaces": spaces, "opening_hours": hours}
    found = {f"{name}.csv": as_csv(columns, rows[name](entries)) for name, (columns, _) in TABLES.items()}
    about = {
        "name": "dps-spaces",
        "title": "Certified Digital Public Spaces of the Brussels-Capital Region",
        **({"licenses": [{"path": licence}]} if licence else {}),
    }
    found["spaces.json"] = as_json(
        {name: (columns, rows[name](entries)) for name, (columns, _) in TABLES.items()}, about
    )
    refers = {"opening_hours": {"site": ("spaces", "site")}}
    resources = [
        resource(name, found[f"{name}.csv"], schema(columns, key, refers.get(name, {})))
        for name, (columns, key) in TABLES.items()
    ]
    package = {"profile": "tabular-data-package", **about, "resources": resources}
    found["datapackage.json"] = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    return found
