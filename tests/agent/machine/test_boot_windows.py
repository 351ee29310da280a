"""What the registry of this computer keeps until the next boot."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its registry", allow_module_level=True)
assert sys.platform == "win32"

import ctypes
import winreg

from agent import machine
from agent.machine import boot_windows, windows
from agent.machine.access_windows import descriptor_of_key, own_account
from agent.machine.boot_windows import LARGEST_COPY_BYTES, RegistryCopy
from agent.machine.sddl import is_open_to_others, strangers_in

STATE = r"C:\ProgramData\DPS agent"
SE_BACKUP_PRIVILEGE = 17
NOWHERE = 0
"""No key of the registry."""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key of our own in the place of the service's; what a boot forgets, this forgets too."""
    path = f"Software\\DPS agent test {uuid.uuid4().hex}"
    monkeypatch.setattr(boot_windows, "KEYS", ((NOWHERE, "x"), (winreg.HKEY_CURRENT_USER, path)))
    windows.WindowsClock().boot_id()
    yield path
    for inner in (r"\Boot\Copy", r"\Boot", ""):
        if exists(path + inner):
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path + inner)


def exists(path: str) -> bool:
    try:
        winreg.OpenKey(winreg.HKEY_CURRENT_USER, path).Close()
    except FileNotFoundError:
        return False
    return True


def test_a_boot_has_one_name_in_every_process() -> None:
    here = machine.system_clock().boot_id()
    assert len(here) == 16
    code = "from agent import machine; print(machine.system_clock().boot_id())"
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert there.stdout.strip() == here


def test_where_the_name_of_the_boot_is_gone_another_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"Software\\DPS agent test {uuid.uuid4().hex}"
    monkeypatch.setattr(boot_windows, "KEYS", ((winreg.HKEY_CURRENT_USER, path),))
    first = windows.WindowsClock().boot_id()
    assert windows.WindowsClock().boot_id() == first
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path + r"\Boot")
    assert windows.WindowsClock().boot_id() not in ("", first)
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path + r"\Boot")
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, path)


def test_what_is_copied_is_read_again_for_this_state_folder_alone(place: str) -> None:
    copy = machine.boot_copy(STATE)
    assert copy is not None
    with pytest.raises(FileNotFoundError):
        copy.read()
    for data in (b"{}", b"", os.urandom(70_000), b'{"run_id": 1}'):
        copy.write(data)
        assert RegistryCopy(STATE).read() == data
    with pytest.raises(FileNotFoundError):
        RegistryCopy(r"T:\DPS agent").read()
    RegistryCopy(r"T:\DPS agent").remove()
    copy.remove()
    copy.remove()
    with pytest.raises(FileNotFoundError):
        copy.read()


def test_a_copy_that_is_too_large_leaves_the_one_before(place: str) -> None:
    copy = RegistryCopy(STATE)
    largest = bytes(LARGEST_COPY_BYTES)
    copy.write(largest)
    with pytest.raises(OSError, match="too much"):
        copy.write(largest + b"x")
    assert copy.read() == largest


def test_a_boot_forgets_the_copy(place: str, tmp_path: Path) -> None:
    """Neither is in what Windows would write to the disk, beside a key that is."""
    RegistryCopy(STATE).write(b"x")
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, place + r"\Lasting").Close()
    was = ctypes.c_ubyte()
    assert ctypes.WinDLL("ntdll").RtlAdjustPrivilege(SE_BACKUP_PRIVILEGE, True, False, ctypes.byref(was)) == 0
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, place) as key:
        winreg.SaveKey(key, str(tmp_path / "saved"))
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, place + r"\Lasting")
    saved = (tmp_path / "saved").read_bytes()
    assert [name for name in (b"Lasting", b"Boot", b"Copy") if name in saved] == [b"Lasting"]


@pytest.mark.real_windows
def test_the_key_of_the_copy_is_closed_to_others(place: str) -> None:
    RegistryCopy(STATE).write(b"x")
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, place + r"\Boot\Copy") as key:
        descriptor = descriptor_of_key(key.handle)
    assert not is_open_to_others(descriptor, own_account())
    assert set(strangers_in(descriptor)) <= {own_account()}


def test_a_key_has_an_owner_and_a_list() -> None:
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, "SOFTWARE") as key:
        descriptor = descriptor_of_key(key.handle)
    assert descriptor.startswith("O:")
    assert "D:" in descriptor
