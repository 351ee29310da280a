"""What one station of the seeded region read of its hardware over the last months, hour by hour where that changed."""

import json

from sqlalchemy import Connection, insert

from collector.storage import models
from tests.collector.web.seeded_region import DAY, GIB, NOW, READINGS

TODAY = NOW // DAY * DAY
Said = dict[str, tuple[str, dict[str, object]]]


def volumes(free: int) -> tuple[str, dict[str, object]]:
    return "ok", {"fixed": [{"label": "/", "file_system": "ext4", "total_bytes": 120 * GIB, "free_bytes": free * GIB}]}


def warm(celsius: int | None, model: str = "Old disk 500") -> tuple[str, dict[str, object]]:
    disk = {"number": 1, "model": model, "size_bytes": 500 * 10**9, "temperature_celsius": celsius}
    return "ok", {"source": "smartctl", "read_at_seconds": NOW, "disks": [disk]}


HISTORY: dict[int, Said] = {
    80: {
        "volumes": volumes(90),
        "memory": ("ok", {"total_bytes": 4 * GIB, "available_bytes": 2 * GIB}),
        "operating_system": ("ok", {"name": "Debian GNU/Linux", "version": "11 (bullseye)"}),
        "agent": ("ok", {"version": "0.0.9"}),
        "disk_health": warm(41),
        "battery": ("ok", {"batteries": [{"number": 1, "full_milliwatt_hours": 40, "design_milliwatt_hours": 50}]}),
    },
    60: {"volumes": volumes(70), "disk_health": ("failed", {"reason": "smartctl is not installed"})},
    40: {"disk_health": warm(52, "New disk 500"), "agent": ("ok", READINGS["agent"])},
}
"""By so many days ago."""


def seed_history(connection: Connection, site_id: int, station_id: int) -> None:
    for ago, said in HISTORY.items():
        row = {
            "site_id": site_id,
            "station_id": station_id,
            "hour_at": TODAY - ago * DAY + 10 * 3600,
            "readings": json.dumps(said),
        }
        connection.execute(insert(models.hourly_readings).values(row))
