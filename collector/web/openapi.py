"""The description of /api/v1 for programs, in OpenAPI 3.1, made from what the handlers themselves check."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get

from collector import __version__
from collector.alerts.rows import ALERT_FIELDS
from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR
from collector.domain.cells import Status
from collector.domain.glpi import GLPI_SCHEMA
from collector.domain.health.findings import SEVERITY
from collector.i18n import LOCALES
from collector.reports.asking import MEDIA_TYPES, SITE_CODE
from collector.reports.editions import EDITIONS
from collector.web.errors import PROBLEM_JSON
from collector.web.log_in import WITHOUT_ACCOUNT
from collector.web.stations_api import STATION_FIELDS
from collector.web.statistics_api import FIELDS, FORMATS, GRAINS
from collector.web.surroundings import WebRequest

PATH = "/api/v1/openapi.json"
MONTH = {"type": "string", "pattern": "^(20[0-9]{2}|2100)-(0[1-9]|1[0-2])$", "examples": ["2026-01"]}
CODE = {"type": "string", "pattern": f"^{SITE_CODE.pattern}$", "maxLength": 32}
SITE = {"type": "string", "pattern": f"^({SITE_CODE.pattern})?$", "maxLength": 32}
WORDS = ("site", "period", "marks")
LARGEST = 2**31 - 1


def parameter(name: str, place: str, schema: Mapping[str, Any], meaning: str) -> dict[str, Any]:
    needed = place == "path" or "default" not in schema
    return {"name": name, "in": place, "required": needed, "description": meaning, "schema": schema}


def one_of(words: Sequence[str], default: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words), "default": default}


def row() -> dict[str, Any]:
    """One row of statistics, in JSON."""
    number = {"type": ["number", "null"], "minimum": 0}
    kinds: dict[str, Any] = dict.fromkeys(FIELDS, number)
    kinds |= {key: {"type": "string"} for key in WORDS} | {"idle_rule_minutes": {"type": "integer"}}
    kinds |= {name: {"enum": [str(each) for each in Status]} for name in FIELDS if name.endswith("status")}
    said = {name: {**kinds[name], "description": meaning} for name, meaning in FIELDS.items()}
    return {"type": "object", "properties": said, "required": list(FIELDS), "additionalProperties": False}


def statistics() -> dict[str, Any]:
    names = ("schema", "site", "demonstration", "grain", "time_zone", "computed_at_seconds", "fields", "rows")
    kinds: dict[str, Any] = {
        "schema": {"const": 1},
        "site": {"type": "string"},
        "demonstration": {"type": "boolean"},
        "grain": {"enum": list(GRAINS)},
        "time_zone": {"type": "string"},
        "computed_at_seconds": {"type": "integer", "description": "Seconds since 1970-01-01 UTC."},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        "rows": {"type": "array", "items": row()},
    }
    return {"type": "object", "properties": kinds, "required": list(names)}


def of_stations() -> dict[str, Any]:
    """The health of stations, in JSON."""
    said: dict[str, Any] = {key: {"type": ["string", "null"]} for key in STATION_FIELDS}
    numbers = ("memory_bytes", "disk_bytes", "least_free_bytes", "processors", "network_megabits")
    said |= {key: {"type": ["integer", "null"], "minimum": 0} for key in (*numbers, "last_contact_seconds")}
    said |= {"station": {"type": "integer"}, "restart_pending": {"type": ["boolean", "null"]}}
    said |= {key: {"type": "string"} for key in ("site", "label", "failed_readings")}
    return table(said, STATION_FIELDS)


def of_alerts() -> dict[str, Any]:
    """The open alerts, in JSON."""
    said: dict[str, Any] = {key: {"type": "string"} for key in ("site", "alert", "rule", "sentence")}
    said |= {key: {"type": ["string", "null"]} for key in ("label", "item", "address")}
    said |= {"station": {"type": ["integer", "null"]}, "level": {"enum": [each.value for each in SEVERITY[1:]]}}
    said |= {key: {"type": "integer", "minimum": 0} for key in ("started_at_seconds", "raised_at_seconds")}
    said |= {key: {"type": "boolean"} for key in ("taken_on", "last_known", "muted")}
    said |= {"ended_at_seconds": {"type": "null"}}
    return table(said, ALERT_FIELDS)


def table(kinds: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """Rows with these fields, of these kinds."""
    named = {name: {**kinds[name], "description": meaning} for name, meaning in fields.items()}
    row = {"type": "object", "properties": named, "required": list(named), "additionalProperties": False}
    whole = {
        "schema": {"const": 1},
        "computed_at_seconds": {"type": "integer", "description": "Seconds since 1970-01-01 UTC."},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        "rows": {"type": "array", "items": row},
    }
    return {"type": "object", "properties": whole, "required": list(whole)}


def answers(*contents: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    refusal = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    said = {
        "400": "The request cannot be understood; `detail` says what to write.",
        "401": "There is no token, or it is over.",
        "403": "The token has not the right to this.",
        "404": "There is no such site, year or vintage, or not for this token.",
    }
    found = {"200": {"description": "What was asked for.", "content": {kind: {"schema": it} for kind, it in contents}}}
    return {**found, **{status: {"description": text, "content": refusal} for status, text in said.items()}}


def document(root: str) -> dict[str, Any]:
    """`root` is the path below which a proxy serves the collector, usually empty."""
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    report = tuple((kind, {"type": "object"} if kind == "application/json" else file) for kind in MEDIA_TYPES.values())
    problem = {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {"title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}},
        "required": ["title", "status", "detail"],
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Statistics of the Digital Public Spaces", "version": __version__},
        "servers": [{"url": root or "/"}],
        "security": [{"token": []}],
        "paths": {
            "/api/v1/statistics": {
                "get": {
                    "operationId": "statistics",
                    "summary": "Figures of a site by day or month",
                    "parameters": [
                        parameter("site", "query", CODE, "Code of the site."),
                        parameter("from", "query", MONTH, "First month."),
                        parameter("to", "query", MONTH, "Last month, not before the first."),
                        parameter("grain", "query", one_of(GRAINS, "month"), "What a row is of."),
                        parameter("format", "query", one_of(list(FORMATS), "json"), "How it is written."),
                    ],
                    "responses": answers(("application/json", statistics()), ("text/csv", {"type": "string"})),
                }
            },
            "/api/v1/stations": {
                "get": {
                    "operationId": "stations",
                    "summary": "The health of stations",
                    "parameters": [
                        parameter("site", "query", {**SITE, "default": ""}, "Code of the site; empty for all."),
                        parameter("format", "query", one_of(list(FORMATS), "json"), "How it is written."),
                    ],
                    "responses": answers(("application/json", of_stations()), ("text/csv", {"type": "string"})),
                }
            },
            "/api/v1/alerts": {
                "get": {
                    "operationId": "alerts",
                    "summary": "The alerts that are open",
                    "parameters": [
                        parameter("site", "query", {**SITE, "default": ""}, "Code of the site; empty for all."),
                        parameter("lang", "query", one_of(list(LOCALES), "en"), "Language of the sentences."),
                        parameter("format", "query", one_of(list(FORMATS), "json"), "How it is written."),
                    ],
                    "responses": answers(("application/json", of_alerts()), ("text/csv", {"type": "string"})),
                }
            },
            "/api/v1/inventory/{code}/{number}": {
                "get": {
                    "operationId": "inventory",
                    "summary": f"A station as GLPI takes inventories in: {GLPI_SCHEMA}",
                    "parameters": [
                        parameter("code", "path", CODE, "Code of the site."),
                        parameter(
                            "number", "path", {"type": "integer", "minimum": 1, "maximum": LARGEST}, "Of the station."
                        ),
                    ],
                    "responses": answers(("application/json", {"type": "object"})),
                }
            },
            "/api/v1/reports/{code}/{year}": {
                "get": {
                    "operationId": "report",
                    "summary": "The annual report of a site, or of the Region",
                    "parameters": [
                        parameter("code", "path", CODE, "Code of the site, or “region”."),
                        parameter(
                            "year",
                            "path",
                            {"type": "integer", "minimum": EARLIEST_YEAR, "maximum": LATEST_YEAR},
                            "Calendar year.",
                        ),
                        parameter("lang", "query", one_of(list(LOCALES), "fr"), "Its language."),
                        parameter("format", "query", one_of(list(MEDIA_TYPES), "pdf"), "How it is written."),
                        parameter(
                            "edition", "query", one_of([str(each) for each in EDITIONS], "internal"), "For whom."
                        ),
                        parameter(
                            "vintage",
                            "query",
                            {"type": ["integer", "null"], "minimum": 1, "maximum": LARGEST, "default": None},
                            "Number of a frozen report; without it a draft.",
                        ),
                    ],
                    "responses": answers(*report),
                }
            },
        },
        "components": {
            "schemas": {"Problem": problem},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


@get(PATH, opt=WITHOUT_ACCOUNT, sync_to_thread=False)
def describe(request: WebRequest) -> Response[bytes]:
    root = request.scope.get("root_path", "")
    return Response(json.dumps(document(root), ensure_ascii=False).encode(), media_type="application/json")
