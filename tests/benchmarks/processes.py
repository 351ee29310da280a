"""The real programs that the agent's benchmarks measure: a collector with one site, and the resident service.

Both are started as a person would start them, on 127.0.0.1, with their state in a temporary folder. The service runs
on this computer with sessions that a small login1 on a private bus plays, or in a Debian 12 with its own logind.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = "BENCH-01"
INSTALLED = "/usr/lib/python3/dist-packages/agent"
"""Where Debian's Python finds the agent; the service runs itself with -I, so PYTHONPATH would not do."""

PREPARE = """
import sys
from collector.cli import main
*options, site = sys.argv[1:]
for words in (["migrate"], ["site", "add", site, "Benchmark"], ["token", "issue", "--site", site]):
    main.main([*options, *words], standalone_mode=False)
"""
"""The three words of the command line that a new collector needs, in one process; the last line is the token."""
SPEAK = """
import os, socket, sys, time
os.setuid(int(sys.argv[1]))
while True:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect("/run/dps-agent/presence")
            while True:
                line.sendall(b"3\\n")
                time.sleep(10)
        except OSError:
            time.sleep(1)
"""
"""What presence says in a visitor's desktop, whoever the visitor is: the last input was 3 seconds ago."""
TICKS_PER_SECOND = 100
"""USER_HZ, the same on every Linux that Debian runs on."""


class NotStartedError(Exception):
    """A program of the benchmark cannot be started here."""


@dataclass(frozen=True, slots=True)
class Collector:
    """A collector that serves one site."""

    address: str
    token_file: Path
    process: int


@dataclass(frozen=True, slots=True)
class Resident:
    """A resident service that counts, and how a visitor uses its station."""

    process: int
    state: Path
    log_on: Callable[[], None]
    lock: Callable[[], None]
    unlock: Callable[[], None]
    log_off: Callable[[], None]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def collector(
    folder: Path, *, certificate: Path | None = None, key: Path | None = None, timeout: float = 30
) -> Iterator[Collector]:
    """Serve on 127.0.0.1, over TLS where there is a certificate, for as long as the block lasts."""
    data, token_file, port = folder / "collector", folder / "token", free_port()
    program = [sys.executable, "-m", "collector", "--data", str(data)]
    if certificate is not None:
        config = folder / "collector.toml"
        config.write_text(f"tls_certificate_file = {str(certificate)!r}\ntls_key_file = {str(key)!r}\n")
        program += ["--config", str(config)]
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("DPS_", "PYTHON"))}
    prepare = [sys.executable, "-c", PREPARE, *program[3:], SITE]
    token_file.write_text(said_by(prepare, settings).splitlines()[-1] + "\n")
    with (folder / "collector.log").open("wb") as log:
        process = subprocess.Popen(
            [*program, "serve", "--port", str(port)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=ROOT, env=settings,
        )  # fmt: skip
    scheme = "http" if certificate is None else "https"
    try:
        await_port(port, process, time.monotonic() + timeout, folder / "collector.log")
        yield Collector(f"{scheme}://localhost:{port}", token_file, process.pid)
    finally:
        ended(process)


def said_by(words: Sequence[str], settings: Mapping[str, str]) -> str:
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=ROOT, env=dict(settings))
    if done.returncode:
        raise NotStartedError(f"{' '.join(words[1:])} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


def await_port(port: int, process: subprocess.Popen[bytes], deadline: float, log: Path) -> None:
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    ended(process)
    raise NotStartedError(f"the collector did not come to serve: {log.read_text(errors='replace').strip()[-300:]}")


def ended(process: subprocess.Popen[bytes], patience: float = 15) -> None:
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def await_line(log: Path, word: str, process: subprocess.Popen[bytes] | None, timeout: float = 30) -> None:
    """Wait until a program has said the word."""
    deadline = time.monotonic() + timeout
    while word not in (said := log.read_text(errors="replace") if log.exists() else ""):
        if time.monotonic() > deadline or (process is not None and process.poll() is not None):
            raise NotStartedError(f"the service did not say {word!r}: {said.strip()[-300:]}")
        time.sleep(0.02)


# --- on this computer, with a played login1 ------------------------------------------------------------------------


def why_no_service_here() -> str | None:
    """Say why the service cannot be given a private bus here, or None when it can."""
    if sys.platform != "linux":
        return "a bus of its own needs Linux"
    for program, package in (("dbus-daemon", "dbus"), ("unshare", "util-linux"), ("nsenter", "util-linux")):
        if not shutil.which(program):
            return f"{program} is not installed (Debian: {package})"
    if os.geteuid() != 0:
        return "a bus in place of the system's needs root (a mount namespace)"
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        return "this computer allows no mount namespaces"
    return None


@contextmanager
def service_here(folder: Path, served: Collector) -> Iterator[Resident]:
    """Run the service with this interpreter; in its own mount namespace the private bus is the system's.

    Presence speaks during each visit.
    """
    from tests.agent.machine.fake_logind import FakeLogind, session  # noqa: PLC0415 - jeepney exists on Linux only
    from tests.agent.machine.private_bus import PrivateBus  # noqa: PLC0415 - the same

    bus = PrivateBus(folder)
    logind = FakeLogind(bus.address, {})
    bend = 'mount -t tmpfs none /run && mkdir /run/dbus && ln -s "$0" /run/dbus/system_bus_socket && exec "$@"'
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", bend, bus.address]
    words += [sys.executable, "-m", "agent", "run", "--state", str(folder / "state"), "--server", served.address]
    words += ["--token-file", str(served.token_file)]
    log = folder / "service.log"
    speaking: list[subprocess.Popen[bytes]] = []
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT)
    try:
        await_line(log, "counts in", process)
        await_line(log, "sessions are read from logind", process)
        enter = ["nsenter", "--mount", "--target", str(process.pid)]
        visits = iter(range(1, 1_000_000))
        at = ["0"]

        def log_on() -> None:
            at[0] = str(next(visits))
            visitor = session("alice")
            logind.appear(at[0], visitor)
            speaking.append(subprocess.Popen([*enter, sys.executable, "-c", SPEAK, str(visitor["User"][0])]))

        def log_off() -> None:
            ended(speaking.pop())
            logind.remove(at[0])

        yield Resident(
            process.pid,
            folder / "state",
            log_on,
            lambda: logind.change(at[0], LockedHint=True),
            lambda: logind.change(at[0], LockedHint=False),
            log_off,
        )
    finally:
        for presence in speaking:
            ended(presence)
        ended(process)
        logind.stop()
        bus.stop()


# --- in a Debian 12 with its own logind ----------------------------------------------------------------------------


def why_no_machine() -> str | None:
    from tests.rigs.systemd_machine import why_not  # noqa: PLC0415 - only where a machine is wanted

    return why_not()


@contextmanager
def service_in_machine(folder: Path, served: Collector) -> Iterator[Resident]:
    """Run the service with Debian's own Python and libraries; its sessions are genuine ones at logind."""
    from tests.rigs.log_on import LogOn  # noqa: PLC0415 - only where a machine is wanted
    from tests.rigs.systemd_machine import SystemdMachine  # noqa: PLC0415 - the same

    program = folder / "agent"
    shutil.copytree(ROOT / "agent", program, ignore=shutil.ignore_patterns("__pycache__"))
    with SystemdMachine(read_only={served.token_file: "/opt/token"}, writable={program: INSTALLED}) as machine:
        # An installed package has its bytecode; without it the service would compile its source and keep that memory.
        machine.run(["/usr/bin/python3", "-m", "compileall", "-q", INSTALLED])
        words = ["/usr/bin/python3", "-m", "agent", "run", "--state", "/var/lib/dps-agent"]
        machine.start("dps-agent", [*words, "--server", served.address, "--token-file", "/opt/token"])
        await_line(machine.root / "var/lib/dps-agent/run.json", '"source": "logind"', None)
        inner = int(machine.run(["systemctl", "show", "--property=MainPID", "--value", "dps-agent"]).stdout)
        assert machine.leader is not None
        visits: list[LogOn] = []
        yield Resident(
            outer_process(machine.leader, inner),
            machine.root / "var/lib/dps-agent",
            lambda: visits.append(machine.log_on("alice")),
            lambda: machine.lock(visits[-1]),
            lambda: machine.unlock(visits[-1]),
            lambda: machine.log_off(visits.pop()),
        )
        machine.run(["systemctl", "stop", "dps-agent"])


def outer_process(leader: int, inner: int) -> int:
    """The number here of the process that has the number `inner` in the leader's namespace."""
    space = Path(f"/proc/{leader}/ns/pid").readlink()
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if (status.with_name("ns") / "pid").readlink() == space:
                numbers = next(line for line in status.read_text().splitlines() if line.startswith("NSpid:")).split()
                if int(numbers[-1]) == inner:
                    return int(status.parent.name)
    raise NotStartedError(f"the machine has no process {inner}")


# --- figures of a process ------------------------------------------------------------------------------------------


def processor_seconds(process: int, proc: Path = Path("/proc")) -> float:
    """User and system time of a process with one thread, children left out.

    From /proc/PID/schedstat, in nanoseconds; utime and stime of /proc/PID/stat count in hundredths of a second.
    """
    file = proc / str(process) / "schedstat"
    if not file.exists():
        fields = (proc / str(process) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
    return int(file.read_text().split()[0]) / 1e9


def sessions_counted(state: Path) -> int:
    """Sessions that the service's records tell of, under the strictest idle rule."""
    starts: dict[str, int] = {}
    for file in sorted((state / "spool").glob("*/slot-*.json"), key=lambda file: file.name):  # the last revision last
        record = json.loads(file.read_text())
        starts[f"{record['run_id']} {record['slot']}"] = sum(rule["starts"] for rule in record["idle_rules"][:1])
    return sum(starts.values())


def verdict(figure: float, target: float) -> str:
    """Whether a figure that should be small is."""
    return "met" if figure <= target else "MISSED"
