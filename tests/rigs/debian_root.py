"""A Debian 12 root folder, made once by debootstrap and kept in a cache outside the tree.

The cache is `$DPS_RIG_CACHE`, else `dps-statistics-rig` under `$XDG_CACHE_HOME` or `~/.cache`.
A root is about 0.5 GB and is never booted itself: machines boot a throw-away layer above it.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SUITE = "bookworm"
PACKAGES = (
    "systemd",
    "systemd-sysv",
    "dbus",
    "libpam-systemd",
    "login",
    "passwd",
    "python3",
    "python3-venv",
    # Debian 12's own versions of everything that the agent needs.
    "python3-jeepney",
    "python3-platformdirs",
    "python3-psutil",
    "python3-requests",
    # A visitor's desktop: an X server without a screen, what starts the programs of /etc/xdg/autostart, the visitor's
    # hands, what presence reads the idle time with, and a clock that can be moved on.
    "xvfb",
    "dex",
    "xdotool",
    "libx11-6",
    "libxss1",
    "libfaketime",
    # A printer that speaks IPP, with what it announces itself by.
    "cups-ipp-utils",
    "avahi-daemon",
)
PERSONAL_SESSION = "account include common-account\nsession include common-session\n"
PAM_SERVICES = {"lightdm": PERSONAL_SESSION, "lightdm-greeter": PERSONAL_SESSION, "sshd": PERSONAL_SESSION}
COMMANDS = (
    ("useradd", "--create-home", "--shell", "/bin/bash", "alice"),
    ("useradd", "--create-home", "--shell", "/bin/bash", "bob"),
    ("useradd", "--system", "--home-dir", "/var/lib/lightdm", "--shell", "/bin/false", "lightdm"),
    # Who wants a printer starts what announces it: no other machine spends its time on that.
    ("systemctl", "disable", "avahi-daemon.service", "avahi-daemon.socket"),
)
RECIPE = hashlib.sha256(repr((SUITE, PACKAGES, PAM_SERVICES, COMMANDS)).encode()).hexdigest()[:12]


class RootNotMade(Exception):
    """Debootstrap could not make the root folder."""


def cache_folder(environment: Mapping[str, str]) -> Path:
    if chosen := environment.get("DPS_RIG_CACHE"):
        return Path(chosen)
    caches = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME", "/root")) / ".cache"
    return Path(caches) / "dps-statistics-rig"


def mirror(environment: Mapping[str, str]) -> str | None:
    """Where debootstrap fetches from: `$DPS_RIG_MIRROR`, else the mirror of this suite that apt here uses."""
    if chosen := environment.get("DPS_RIG_MIRROR"):
        return chosen
    if not shutil.which("apt-get"):
        return None
    words = ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(SITE)", "Created-By: Packages"]
    listed = subprocess.run(words, capture_output=True, check=False, text=True).stdout
    for line in listed.splitlines():
        release, component, site = line.split(maxsplit=2)
        if (release, component) == (SUITE, "main"):
            return site
    return None


def why_not(environment: Mapping[str, str]) -> str | None:
    """Say why no root folder can be had here, or None when it is there or can be made."""
    if (cache_folder(environment) / f"{SUITE}-{RECIPE}").is_dir():
        return None
    if not shutil.which("debootstrap"):
        return "debootstrap is not installed"
    if mirror(environment) is None:
        return f"apt on this machine knows no mirror with {SUITE}: name one in DPS_RIG_MIRROR"
    return None


def debian_root(environment: Mapping[str, str]) -> Path:
    """Give the root folder of this recipe, made first if the cache does not hold it (one to two minutes)."""
    if sys.platform != "linux":
        raise RootNotMade("a Debian root folder can be made on Linux only")
    cache = cache_folder(environment)
    cache.mkdir(parents=True, exist_ok=True)
    root = cache / f"{SUITE}-{RECIPE}"
    with (cache / "making.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once make one root
        if not root.is_dir():
            unfinished = cache / f"{SUITE}-{RECIPE}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished, environment)
            unfinished.rename(root)
    return root


def make(root: Path, environment: Mapping[str, str]) -> None:
    source = mirror(environment)
    if source is None:
        raise RootNotMade(str(why_not(environment)))
    surroundings = {**environment, **apt_proxy()}
    words = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(root), source]
    done = subprocess.run(words, capture_output=True, check=False, text=True, env=surroundings)
    if done.returncode:
        raise RootNotMade(f"debootstrap of {SUITE} into {root} failed: {last_lines(done.stdout + done.stderr)}")
    for name, text in PAM_SERVICES.items():
        (root / "etc/pam.d" / name).write_text(text)
    for command in COMMANDS:
        subprocess.run(["chroot", str(root), *command], capture_output=True, check=True)
    subprocess.run(["chroot", str(root), "apt-get", "clean"], check=True)


def apt_proxy() -> dict[str, str]:
    """Give apt's own proxy as an environment for debootstrap, which does not read apt's settings."""
    words = ["apt-config", "--format", "%v%n", "dump", "Acquire::http::Proxy"]
    if not shutil.which(words[0]):
        return {}
    proxy = subprocess.run(words, capture_output=True, check=False, text=True).stdout.strip()
    return {"http_proxy": proxy} if proxy else {}


def last_lines(text: str, count: int = 3) -> str:
    return " / ".join(text.strip().splitlines()[-count:])


if __name__ == "__main__":
    print(debian_root(os.environ))
