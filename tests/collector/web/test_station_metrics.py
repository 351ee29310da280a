"""What Prometheus is told of sites and stations; the example rules and dashboard name nothing else."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from collector.domain.statistics import Rules
from collector.storage.engine import reading, writing
from collector.storage.queries.sites import site_ids
from collector.web.station_metrics import station_metrics
from tests.collector.web.seeded_agents import seed_agents
from tests.collector.web.seeded_alerts import seed_alerts
from tests.collector.web.seeded_region import NOW

EXAMPLES = Path(__file__).parents[3] / "packaging" / "prometheus"
NAME = re.compile(r"dps_[a-z_]+")


@pytest.fixture
def told(region: Engine) -> str:
    with writing(region) as connection:
        seed_agents(connection)
        seed_alerts(connection, site_ids(connection)["CANAL"])
    with reading(region) as connection:
        return station_metrics(connection, NOW, 1800, Rules().zone).decode()


def promtool(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")
    return subprocess.run([program, *words], input=text, capture_output=True, text=True, check=False)


def test_promtool_finds_nothing_to_say(told: str) -> None:
    done = promtool("check", "metrics", text=told)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_each_station_is_told_with_its_state_and_hardware(told: str) -> None:
    lines = told.splitlines()
    for line in (
        'dps_station_state{site="CANAL",state="quarantined",station="4"} 1.0',
        'dps_station_last_contact_timestamp_seconds{site="NOORD",station="2"} 1.7953518e+09',
        'dps_station_memory_bytes{site="HELMET",station="1"} 8.589934592e+09',
        'dps_station_failed_readings{site="CANAL",station="6"} 1.0',
        'dps_station_restart_pending{site="CANAL",station="6"} 1.0',
        'dps_site_stations{site="CANAL",state="quarantined"} 1.0',
        'dps_site_stations{site="FOREST",state="online"} 0.0',
        'dps_site_alerts{level="critical",rule="clock",site="CANAL"} 1.0',
        'dps_site_alerts{level="warning",rule="printer",site="CANAL"} 1.0',
    ):
        assert line in lines, line
    assert 'dps_station_least_free_bytes{site="CANAL",station="6"}' not in told


def test_no_series_tells_of_use_or_grows_with_it(told: str) -> None:
    families = {family.name for family in text_string_to_metric_families(told)}
    # Free memory and the processor's heat are what alerts may be about.
    bare = re.sub('rule="[a-z_]+"', "", told)
    assert not re.search("session|busy|in_use|available|uptime|processor", bare)
    assert len(families) == 12


@pytest.mark.parametrize("name", ["alerts.yml", "dashboard.json"])
def test_the_examples_ask_for_nothing_that_is_not_told(told: str, name: str) -> None:
    families = {family.name for family in text_string_to_metric_families(told)}
    asked = set(NAME.findall((EXAMPLES / name).read_text("utf-8")))
    assert asked, name
    assert asked <= families


def test_promtool_takes_the_example_rules() -> None:
    done = promtool("check", "rules", str(EXAMPLES / "alerts.yml"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_question_of_the_dashboard_is_one_that_prometheus_understands(tmp_path: Path) -> None:
    board = json.loads((EXAMPLES / "dashboard.json").read_text("utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = [{"record": f"q:{number}", "expr": each.replace("$site", ".*")} for number, each in enumerate(asked)]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "questions", "rules": rules}]}), "utf-8")
    done = promtool("check", "rules", "--lint=none", str(tmp_path / "rules.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
