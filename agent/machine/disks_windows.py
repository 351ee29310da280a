"""Where SYSTEM leaves what it read of the disks: a folder of its own, in which nobody else can put anything."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
import os
import stat
import time
from contextlib import suppress

from agent.errors import Unusable
from agent.machine import win32
from agent.machine.access_windows import descriptor_of, own_account
from agent.machine.sddl import is_open_to_others, is_owned_by_administrators
from agent.machine.windows import PROGRAM_DATA, known_folder

FOLDER = "DPS Agent Disks"
FILE = "disks.json"
PROGRAM_FILES = bytes.fromhex("77 93 80 6d f0 6a 4b 44 89 57 a3 77 3f 02 20 0e")
"""FOLDERID_ProgramFilesX64, {6D809377-6AF0-444B-8957-A3773F02200E}."""
TRIES, PAUSE_SECONDS = 10, 0.5
"""Nothing can take the place of a file while somebody reads it."""


def disks_folder() -> str:
    """Made by the installer, which lets the service read there."""
    return f"{known_folder(PROGRAM_DATA)}\\{FOLDER}"


def smartctl() -> str:
    """Where its own installer puts it; users cannot write there."""
    return known_folder(PROGRAM_FILES) + r"\smartmontools\bin\smartctl.exe"


def powershell() -> str:
    path = ctypes.create_unicode_buffer(260)
    if not win32.kernel32.GetSystemDirectoryW(path, len(path)):
        raise win32.last_error()
    return path.value + r"\WindowsPowerShell\v1.0\powershell.exe"


def leave(content: bytes, folder: str = "") -> None:
    """Put the file in the place of the one before; raises Unusable."""
    folder = folder or disks_folder()
    demand_own(folder)
    new = f"{folder}\\{FILE}.new"
    try:
        with suppress(FileNotFoundError):
            os.remove(new)  # noqa: PTH107 no pathlib here
        made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_BINARY, 0o600)
        with open(made, "wb") as file:  # noqa: PTH123 no pathlib here
            file.write(content)
            file.flush()
            os.fsync(made)
        put_in_place(new, f"{folder}\\{FILE}")
    except OSError as error:
        raise Unusable(f"{folder} cannot be written ({error.strerror}); run this as administrator") from error


def demand_own(folder: str) -> None:
    """See to it that only the system and administrators can put anything there; raises Unusable."""
    try:
        found = os.lstat(folder)
        descriptor = descriptor_of(folder)
    except OSError as error:
        raise Unusable(
            f"{folder} cannot be used ({error.strerror}); repair the installation, which makes it"
        ) from error
    plain = stat.S_ISDIR(found.st_mode) and not found.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT
    ourselves = own_account()
    if not plain or not is_owned_by_administrators(descriptor, ourselves) or is_open_to_others(descriptor, ourselves):
        raise Unusable(f"{folder} is not closed to others: move it away and repair the installation, which makes it")


def put_in_place(new: str, file: str) -> None:
    for _ in range(TRIES - 1):
        try:
            os.replace(new, file)  # noqa: PTH105 no pathlib here
        except PermissionError:
            time.sleep(PAUSE_SECONDS)
        else:
            return
    os.replace(new, file)  # noqa: PTH105 the same


def forget(folder: str = "") -> None:
    """Take the file away, before this disk becomes that of other computers; raises Unusable."""
    file = f"{folder or disks_folder()}\\{FILE}"
    try:
        os.remove(file)  # noqa: PTH107 no pathlib here
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unusable(f"{file} cannot be removed ({error.strerror}); run this as administrator") from error
