"""Clocks, settings, processes and locks of a real Windows computer."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its clocks and locks", allow_module_level=True)
assert sys.platform == "win32"

import ctypes
import msvcrt
import winreg
from ctypes import wintypes

from hypothesis import given, settings
from hypothesis import strategies as st

from agent import machine
from agent.config import load
from agent.errors import Unusable, UsageError
from agent.machine import win32, windows

LONGEST_SECONDS = 60
ENDS_WITH = "import sys; sys.exit(int(sys.argv[1]))"


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Two keys of the local machine in the place of the installer's and of Group Policy's."""
    name = f"SOFTWARE\\DPS agent test {uuid.uuid4().hex}"
    paths = (f"{name}\\Installer", f"{name}\\Policy")
    for path in paths:
        winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, path).Close()
    monkeypatch.setattr(windows, "POLICY_KEYS", paths)
    yield paths
    for path in (*paths, name):
        winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, path)


def put(path: str, name: str, value: str | int) -> None:
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_WRITE) as key:
        winreg.SetValueEx(key, name, 0, winreg.REG_SZ if isinstance(value, str) else winreg.REG_DWORD, value)


def ended(process: int) -> int:
    """The exit code of a process, once it has ended."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while (code := machine.reap(process)) is None:
        assert time.monotonic() < deadline, "it did not end"
        win32.wait([process], 1)
    return code


def test_the_clock_reads_the_clocks_of_the_system() -> None:
    clock = machine.system_clock()
    before = clock.elapsed(), clock.awake()
    win32.wait([], 0.05)
    after = clock.elapsed(), clock.awake()
    assert 0 <= after[0] - before[0] < LONGEST_SECONDS
    assert 0 <= after[1] - before[1] < LONGEST_SECONDS
    assert clock.awake() <= clock.elapsed() + 1
    assert abs(clock.wall() - time.time()) < 1
    assert not clock.synchronised()


def test_the_firmware_tells_its_serial_numbers_or_that_it_has_none() -> None:
    serials = machine.hardware_serials()
    if serials is not None:  # a container has no firmware
        assert uuid.UUID(serials.system)


@pytest.mark.real_windows
def test_the_firmware_tells_the_uuid_that_windows_shows() -> None:
    words = ["powershell", "-NoProfile", "-Command", "(Get-CimInstance Win32_ComputerSystemProduct).UUID"]
    shown = subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip()
    serials = machine.hardware_serials()
    assert serials is not None
    assert serials.system == shown.lower()


def test_settings_are_read_from_the_registry_and_group_policy_stands_over_the_installer(keys: tuple[str, str]) -> None:
    installer, policy = keys
    put(installer, "Server", "https://installer.example.org")
    put(installer, "tag", "pc-01")
    put(policy, "SERVER", "https://policy.example.org")
    put(policy, "contact_seconds", 600)
    put(policy, "remote_sessions", 1)
    put(policy, "staff", "jan, @Staff")
    put(policy, "Comment", "not a setting")
    put(policy, "proxy", "")
    config = load({}, environment={}, policies=machine.policies(), default_state_folder=Path("C:/s"), computer_name="x")
    assert (config.server, config.tag, config.contact_seconds) == ("https://policy.example.org", "pc-01", 600)
    assert (config.remote_sessions, config.staff, config.proxy) == (True, ("jan", "@Staff"), "")
    assert config.values["server"].origin == f"registry HKLM\\{policy}"
    assert config.values["tag"].origin == f"registry HKLM\\{installer}"
    assert config.values["proxy"].origin == "built-in default"


def test_a_file_the_environment_and_the_command_line_stand_over_the_registry(
    keys: tuple[str, str], tmp_path: Path
) -> None:
    for name in ("tag", "server", "proxy"):
        put(keys[1], name, "https://registry.example.org")
    file = tmp_path / "agent.toml"
    file.write_text('tag = "file"\nserver = "https://file.example.org"\nproxy = "http://file"\n')
    config = load(
        {"server": "https://words.example.org"},
        file=file,
        environment={"DPS_AGENT_PROXY": "http://environment"},
        policies=machine.policies(),
        default_state_folder=tmp_path,
        computer_name="x",
    )
    assert (config.tag, config.proxy, config.server) == ("file", "http://environment", "https://words.example.org")


@pytest.mark.parametrize(("name", "value"), [("contact_seconds", "soon"), ("contact_seconds", 5), ("counting", "no")])
def test_a_wrong_value_in_the_registry_is_one_sentence_that_names_the_key(
    keys: tuple[str, str], name: str, value: str | int
) -> None:
    put(keys[0], name, value)
    with pytest.raises(UsageError) as wrong:
        load({}, environment={}, policies=machine.policies(), default_state_folder=Path("C:/s"), computer_name="x")
    assert str(wrong.value).startswith(f"registry HKLM\\{keys[0]}: {name} is ")


def test_without_keys_there_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "POLICY_KEYS", ("SOFTWARE\\DPS agent that is not there",))
    assert machine.policies() == [("registry HKLM\\SOFTWARE\\DPS agent that is not there", {})]


def taken_apart(line: str) -> list[str]:
    """What CommandLineToArgvW makes of a command line; the rules of a program's own name are others."""
    split = ctypes.WinDLL("shell32").CommandLineToArgvW
    split.restype = ctypes.POINTER(wintypes.LPWSTR)
    split.argtypes = (wintypes.LPCWSTR, ctypes.POINTER(ctypes.c_int))
    count = ctypes.c_int()
    found = split(f"program.exe {line}", ctypes.byref(count))
    try:
        return [found[index] or "" for index in range(1, count.value)]
    finally:
        win32.kernel32.LocalFree(found)


WORDS = st.lists(st.text(st.sampled_from('ab \t"\\é\n'), max_size=12), max_size=5)


@settings(max_examples=300, deadline=None)
@given(WORDS)
def test_every_word_of_a_command_line_arrives_as_it_was(words: list[str]) -> None:
    assert taken_apart(" ".join(map(windows.quoted, words))) == words


def test_the_words_arrive_in_a_real_program_too() -> None:
    words = ["", "a b", 'say "no"', "C:\\Program Files\\", "\\\\server\\share", 'x\\"', "é"]
    code = "import sys, json; sys.stdout.write(json.dumps(sys.argv[1:]))"
    assert windows.output_of([sys.executable, "-c", code, *words]).decode() == (
        '["", "a b", "say \\"no\\"", "C:\\\\Program Files\\\\", "\\\\\\\\server\\\\share", "x\\\\\\"", "\\u00e9"]'
    )


def test_a_detached_program_runs_and_its_exit_code_is_collected_once_it_has_ended() -> None:
    assert ended(machine.start_detached([sys.executable, "-c", ENDS_WITH, "3"])) == 3


def test_while_it_runs_it_has_no_exit_code() -> None:
    release, hold = os.pipe()
    process = machine.start_detached([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        assert machine.reap(process) is None
    finally:
        win32.kernel32.TerminateProcess(process, 7)
        os.close(release)
        os.close(hold)
    assert ended(process) == 7


def test_a_detached_program_inherits_no_handle() -> None:
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    handle = msvcrt.get_osfhandle(writing)
    code = "import ctypes, sys; sys.exit(ctypes.WinDLL('kernel32').GetFileType(ctypes.c_void_p(int(sys.argv[1]))))"
    assert ended(machine.start_detached([sys.executable, "-c", code, str(handle)])) == 0, "no handle, no type"
    os.close(reading)
    os.close(writing)


def test_a_program_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(Unusable, match=r"^The program C:\\nowhere\.exe cannot be started: [^\n]*\.$"):
        machine.start_detached(["C:\\nowhere.exe"])


def test_the_output_of_a_program_arrives_whole_however_long_it_is() -> None:
    code = "import sys; sys.stdout.write('x' * 200_000)"
    assert windows.output_of([sys.executable, "-c", code]) == b"x" * 200_000


def test_a_program_that_ends_badly_gives_no_output() -> None:
    with pytest.raises(Unusable, match=r" 4 ended with 4$"):
        windows.output_of([sys.executable, "-c", ENDS_WITH, "4"])


def test_a_lock_is_held_by_one_process_and_free_when_that_has_ended(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    code = "import sys; from agent import machine; machine.lock_file(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Unusable, match=r"^Another process holds .*lock: wait until it ends, or end it\.$") as held:
            machine.lock_file(path)
        assert isinstance(held.value.__cause__, BlockingIOError)
        other.kill()
    os.close(machine.lock_file(path))
    os.close(machine.lock_file(path))


def test_a_lock_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"^The lock .* cannot be opened: No such file or directory\.$"):
        machine.lock_file(str(tmp_path / "nowhere" / "lock"))


def test_the_state_folder_is_the_systems_place_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROGRAMDATA", "C:\\users\\Public")
    assert machine.state_folder().lower() == "c:\\programdata\\dps agent"


def test_a_folder_that_windows_does_not_know_is_an_error() -> None:
    with pytest.raises(OSError, match="does not tell where"):
        windows.known_folder(bytes(16))


def test_the_space_of_a_volume_is_told(tmp_path: Path) -> None:
    total, free = machine.space_of(str(tmp_path))
    assert 0 < free <= total
    with pytest.raises(OSError, match=r"."):
        machine.space_of("Q:\\nowhere")


def test_what_the_computer_is_called_and_made_of() -> None:
    assert machine.system_name() == "windows"
    assert machine.computer_name()
    assert machine.architecture() in ("AMD64", "ARM64")


@pytest.mark.parametrize(("value", "expected"), [("1", True), (" 1 ", True), ("0", False), ("", False), (None, False)])
def test_a_computer_that_logs_itself_on_says_so_in_the_registry(
    keys: tuple[str, str], monkeypatch: pytest.MonkeyPatch, value: str | None, expected: bool
) -> None:
    if value is not None:
        put(keys[0], "AutoAdminLogon", value)
    monkeypatch.setattr(windows, "LOGON_KEY", keys[0])
    assert machine.logs_itself_on() is expected
