"""The projectors of the site that this station asks: what they said last, as `dps-agent equipment` left it."""

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.wire.health import Lamp, Projector, Projectors

MOST = 16


def read(surroundings: Surroundings) -> Outcome:
    told = surroundings.agent.get("equipment", {}).get("projectors")
    if not told:
        raise NoData("none is named here")
    found = (Projector(**{**one, "lamps": tuple(Lamp(**each) for each in one["lamps"])}) for one in told[:MOST])
    return Outcome(Projectors(projectors=tuple(found)))
