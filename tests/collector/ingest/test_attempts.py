import pytest

from collector.ingest.attempts import PER_CLIENT, PER_CLIENT_AND_TOKEN, RejectedAttempts, client

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
TOKEN, OTHER = "a" * 16, "b" * 16


def test_one_client_may_fail_a_few_times_with_one_token_and_then_waits() -> None:
    attempts = RejectedAttempts()

    for _ in range(PER_CLIENT_AND_TOKEN.burst):
        assert attempts.retry_after(HERE, TOKEN, 0) == 0
        attempts.count(HERE, TOKEN, 0)

    assert attempts.retry_after(HERE, TOKEN, 0) == 60
    assert attempts.retry_after(HERE, TOKEN, 59) == 1
    assert attempts.retry_after(HERE, TOKEN, 60) == 0


def test_many_tokens_do_not_help_one_client() -> None:
    attempts = RejectedAttempts()

    for number in range(PER_CLIENT.burst):
        attempts.count(HERE, f"{number:016x}", 0)

    assert attempts.retry_after(HERE, OTHER, 0) == 30
    assert attempts.retry_after(HERE, "", 0) == 30


def test_one_client_cannot_lock_out_another_one() -> None:
    attempts = RejectedAttempts()

    for _ in range(1000):
        attempts.count(HERE, TOKEN, 0)

    assert attempts.retry_after(ELSEWHERE, TOKEN, 0) == 0


def test_memory_is_bounded() -> None:
    attempts = RejectedAttempts(most=100)

    for number in range(1000):
        attempts.count(f"10.0.{number // 250}.{number % 250}", TOKEN, 0)

    assert len(attempts._levels) <= 101


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_addresses_of_one_network_are_one_client(one: str, other: str, same: bool) -> None:
    assert (client(one) == client(other)) is same
