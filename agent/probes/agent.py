"""What the agent knows of itself: its version, whether it can read sessions, what waits in its spool."""

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import printable
from agent.wire.v1 import AgentItself


def read(surroundings: Surroundings) -> Outcome:
    known = surroundings.agent
    if not known:
        raise NoData("nobody told the probe about the agent")
    return Outcome(
        AgentItself(
            version=known["version"],
            sessions_readable=known["sessions_readable"],
            session_source=printable(known["session_source"], 32),
            spool_records=known["spool_records"],
            spool_bytes=known["spool_bytes"],
            records_dropped=known["records_dropped"],
            records_set_aside=known["records_set_aside"],
            clock_skew_seconds=known.get("clock_skew_seconds"),
        )
    )
