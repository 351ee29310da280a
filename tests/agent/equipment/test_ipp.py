"""IPP: answers recorded byte for byte, of a print server and of a printer, and a printer that runs here."""

import json
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from agent.commands.equipment import answer_of
from agent.equipment import ipp_printer
from agent.equipment.ipp import NotIpp, printers_in, request
from agent.equipment.named import Named
from agent.equipment.words import errors_of_bits, errors_of_keywords
from agent.probes.printer_queues import printers_of, queue_of
from agent.probes.printer_status import is_virtual
from agent.probes.printer_status import queue_of as queue_of_windows
from agent.wire.health import Supply

NOW = 1_760_090_000


def value(tag: int, name: str, content: bytes) -> bytes:
    return bytes([tag]) + struct.pack("!H", len(name)) + name.encode() + struct.pack("!H", len(content)) + content


def number(name: str, *numbers: int, tag: int = 0x21) -> bytes:
    return b"".join(value(tag, "" if index else name, struct.pack("!i", one)) for index, one in enumerate(numbers))


def text(name: str, *texts: str, tag: int = 0x44) -> bytes:
    return b"".join(value(tag, "" if index else name, one.encode()) for index, one in enumerate(texts))


def answer(*printers: bytes, status: int = 0) -> bytes:
    said = b"".join(b"\x04" + printer for printer in printers)
    head = b"\x01\x01" + struct.pack("!HI", status, 1) + b"\x01" + text("attributes-charset", "utf-8", tag=0x47)
    return head + said + b"\x03"


PRINTER = (
    text("printer-make-and-model", "HP Color LaserJet MFP M477", tag=0x41)
    + number("printer-state", 3, tag=0x23)
    + text("printer-state-reasons", "marker-supply-low-warning", "media-empty-error", "wifi-not-configured-report")
    + number("printer-impressions-completed", 48211)
    + text("marker-types", "toner", "toner", "waste-toner", "opc")
    + text("marker-colors", "#000000", "#00FFFF", "none", "none", tag=0x42)
    + number("marker-levels", 8, -2, -3, 0)
    + number("marker-low-levels", 10, 10, 10, 2)
)


def test_a_question_is_encoded_as_the_standard_says() -> None:
    content = request(0x000B, "ipp://p/ipp/print", ("printer-state", "marker-levels"))
    assert content.startswith(b"\x01\x01\x00\x0b\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x48")
    assert content.endswith(
        b"\x44\x00\x14requested-attributes\x00\x0dprinter-state\x44\x00\x00\x00\x0dmarker-levels\x03"
    )


def test_a_printer_tells_its_supplies_in_its_own_colours_and_by_its_own_marks() -> None:
    [attributes] = printers_in(answer(PRINTER))
    told = ipp_printer.told("Hall", attributes, NOW)
    assert (told.model, told.state, told.pages) == ("HP Color LaserJet MFP M477", "idle", 48211)
    assert told.errors == ("no_paper", "low_toner")
    assert told.supplies == (
        Supply(kind="toner", colour="black", level_percent=8, level="low", low_percent=10),
        Supply(kind="toner", colour="cyan", level="unknown"),
        Supply(kind="waste", colour="", level="some_left"),
        Supply(kind="drum", colour="", level_percent=0, level="empty", low_percent=2),
    )


def test_an_answer_that_is_cut_short_is_never_half_believed() -> None:
    whole = answer(PRINTER)
    for length in range(len(whole)):
        with pytest.raises(NotIpp):
            printers_in(whole[:length])


def test_queues_are_told_without_names() -> None:
    stuck = text("printer-name", "hp-of-alice", tag=0x42) + number("printer-state", 5, tag=0x23)
    stuck += text("printer-state-reasons", "offline-report") + number("queued-job-count", 7)
    quiet = number("printer-state", 3, tag=0x23) + text("printer-state-reasons", "none") + number("queued-job-count", 0)
    found = [queue_of(printer) for printer in printers_of(answer(stuck, quiet))]
    assert found == [("offline", 7, ("offline",)), ("idle", 0, ())]
    assert printers_of(answer(status=0x0406)) == []


@pytest.mark.parametrize(
    ("reasons", "errors"),
    [
        (["none"], ()),
        (["paused"], ()),
        (["toner-low-report", "toner-empty"], ("no_toner", "low_toner")),
        (["door-open-error", "cover-open"], ("door_open",)),
        (["com.example.broken-error"], ("other",)),
        (["com.example.news-report"], ()),
        (["cups-ipp-conformance-failure-report", "cups-new-thing"], ()),
    ],
)
def test_reasons_become_the_words_of_the_wire(reasons: list[str], errors: tuple[str, ...]) -> None:
    assert errors_of_keywords(reasons) == errors


@pytest.mark.parametrize(
    ("bits", "errors"),
    [
        (b"\x40", ("no_paper",)),
        (b"\x80\x00", ("low_paper",)),
        (b"\x00\x02", ("overdue_maintenance",)),
        (b"\x20\x40", ("low_toner", "output_tray_missing")),
        (b"\x00\x01\xff", ()),
        (b"", ()),
    ],
)
def test_a_string_of_bits_is_read_from_its_most_significant_bit(bits: bytes, errors: tuple[str, ...]) -> None:
    assert errors_of_bits(bits) == errors


@pytest.mark.parametrize(
    ("status", "attributes", "expected"),
    [
        (0, 0, ("idle", 2, ())),
        (0x400, 0, ("printing", 2, ())),
        (0x80, 0, ("offline", 2, ())),
        (0, 0x400, ("offline", 2, ())),
        (0x1, 0, ("stopped", 2, ())),
        (0x10, 0, ("stopped", 2, ("no_paper",))),
        (0x20000, 0, ("idle", 2, ("low_toner",))),
        (0x2, 0, ("stopped", 2, ("other",))),
        (0x8 | 0x2, 0, ("stopped", 2, ("jammed",))),
    ],
)
def test_windows_tells_queues_in_bits(status: int, attributes: int, expected: object) -> None:
    assert queue_of_windows(status, attributes, 2) == expected


def test_queues_into_files_are_left_out() -> None:
    assert [is_virtual(port) for port in ("PORTPROMPT:", "nul:", "SHRFAX:", "USB001", "IP_192.0.2.7")] == [True] * 3 + [
        False
    ] * 2


def printer_at(port: int, path: str = "/ipp/print") -> Named:
    return Named(kind="printer", name="Hall", host="127.0.0.1", port=port, path=path, protocol="ipp")


class Portal(BaseHTTPRequestHandler):
    """A page for whoever asks, as networks that want a log-in show it."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>please log in</html>")

    def log_message(self, *_: object) -> None:
        pass


def test_a_page_in_place_of_a_printer_is_said() -> None:
    with HTTPServer(("127.0.0.1", 0), Portal) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        found = answer_of(printer_at(server.server_port), NOW)
        thread.join()
    assert not found.reached
    assert found.reason


@pytest.fixture
def ippeveprinter(tmp_path: Path) -> Iterator[int]:
    """A real IPP printer, started here; needs cups-ipp-utils and a bus for its announcements."""
    program = shutil.which("ippeveprinter", path="/usr/bin:/usr/sbin")
    if program is None:
        pytest.skip("only beside ippeveprinter: Debian has it in cups-ipp-utils")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [program, "-r", "off", "-d", str(tmp_path), "-p", str(port), "-M", "Example", "-m", "Laser 9", "Hall"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        while True:
            if process.poll() is not None:
                said = (tmp_path / "log").read_text()[-200:]
                pytest.skip(f"only beside a bus and avahi: ippeveprinter does not start here: {said}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield port
    finally:
        process.kill()
        process.wait()


def test_a_real_printer_is_read(ippeveprinter: int) -> None:
    found = answer_of(printer_at(ippeveprinter), NOW)
    assert found.reached, found.reason
    assert json.loads(json.dumps(found.model)) == "Example Laser 9"
    assert found.name == "Hall"
    assert getattr(found, "state") in ("idle", "stopped")  # noqa: B009 - a printer, not a projector
