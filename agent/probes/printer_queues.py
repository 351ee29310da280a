"""The print queues of this computer: their state and how many documents wait; no name, and nothing of a document.

On Linux CUPS tells it to everybody over its own socket, by IPP.
"""

import socket
from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Literal

from agent.equipment.ipp import CUPS_GET_PRINTERS, Attributes, NotIpp, numbers, printers_in, request, texts
from agent.equipment.words import errors_of_keywords
from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.wire.health import PrinterError, PrinterQueue, PrinterQueues

SOCKETS = ("run/cups/cups.sock", "var/run/cups/cups.sock")
ATTRIBUTES = ("printer-state", "printer-state-reasons", "queued-job-count", "printer-is-accepting-jobs")
MOST_QUEUES = 16
MOST_JOBS = 10_000
PATIENCE_SECONDS = 5
LARGEST_ANSWER_BYTES = 256 * 1024

_NO_SUCH_THING = 0x0406
_IDLE, _PRINTING, _STOPPED = 3, 4, 5
State = Literal["idle", "printing", "stopped", "offline"]
_STATES: dict[int, State] = {_IDLE: "idle", _PRINTING: "printing", _STOPPED: "stopped"}


def read(surroundings: Surroundings) -> Outcome:
    for place in SOCKETS:
        path = surroundings.root / place
        if path.is_socket():
            return outcome_of([queue_of(printer) for printer in printers_of(_asked(str(path)))])
    raise NoData("no print server")


def outcome_of(queues: Sequence[tuple[State, int, tuple[PrinterError, ...]]]) -> Outcome:
    found = [
        PrinterQueue(number=number, state=state, jobs=max(0, min(MOST_JOBS, jobs)), errors=errors)
        for number, (state, jobs, errors) in enumerate(queues[:MOST_QUEUES], 1)
    ]
    return Outcome(PrinterQueues(queues=tuple(found)))


def printers_of(answer: bytes) -> list[Attributes]:
    """The queues in an answer of CUPS, which says "not found" where it has none."""
    if int.from_bytes(answer[2:4], "big") == _NO_SUCH_THING:
        return []
    return printers_in(answer)


def queue_of(printer: Attributes) -> tuple[State, int, tuple[PrinterError, ...]]:
    """State, jobs and complaints of one queue; one whose printer does not answer is offline, whatever else it says."""
    errors = errors_of_keywords(texts(printer, "printer-state-reasons"))
    state: State = next((_STATES[one] for one in numbers(printer, "printer-state") if one in _STATES), "stopped")
    if "offline" in errors:
        state = "offline"
    return state, next(iter(numbers(printer, "queued-job-count")), 0), errors


class _Local(HTTPConnection):
    """HTTP over a socket of this computer."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AddressFamily["AF_UNIX"], socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_SECONDS)
        self.sock.connect(self._path)


def _asked(path: str) -> bytes:
    connection = _Local(path)
    try:
        question = request(CUPS_GET_PRINTERS, "", ATTRIBUTES)
        connection.request("POST", "/", question, {"Content-Type": "application/ipp"})
        reply = connection.getresponse()
        answer = reply.read(LARGEST_ANSWER_BYTES)
        if reply.status != 200:  # noqa: PLR2004 - "OK" of HTTP
            raise NotIpp(f"the print server answered with the HTTP status {reply.status}")
        return answer
    finally:
        connection.close()
