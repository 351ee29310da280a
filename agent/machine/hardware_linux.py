"""Reads the serial numbers of a Linux PC, and hands a key of them over from root to the service's account.

Only root may read them (the kernel gives mode 0400), so a step of its own does it when the service starts. It writes
into a folder that belongs to root: in one of the service's own, somebody who has taken over the service could put a
link where root is about to write.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import pwd
import stat

from agent.errors import Unusable, UsageError
from agent.machine.files import bytes_of
from agent.machine.hardware import Serials

FOLDER = "run/dps-agent-hardware"
"""Not /run/dps-agent, which belongs to the service."""
FILE = "key"
WRITABLE_BY_OTHERS = 0o022


def serials_of(root: str = "/") -> Serials | None:
    """The PC's serial numbers; None where there are none, or this account may not read them."""
    try:
        system = _told(f"{root}/sys/class/dmi/id/product_uuid")
        if system is None:
            system = _told(f"{root}/proc/device-tree/serial-number")
        board = _told(f"{root}/sys/class/dmi/id/board_serial")
    except OSError:
        return None
    return None if system is None else Serials(system, board or "")


def left_for_us(root: str = "/") -> bytes:
    """What root left for this account; empty where it left nothing that this account may read."""
    try:
        return bytes_of(f"{root}/{FOLDER}/{FILE}")
    except OSError:
        return b""


def leave(content: bytes, account: str, root: str = "/") -> None:
    """Leave something that only `account` can read; raises Unusable and UsageError."""
    try:
        owner = pwd.getpwnam(account)
    except KeyError:
        raise UsageError(
            f"there is no account {account} on this computer; name the service's own with --user"
        ) from None
    folder = f"{root}/{FOLDER}"
    try:
        os.makedirs(folder, mode=0o755, exist_ok=True)  # noqa: PTH103 no pathlib here
        if not _is_ours(folder):
            raise Unusable(f"{folder} belongs to another account, or others may write there; remove it")
        os.chmod(folder, 0o711)  # noqa: PTH101, S103 the same; the service must get through to its file
        new = f"{folder}/{FILE}.new"
        if os.path.lexists(new):
            os.remove(new)  # noqa: PTH107 the same
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o400)
        try:
            os.write(descriptor, content)
            os.fchown(descriptor, owner.pw_uid, owner.pw_gid)
        finally:
            os.close(descriptor)
        os.replace(new, f"{folder}/{FILE}")  # noqa: PTH105 the same
    except OSError as error:
        raise Unusable(f"{folder} cannot be written ({error.strerror}); run this as root") from error


def _is_ours(folder: str) -> bool:
    found = os.lstat(folder)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & WRITABLE_BY_OTHERS


def _told(path: str) -> str | None:
    """What the firmware says in a file; None where there is no such file. Raises OSError where it may not be read."""
    try:
        return bytes_of(path).decode("utf-8", "replace").strip("\0\n ")
    except FileNotFoundError:
        return None
