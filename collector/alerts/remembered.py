"""What is kept of a station between two reports, as JSON: what rules remember, rows of findings, the last findings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json

from collector.domain.health.findings import Finding, Key, Level, Row, Rows, Rule


@dataclass(frozen=True, slots=True)
class Memory:
    rules: Mapping[str, Any] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    """Of the last report; without how often in a row they count."""
    day: int = 0
    """The local day, as its ordinal, on which open alerts were last given the newest figures."""


def written_memory(memory: Memory) -> str:
    findings = [[each.rule.value, each.item, each.level.value, dict(each.facts)] for each in memory.findings]
    whole = {"rules": memory.rules, "rows": _rows(memory.rows), "findings": findings, "day": memory.day}
    return to_json(whole).decode()


def read_memory(text: str) -> Memory:
    """Rules that this version no longer has are passed."""
    whole = from_json(text)
    known = {each.value for each in Rule}
    return Memory(
        whole.get("rules", {}),
        _listed(whole.get("rows", ())),
        [
            Finding(Rule(rule), Level(level), item, facts)
            for rule, item, level, facts in whole.get("findings", ())
            if rule in known
        ],
        whole.get("day", 0),
    )


def written_rows(rows: Rows) -> str:
    return to_json(_rows(rows)).decode()


def read_rows(rows: str) -> dict[Key, Row]:
    return _listed(from_json(rows))


def _listed(listed: Iterable[Sequence[Any]]) -> dict[Key, Row]:
    known = {each.value for each in Rule}
    return {Key(Rule(rule), item): Row(times, since) for rule, item, times, since in listed if rule in known}


def _rows(rows: Rows) -> list[list[Any]]:
    return [[key.rule.value, key.item, row.times, row.since] for key, row in rows.items()]
