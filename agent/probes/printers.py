"""The printers of the site that this station asks: what they said last, as `dps-agent equipment` left it."""

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.wire.health import Printer, Printers, Supply

MOST = 16


def read(surroundings: Surroundings) -> Outcome:
    told = surroundings.agent.get("equipment", {}).get("printers")
    if not told:
        raise NoData("none is named here")
    printers = (
        Printer(
            **{**one, "errors": tuple(one["errors"]), "supplies": tuple(Supply(**each) for each in one["supplies"])}
        )
        for one in told[:MOST]
    )
    return Outcome(Printers(printers=tuple(printers)))
