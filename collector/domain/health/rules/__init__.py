"""The rules over the readings of a station, one file for each subject, in the order in which pages tell them."""

from collections.abc import Callable, Mapping
from typing import Any

from collector.domain.health.findings import Finding, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report
from collector.domain.health.rules import (
    agent,
    around,
    clock,
    disk_health,
    disk_space,
    end_of_support,
    hardware,
    memory,
    network,
    pending,
    protection,
    stops,
)
from collector.domain.mistakes import N_

Look = Callable[[Report, Past, Context], Found]

RULES: Mapping[Rule, Look] = {
    Rule.DISK_HEALTH: disk_health.look,
    Rule.DISK_SPACE: disk_space.look,
    Rule.DISK_TEMPERATURE: disk_health.look_at_temperature,
    Rule.PROCESSOR_TEMPERATURE: hardware.look_at_processor,
    Rule.MEMORY_SIZE: memory.look_at_size,
    Rule.MEMORY_AVAILABLE: memory.look_at_available,
    Rule.BATTERY: hardware.look_at_battery,
    Rule.CARD_READER: hardware.look_at_card_readers,
    Rule.CLOCK: clock.look,
    Rule.CRASHES: stops.look,
    Rule.PENDING_REBOOT: pending.look_at_reboot,
    Rule.UPDATES: pending.look_at_updates,
    Rule.END_OF_SUPPORT: end_of_support.look,
    Rule.PROTECTION: protection.look,
    Rule.LINK_SPEED: network.look_at_speed,
    Rule.CONTACTS: network.look_at_contacts,
    Rule.PRINTER: around.look_at_printers,
    Rule.PROJECTOR: around.look_at_projectors,
    Rule.AGENT_VERSION: agent.look_at_version,
    Rule.AGENT_READINGS: agent.look_at_readings,
    Rule.AGENT_DROPPED: agent.look_at_dropped,
}


def examined(report: Report, past: Mapping[str, Any], context: Context) -> tuple[list[Finding], dict[str, Any]]:
    """What all rules say of a report, and what they remember for the next one, by the name of the rule."""
    findings: list[Finding] = []
    remembered: dict[str, Any] = {}
    for rule, look in RULES.items():
        before = past.get(rule.value, {})
        try:
            found, kept = look(report, before, context)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # A reading, or a memory, of another version: one rule is blind, and all others see.
            reason = N_("this collector does not understand what was reported")
            found, kept = [Finding(rule, Level.NOT_READABLE, facts={"reason": reason})], before
        findings += found
        if kept:
            remembered[rule.value] = dict(kept)
    return findings, remembered
