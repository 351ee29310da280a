"""A real Debian 12 with its own systemd and logind, booted in a second, without a container engine.

    with SystemdMachine(read_only={project: "/opt/dps-statistics"}) as machine:
        visitor = machine.log_on("alice")
        machine.run(["loginctl", "list-sessions"])
        machine.kill()
        machine.boot()

It needs root. Times are the kernel's: a machine has its own boot id, but the host's clocks and uptime.
Its log-ons are genuine PAM sessions at logind; only the desktop in them is a program that waits.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.rigs import control_groups, debian_root
from tests.rigs.layered_disk import LayeredDisk, sweep
from tests.rigs.log_on import LogOn, close_log_on, open_log_on

VISIT = "/opt/dps-rig/pam_visit.py"
SERVICES = {"x11": "lightdm", "wayland": "lightdm", "tty": "login"}

Network = Literal["host", "private"]
Kind = Literal["x11", "wayland", "tty"]


class MachineFailed(Exception):
    """The machine, or a command in it, did not do what the test asked."""


def why_not(environment: Mapping[str, str] | None = None) -> str | None:
    """Say in one sentence why no machine can be booted here, or None when it can: `pytest.mark.skipif`."""
    if sys.platform != "linux":
        return "a real systemd needs Linux"
    if os.geteuid() != 0:
        return "a real systemd needs root"
    for program, package in (
        ("systemd-nspawn", "systemd-container"),
        ("nsenter", "util-linux"),
        ("setpriv", "util-linux"),
    ):
        if not shutil.which(program):
            return f"{program} is not installed (Debian: {package})"
    if "\toverlay\n" not in Path("/proc/filesystems").read_text():
        return "this kernel has no overlay file system"
    return debian_root.why_not(os.environ if environment is None else environment)


class SystemdMachine:
    """One booted machine with a disk of its own; everything is torn down when the block ends.

    Args:
        network: "host" shares the host's network, so that a collector on its 127.0.0.1 is reached; "private" has
            nothing but a loopback of its own.
        read_only: host folders and files to see inside, each with its place there.
        writable: the same, writable; they are not part of the disk, so a frozen disk does not forget them.
        disk_bytes: the size of its disk, which can then be filled; by default that is as large as the host's.
    """

    disk: LayeredDisk
    notices: socket.socket

    def __init__(
        self,
        *,
        name: str = "station",
        network: Network = "host",
        read_only: Mapping[Path, str] | None = None,
        writable: Mapping[Path, str] | None = None,
        environment: Mapping[str, str] | None = None,
        disk_bytes: int | None = None,
    ) -> None:
        self.name = name
        self.disk_bytes = disk_bytes
        self.network = network
        self.read_only = {**(read_only or {}), Path(__file__).with_name("pam_visit.py"): VISIT}
        self.writable = dict(writable or {})
        self.environment = dict(os.environ if environment is None else environment)
        self.frozen = False
        self.leader: int | None = None
        self.nspawn: subprocess.Popen[bytes] | None = None
        self.log_ons: list[LogOn] = []

    def __enter__(self) -> Self:
        if sys.platform != "linux":
            raise MachineFailed("a real systemd needs Linux")
        base = debian_root.debian_root(self.environment)
        machines = debian_root.cache_folder(self.environment) / "machines"
        for killed in sweep(machines):
            control_groups.remove(killed)
        self.disk = LayeredDisk(base, machines, self.name, self.disk_bytes)
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(f"\0dps-rig-{self.disk.folder.name}")  # abstract: a cache's path may be too long
        try:
            self.boot()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()
        self.notices.close()
        self.disk.destroy()

    @property
    def root(self) -> Path:
        """The machine's disk as the host sees it, also while the machine is off."""
        return self.disk.root

    # --- power ---------------------------------------------------------------------------------------------------

    def boot(self, timeout: float = 60) -> None:
        """Boot the disk as it is, or as it was frozen; returns when systemd has started everything."""
        if self.nspawn is not None:
            raise MachineFailed(f"{self.name} is on already")
        if self.frozen:
            self.disk.reset()
        words = [
            # A killed test run leaves no machine behind: at SIGTERM systemd-nspawn shuts it down.
            # Killed itself, it would leave it running.
            *("setpriv", "--pdeathsig", "TERM", "--"),
            *("systemd-nspawn", "--quiet", "--boot", "--directory", str(self.disk.root), f"--machine={self.name}"),
            *("--register=no", "--settings=no", "--notify-ready=yes", "--console=pipe"),
            *("--resolv-conf=off", "--timezone=off", "--link-journal=no"),
            *(f"--bind-ro={there}:{here}" for there, here in self.read_only.items()),
            *(f"--bind={there}:{here}" for there, here in self.writable.items()),
        ]
        if self.network == "private":
            words.append("--private-network")
        if not Path("/run/systemd/system").is_dir():
            # No systemd on the host that could give a scope: each machine gets control groups of its own.
            words = control_groups.joined(self.disk.folder.name, [*words, "--keep-unit"])
        with (self.disk.folder / "console.log").open("ab") as console:
            self.nspawn = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env={**self.environment, "NOTIFY_SOCKET": f"@dps-rig-{self.disk.folder.name}"},
            )
        self.await_ready(timeout)

    def await_ready(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while True:
            heard, _, _ = select.select([self.notices], [], [], 0.2)
            lines = self.notices.recv(4096).decode().splitlines() if heard else []
            for line in lines:
                key, _, value = line.partition("=")
                if key == "X_NSPAWN_LEADER_PID":
                    self.leader = int(value)
                if (key, value) == ("READY", "1"):
                    return
            if self.nspawn is None or self.nspawn.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise MachineFailed(f"{self.name} did not boot: {debian_root.last_lines(self.console())}")

    def console(self) -> str:
        """What the machine printed on its console."""
        return (self.disk.folder / "console.log").read_text(errors="replace")

    def kill(self) -> None:
        """Pull the plug: every process of the machine ends now, without a word."""
        if sys.platform != "linux":
            return
        if self.nspawn is None:
            return
        if self.leader is None:
            self.nspawn.terminate()
        else:
            with suppress(ProcessLookupError):
                os.kill(self.leader, signal.SIGKILL)
        try:
            self.nspawn.wait(5)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
        self.went_off()

    def power_off(self, timeout: float = 60) -> None:
        """Shut down as the start menu does; raises when systemd does not end within the timeout (seconds)."""
        self.run(["systemctl", "--no-block", "poweroff"])
        if self.nspawn is not None:
            try:
                self.nspawn.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise MachineFailed(f"{self.name} did not power off within {timeout} s") from None
        self.went_off()

    def reboot(self, timeout: float = 60) -> None:
        """Shut down and boot again."""
        self.power_off(timeout)
        self.boot(timeout)

    def went_off(self) -> None:
        if self.nspawn is not None:
            self.nspawn.wait()
        self.nspawn = self.leader = None
        for log_on in self.log_ons:
            close_log_on(log_on, 5)
        self.log_ons.clear()
        control_groups.remove(self.disk.folder.name)
        while select.select([self.notices], [], [], 0)[0]:
            self.notices.recv(4096)

    # --- disk ----------------------------------------------------------------------------------------------------

    def freeze(self) -> None:
        """From now on each boot begins with the disk as it is now; the machine must be off."""
        self.must_be_off("frozen")
        self.disk.keep()
        self.frozen = True

    def reset_disk(self) -> None:
        """Forget everything written since the machine was made or frozen; the machine must be off."""
        self.must_be_off("reset")
        self.disk.reset()

    def must_be_off(self, done: str) -> None:
        if self.nspawn is not None:
            raise MachineFailed(f"{self.name} is on: its disk can be {done} only while it is off")

    # --- programs ------------------------------------------------------------------------------------------------

    def entered(
        self, words: Sequence[str], user: str | None = None, environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """Give the command line that runs these words inside, with a clean environment."""
        if self.leader is None:
            raise MachineFailed(f"{self.name} is off: cannot run {words[0]}")
        account = ["--reuid", user, "--regid", user, "--init-groups"] if user else []
        clean = ["--reset-env", "--pdeathsig", "KILL"]  # it ends with nsenter, which alone can be killed from here
        settings = [f"{name}={value}" for name, value in (environment or {}).items()]
        enter = ["nsenter", "--target", str(self.leader), "--all", "--"]
        return [*enter, "setpriv", *account, *clean, "--", "env", "LANG=C.UTF-8", *settings, *words]

    def run(
        self,
        words: Sequence[str],
        user: str | None = None,
        *,
        check: bool = True,
        environment: Mapping[str, str] | None = None,
        stdin: str = "",
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as root or as the user, and wait for it (seconds)."""
        command = self.entered(words, user, environment)
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, text=True, timeout=timeout)
        if check and done.returncode:
            said = debian_root.last_lines(done.stderr or done.stdout)
            raise MachineFailed(f"{' '.join(words)} ended with {done.returncode} on {self.name}: {said}")
        return done

    @contextmanager
    def running(
        self, words: Sequence[str], user: str | None = None, environment: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """Run a command inside for as long as the block lasts; its output is read from `stdout`."""
        command = self.entered(words, user, environment)
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def start(self, unit: str, words: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Run a command as a service of the machine's systemd; stop it with `systemctl stop` in `run`."""
        settings = [f"--setenv={name}={value}" for name, value in (environment or {}).items()]
        self.run(["systemd-run", "--quiet", f"--unit={unit}", "--service-type=exec", *settings, "--", *words])

    # --- visitors ------------------------------------------------------------------------------------------------

    def log_on(
        self,
        user: str,
        *,
        seat: str = "seat0",
        kind: Kind = "x11",
        display: str = ":0",
        session_class: str = "user",
        remote_host: str = "",
        service: str = "",
        words: Sequence[str] = ("sleep", "infinity"),
        timeout: float = 20,
    ) -> LogOn:
        """Open a genuine session at logind, which runs the words as the user until `log_off`.

        A seat's newest session is its active one. With a remote host it is a session as sshd opens it: no seat.
        `session_class` "greeter" with the account lightdm is the log-on screen.
        """
        if remote_host:
            seat, kind, display, line = "", "tty", "", "ssh"
        elif kind == "tty":
            display, line = "", "tty1"
        else:
            line = display
        service = service or ("sshd" if remote_host else SERVICES[kind])
        if session_class == "greeter" and service == "lightdm":
            service = "lightdm-greeter"
        options = {
            "user": user,
            "service": service,
            "class": session_class,
            "kind": kind,
            "seat": seat,
            "line": line,
            "remote-host": remote_host,
            "display": display,
        }
        visit = ["/usr/bin/python3", VISIT, *(f"--{name}={value}" for name, value in options.items()), "--", *words]
        log_on = open_log_on(self.entered(visit), user, timeout)
        self.log_ons.append(log_on)
        return log_on

    def log_off(self, log_on: LogOn, timeout: float = 20) -> None:
        """Close the session; returns when logind has forgotten it."""
        close_log_on(log_on, timeout)
        self.log_ons.remove(log_on)
        deadline = time.monotonic() + timeout
        while log_on.session in self.sessions():
            if time.monotonic() > deadline:
                raise MachineFailed(f"session {log_on.session} of {log_on.user} is still there {timeout} s later")
            time.sleep(0.05)

    def lock(self, log_on: LogOn) -> None:
        """Ask for the lock (logind's Lock signal) and answer as a desktop's screen locker does (LockedHint)."""
        self.run(["loginctl", "lock-session", log_on.session])
        self.hint_locked(log_on, locked=True)

    def unlock(self, log_on: LogOn) -> None:
        self.run(["loginctl", "unlock-session", log_on.session])
        self.hint_locked(log_on, locked=False)

    def hint_locked(self, log_on: LogOn, *, locked: bool) -> None:
        login = "org.freedesktop.login1"
        path = self.run(
            [
                "busctl",
                "--json=short",
                "call",
                login,
                "/org/freedesktop/login1",
                f"{login}.Manager",
                "GetSession",
                "s",
                log_on.session,
            ]
        )
        path_words = json.loads(path.stdout)["data"]
        self.run(
            ["busctl", "call", login, path_words[0], f"{login}.Session", "SetLockedHint", "b", str(locked).lower()]
        )

    def switch(self, log_on: LogOn) -> None:
        """Make this session the active one of its seat, as "switch user" does."""
        self.run(["loginctl", "activate", log_on.session])

    def sessions(self) -> dict[str, dict[str, str]]:
        """Give logind's sessions by number, each with its properties as logind prints them."""
        listed = self.run(["loginctl", "list-sessions", "--no-legend"]).stdout.splitlines()
        return {session: found for line in listed if (found := self.properties(session := line.split()[0]))}

    def properties(self, session: str) -> dict[str, str]:
        """Give one session's properties; none when logind does not know it."""
        shown = self.run(["loginctl", "show-session", session], check=False).stdout
        return dict(line.split("=", 1) for line in shown.splitlines())
