"""Everything that differs between systems; the system is chosen here, once."""

import sys

if sys.platform == "linux":
    from agent.machine.autologon import logs_itself_on
    from agent.machine.linux import (
        BOOT_FOLDER,
        act_as_owner_of,
        architecture,
        boot_folder,
        computer_name,
        is_administrator,
        lock_file,
        open_presence,
        open_session_source,
        policies,
        reap,
        space_of,
        start_detached,
        state_folder,
        system_clock,
        system_name,
    )
elif sys.platform == "win32":
    from agent.machine.windows import (
        BOOT_FOLDER,
        act_as_owner_of,
        architecture,
        boot_folder,
        computer_name,
        is_administrator,
        lock_file,
        logs_itself_on,
        open_presence,
        open_session_source,
        policies,
        reap,
        space_of,
        start_detached,
        state_folder,
        system_clock,
        system_name,
    )
else:
    from agent.machine.unsupported import (
        BOOT_FOLDER,
        act_as_owner_of,
        architecture,
        boot_folder,
        computer_name,
        is_administrator,
        lock_file,
        logs_itself_on,
        open_presence,
        open_session_source,
        policies,
        reap,
        space_of,
        start_detached,
        state_folder,
        system_clock,
        system_name,
    )

__all__ = [
    "BOOT_FOLDER",
    "act_as_owner_of",
    "architecture",
    "boot_folder",
    "computer_name",
    "is_administrator",
    "lock_file",
    "logs_itself_on",
    "open_presence",
    "open_session_source",
    "policies",
    "reap",
    "space_of",
    "start_detached",
    "state_folder",
    "system_clock",
    "system_name",
]
