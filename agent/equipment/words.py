"""What printers complain about, in the words of the wire format.

IPP has keywords (RFC 8011, `printer-state-reasons`), with -error, -warning or -report behind them. SNMP has a string of
bits (RFC 2790, hrPrinterDetectedErrorState), which is read from its most significant bit: 0x40 alone is "no paper".
"""

from collections.abc import Sequence
from typing import get_args

from agent.wire.health import PrinterError

ERRORS: tuple[PrinterError, ...] = get_args(PrinterError)
BITS: tuple[PrinterError, ...] = (
    "low_paper",
    "no_paper",
    "low_toner",
    "no_toner",
    "door_open",
    "jammed",
    "offline",
    "service_requested",
    "input_tray_missing",
    "output_tray_missing",
    "supply_missing",
    "output_near_full",
    "output_full",
    "input_tray_empty",
    "overdue_maintenance",
)
"""From the most significant bit of the first byte on."""
KEYWORDS: dict[str, PrinterError] = {
    "media-empty": "no_paper",
    "media-needed": "no_paper",
    "media-low": "low_paper",
    "media-jam": "jammed",
    "toner-empty": "no_toner",
    "toner-low": "low_toner",
    "marker-supply-empty": "no_toner",
    "marker-supply-low": "low_toner",
    "marker-ink-empty": "no_toner",
    "developer-empty": "no_toner",
    "developer-low": "low_toner",
    "marker-waste-full": "service_requested",
    "marker-waste-almost-full": "service_requested",
    "opc-life-over": "service_requested",
    "opc-near-eol": "service_requested",
    "fuser-over-temp": "service_requested",
    "cover-open": "door_open",
    "door-open": "door_open",
    "interlock-open": "door_open",
    "shutdown": "offline",
    "timed-out": "offline",
    "connecting-to-device": "offline",
    "offline": "offline",
    "input-tray-missing": "input_tray_missing",
    "output-tray-missing": "output_tray_missing",
    "output-area-almost-full": "output_near_full",
    "output-area-full": "output_full",
    "input-tray-empty": "input_tray_empty",
}
HARMLESS = frozenset(
    (
        "none",
        "paused",
        "moving-to-paused",
        "stopping",
        "stopped-partly",
        "spool-area-full",
        "cups-waiting-for-job-completed",
        "cups-ipp-conformance-failure",
        "cups-ipp-missing-cancel-job",
        "cups-missing-filter",
        "cups-insecure-filter",
        "cups-remote-pending",
        "cups-remote-pending-held",
        "cups-remote-processing",
        "cups-remote-stopped",
        "cups-remote-canceled",
        "cups-remote-aborted",
        "cups-remote-completed",
        "cups-pki-expired",
        "wifi-not-configured",
        "deactivated",
        "hibernate",
        "power-saver",
        "standby",
        "suspend",
    )
)
"""Says something of the printer's work, not of a fault that somebody should mend there."""
_DEGREES = ("-error", "-warning", "-report")


def errors_of_keywords(reasons: Sequence[str]) -> tuple[PrinterError, ...]:
    """What `printer-state-reasons` complain about; a mere report is no complaint."""
    found: set[PrinterError] = set()
    for reason in reasons:
        bare = next((reason.removesuffix(end) for end in _DEGREES if reason.endswith(end)), reason)
        if bare in KEYWORDS:
            found.add(KEYWORDS[bare])
        elif bare not in HARMLESS and not reason.endswith("-report") and not bare.startswith("cups-"):
            found.add("other")
    return _in_order(found)


def errors_of_bits(state: bytes) -> tuple[PrinterError, ...]:
    """What hrPrinterDetectedErrorState complains about."""
    return _in_order({word for number, word in enumerate(BITS) if _is_set(state, number)})


def _is_set(state: bytes, number: int) -> bool:
    return number // 8 < len(state) and bool(state[number // 8] & (0x80 >> number % 8))


def _in_order(found: set[PrinterError]) -> tuple[PrinterError, ...]:
    return tuple(word for word in ERRORS if word in found)
