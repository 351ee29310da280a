"""Alerts of every rule at CANAL of the seeded region, numbered in the order of the rules."""

import json

from sqlalchemy import Connection, insert

from collector.domain.health.findings import Level, Rule
from collector.storage.models import alert, alert_event
from tests.collector.web.seeded_region import DAY, GIB, NOW

FACTS: dict[Rule, dict[str, object]] = {
    Rule.DISK_SPACE: {"free_bytes": 3 * GIB, "total_bytes": 120 * GIB, "days_left": None},
    Rule.DISK_HEALTH: {"why": "growth", "growth": 3},
    Rule.DISK_TEMPERATURE: {"degrees": 61},
    Rule.PROCESSOR_TEMPERATURE: {"degrees": 101, "most": 100},
    Rule.MEMORY_AVAILABLE: {"available_bytes": GIB // 8, "total_bytes": 8 * GIB},
    Rule.MEMORY_SIZE: {"total_bytes": 4 * GIB, "usual_bytes": 8 * GIB},
    Rule.BATTERY: {"percent": 41},
    Rule.CLOCK: {"seconds": -4000},
    Rule.CRASHES: {"crashes": 4, "unclean": 1},
    Rule.PENDING_REBOOT: {"since": NOW - 40 * DAY},
    Rule.UPDATES: {"since": NOW - 40 * DAY, "updates": 12},
    Rule.END_OF_SUPPORT: {"last_day": "2025-10-14"},
    Rule.PROTECTION: {"why": "signatures", "days": 9},
    Rule.LINK_SPEED: {"megabits": 100, "best_megabits": 1000},
    Rule.CONTACTS: {"tried": 40, "failed": 9},
    Rule.CARD_READER: {"count": 0, "usual": 1},
    Rule.AGENT_VERSION: {"version": "0.1.0", "newest": "0.4.0"},
    Rule.AGENT_READINGS: {"probes": "fans"},
    Rule.AGENT_DROPPED: {"records": 7},
    Rule.MAINTENANCE: {"first_day_without": "2026-11-01"},
    Rule.PRINTER: {"supplies": "toner (black)", "errors": "jammed"},
    Rule.PROJECTOR: {"parts": "fan", "lamp_percent": 91},
}
ITEMS = {Rule.DISK_SPACE: "C:", Rule.MAINTENANCE: "Laser", Rule.PRINTER: "Laser", Rule.PROJECTOR: "Beamer"}
OF_THE_SITE = {Rule.SITE_NOT_OPENED, Rule.SITE_UNREACHABLE, Rule.MAINTENANCE}
CRITICAL = {Rule.SITE_UNREACHABLE, Rule.DISK_SPACE, Rule.CLOCK}


def number_of(rule: Rule) -> int:
    return list(Rule).index(rule) + 1


def seed_alerts(connection: Connection, site_id: int) -> None:
    for rule in Rule:
        row = {
            "site_id": site_id,
            "alert_id": number_of(rule),
            "station_id": 0 if rule in OF_THE_SITE else 2,
            "rule": rule.value,
            "item": ITEMS.get(rule, ""),
            "level": (Level.CRITICAL if rule in CRITICAL else Level.WARNING).value,
            "started_at": NOW - 2 * DAY,
            "raised_at": NOW - 2 * DAY + 1800,
            "frozen_at": NOW - 3600 if rule is Rule.BATTERY else None,
            "acknowledged_at": NOW - DAY if rule is Rule.CLOCK else None,
            "acknowledged_by": "bram" if rule is Rule.CLOCK else "",
            "facts": json.dumps(FACTS.get(rule, {})),
        }
        connection.execute(insert(alert).values(row))
        event = {"site_id": site_id, "alert_id": number_of(rule), "happened_at": NOW - 2 * DAY + 1800, "event_id": 1}
        connection.execute(insert(alert_event).values(**event, kind="raised", level=row["level"]))
