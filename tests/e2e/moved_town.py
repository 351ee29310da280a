"""A site with real stations, its people with their mails, and a clock that goes on as the test says.

Each station is a machine of its own with a disk of its own; the collector sends its mails to a real mail server.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from collector.domain.access import Grant, Role, Scope
from collector.storage.engine import create_engine, writing
from collector.storage.queries.accounts import add_account, add_grant, set_columns
from tests.e2e.pages import browser_after_log_in, text_of
from tests.e2e.real_station import PACKAGES, SOURCE, Station
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.cut_line import Line
from tests.rigs.mail_server import Letter, MailServer
from tests.rigs.moved_clock import MovedClock
from tests.rigs.systemd_machine import SystemdMachine

ZONE = ZoneInfo("Europe/Brussels")
SITE, NAME = "EVERE", "Evere"
ACCOUNT, PASSWORD = "anna", "vier woorden zijn goed"
TECHNICIANS = {"fr": "marie@dps.example", "nl": "tom@dps.example", "en": "joe@dps.example"}
COORDINATOR = "sofia@dps.example"
DISK_BYTES = 200 * 2**20
SLACK_SECONDS = 20
LOOK_SECONDS = 61
"""The collector looks once a minute."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def quiet_monday(now: float) -> dt.date:
    """The first Monday of a February to come: three weeks of open days follow, without a change of the clocks."""
    today = dt.datetime.fromtimestamp(now, ZONE).date()
    first = dt.date(today.year + 1, 2, 1)
    return first + dt.timedelta(days=-first.weekday() % 7)


class Pc:
    """One station: a machine with its clock, which is right until somebody moves it alone."""

    def __init__(self, machine: SystemdMachine, clock: MovedClock, station: Station) -> None:
        self.machine, self.clock, self.station = machine, clock, station

    def report(self) -> None:
        """A contact with everything that there is to tell."""
        self.station.send()

    def reaches_the_collector(self) -> bool:
        """Whether a contact comes through; what does not is kept for the next one."""
        words = ["dps-agent", "send"]
        return self.machine.run(words, check=False, environment=self.clock.inside()).returncode == 0

    def leave(self, file: str, content: str, mode: int = 0o644) -> None:
        """Put a file on its disk, or into its /run, where it is now."""
        words = ["sh", "-c", f"mkdir -p $(dirname {file}) && cat > {file} && chmod {mode:o} {file}"]
        self.machine.run(words, stdin=content)


class Town:
    def __init__(self, collector: RunningCollector, line: Line, mails: MailServer, pcs: list[Pc]) -> None:
        self.collector, self.line, self.mails, self.pcs = collector, line, mails, pcs
        self.monday = quiet_monday(pcs[0].clock.now())

    def goes_to(self, day: int, clock: str) -> None:
        """Let it become that time, so many days after the first Monday; return when the collector has looked."""
        wanted = dt.datetime.combine(self.monday + dt.timedelta(day), dt.time.fromisoformat(clock), ZONE)
        seconds = round(wanted.timestamp() - self.now())
        assert seconds >= 0, f"it is later than {wanted} already"
        self.passes(seconds)

    def passes(self, seconds: int) -> None:
        """Let so much time pass; return when the collector has looked."""
        for pc in self.pcs:
            pc.clock.forward(seconds)
        if self.collector.process is not None:
            until(lambda: abs(self.time_of_collector() - self.now()) < SLACK_SECONDS, "the collector sees the time")
            self.looked()

    def time_of_collector(self) -> int:
        told = requests.get(f"{self.collector.address}/api/v1/time", timeout=60).json()
        return int(told["time_seconds"])

    def now(self) -> float:
        return self.pcs[0].clock.now()

    def looked(self) -> None:
        """Return when the collector has looked at all that was reported and at all whose time has come."""
        due = "SELECT count(*) FROM site_health WHERE due_at <= {now}"
        unheard = (
            "SELECT count(*) FROM station_contact AS c LEFT JOIN station_health AS h"
            " ON h.site_id = c.site_id AND h.station_id = c.station_id"
            " WHERE h.heard_at IS NULL OR h.heard_at <> c.received_at"
        )
        until(
            lambda: all(
                self.collector.rows(question) == [(0,)] for question in (due.format(now=int(self.now())), unheard)
            ),
            "the collector has looked",
        )

    def report(self, *pcs: Pc) -> None:
        """Each of these, or of all, reports; return when the collector has looked at it."""
        for pc in pcs or self.pcs:
            pc.report()
        self.passes(LOOK_SECONDS)

    def alerts(self) -> list[tuple[str, str, str]]:
        """The open ones: where, about what, how bad."""
        rows = self.collector.rows(
            "SELECT coalesce(s.label, ''), a.rule, a.level FROM alert AS a LEFT JOIN station AS s"
            " ON s.site_id = a.site_id AND s.station_id = a.station_id WHERE a.ended_at IS NULL ORDER BY 1, 2"
        )
        return [tuple(row) for row in rows]

    def states(self) -> list[str]:
        return [state for (state,) in self.collector.rows("SELECT state FROM station_health ORDER BY station_id")]

    def got(self, address: str, count: int) -> list[Letter]:
        """All mails to somebody, of which there must become so many."""
        until(lambda: len(self.mails.to(address)) >= count, f"{address} has {count} mails")
        return self.mails.to(address)

    def page(self, path: str, language: str = "en") -> str:
        """As an administrator reads it, who has logged in just now: so much time passes that a log-in ends."""
        browser = browser_after_log_in(self.collector.address, ACCOUNT, PASSWORD)
        browser.headers["Accept-Language"] = language
        return text_of(browser.get(f"{self.collector.address}{path}", timeout=60))


@contextmanager
def town(folder: Path, stations: int, equipment: str = "", closes: str = "18:00") -> Iterator[Town]:
    """It is Monday, 8:30; the computers are on, and nobody has heard of them.

    The site is open from Monday to Friday, from 9:00. The first station asks the equipment.
    """
    with ExitStack() as leaving:
        enter = leaving.enter_context
        machines = [
            enter(SystemdMachine(name=f"pc{number}", read_only={SOURCE: PACKAGES}, disk_bytes=DISK_BYTES))
            for number in range(1, stations + 1)
        ]
        mails = enter(MailServer())
        clocks = [MovedClock(machine.root) for machine in machines]
        data = folder / "collector"
        data.mkdir(mode=0o700)
        collector = RunningCollector(data)
        collector.environment |= clocks[0].outside() | {
            "DPS_COLLECTOR_CONTACT_INTERVAL_SECONDS": "1800",
            "DPS_COLLECTOR_SMTP_HOST": "127.0.0.1",
            "DPS_COLLECTOR_SMTP_PORT": str(mails.port),
            "DPS_COLLECTOR_SMTP_SECURITY": "none",
            "DPS_COLLECTOR_MAIL_FROM": "health@dps.example",
            "DPS_COLLECTOR_PUBLIC_URL": collector.address,
        }
        collector.words("site", "add", SITE, NAME)
        rows = "".join(f"{SITE},2020-01-01,{day},09:00,{closes},free_access\n" for day in DAYS)
        (folder / "timetable.csv").write_text(f"site,valid_from,weekday,from,until,kind\n{rows}")
        collector.words("import", "register", str(folder / "timetable.csv"))
        collector.words("user", "add", ACCOUNT, given=PASSWORD + "\n")
        add_people(collector)
        line = enter(Line(collector.port))
        pcs = [
            Pc(machine, clock, station(number, machine, clock, collector, line, equipment if number == 1 else ""))
            for number, (machine, clock) in enumerate(zip(machines, clocks, strict=True), 1)
        ]
        made = Town(collector, line, mails, pcs)
        made.goes_to(0, "08:30")
        enter(collector)
        yield made


def station(
    number: int, machine: SystemdMachine, clock: MovedClock, collector: RunningCollector, line: Line, equipment: str
) -> Station:
    return Station(
        machine, collector, SITE, environment=clock.inside(), number=number, server=line.address, equipment=equipment
    )


def add_people(collector: RunningCollector) -> None:
    """A technician for each language, and the coordinator of the site."""
    engine = create_engine(f"sqlite:///{collector.folder / 'collector.sqlite'}")
    with writing(engine) as connection:
        for language, address in TECHNICIANS.items():
            number = add_account(connection, address.partition("@")[0], "!", 0, address)
            add_grant(connection, number, Grant(Role.TECHNICIAN))
            set_columns(connection, number, language=language)
        number = add_account(connection, "sofia", "!", 0, COORDINATOR)
        add_grant(connection, number, Grant(Role.SITE_COORDINATOR, Scope.SITE, site_id=1))
        set_columns(connection, number, language="fr")
    engine.dispose()
