"""How many readers for identity cards are connected; nothing of the cards."""

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of, word_of
from agent.wire.health import CardReaders

_SMART_CARD = "0b"
"""Class of USB (CCID): every reader that the identity card's own program supports is one."""


def read(surroundings: Surroundings) -> Outcome:
    folder = surroundings.root / "sys/bus/usb/devices"
    if not folder.is_dir():
        raise NoData("no USB")
    # One reader may have several interfaces: 1-3:1.0 and 1-3:1.1 are of the device 1-3.
    readers = {
        entry.name.partition(":")[0]
        for entry in entries_of(folder, "")
        if ":" in entry.name and word_of(entry, "bInterfaceClass") == _SMART_CARD
    }
    return Outcome(CardReaders(count=len(readers)))
