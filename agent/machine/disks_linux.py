"""Where root leaves what it read of the disks: a folder of its own, in which nobody else can put anything."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import stat
from contextlib import suppress

from agent.errors import Unusable

FOLDER = "/var/lib/dps-agent-disks"
FILE = "disks.json"
NEW = f"{FILE}.new"
SMARTCTL = "/usr/sbin/smartctl"
WRITABLE_BY_OTHERS = 0o022


def smartctl() -> str:
    return SMARTCTL


def leave(content: bytes, folder: str = FOLDER) -> None:
    """Put the file in the place of the one before; the group of the folder may read it. Raises Unusable.

    Everything is done in the folder that was looked at, whatever its path leads to meanwhile, and no link is followed.
    """
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise Unusable(
            f"{folder} cannot be used ({error.strerror}); remove it and run `systemctl start dps-agent-disks.service`"
        ) from error
    try:
        found = os.fstat(place)
        if found.st_uid != os.geteuid() or found.st_mode & WRITABLE_BY_OTHERS:
            raise Unusable(f"{folder} belongs to another account, or others may write there; remove it")
        with suppress(FileNotFoundError):
            os.unlink(NEW, dir_fd=place)
        new = os.open(NEW, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=place)
        with open(new, "wb") as file:  # noqa: PTH123 a descriptor
            file.write(content)
            file.flush()
            os.fchmod(new, stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)
            os.fsync(new)
        os.replace(NEW, FILE, src_dir_fd=place, dst_dir_fd=place)
    except OSError as error:
        raise Unusable(f"{folder} cannot be written ({error.strerror}); run this as root") from error
    finally:
        os.close(place)


def forget(folder: str = FOLDER) -> None:
    """Take the file away, before this disk becomes that of other computers; raises Unusable."""
    try:
        os.unlink(f"{folder}/{FILE}")  # noqa: PTH108 no pathlib here
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise Unusable(f"{folder}/{FILE} cannot be removed ({error.strerror}); run this as root") from error
