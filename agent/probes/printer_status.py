"""What the status of a print queue of Windows says (PRINTER_INFO_2 of learn.microsoft.com). No system calls."""

from agent.probes.printer_queues import State
from agent.wire.health import PrinterError

PAUSED, PRINTING, PROCESSING, BUSY = 0x1, 0x400, 0x4000, 0x200
OFFLINE, NOT_AVAILABLE, SERVER_OFFLINE = 0x80, 0x1000, 0x2000000
WORK_OFFLINE = 0x400
"""Of the attributes: somebody told the queue not to try."""
ERRORS: tuple[tuple[int, PrinterError], ...] = (
    (0x10, "no_paper"),
    (0x40000, "no_toner"),
    (0x20000, "low_toner"),
    (0x400000, "door_open"),
    (0x8, "jammed"),
    (0x100000, "service_requested"),
    (0x800, "output_full"),
    (0x2 | 0x40, "other"),
)
"""In the order of the wire format. 0x2 is "an error", 0x40 a fault of the paper that it does not name."""
VIRTUAL_PORTS = ("PORTPROMPT:", "SHRFAX:", "NUL:", "XPSPORT:", "FILE:", "PDF")
"""Queues that print into a file or nowhere; nobody needs to go there."""


def queue_of(status: int, attributes: int, jobs: int) -> tuple[State, int, tuple[PrinterError, ...]]:
    errors = tuple(word for bits, word in ERRORS if status & bits)
    named = tuple(word for word in errors if word != "other") or errors
    if status & (OFFLINE | NOT_AVAILABLE | SERVER_OFFLINE) or attributes & WORK_OFFLINE:
        return "offline", jobs, named
    if status & PAUSED or errors:
        return "stopped" if status & PAUSED or any(word != "low_toner" for word in named) else "idle", jobs, named
    return ("printing" if status & (PRINTING | PROCESSING | BUSY) else "idle"), jobs, ()


def is_virtual(port: str) -> bool:
    return port.upper().startswith(VIRTUAL_PORTS) or port.upper().endswith(".PDF")
