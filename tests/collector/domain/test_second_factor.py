"""Codes of a telephone, held against the examples of RFC 6238, appendix B (SHA-1, the last six digits)."""

import base64

import pytest

from collector.domain.second_factor import (
    address,
    code_at,
    is_secret,
    new_secret,
    recovery_codes,
    step_of,
    typed_recovery_code,
)

SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = 1_111_111_109


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_the_examples_of_the_standard(second: int, code: str) -> None:
    assert code_at(SECRET, second // 30) == code


def test_a_code_opens_half_a_minute_around_its_own_and_once() -> None:
    step = NOW // 30
    for seconds in (-30, 0, 30):
        assert step_of(SECRET, "081804", NOW + seconds, 0) == step
    for seconds in (-61, 61):
        assert step_of(SECRET, "081804", NOW + seconds, 0) is None
    assert step_of(SECRET, "081 804", NOW, step - 1) == step
    assert step_of(SECRET, "081804", NOW, step) is None


@pytest.mark.parametrize("code", ["", "081805", "81804", "0818040", "०८१८०४", "\x00"])
def test_anything_else_opens_nothing(code: str) -> None:
    assert step_of(SECRET, code, NOW, 0) is None


def test_what_is_given_out_is_random_and_can_be_typed_with_hyphens_and_spaces() -> None:
    secret = new_secret(lambda size: bytes(range(size)))
    assert is_secret(secret)
    assert not is_secret("A" * 31)
    assert not is_secret("é")
    assert "secret=" + secret in address(secret, "anna b", "Espaces publics")
    codes = recovery_codes(lambda size: b"\x07" * size)
    assert len(codes) == 10
    assert all(typed_recovery_code(f" {code[:4].upper()}-{code[4:]} ") == code for code in codes)
