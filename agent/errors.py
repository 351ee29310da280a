"""What can go wrong in the agent. An error carries the decision it asks for.

AgentError
├── UsageError       bad input from a person: one sentence, exit code 2
├── Unusable         this computer cannot do it now (folder, disk, lock): one sentence, exit code 1
├── SourceLost       sessions cannot be read (any more): say so, go on, try again later
│   └── SourceSilent is there and does not answer: no other source is better, since it would count under other names
└── NoData           a probe has nothing to say here: normal and quiet
"""


class AgentError(Exception):
    """Its text is one sentence for the reader: what, where, and how to mend it."""

    exit_code = 1


class UsageError(AgentError):
    """Bad input from a person."""

    exit_code = 2


class Unusable(AgentError):
    """Something of this computer cannot be used now."""


class SourceLost(AgentError):
    """Sessions cannot be read; the text says why in at most 32 characters, as it is also sent."""


class SourceSilent(SourceLost):
    """What tells of sessions here has not answered in time."""


class NoData(AgentError):
    """A probe has nothing to read on this machine: not zero, not a failure."""
