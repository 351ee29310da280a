"""What the pages call each threshold, with its unit."""

from collections.abc import Mapping

from collector.domain.mistakes import N_

THRESHOLDS: Mapping[str, str] = {
    "missing_open_days": N_("A station is missing after (open days)"),
    "not_opened_minutes": N_("A site has not opened (minutes after its opening)"),
    "on_while_closed_hours": N_("A station is on while closed (hours)"),
    "disk_warning_percent": N_("Disk: warning above (per cent full)"),
    "disk_warning_gigabytes": N_("Disk: and with less free than (GB)"),
    "disk_critical_percent": N_("Disk: critical above (per cent full)"),
    "disk_critical_gigabytes": N_("Disk: critical with less free than (GB)"),
    "disk_clear_percent": N_("Disk: in order again below (per cent full)"),
    "disk_full_open_days": N_("Disk: full at the present pace within (open days)"),
    "disk_temperature_warning": N_("Disk: warning above (°C)"),
    "disk_temperature_critical": N_("Disk: critical above (°C)"),
    "disk_temperature_clear": N_("Disk: in order again below (°C)"),
    "disk_used_percent": N_("Solid-state disk: worn (per cent of its life)"),
    "memory_available_percent": N_("Memory: available less than (per cent)"),
    "battery_percent": N_("Battery: full charge below (per cent of new)"),
    "clock_warning_seconds": N_("Clock: warning when off by (seconds)"),
    "clock_critical_seconds": N_("Clock: critical when off by (seconds)"),
    "crashes": N_("Crashes: warning from"),
    "crashes_open_days": N_("Crashes: counted within (open days)"),
    "pending_information_days": N_("Restart or updates: information after (days)"),
    "pending_warning_days": N_("Restart or updates: warning after (days)"),
    "end_of_support_days": N_("End of support: told before (days)"),
    "signatures_days": N_("Antivirus: signatures older than (open days)"),
    "contact_percent": N_("Contacts: fewer succeed than (per cent)"),
    "contact_open_days": N_("Contacts: counted within (open days)"),
    "agent_releases": N_("Agent: behind by (versions)"),
    "maintenance_days": N_("Maintenance: its end is told before (days)"),
    "lamp_warning_percent": N_("Lamp of a projector: warning from (per cent of its life)"),
    "lamp_critical_percent": N_("Lamp of a projector: critical from (per cent of its life)"),
}
