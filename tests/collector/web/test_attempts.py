from collector.web.attempts import (
    FAILURES_PER_CLIENT,
    FAILURES_PER_NAME,
    MOST_KEYS,
    WINDOW_SECONDS,
    Attempts,
    known_mark,
    new_mark,
)

NOW = 1_800_000_000
SECRET = "0123456789abcdef" * 4


def fail(
    attempts: Attempts, times: int, client: str = "192.0.2.1", name: str = "anna", mark: str | None = None
) -> None:
    for _ in range(times):
        attempts.failed(client, name, mark, NOW)


def test_who_guesses_must_wait_and_may_try_again_later() -> None:
    attempts = Attempts()
    fail(attempts, FAILURES_PER_NAME - 1)
    assert attempts.wait_seconds("192.0.2.1", "anna", None, NOW) == 0
    fail(attempts, 1)
    assert attempts.wait_seconds("192.0.2.1", "anna", None, NOW) == WINDOW_SECONDS
    assert attempts.wait_seconds("192.0.2.1", "anna", None, NOW + WINDOW_SECONDS) == 0


def test_guessing_an_account_from_one_place_does_not_shut_it_for_another() -> None:
    attempts = Attempts()
    fail(attempts, 1000)
    assert attempts.wait_seconds("192.0.2.2", "anna", None, NOW) == 0


def test_a_browser_that_has_logged_in_before_is_not_shut_out_by_its_neighbour() -> None:
    attempts = Attempts()
    fail(attempts, 1000)
    assert attempts.wait_seconds("192.0.2.1", "anna", "a known browser", NOW) == 0


def test_many_names_from_one_place_are_slowed_down_together() -> None:
    attempts = Attempts()
    for number in range(FAILURES_PER_CLIENT):
        attempts.failed("192.0.2.1", f"name{number}", None, NOW)
    assert attempts.wait_seconds("192.0.2.1", "one more", None, NOW) > 0


def test_a_log_in_forgets_the_slips_with_that_name() -> None:
    attempts = Attempts()
    fail(attempts, FAILURES_PER_NAME - 1)
    attempts.succeeded("192.0.2.1", "anna", None)
    fail(attempts, 1)
    assert attempts.wait_seconds("192.0.2.1", "anna", None, NOW) == 0


def test_memory_is_bounded() -> None:
    attempts = Attempts()
    for number in range(MOST_KEYS):
        attempts.failed(f"client {number}", "anna", None, NOW)
    assert len(attempts._failures) == MOST_KEYS


def test_a_mark_is_good_for_its_name_and_its_secret_alone() -> None:
    mark = new_mark("anna", SECRET)
    assert known_mark(mark, "anna", SECRET) == mark.partition(".")[0]
    assert known_mark(mark, "bert", SECRET) is None
    assert known_mark(mark, "anna", "another secret") is None
    assert known_mark("é.é", "anna", SECRET) is None
    assert known_mark("", "anna", SECRET) is None
