"""Agents that stop and lines that are cut: who is told of it, when, and who is not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.moved_town import COORDINATOR, LOOK_SECONDS, TECHNICIANS, Town, town
from tests.rigs.systemd_machine import why_not

reason = why_not()
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Town]:
    """With three stations, open in the morning only."""
    with town(tmp_path, 3, closes="11:30") as made:
        made.goes_to(0, "08:55")
        yield made


def assert_no_mail_so_far(site: Town) -> None:
    site.passes(LOOK_SECONDS)
    assert [letter.subject for letter in site.mails.letters] == []


def test_an_agent_that_stops_is_missed_after_a_week_of_open_days_and_not_because_the_site_is_closed(site: Town) -> None:
    steady, stopped, closed = site.pcs
    steady.report()  # stations have their numbers in the order in which they enrol
    for pc in (stopped, closed):
        pc.station.start()
    site.report()
    site.goes_to(0, "09:30")
    site.report()
    stopped.station.kill()
    site.goes_to(0, "10:20")
    site.report(steady, closed)
    site.goes_to(0, "11:00")
    assert site.states() == ["online", "late", "online"]
    assert "late" in site.page("/sites/EVERE/stations/2")
    assert "Nothing needs you: no alert is open." in site.page("/today")
    site.goes_to(0, "11:20")
    site.report(steady, closed)

    site.goes_to(0, "11:40")
    closed.station.kill()
    site.goes_to(0, "20:00")
    assert site.states() == ["expected_off"] * 3
    site.goes_to(1, "08:55")
    closed.station.start()
    site.report(steady, closed)
    assert site.states() == ["online", "expected_off", "online"]
    assert site.alerts() == []

    for day in (4, 9):
        site.goes_to(day, "08:55")
        site.report(steady, closed)
        assert site.alerts() == []
    assert site.states()[1] == "silent"
    assert_no_mail_so_far(site)
    site.goes_to(9, "11:31")
    assert site.alerts() == [("EVERE-02", "missing", "warning")]
    assert_no_mail_so_far(site)
    site.goes_to(10, "07:05")
    for address in TECHNICIANS.values():
        [letter] = site.got(address, 1)
        assert letter.text.count("- [") == 1
        assert "EVERE-02" in letter.text
    assert "Nothing has come from it for a week of open days." in site.mails.to(TECHNICIANS["en"])[0].text
    assert "Nothing has come from it for a week of open days." in site.page("/today")

    site.goes_to(10, "08:55")
    stopped.station.start()
    site.report()
    assert site.alerts() == []
    assert "Nothing needs you: no alert is open." in site.page("/today")
    site.goes_to(11, "07:05")
    site.passes(LOOK_SECONDS)
    assert len(site.mails.letters) == len(TECHNICIANS)


def test_a_site_that_is_cut_off_is_told_once_and_not_once_for_each_station(site: Town) -> None:
    site.report()
    site.goes_to(0, "09:30")
    site.report()
    site.line.cut()
    site.goes_to(0, "10:00")
    for pc in site.pcs:
        assert not pc.reaches_the_collector()
    assert site.alerts() == []
    site.goes_to(0, "10:45")
    assert site.alerts() == [("", "site_unreachable", "critical")]
    assert "the line or the power is probably down" in site.page("/today")
    people = {*TECHNICIANS.values(), COORDINATOR}
    for address in people:
        [letter] = site.got(address, 1)
        assert letter.text.count("- [") == 1
    [letter] = site.mails.to(TECHNICIANS["en"])
    assert letter.subject == "Critical at Evere: Line of the site"
    site.goes_to(1, "07:05")
    for address in people:
        assert site.got(address, 2)[1].text.count("- [") == 1

    site.line.mend()
    for moment in ("10:00", "10:30"):
        site.goes_to(1, moment)
        site.report()
        assert site.alerts() == []
    assert "Nothing needs you: no alert is open." in site.page("/today")
    site.goes_to(2, "07:05")
    site.passes(LOOK_SECONDS)
    assert len(site.mails.letters) == 2 * len(people)
