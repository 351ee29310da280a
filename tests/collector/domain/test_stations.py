import pytest

from collector.domain.stations import Contact, State, state_of

NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("contact", "state"),
    [
        (None, State.NEVER_SEEN),
        (Contact(NOW, stopped=False), State.ONLINE),
        (Contact(NOW - 3900, stopped=False), State.ONLINE),
        (Contact(NOW - 3901, stopped=False), State.SILENT),
        (Contact(NOW - 60, stopped=True), State.OFF),
        (Contact(NOW - 90 * 86_400, stopped=True), State.OFF),
        (Contact(NOW - 90 * 86_400, stopped=False), State.SILENT),
    ],
)
def test_the_receive_time_decides_the_state(contact: Contact | None, state: State) -> None:
    assert state_of(contact, NOW) is state


def test_a_station_that_forgets_is_overdue_earlier() -> None:
    assert state_of(Contact(NOW - 1501, stopped=False), NOW, interval_seconds=600) is State.SILENT
