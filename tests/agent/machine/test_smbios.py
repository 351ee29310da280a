"""The firmware's table: a real layout, other makers' habits, and damage."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from agent.machine.hardware import Serials
from agent.machine.smbios import serials_in

UUID = bytes.fromhex("33221100554477668899aabbccddeeff")


def structure(kind: int, fixed: bytes, *texts: bytes) -> bytes:
    head = struct.pack("<BBH", kind, len(fixed) + 4, 0x100 + kind)
    return head + fixed + (b"\0".join(texts) + b"\0\0" if texts else b"\0\0")


BIOS = structure(0, bytes([1, 2]) + bytes(20), b"Example Corp.", b"1.27.0")
SYSTEM = structure(1, bytes([1, 2, 0, 3]) + UUID + bytes([6, 4, 0]), b"Example", b"Desktop 7", b"ABC1234", b"SKU")
BOARD = structure(2, bytes([1, 2, 3, 4, 0]), b"Example", b"0KC9NP", b"A01", b"/ABC1234/CN000000000001/")
END = structure(127, b"")


def test_it_reads_the_uuid_as_linux_tells_it_and_the_serial_number_of_the_board() -> None:
    expected = Serials("00112233-4455-6677-8899-aabbccddeeff", "/ABC1234/CN000000000001/")
    assert serials_in(BIOS + SYSTEM + BOARD + END, (3, 2)) == expected
    assert serials_in(BIOS + SYSTEM + BOARD + END, (2, 6)) == expected


def test_before_version_2_6_the_bytes_stand_as_they_are_read() -> None:
    found = serials_in(SYSTEM + END, (2, 5))
    assert found == Serials("33221100-5544-7766-8899-aabbccddeeff", "")


def test_a_board_may_tell_nothing_and_the_first_of_two_counts() -> None:
    silent = structure(2, bytes([1, 0, 0, 0]), b"Example")
    out_of_range = structure(2, bytes([1, 0, 0, 9]), b"Example")
    assert serials_in(SYSTEM + silent + out_of_range + BOARD, (3, 0)) == serials_in(SYSTEM + BOARD, (3, 0))
    other = structure(1, bytes(4) + bytes(range(16)) + bytes(3))
    assert serials_in(SYSTEM + other, (3, 0)) == serials_in(SYSTEM, (3, 0))


def test_a_firmware_without_a_uuid_tells_no_serial_number() -> None:
    for unset in (bytes(16), b"\xff" * 16):
        assert serials_in(structure(1, bytes(4) + unset + bytes(3)) + BOARD, (3, 0)) is None
    assert serials_in(structure(1, bytes(4)) + BOARD, (2, 0)) is None
    assert serials_in(b"", (3, 0)) is None


@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_table_is_no_table_and_no_crash(length: int, noise: bytes) -> None:
    whole = BIOS + SYSTEM + BOARD + END
    found = serials_in(whole[:length] + noise, (3, 2))
    assert found is None or found.system == "00112233-4455-6677-8899-aabbccddeeff"


@given(st.binary(max_size=200))
def test_noise_does_no_harm(noise: bytes) -> None:
    serials_in(noise, (3, 2))
