"""Everything that differs between systems; the system is chosen here, once."""

import sys

if sys.platform == "linux":
    from agent.machine.autologon import logs_itself_on
    from agent.machine.linux import (
        act_as_owner_of,
        architecture,
        computer_name,
        is_administrator,
        lock_file,
        open_presence,
        open_session_source,
        reap,
        restrict_to_owner,
        space_of,
        start_detached,
        system_clock,
        system_name,
    )
    from agent.machine.systemd import ServiceManager
else:
    from agent.machine.unsupported import (
        ServiceManager,
        act_as_owner_of,
        architecture,
        computer_name,
        is_administrator,
        lock_file,
        logs_itself_on,
        open_presence,
        open_session_source,
        reap,
        restrict_to_owner,
        space_of,
        start_detached,
        system_clock,
        system_name,
    )

__all__ = [
    "ServiceManager",
    "act_as_owner_of",
    "architecture",
    "computer_name",
    "is_administrator",
    "lock_file",
    "logs_itself_on",
    "open_presence",
    "open_session_source",
    "reap",
    "restrict_to_owner",
    "space_of",
    "start_detached",
    "system_clock",
    "system_name",
]
