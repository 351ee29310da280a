"""Whether a Linux computer logs itself on after boot: what its display manager is told.

Read without configparser, which would cost the resident service memory; only a few names matter. Sources: the manual
pages and shipped configurations of GDM, LightDM, SDDM and LXDM, and agetty(8) for computers that start a desktop from
a terminal. What is not told in any of these files is found out from what happens (agent/habit.py).
"""

import os

from agent.machine.files import text_of

FILES = (
    "etc/gdm3/custom.conf",
    "etc/gdm3/daemon.conf",
    "etc/gdm/custom.conf",
    "etc/lightdm/lightdm.conf",
    "etc/sddm.conf",
    "etc/lxdm/lxdm.conf",
)
TERMINAL = "etc/systemd/system/getty@tty1.service.d"
FOLDERS = ("usr/share/lightdm/lightdm.conf.d", "etc/lightdm/lightdm.conf.d", "etc/sddm.conf.d", TERMINAL)


def logs_itself_on(root: str = "/") -> bool:
    """True if some display manager is told to log a user on by itself; later files win over earlier ones."""
    told: dict[str, str] = {}
    for path in (*FILES, *_in_folders(root)):
        for line in text_of(f"{root}/{path}").splitlines():
            name, equals, value = line.partition("=")
            if equals and not name.lstrip().startswith(("#", ";")):
                told[name.strip().lower()] = value.strip().strip('"')
    gdm = any(
        told.get(f"{way}enable", "").lower() in ("true", "1") and bool(told.get(way))
        for way in ("automaticlogin", "timedlogin")
    )
    lightdm = bool(told.get("autologin-user")) or told.get("autologin-guest", "").lower() == "true"
    sddm = bool(told.get("user")) and "session" in told
    lxdm = bool(told.get("autologin"))
    terminal = not {"--autologin", "-a"}.isdisjoint(told.get("execstart", "").split())
    return gdm or lightdm or sddm or lxdm or terminal


def _in_folders(root: str) -> list[str]:
    found = []
    for folder in FOLDERS:
        try:
            names = sorted(os.listdir(f"{root}/{folder}"))  # noqa: PTH208 no pathlib in the resident service
        except OSError:
            continue
        found += [f"{folder}/{name}" for name in names if name.endswith(".conf")]
    return found
