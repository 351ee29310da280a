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


SERIAL_OF_A_DISK = "S3YZNB0KB00864E"
# What stands where Debian has smartctl: a disk that tells its serial number, and whether it may be asked at all.
SMARTCTL = f"""#!/bin/sh
case "$*" in
*--scan-open*) echo '{{"devices":[{{"name":"/dev/sda","type":"sat"}}]}}' ;;
*"-x -d sat /dev/sda") echo '{{"model_name":"860 EVO","serial_number":"{SERIAL_OF_A_DISK}","user":"'"$(id -un)"'",\
"capabilities":"'"$(sed -n s/^CapEff:.//p /proc/self/status)"'","smart_status":{{"passed":true}}}}' ;;
esac
"""

GET_IN_THE_WAY = """
ln -sf /etc/shadow "$1/disks.json"
ln -s /etc/shadow "$1/disks.json.new"
rm -f "$1/disks.json"
echo mine > "$1/disks.json"
mv "$1" "$1-mine"
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

    def disks_are_read(self) -> None:
        """What root reads of the disks is for the service to read, and nobody else can put anything there."""
        machine, folder = self.machine, "/var/lib/dps-agent-disks"
        unit = "dps-agent-disks.service"
        assert machine.run(["systemctl", "is-active", "dps-agent-disks.timer"]).stdout == "active\n"
        machine.run(["systemctl", "start", unit])
        assert not (machine.root / folder[1:] / "disks.json").exists(), "there is no smartctl"
        smartctl = machine.root / "usr/sbin/smartctl"
        smartctl.write_text(SMARTCTL)
        smartctl.chmod(0o755)
        machine.run(["systemctl", "start", unit])
        assert machine.run(["stat", "-c", "%U %G %a", folder, f"{folder}/disks.json"]).stdout == (
            "root dps-agent 2750\nroot dps-agent 640\n"
        )
        told = json.loads(machine.run(["cat", f"{folder}/disks.json"], user="dps-agent").stdout)
        assert (told["source"], told["disks"][0]["smart_status"]) == ("smartctl", {"passed": True})
        assert SERIAL_OF_A_DISK not in json.dumps(told)
        # As root, with the two rights that disks want and no other; the container has one of them.
        admin_and_raw_io = 1 << 21 | 1 << 17
        assert told["disks"][0]["user"] == "root"
        assert int(told["disks"][0]["capabilities"], 16) & ~admin_and_raw_io == 0
        assert self.exposure(unit) <= MOST_EXPOSURE

        # Neither the service's account nor a visitor can put anything in its way.
        listed = ["find", folder, "-printf", "%i %u %s %p\n"]
        before = machine.run(listed).stdout
        for user in ("dps-agent", "alice"):
            machine.run(["sh", "-c", GET_IN_THE_WAY, "sh", folder], user=user, check=False)
            assert machine.run(listed).stdout == before
        assert machine.run(["cat", f"{folder}/disks.json"], user="alice", check=False).returncode
        # Where the folder has become another account's, nothing is written there.
        machine.run(["chown", "dps-agent", folder])
        machine.run(["ln", "-sf", "/etc/shadow", f"{folder}/disks.json.new"], user="dps-agent")
        shadow = machine.run(["cat", "/etc/shadow"]).stdout
        machine.run(["dps-agent", "disks"], check=False)
        assert machine.run(["cat", "/etc/shadow"]).stdout == shadow
        machine.run(["systemctl", "start", unit])  # systemd takes it back, and a link leads nowhere
        assert machine.run(["cat", "/etc/shadow"]).stdout == shadow
        assert machine.run(["stat", "-c", "%U %F", folder, f"{folder}/disks.json"]).stdout == (
            "root directory\nroot regular file\n"
        )

    def exposure(self, unit: str = "dps-agent.service") -> float:
        """What `systemd-analyze security` makes of a service: 0 is best, 10 is worst."""
        found = self.machine.run(["systemd-analyze", "security", "--no-pager", unit]).stdout
        told = re.search(rf"exposure level for {unit}: ([\d.]+)", found)
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
