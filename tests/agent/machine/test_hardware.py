"""The serial numbers of a PC: which of them tell it from others, and how a key of them reaches the service."""

import getpass
import sys
from pathlib import Path

import pytest

from agent import machine
from agent.errors import Unusable, UsageError
from agent.machine.hardware import Serials, are_doubtful, material_of
from agent.sender.hardware import hardware_of, packed, present, salted, unpacked

GOOD = "4c4c4544-0042-3510-8052-b4c04f563258"

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux: these files")


@pytest.mark.parametrize(
    "system",
    [
        "", " ", "03000200-0400-0500-0006-000700080009", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "00000000-0000-0000-0000-000000000000", "To Be Filled By O.E.M.", "Default string", "None", "2",
        "11111111-1111-1111-1111-111111111111", "Not Settable",
    ],
)  # fmt: skip
def test_blank_and_shared_serials_are_doubtful_whatever_the_board_says(system: str) -> None:
    assert are_doubtful(Serials(system, "/7X2B1C2/CNWS2004AB00C1/"))


@pytest.mark.parametrize("board", ["", "Default string", "/7X2B1C2/CNWS2004AB00C1/"])
def test_a_good_uuid_is_enough(board: str) -> None:
    assert not are_doubtful(Serials(GOOD, board))


def test_the_key_does_not_depend_on_the_spelling_and_tells_boards_apart() -> None:
    assert material_of(Serials(GOOD.upper(), " X1 ")) == material_of(Serials(GOOD, "x1"))
    keys = {hardware_of(serials).key for serials in (Serials(GOOD, ""), Serials(GOOD, "x"), Serials(GOOD[:-1], "x"))}
    assert len(keys) == 3
    assert GOOD not in hardware_of(Serials(GOOD, "")).key


def test_two_salts_make_two_keys_and_one_salt_always_the_same() -> None:
    assert salted("1" * 64, "ab" * 32) == salted("1" * 64, "ab" * 32)
    assert salted("1" * 64, "ab" * 32) != salted("1" * 64, "ac" * 32)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"key": "1", "doubtful": false}', b"\xff", b'{"key'])
def test_what_root_did_not_write_is_no_key(content: bytes) -> None:
    assert unpacked(content) is None


def pc(root: Path, system: str | None = GOOD, board: str | None = "B1") -> str:
    folder = root / "sys/class/dmi/id"
    folder.mkdir(parents=True)
    for name, told in (("product_uuid", system), ("board_serial", board)):
        if told is not None:
            (folder / name).write_text(f"{told}\n")
    (root / "run").mkdir()
    return str(root)


def me() -> str:
    return getpass.getuser()


@linux
def test_the_serials_of_smbios_are_read(tmp_path: Path) -> None:
    assert machine.hardware_serials(pc(tmp_path)) == Serials(GOOD, "B1")


@linux
def test_a_board_without_smbios_tells_the_serial_of_its_device_tree(tmp_path: Path) -> None:
    root = pc(tmp_path, None, None)
    assert machine.hardware_serials(root) is None
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    (tmp_path / "proc/device-tree/serial-number").write_bytes(b"10000000f4b3c2a1\0")
    assert machine.hardware_serials(root) == Serials("10000000f4b3c2a1", "")
    assert present(root) == hardware_of(Serials("10000000f4b3c2a1", ""))


@linux
def test_a_key_that_was_handed_over_is_as_good_as_the_serials(tmp_path: Path) -> None:
    root, elsewhere = pc(tmp_path / "a"), pc(tmp_path / "b", None, None)
    hardware = hardware_of(Serials(GOOD, "B1"))
    assert present(root) == hardware
    machine.hand_over(packed(hardware), me(), elsewhere)
    machine.hand_over(packed(hardware), me(), elsewhere)
    assert present(elsewhere) == hardware
    folder = Path(elsewhere) / "run/dps-agent-hardware"
    assert [file.name for file in folder.iterdir()] == ["key"]
    assert (folder / "key").stat().st_mode & 0o777 == 0o400
    assert folder.stat().st_mode & 0o777 == 0o711


@linux
def test_root_writes_into_no_folder_of_another_account(tmp_path: Path) -> None:
    root = pc(tmp_path)
    folder = tmp_path / "run/dps-agent-hardware"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Unusable, match="or others may write there"):
        machine.hand_over(b"x", me(), root)
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unusable, match="belongs to another account"):
        machine.hand_over(b"x", me(), root)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@linux
def test_an_account_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no account nobody-here"):
        machine.hand_over(b"x", "nobody-here", pc(tmp_path))
