"""A station from its token to the page."""

import json
import platform
import re
from collections.abc import Callable
from typing import Any

import psutil

from tests.e2e.pages import size, stations_of, text_of
from tests.e2e.running_agent import RunningAgent
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until

MakeAgent = Callable[..., RunningAgent]


def test_a_station_enrols_by_itself_and_this_computers_readings_are_on_the_page(
    collector: RunningCollector, agent: MakeAgent
) -> None:
    station = agent("EVERE-01", collector.token("--site", "EVERE", "--stations", "1"))
    station.start()
    browser = collector.browser()
    address = f"{collector.address}/sites/EVERE/stations"
    shown = until(
        lambda: found if "● online" in (found := stations_of(browser.get(address))) else None,
        "the station is online on the page",
    )
    assert "EVERE-01" in shown
    assert f"of {size(psutil.virtual_memory().total)}" in shown
    cores = psutil.cpu_count()
    assert f"{cores} core" in shown
    assert platform.freedesktop_os_release()["NAME"].split()[0] in shown
    readings = readings_of(collector)
    assert readings["memory"]["total_bytes"] == psutil.virtual_memory().total
    assert abs(readings["uptime"]["booted_at_seconds"] - psutil.boot_time()) < 5
    assert readings["operating_system"]["kernel"] == platform.release()
    status = station.words("status")
    assert "  enrolment   enrolled" in status.stdout
    assert (station.state / "identity.json").stat().st_mode & 0o077 == 0
    assert station.stop() == 0
    until(lambda: "○ off" in stations_of(browser.get(address)), "the station is off on the page")


def readings_of(collector: RunningCollector) -> dict[str, dict[str, Any]]:
    [[readings]] = collector.rows("SELECT readings FROM station_contact")
    return {probe: value for probe, (_outcome, value, _changed_at) in json.loads(readings).items()}


def test_a_token_from_standard_input_never_needs_a_file_and_serves_only_once(
    collector: RunningCollector, agent: MakeAgent
) -> None:
    token = collector.token("--site", "EVERE", "--stations", "1")
    first, second = agent("EVERE-01"), agent("EVERE-02")
    assert first.words("enroll", given=token + "\n").stdout.startswith("enrolled as EVERE-01 with http://")
    refused = second.words("enroll", given=token + "\n")
    assert refused.returncode == 1
    assert "was used for all its stations: ask the coordination for a new one" in refused.stderr
    assert not (second.state / "identity.json").exists()
    assert "used_up_token" in collector.words("token", "list")
    assert first.words("enroll", given=token + "\n").returncode == 2


def test_a_station_with_a_regional_token_waits_and_what_it_sent_meanwhile_is_kept(
    collector: RunningCollector, agent: MakeAgent
) -> None:
    station = agent("EVERE-07", collector.token())
    station.start()
    until(lambda: station.memory().get("last_success_seconds"), "the first contact")
    assert "once somebody has approved this station" in station.words("status").stdout
    station.kill()
    station.start()  # it knows the time now, and publishes what the first run held back
    station.count_for(2)
    assert station.stop() == 0
    station.send()
    # What waits belongs to no site yet, and to no page.
    assert collector.rows("SELECT * FROM slot_record") == []
    [(waiting,)] = collector.rows("SELECT count(*) FROM waiting_envelope")
    assert waiting >= 2
    sent = {(record["run_id"], record["slot"]) for record in station.records("kept") if "slot" in record}
    runs = {record["run_id"] for record in station.records("kept") if "slot" not in record}
    assert len(runs) == 2
    assert sent

    public_id, _, _, proposed, tag = collector.words("site", "waiting").split()
    assert (proposed, tag) == ("EVERE", "EVERE-07")
    assert collector.words("site", "approve", "EVERE") == "approved 1 station for EVERE\n"
    assert public_id in collector.words("site", "stations", "EVERE")
    assert set(collector.rows("SELECT run_id, slot FROM slot_record")) == sent
    assert {run for (run,) in collector.rows("SELECT run_id FROM run")} == runs
    assert collector.rows("SELECT * FROM waiting_envelope") == []
    until(lambda: collector.rows("SELECT * FROM site_slot"), "the roller has derived what was approved")
    station.send()
    assert "EVERE-07" in text_of(collector.browser().get(f"{collector.address}/sites/EVERE/stations"))


def test_a_revoked_station_says_so_and_keeps_its_records(collector: RunningCollector, agent: MakeAgent) -> None:
    station = agent("EVERE-01", collector.token("--site", "EVERE"))
    station.start()
    until(lambda: station.memory().get("last_success_seconds"), "the first contact")
    public_id = collector.words("site", "stations", "EVERE").split()[0]
    collector.words("site", "revoke", public_id)
    # A collector looks for revocations once in a while.
    until(lambda: station.words("send").returncode, "the collector refuses")
    station.kill()
    station.start()  # a new run has something to tell
    station.kill()
    before = station.records("pending")
    assert before
    refused = station.words("send")
    assert refused.returncode == 1
    assert "revoked" in refused.stderr
    assert station.records("pending") == before
    status = station.words("status")
    assert status.returncode == 1
    assert re.search(r"! last try .*revoked", status.stdout)
    assert collector.rows("SELECT * FROM run") == []
