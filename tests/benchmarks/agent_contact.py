"""What a contact of the sender costs in processor time and bytes, and what the agent costs in a day.

    python tests/benchmarks/agent_contact.py [--contacts 10] [--minutes 2]

The sender is started as the service starts it, and talks TLS to a real collector through a relay that counts bytes.
What it finds in the spool is written by the real service, whose clock is moved half an hour (usual contact) or an hour
(full contact: all readings) ahead. The collector presents a leaf and an intermediate, as on the internet.

Yardsticks of the same run: `python -c "import requests"` before each contact, and curl asking for /api/v1/time through
the same relay.
"""

import argparse
import gzip
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import certifi

from agent import machine
from agent.disk import RealDisk
from agent.machine.base import LOCK, LOG_OFF, LOG_ON, UNLOCK, Event
from agent.outside import Outside
from agent.sender.exchange import Outside as SenderOutside
from agent.sender.exchange import next_envelope
from agent.sender.memory import Store
from agent.sender.upload import Line
from agent.service import Service
from tests.agent.stage import StageClock, StageSource
from tests.benchmarks.certificates import KINDS, Chain, chain
from tests.benchmarks.counting_proxy import CountingProxy, Traffic
from tests.benchmarks.processes import (
    collector,
    processor_seconds,
    service_here,
    verdict,
    why_no_service_here,
)
from tests.benchmarks.yardsticks import memory

CPU_SECONDS = 0.2
WIRE_BYTES = 6 * 1024
DAY_CPU_SECONDS = 10.0
YARDSTICK = (sys.executable, "-I", "-c", "import requests")
HOURS_ON = 10
CONTACTS_OF_A_DAY = HOURS_ON * 2 + 2
"""One every half hour, one after the start, one at the stop."""
VISITS_OF_A_DAY = 40
STEPS_OF_A_VISIT = 4


class Cost(NamedTuple):
    """One run of a program."""

    cpu_seconds: float
    traffic: Traffic
    plain_bytes: int = 0
    packed_bytes: int = 0
    yardstick_seconds: float = 0.0
    """What `import requests` cost just before: on a busy machine both cost more."""


def cpu_of(words: Sequence[str]) -> float:
    """User and system seconds of a program and its children."""
    if sys.platform == "win32":
        raise SystemExit("this benchmark measures on Linux")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Station:
    """A station whose service counts in a time that we move, and whose sender is the real one."""

    def __init__(self, folder: Path, address: str, token_file: Path, hours_back: float) -> None:
        self.folder = folder
        self.address = address
        self.token_file = token_file
        self.clock = StageClock(wall=time.time() - hours_back * 3600)
        self.source = StageSource()
        folder.mkdir(mode=0o700)
        self.service = Service(
            str(folder),
            1800,
            Outside(
                clock=self.clock,
                disk=RealDisk(),
                open_source=lambda: self.source,
                start_sender=lambda: 1,
                open_presence=lambda _: None,
                reap=lambda _: 0,
                random=os.urandom,
                say=lambda _: None,
            ),
        )
        self.service.start()

    def pass_minutes(self, minutes: int) -> None:
        """Half an hour has a visit of 20 minutes, locked for a while."""
        steps = {3: LOG_ON, 9: LOCK, 11: UNLOCK, 23: LOG_OFF}
        for minute in range(minutes):
            if kind := steps.get(minute % 30):
                self.source.events.append(Event(kind, "visit"))
            for _ in range(2):
                self.clock.pass_time(30)
                self.service.wake()

    def want_all_readings(self) -> None:
        file = self.folder / "sender.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "full_at_seconds": 0}))

    def next_body(self) -> bytes:
        """The envelope that would go now, composed on a copy of the state."""
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(self.folder, copy, dirs_exist_ok=True)
            store = Store(copy, RealDisk())
            outside = SenderOutside(machine.system_clock(), RealDisk(), os.urandom, lambda: Line(self.address))
            return next_envelope(store, store.memory(), outside).body.encode()

    def send(self, trusted: Path, proxy: CountingProxy) -> Cost:
        """One contact."""
        enrolled = (self.folder / "identity.json").exists()
        body = self.next_body() if enrolled else b""
        words = [sys.executable, "-I", "-m", "agent", "send", "--state", str(self.folder), "--server", self.address]
        words += ["--ca-file", str(trusted), "--token-file", str(self.token_file)]
        proxy.take()
        yardstick = cpu_of(YARDSTICK)
        seconds = cpu_of(words)
        return Cost(seconds, proxy.take(), len(body), len(gzip.compress(body, 6, mtime=0)), yardstick)


def median(costs: Sequence[Cost], figure: Callable[[Cost], float]) -> float:
    return statistics.median(figure(cost) for cost in costs)


def tell(name: str, costs: Sequence[Cost], *, judged: bool = True) -> bool:
    """Print one line of the table and its verdict."""
    cpu = median(costs, lambda cost: cost.cpu_seconds)
    wire = median(costs, lambda cost: cost.traffic.payload_bytes)
    up = median(costs, lambda cost: sum(cost.traffic.up))
    headers = median(costs, lambda cost: cost.traffic.header_bytes)
    spread = f"{min(cost.cpu_seconds for cost in costs):.3f}–{max(cost.cpu_seconds for cost in costs):.3f}"
    yardstick = median(costs, lambda cost: cost.yardstick_seconds)
    ratio = f"{cpu / yardstick:.2f}" if yardstick else ""
    line = f"{name:<42} {cpu:6.3f} {spread:>13} {ratio:>6} {up:7.0f} {wire - up:7.0f} {wire:7.0f} {headers:8.0f}"
    if judged:
        plain, packed = median(costs, lambda cost: cost.plain_bytes), median(costs, lambda cost: cost.packed_bytes)
        line += f" {plain:7.0f} {packed:6.0f}  CPU {verdict(cpu, CPU_SECONDS)}, bytes {verdict(wire, WIRE_BYTES)}"
    print(line, flush=True)
    return cpu <= CPU_SECONDS and wire <= WIRE_BYTES


def contacts_over(kind: str, made: Chain, folder: Path, count: int) -> tuple[bool, float]:
    """Measure contacts with a collector that presents this chain; whether targets are met, and CPU s of a usual one."""
    folder.mkdir()
    with (
        collector(folder, certificate=made.certificates, key=made.key) as served,
        CountingProxy(int(urlsplit(served.address).port or 0)) as proxy,
    ):
        address = f"https://localhost:{proxy.port}"
        station = Station(folder / "state", address, served.token_file, hours_back=2 * count + 1)
        station.pass_minutes(15)
        tell(f"{kind}: enrolment and first contact", [station.send(made.root, proxy)], judged=False)
        well, usual = True, 0.0
        builtin = folder / "builtin.pem"
        builtin.write_text(Path(certifi.where()).read_text() + made.root.read_text())
        for name, minutes, trusted in (
            ("usual contact", 30, made.root),
            ("full contact", 60, made.root),
            ("usual, all public roots trusted", 30, builtin),
        ):
            costs = []
            for _ in range(count):
                station.pass_minutes(minutes)
                if minutes > 30:
                    station.want_all_readings()
                costs.append(station.send(trusted, proxy))
            well = tell(f"{kind}: {name}", costs) and well
            usual = max(usual, median(costs, lambda cost: cost.cpu_seconds))
        if curl := shutil.which("curl"):
            words = [curl, "--silent", "--show-error", "--fail", "--cacert", str(made.root), "--output", os.devnull]
            asked = [Cost(cpu_of([*words, f"{address}/api/v1/time"]), proxy.take()) for _ in range(count)]
            tell(f"{kind}: yardstick, curl of /api/v1/time", asked, judged=False)
            ratio = statistics.median(cost.traffic.payload_bytes for cost in costs) / median(
                asked, lambda cost: cost.traffic.payload_bytes
            )
            print(f"{'':<42} a usual contact has {ratio:.2f} of curl's bytes")
        else:
            print("curl is not installed: no yardstick for the bytes")
    return well, usual


def day(folder: Path, minutes: float, contact_seconds: float) -> bool:
    """Extrapolate what the service and its senders use in a day; whether the target is met."""
    folder.mkdir()
    with collector(folder) as served, service_here(folder, served) as service:
        while memory(service.process).processes > 1:
            time.sleep(0.2)
        start = processor_seconds(service.process)
        time.sleep(minutes * 60)
        quiet = (processor_seconds(service.process) - start) / (minutes * 60)
        before, steps, begun = processor_seconds(service.process), 0, time.monotonic()
        while time.monotonic() < begun + minutes * 60:
            for step in (service.log_on, service.lock, service.unlock, service.log_off):
                step()
                time.sleep(0.5)
                steps += 1
        lasted = time.monotonic() - begun
        per_step = max(0.0, (processor_seconds(service.process) - before - quiet * lasted) / steps)
    hours = quiet * HOURS_ON * 3600
    visits = per_step * VISITS_OF_A_DAY * STEPS_OF_A_VISIT
    senders = CONTACTS_OF_A_DAY * contact_seconds
    total = start + hours + visits + senders
    quiet_words = f"{HOURS_ON} h at {quiet * 3600:.3f} s/h, measured in {minutes * 60:.0f} s without visits"
    visit_words = (
        f"{VISITS_OF_A_DAY} visits of {STEPS_OF_A_VISIT} events at {per_step * 1000:.2f} ms, of {steps} events"
    )
    print(f"\nA day of {HOURS_ON} hours on, CPU seconds")
    print(f"  {'start of the service, measured once':<64}{start:6.2f}")
    print(f"  {quiet_words:<64}{hours:6.2f}")
    print(f"  {visit_words:<64}{visits:6.2f}")
    print(
        f"  {f'{CONTACTS_OF_A_DAY} contacts at {contact_seconds:.3f} s, the dearest usual one above':<64}{senders:6.2f}"
    )
    print(f"  {'in all':<64}{total:6.2f}  target {DAY_CPU_SECONDS:.0f}: {verdict(total, DAY_CPU_SECONDS)}")
    return total <= DAY_CPU_SECONDS


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a contact and a day of the agent cost.")
    parser.add_argument("--contacts", type=int, default=10, help="of each kind; the medians are printed")
    parser.add_argument(
        "--minutes", type=float, default=2, help="with and as long without visits; 0 leaves out the day"
    )
    parser.add_argument("--leaf", choices=KINDS, action="append", help="both kinds where not given")
    options = parser.parse_args()
    if not shutil.which("openssl"):
        print("openssl is not installed (Debian: openssl): no certificates, nothing measured")
        return 0
    nothing = statistics.median(cpu_of([sys.executable, "-I", "-c", "pass"]) for _ in range(options.contacts))
    print(f"targets of one contact: {CPU_SECONDS} CPU s, {WIRE_BYTES} bytes; medians of {options.contacts}")
    print(f"× is the ratio to `import requests`, measured before each contact; Python alone: {nothing:.3f} CPU s\n")
    print(
        f"{'':<42} {'CPU s':>6} {'min–max':>13} {'×':>6} {'bytes ↑':>7} {'bytes ↓':>7} {'in all':>7} "
        f"{'+headers':>8} {'plain':>7} {'gzip':>6}"
    )
    results, dearest = [], 0.0
    with tempfile.TemporaryDirectory(prefix="agent-contact-") as name:
        folder = Path(name)
        for kind in options.leaf or KINDS:
            made = chain(folder / f"chain {kind}", kind)
            well, usual = contacts_over(kind, made, folder / kind, options.contacts)
            results.append(well)
            dearest = max(dearest, usual)
        if reason := why_no_service_here():
            print(f"the day is left out: {reason}")
        elif options.minutes:
            results.append(day(folder / "day", options.minutes, dearest))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
