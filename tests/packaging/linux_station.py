"""A Linux computer with systemd on which the agent is installed as administrators do it."""

import json
import re
from typing import Any

from agent.machine.hardware import Serials
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.systemd_machine import SystemdMachine

MOST_EXPOSURE = 2.0
"""Of `systemd-analyze security`, from 0 (best) to 10."""

# A unit with ProtectControlGroups or ProtectKernelTunables sees in a container the boot id of the host, which stays the
# same when the container boots again; a computer of its own has only one. So from the first reboot on the rig shows it
# the container's. Before that the unit is as it ships: with anything bound into /proc, systemd 252 cannot take the step
# that the unit takes as root.
RIG_UNITS = {
    "rig-boot-id.service": """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/cp /proc/sys/kernel/random/boot_id /run/rig-boot-id
""",
    "dps-agent.service.d/rig.conf": """[Unit]
Requires=rig-boot-id.service
After=rig-boot-id.service
[Service]
BindReadOnlyPaths=/run/rig-boot-id:/proc/sys/kernel/random/boot_id
""",
}

SERIALS = Serials("4c4c4544-0042-3510-8052-b4c04f4e4d32", "/7XK2P63/CNWS2001")
# Until it reboots, the container tells serial numbers as the kernel of a PC does: readable by root alone.
GIVE_SERIALS = f"""
cp -a /sys/class /run/rig-class || true
mkdir -p /run/rig-class/dmi/id
cd /run/rig-class/dmi/id
umask 0377
echo {SERIALS.system} > product_uuid
echo {SERIALS.board} > board_serial
mount --bind /run/rig-class /sys/class
"""


class Station:
    """The computer, its administrator, and the collector of its site."""

    def __init__(self, machine: SystemdMachine, collector: RunningCollector) -> None:
        self.machine, self.collector = machine, collector
        self.etc = machine.root / "etc/dps-agent"
        machine.run(["sh", "-ec", GIVE_SERIALS])
        # Until the first reboot everybody sees the host's, the unit as well.
        machine.run(["umount", "/proc/sys/kernel/random/boot_id"])

    def reboot(self) -> None:
        for name, text in RIG_UNITS.items():
            unit = self.machine.root / "etc/systemd/system" / name
            unit.parent.mkdir(parents=True, exist_ok=True)
            unit.write_text(text)
        self.machine.reboot()

    def write(self, name: str, text: str) -> None:
        self.etc.mkdir(exist_ok=True)
        (self.etc / name).write_text(text)

    def settings(self) -> str:
        return f'server = "{self.collector.address}"\ntag = "ixl-01"\n'

    def token(self) -> str:
        return self.collector.token("--site", "ixl") + "\n"

    def tells(self, *words: str, user: str | None = None) -> str:
        """What the command prints, whatever its exit code."""
        done = self.machine.run(["dps-agent", *words], user=user, check=False)
        return done.stdout + done.stderr

    def run(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.machine.root / "var/lib/dps-agent/run.json").read_text())
        return found

    def knows_the_time(self) -> bool:
        """Whether the collector has told it in this boot."""
        trust = json.loads((self.machine.root / "var/lib/dps-agent/trust.json").read_text())
        return bool(trust["boot_id"] == self.run()["boot_id"])

    def contacts(self) -> list[Any]:
        return self.collector.rows("SELECT agent_version, received_at FROM station_contact")

    def visit(self) -> None:
        """A genuine session of alice, seen from its start to its end."""
        visitor = self.machine.log_on("alice")
        until(lambda: self.run()["open_sessions"] == 1, "the session is seen")
        self.machine.log_off(visitor)
        until(lambda: self.run()["open_sessions"] == 0, "the end is seen")

    def exposure(self) -> float:
        """What `systemd-analyze security` makes of the service: 0 is best, 10 is worst."""
        found = self.machine.run(["systemd-analyze", "security", "--no-pager", "dps-agent.service"]).stdout
        told = re.search(r"exposure level for dps-agent.service: ([\d.]+)", found)
        assert told is not None, found
        return float(told[1])

    def sessions_are(self, count: int) -> None:
        """Return when the collector holds so many starts and no more wait; what was counted before the collector told
        the time is settled at a checkpoint after that."""
        until(lambda: self.run()["trusted"] and "; 0 records wait" in self.tells("send"), "everything is sent")
        until(lambda: self.tells("send") and self.starts() >= count, f"{count} sessions arrive")
        assert self.starts() == count

    def starts(self) -> int:
        return int(self.collector.rows("SELECT coalesce(sum(starts_10), 0) FROM slot_record")[0][0])
