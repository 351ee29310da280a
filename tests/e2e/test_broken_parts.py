"""Parts that break for real: seen by the agent, told on the page and by mail, and ended when they are mended."""

import datetime as dt
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.agent.equipment.projector import ANSWERS, PjlinkServer
from tests.e2e.moved_town import LOOK_SECONDS, TECHNICIANS, ZONE, Town, town
from tests.e2e.running_collector import free_port
from tests.e2e.waiting import until
from tests.rigs.mail_server import Letter
from tests.rigs.systemd_machine import why_not

reason = why_not()
pytestmark = pytest.mark.skipif(reason is not None, reason=str(reason))

HOUR_OFF = 3_700
"""More than an hour, whatever a contact takes."""
LAMP_LIFE = 4_000
NEW_LAMP, OLD_LAMP = "12 1", "4100 1"
GIB = 2**30
LEFT_BYTES = 3 * 2**20
AT_ONCE = {"fr": "Critique à Evere", "nl": "Kritiek in Evere", "en": "Critical at Evere"}
SMARTCTL = '#!/bin/sh\ncase "$*" in *--scan-open*) cat /opt/disk/scan ;; *) cat /opt/disk/disk ;; esac\n'
SCAN = {"devices": [{"name": "/dev/sdx", "type": "sat", "protocol": "ATA"}]}
"""Recorded with smartctl 7.3; shortened to what is read."""
DISK = {
    "smartctl": {"version": [7, 3], "exit_status": 0},
    "device": {"name": "/dev/sdx", "type": "sat", "protocol": "ATA"},
    "model_name": "Hitachi HDS721050DLE630",
    "serial_number": "MSK423Y20DPXYZ",
    "user_capacity": {"blocks": 976773168, "bytes": 500107862016},
    "rotation_rate": 7200,
    "smart_status": {"passed": True},
    "ata_smart_attributes": {
        "table": [
            {"id": 5, "name": "Reallocated_Sector_Ct", "raw": {"value": 0, "string": "0"}},
            {"id": 197, "name": "Current_Pending_Sector", "raw": {"value": 0, "string": "0"}},
        ]
    },
    "power_on_time": {"hours": 20125},
    "temperature": {"current": 36},
}
FAILING = DISK | {
    "smartctl": {"version": [7, 3], "exit_status": 216},
    "smart_status": {"passed": False},
    "ata_smart_attributes": {
        "table": [
            {"id": 5, "name": "Reallocated_Sector_Ct", "raw": {"value": 2005, "string": "2005"}},
            {"id": 197, "name": "Current_Pending_Sector", "raw": {"value": 24, "string": "24"}},
        ]
    },
}
NEW = DISK | {"model_name": "Samsung SSD 870 EVO 500GB", "serial_number": "S5Y3NX0R", "rotation_rate": 0}
PRINTER = """ATTR text printer-make-and-model 'Example Laser 9'
ATTR keyword marker-types toner,toner
ATTR name marker-names Black,Cyan
ATTR name marker-colors '#000000','#00FFFF'
ATTR integer marker-levels {black},60
ATTR integer marker-low-levels 10,10
ATTR integer marker-high-levels 100,100
"""


class Broken:
    """A site with two stations, a printer and a projector, all of which can be broken and mended."""

    def __init__(self, site: Town, projector: dict[str, str], printer_port: int) -> None:
        self.site, self.projector, self.printer_port = site, projector, printer_port
        self.full, self.worn = site.pcs

    def answer_of_disk(self, disk: dict[str, object]) -> None:
        """As the timer of the package does once a day."""
        self.worn.leave("/opt/disk/disk", json.dumps(disk))
        self.worn.machine.run(["dps-agent", "disks"], environment=self.worn.clock.inside())

    def modules(self, *sizes: int) -> None:
        """What udev keeps of the firmware's table at each boot."""
        lines = [f"E:MEMORY_DEVICE_{number}_SIZE={size}\n" for number, size in enumerate(sizes) if size]
        self.worn.leave("/run/udev/data/+dmi:id", f"E:MEMORY_ARRAY_NUM_DEVICES={len(sizes)}\n" + "".join(lines))

    def fill_toner(self, black: int) -> None:
        machine = self.full.machine
        machine.run(["systemctl", "stop", "printer"], check=False)
        self.full.leave("/opt/printer.conf", PRINTER.format(black=black))
        words = ["/usr/sbin/ippeveprinter", "-r", "off", "-p", str(self.printer_port), "-a", "/opt/printer.conf"]
        machine.start("printer", [*words, "Hall"])
        until(self.printer_is_on, "the printer is on")

    def printer_is_on(self) -> bool:
        """The machine has the network of this computer."""
        try:
            socket.create_connection(("127.0.0.1", self.printer_port), 5).close()
        except OSError:
            return False
        return True

    def open_the_case(self, seconds: int, *modules: int) -> None:
        """While it is off its clock is set by so many seconds, and its memory becomes these modules."""
        self.worn.machine.power_off()
        self.worn.clock.forward(seconds)
        self.worn.machine.boot()
        self.modules(*modules)

    def break_everything(self) -> None:
        free = shutil.disk_usage(self.full.machine.root).free
        self.full.machine.run(["fallocate", "-l", str(free - LEFT_BYTES), "/var/filler"])
        self.answer_of_disk(FAILING)
        self.open_the_case(HOUR_OFF, 4 * GIB, 0)
        self.fill_toner(0)
        self.projector["%1LAMP"] = OLD_LAMP

    def mend_everything(self) -> None:
        self.full.machine.run(["rm", "/var/filler"])
        self.answer_of_disk(NEW)
        self.open_the_case(-HOUR_OFF, 4 * GIB, 4 * GIB)
        self.fill_toner(100)
        self.projector["%1LAMP"] = NEW_LAMP

    def asked(self) -> None:
        """Report; return when the equipment has been asked within the hour, of which the next report tells."""
        self.site.report()
        until(lambda: self.answers_at() > self.site.now() - HOUR_OFF, "the printer and the projector have been asked")

    def answers_at(self) -> int:
        try:
            told = json.loads((self.full.machine.root / "var/lib/dps-agent/equipment.json").read_text())
        except (OSError, ValueError):
            return 0
        return min(int(each["asked_at_seconds"]) for each in (*told["printers"], *told["projectors"]))


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Broken]:
    """Everything is in order, and both stations have reported that."""
    answers = ANSWERS | {"%1ERST": "000000", "%1LAMP": NEW_LAMP}
    port = free_port()
    with ExitStack() as leaving:
        projector = leaving.enter_context(PjlinkServer(answers))
        named = f"""
            [[equipment]]
            kind = "printer"
            name = "Hall"
            address = "127.0.0.1:{port}"
            [[equipment]]
            kind = "projector"
            name = "Room 1"
            address = "127.0.0.1:{projector.port}"
            lamp_life_hours = {LAMP_LIFE}
            """
        made = Broken(leaving.enter_context(town(tmp_path, 2, named)), answers, port)
        made.site.goes_to(0, "08:55")
        made.full.machine.run(["systemctl", "start", "avahi-daemon"])
        made.fill_toner(80)
        worn = made.worn
        worn.leave("/usr/sbin/smartctl", SMARTCTL, 0o755)
        worn.leave("/opt/disk/scan", json.dumps(SCAN))
        worn.machine.run(["mkdir", "-m", "0750", "/var/lib/dps-agent-disks"])
        made.answer_of_disk(DISK)
        made.modules(4 * GIB, 4 * GIB)
        made.asked()
        yield made


def lines_of(letters: list[Letter]) -> list[str]:
    """The alerts that mails tell of."""
    return [line for letter in letters for line in letter.text.splitlines() if line.startswith("- ")]


def letters_to(site: Town, language: str, *, at_once: bool) -> list[Letter]:
    """Those about something critical, or the digests."""
    some = site.mails.to(TECHNICIANS[language])
    return [letter for letter in some if letter.subject.startswith(AT_ONCE[language]) is at_once]


def assert_told_at_once(site: Town, *sentences: str) -> None:
    """These, and nothing else so far, were told to each technician, each once."""
    for language in TECHNICIANS:
        until(
            lambda: len(lines_of(letters_to(site, language, at_once=True))) >= len(sentences),  # noqa: B023 - in this turn
            f"the technician who reads {language} is told",
        )
        assert len(lines_of(letters_to(site, language, at_once=True))) == len(sentences)
    lines = lines_of(letters_to(site, "en", at_once=True))
    assert [sum(f"[critical] {sentence}" in line for line in lines) for sentence in sentences] == [1] * len(sentences)


def assert_digest(site: Town, day: int, alerts: list[tuple[str, str, str]]) -> None:
    """On that morning each technician gets one mail about all that is open; it is the only one since the last one."""
    for language in TECHNICIANS:
        until(
            lambda: len(letters_to(site, language, at_once=False)) >= day,  # noqa: B023 - in this turn
            f"the digest of day {day} in {language}",
        )
        assert len(letters_to(site, language, at_once=False)) == day
        letter = letters_to(site, language, at_once=False)[-1]
        assert len(lines_of([letter])) == len(alerts)
        written = parsedate_to_datetime(letter.message["Date"]).astimezone(ZONE)
        assert written.date() == site.monday + dt.timedelta(day)
        assert letter.message["Message-ID"].endswith("@dps.example>")
    letter = letters_to(site, "en", at_once=False)[-1]
    assert letter.subject == f"{len(alerts)} alerts are open"
    levels = sorted((line.split()[2].rstrip(":"), line.split()[1].strip("[]")) for line in lines_of([letter]))
    assert levels == sorted((station, level) for station, _rule, level in alerts)


def test_what_breaks_is_told_at_once_or_in_the_morning_and_ends_when_it_is_mended(broken: Broken) -> None:
    site = broken.site
    assert site.alerts() == []

    broken.break_everything()
    for moment in ("10:00", "10:30"):
        site.goes_to(0, moment)
        site.report()
    first = [
        ("EVERE-01", "disk_space", "critical"),
        ("EVERE-02", "clock", "critical"),
        ("EVERE-02", "disk_health", "critical"),
        ("EVERE-02", "memory_size", "warning"),
    ]
    assert site.alerts() == first
    critical = ["EVERE-01: Disk / is nearly full: ", f"EVERE-02: Disk 1 ({DISK['model_name']}) says of itself"]
    critical.append("EVERE-02: Its clock is 1.0\N{NO-BREAK SPACE}h ahead.")
    assert_told_at_once(site, *critical)

    site.goes_to(1, "07:05")
    assert_digest(site, 1, first)
    site.goes_to(1, "08:55")
    broken.asked()
    for moment in ("09:30", "10:00"):
        site.goes_to(1, moment)
        site.report()
    everything = sorted([*first, ("EVERE-01", "printer", "warning"), ("EVERE-01", "projector", "critical")])
    assert site.alerts() == everything
    critical.append("EVERE-01: Projector Room 1: 102% of the life of its lamp is used.")
    assert_told_at_once(site, *critical)
    page = site.page("/today")
    assert "6 alerts are open, 4 of them critical." in page
    assert "Printer Hall needs attention: toner (black)." in page
    assert "It has 4.0 GB of memory and had 8.0 GB" in page
    assert "Il a 4,0 Go de mémoire" in site.page("/today", "fr")
    assert "Hij heeft 4,0 GB geheugen" in site.page("/today", "nl")

    site.goes_to(2, "07:05")
    assert_digest(site, 2, everything)
    broken.mend_everything()
    site.goes_to(2, "08:55")
    broken.asked()
    for moment in ("09:30", "10:00"):
        site.goes_to(2, moment)
        site.report()
    assert site.alerts() == []
    assert "Nothing needs you: no alert is open." in site.page("/today")
    page = site.page("/sites/EVERE/stations/2")
    assert "No alert is open." in page
    assert "ended on 3 Feb" in page
    before = len(site.mails.letters)
    site.goes_to(3, "07:05")
    site.passes(LOOK_SECONDS)
    assert len(site.mails.letters) == before
