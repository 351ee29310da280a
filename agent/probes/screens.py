"""How many screens are connected; not what they show."""

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of, word_of
from agent.wire.health import Screens


def read(surroundings: Surroundings) -> Outcome:
    states = [
        word_of(connector, "status")
        for connector in entries_of(surroundings.root / "sys/class/drm", "card")
        if "-" in connector.name and "Writeback" not in connector.name
    ]
    if not any(states):
        raise NoData("no connector is listed")
    return Outcome(Screens(count=states.count("connected")))
