"""Two agents that everybody knows, as yardsticks for ours: Debian's prometheus-node-exporter and zabbix-agent2.

Each runs as an ordinary process on 127.0.0.1 with its own defaults, in a temporary folder, and is asked once, so that
it has shown that it serves. Nothing asks it again while it is measured: in use it needs more than these figures.
Memory is that of the process and all its children. VmRSS counts shared pages fully, PSS its share of them.

    python tests/benchmarks/yardsticks.py --seconds 60 180
"""

import argparse
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


class NoYardstick(Exception):
    """The yardstick is not installed, or did not come to serve."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process and its children hold, in bytes."""

    resident_bytes: int
    proportional_bytes: int
    processes: int


@dataclass(frozen=True, slots=True)
class Yardstick:
    """One known agent: how it is started in a folder on a port, and the question that it answers when it serves."""

    package: str
    program: str
    words: Callable[[Path, int], list[str]]
    answers: Callable[[int], bool]


def node_exporter_words(folder: Path, port: int) -> list[str]:
    return [f"--web.listen-address=127.0.0.1:{port}", f"--collector.textfile.directory={folder}"]


def node_exporter_answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as response:
        return b"node_memory_MemTotal_bytes" in response.read()


def zabbix_words(folder: Path, port: int) -> list[str]:
    settings = {
        "Server": "127.0.0.1",
        "ListenIP": "127.0.0.1",
        "ListenPort": port,
        "Hostname": "yardstick",
        "LogType": "console",
        "ControlSocket": folder / "control.sock",
        "PluginSocket": folder / "plugin.sock",
    }
    config = folder / "zabbix_agent2.conf"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    return ["--foreground", "--config", str(config)]


def zabbix_answers(port: int) -> bool:
    """Ask agent.ping; protocol: https://www.zabbix.com/documentation/6.0/en/manual/appendix/protocols/header_datalen."""
    key = b"agent.ping"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"ZBXD\x01" + struct.pack("<II", len(key), 0) + key)
        with connection.makefile("rb") as answer:
            return answer.read()[13:] == b"1"


YARDSTICKS = (
    Yardstick(
        package="prometheus-node-exporter",
        program="/usr/bin/prometheus-node-exporter",
        words=node_exporter_words,
        answers=node_exporter_answers,
    ),
    Yardstick(
        package="zabbix-agent2",
        program="/usr/sbin/zabbix_agent2",
        words=zabbix_words,
        answers=zabbix_answers,
    ),
)


def why_not(yardstick: Yardstick) -> str | None:
    """Say why the yardstick cannot run here, or None when it can."""
    if shutil.which(yardstick.program):
        return None
    return f"{yardstick.package} is not installed: apt-get install {yardstick.package}"


@contextmanager
def running(yardstick: Yardstick, timeout: float = 30) -> Iterator[int]:
    """Run the yardstick for as long as the block lasts; gives its process number once it serves."""
    if reason := why_not(yardstick):
        raise NoYardstick(reason)
    with tempfile.TemporaryDirectory(prefix="yardstick-") as name:
        folder, port = Path(name), free_port()
        words = [yardstick.program, *yardstick.words(folder, port)]
        with (folder / "output.log").open("wb") as output:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder)
        try:
            await_answer(yardstick, process, port, time.monotonic() + timeout, folder / "output.log")
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port(ports: range = range(21_000, 32_768)) -> int:
    """Find a port of 127.0.0.1 that nobody uses, below 32768: zabbix-agent2 refuses the ports above."""
    for port in ports:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise NoYardstick(f"no port of 127.0.0.1 is free between {ports.start} and {ports.stop - 1}")


def await_answer(
    yardstick: Yardstick, process: subprocess.Popen[bytes], port: int, deadline: float, output: Path
) -> None:
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError):  # nobody listens yet
            if yardstick.answers(port):
                return
        time.sleep(0.1)
    said = " / ".join(output.read_text(errors="replace").strip().splitlines()[-2:])
    raise NoYardstick(f"{yardstick.package} did not come to serve on 127.0.0.1:{port}: {said}")


def memory(process: int, proc: Path = Path("/proc")) -> Memory:
    """Measure the process and all its children now."""
    family = [process]
    for member in family:  # grows while it is read: children of children follow
        for children in (proc / str(member) / "task").glob("*/children"):
            family.extend(int(child) for child in children.read_text().split())
    resident = proportional = measured = 0
    for member in family:
        with suppress(FileNotFoundError, ProcessLookupError):  # a child that ended meanwhile holds nothing
            shares = kibibytes(proc / str(member) / "smaps_rollup", "Pss")
            resident += kibibytes(proc / str(member) / "status", "VmRSS")
            proportional += shares
            measured += 1
    if not measured:
        raise ProcessLookupError(f"process {process} has ended: nothing to measure")
    return Memory(resident * 1024, proportional * 1024, measured)


def kibibytes(path: Path, field: str) -> int:
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0])
    return 0  # a process that is ending has no memory any more


def table(rows: Sequence[tuple[str, float, Memory]]) -> str:
    """Lay out the measurements: name, seconds since it served, memory in MiB."""
    lines = [f"{'agent':<26} {'seconds':>7} {'RSS MiB':>8} {'PSS MiB':>8} {'processes':>9}"]
    for name, seconds, held in rows:
        sizes = f"{held.resident_bytes / MIB:>8.1f} {held.proportional_bytes / MIB:>8.1f} {held.processes:>9}"
        lines.append(f"{name:<26} {seconds:>7.0f} {sizes}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the memory of two known agents.")
    parser.add_argument("--seconds", type=float, nargs="+", default=[60.0], help="when to measure, after they serve")
    moments = sorted(parser.parse_args().seconds)
    rows: list[tuple[str, float, Memory]] = []
    with ExitStack() as block:
        served: dict[str, int] = {}
        for yardstick in YARDSTICKS:
            try:
                served[yardstick.package] = block.enter_context(running(yardstick))
            except NoYardstick as missing:
                print(missing)
        start = time.monotonic()
        for moment in moments if served else []:
            time.sleep(max(0.0, start + moment - time.monotonic()))
            rows.extend((package, moment, memory(process)) for package, process in served.items())
    if rows:
        print(table(rows))


if __name__ == "__main__":
    main()
