"""A system that the agent does not know."""

from collections.abc import Callable
from functools import partial

import pytest

from agent.errors import SourceLost, Unusable
from agent.machine import unsupported


def test_clocks_go_on_and_claim_nothing() -> None:
    clock = unsupported.system_clock()
    assert clock.elapsed() <= clock.elapsed()
    assert clock.awake() > 0
    assert clock.wall() > 1_700_000_000
    assert not clock.synchronised()
    assert clock.boot_id().isdigit()


def test_sessions_are_not_readable_and_that_is_said() -> None:
    with pytest.raises(SourceLost, match=r"^not readable: unknown system$"):
        unsupported.open_session_source(remote_sessions=True, staff=frozenset())


@pytest.mark.parametrize(
    "refused",
    [
        partial(unsupported.start_detached, ["agent"]),
        partial(unsupported.reap, 1),
        partial(unsupported.lock_file, "lock"),
    ],
)
def test_what_it_cannot_do_it_refuses_in_one_sentence(refused: Callable[[], object]) -> None:
    with pytest.raises(Unusable, match=r"^The agent cannot .* on this system: it is built for Linux so far\.$"):
        refused()


def test_what_the_standard_library_knows_it_tells() -> None:
    assert unsupported.system_name() in ("windows", "other")
    assert unsupported.computer_name()
    assert unsupported.architecture() == ""
    assert not unsupported.is_administrator()
    total, free = unsupported.space_of(".")
    assert 0 <= free <= total
