"""The rules understand what agents really send: the stored envelopes of every released wire format."""

import datetime as dt
import json
from pathlib import Path

import pytest

from collector.domain.health.findings import Level
from collector.domain.health.reports import Context, Reading, Report
from collector.domain.health.rules import examined
from collector.domain.health.thresholds import Thresholds
from tests.collector.domain.health.town import at, hours_of

CONTRACT = Path(__file__).parents[3] / "contract"


@pytest.mark.parametrize("file", sorted(CONTRACT.glob("v1-*.json")), ids=lambda file: file.stem)
def test_the_rules_take_every_reading_of_a_stored_envelope(file: Path) -> None:
    envelope = json.loads(file.read_text("utf-8"))
    readings = {
        probe: Reading("ok", value, at("2026-11-23 09:00"))
        for probe, value in envelope["readings"].items()
        if probe != "not_readable" and value is not None
    }
    report = Report(at("2026-11-23 09:00"), readings, 0, envelope["agent_version"])
    context = Context(Thresholds(), hours_of(), dt.date(2026, 11, 23), "0.1.0")
    findings, past = examined(report, {}, context)
    again, _past = examined(report, json.loads(json.dumps(past)), context)
    assert [each.rule for each in findings] == [each.rule for each in again]
    if "health" in file.stem:
        assert {each.rule.value for each in findings} >= {
            "disk_health",
            "disk_space",
            "printer",
            "projector",
            "crashes",
        }
        assert Level.OK in {each.level for each in findings}


def test_a_reading_that_no_rule_understands_blinds_that_rule_and_no_other() -> None:
    strange = {"memory": Reading("ok", {"total": "many"}, 0), "volumes": Reading("ok", {"fixed": []}, 0)}
    report = Report(at("2026-11-23 09:00"), strange, 4000, "0.1.0")
    context = Context(Thresholds(), hours_of(), dt.date(2026, 11, 23), "0.1.0")
    findings, past = examined(report, {"memory_size": {"total_bytes": 7}}, context)
    levels = {each.rule.value: each.level for each in findings}
    assert levels["memory_size"] is Level.NOT_READABLE
    assert levels["clock"] is Level.CRITICAL
    assert past["memory_size"] == {"total_bytes": 7}
