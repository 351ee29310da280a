"""The idle time of a Wayland desktop, over a real message bus."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Linux runs this file

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux: Wayland", allow_module_level=True)
assert sys.platform == "linux"

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.low_level import Endianness, Header, Message

from agent.errors import Unusable
from agent.presence.session_bus import SessionBus, answer_in, method_call, session_bus_address
from agent.presence.wayland import LEARNING_SECONDS, PATIENCE_SECONDS, Unit, WaylandSession, open_wayland
from tests.agent.machine.private_bus import PrivateBus
from tests.agent.presence.desktop import presence
from tests.agent.presence.fake_desktop import CALLS, MUTTER, SAVER, FakeDesktop

Start = Callable[[dict[str, tuple[str, int] | None]], FakeDesktop]


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def start(bus: PrivateBus) -> Iterator[Start]:
    running: list[FakeDesktop] = []

    def started(answers: dict[str, tuple[str, int] | None]) -> FakeDesktop:
        running.append(FakeDesktop(bus.address, answers))
        return running[-1]

    yield started
    for desktop in running:
        desktop.stop()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def session(bus: PrivateBus, watch: Watch) -> Iterator[WaylandSession]:
    opened = open_wayland({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={bus.address},guid=0123"}, watch)
    yield opened
    opened.close()


def test_mutter_tells_milliseconds(session: WaylandSession, start: Start) -> None:
    start({MUTTER: ("t", 83_999)})
    assert session.seconds() == 83


def test_mutter_is_believed_before_any_screen_saver(session: WaylandSession, start: Start) -> None:
    desktop = start({MUTTER: ("t", 2000), SAVER: ("u", 7)})
    assert session.seconds() == 2
    assert desktop.asked == [MUTTER]


def test_what_others_send_to_us_in_between_is_skipped(session: WaylandSession, start: Start) -> None:
    start({MUTTER: ("t", 61_000)}).noise = 50
    assert [session.seconds() for _ in range(3)] == [61, 61, 61]


@pytest.mark.parametrize("per_second", [1, 1000])
def test_a_screen_saver_is_believed_once_its_answer_has_grown_with_time(
    session: WaylandSession, watch: Watch, start: Start, per_second: int
) -> None:
    desktop = start({SAVER: ("u", 3 * per_second)})
    found = []
    for passed in range(13):
        watch.seconds = 1000.0 + passed
        desktop.answers[SAVER] = ("u", (3 + passed) * per_second)
        found.append(session.seconds())
    assert found[0] is None
    assert found[-1] == 15


def test_a_screen_saver_that_always_answers_0_is_no_idle_time(
    session: WaylandSession, watch: Watch, start: Start
) -> None:
    start({SAVER: ("u", 0)})
    for _ in range(5):
        assert session.seconds() is None
        watch.seconds += 100
    watch.seconds = 1000 + LEARNING_SECONDS
    with pytest.raises(Unusable, match="does not grow"):
        session.seconds()


@pytest.mark.parametrize("answers", [{}, {SAVER: None}, {MUTTER: None, SAVER: None}, {SAVER: ("s", "text")}])
def test_a_desktop_that_refuses_is_given_half_a_minute(
    session: WaylandSession, watch: Watch, start: Start, answers: dict[str, tuple[str, int] | None]
) -> None:
    start(answers)
    assert session.seconds() is None
    watch.seconds += PATIENCE_SECONDS
    with pytest.raises(Unusable, match="neither Mutter nor a screen saver"):
        session.seconds()


def test_a_desktop_that_starts_its_services_later_is_readable(
    session: WaylandSession, watch: Watch, start: Start
) -> None:
    assert session.seconds() is None
    start({MUTTER: ("t", 5000)})
    watch.seconds += PATIENCE_SECONDS
    assert session.seconds() == 5


def test_the_end_of_the_bus_is_the_end_of_the_session(bus: PrivateBus, session: WaylandSession, start: Start) -> None:
    start({MUTTER: ("t", 5000)})
    bus.stop()
    with pytest.raises(Unusable, match="gone"):
        session.seconds()


def test_a_session_without_a_bus_says_so_and_ends_with_0(tmp_path: Path) -> None:
    here = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/none"}
    ended = presence(here, tmp_path / "presence")
    _, err = ended.communicate(timeout=20)
    assert ended.returncode == 0
    assert err == "dps-agent: presence is not readable: the session bus cannot be reached\n"


def test_seconds_are_not_mistaken_while_the_mouse_moves_all_the_time() -> None:
    unit = Unit()
    for passed in range(500):
        unit.take((5, 6, 8, 8, 3, 4, 6, 7)[passed % 8], float(passed))  # milliseconds since the last movement
    assert unit.per_second == 0
    unit.take(908, 500.9)
    assert unit.per_second == 1000


def test_input_in_between_only_makes_the_proof_start_anew() -> None:
    unit = Unit()
    for passed in range(8):
        unit.take(passed, float(passed))
    for passed in range(8, 18):
        unit.take(passed - 8, float(passed))
    assert unit.per_second == 0
    unit.take(10, 18.0)
    assert unit.per_second == 1


def test_a_call_is_what_jeepney_would_have_packed() -> None:
    message = Message.from_buffer(method_call(7, "org.a.B", "/c/d", "org.e.F", "Get"))
    header: Header = message.header
    assert (header.message_type, header.serial, message.body) == (MessageType.method_call, 7, ())
    assert header.fields == {
        HeaderFields.path: "/c/d",
        HeaderFields.destination: "org.a.B",
        HeaderFields.interface: "org.e.F",
        HeaderFields.member: "Get",
    }
    assert header.flags.value == 2, "a call must not start a service that the desktop does not want"


@pytest.mark.parametrize("order", [Endianness.little, Endianness.big])
@pytest.mark.parametrize(("signature", "value"), [("u", 70_000), ("t", 2**40 + 3)])
def test_an_answer_is_read_in_either_byte_order(order: Endianness, signature: str, value: int) -> None:
    call = Message.from_buffer(method_call(9, "org.a.B", "/c", "org.e.F", "Get"))
    call.header.fields[HeaderFields.sender] = ":1.22"
    reply = new_method_return(call, signature, (value,))
    reply.header.endianness = order
    assert answer_in(reply.serialise(serial=3)) == (9, value)


def test_a_refusal_and_a_text_are_no_numbers() -> None:
    call = Message.from_buffer(method_call(9, "org.a.B", "/c", "org.e.F", "Get"))
    assert answer_in(new_error(call, "org.a.Error", "u", (5,)).serialise(serial=3)) == (9, None)
    assert answer_in(new_method_return(call, "s", ("five",)).serialise(serial=3)) == (9, None)
    assert answer_in(call.serialise(serial=3)) is None


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus"}, b"/run/user/1000/bus"),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:guid=1,path=/a%20b%2fc"}, b"/a b/c"),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:abstract=/tmp/dbus-x,guid=1"}, b"\0/tmp/dbus-x"),
        ({"DBUS_SESSION_BUS_ADDRESS": "tcp:host=x,port=1;unix:path=/b"}, b"/b"),
        ({"XDG_RUNTIME_DIR": "/run/user/7"}, b"/run/user/7/bus"),
    ],
)
def test_the_bus_is_where_the_session_says(environment: dict[str, str], address: bytes) -> None:
    assert session_bus_address(environment) == address


@pytest.mark.parametrize("environment", [{}, {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/%zz"}])
def test_an_address_that_makes_no_sense_is_said(environment: dict[str, str]) -> None:
    with pytest.raises(Unusable, match="DBUS_SESSION_BUS_ADDRESS"):
        session_bus_address(environment)


def test_a_service_that_is_silent_costs_one_answer_and_is_understood_when_it_speaks_again(
    bus: PrivateBus, watch: Watch, start: Start
) -> None:
    desktop = start({MUTTER: ("t", 1000)})
    opened = SessionBus(os.fsencode(bus.address), watch, patience_seconds=0.2)
    desktop.silent = True
    first = opened.ask(*CALLS[MUTTER])
    desktop.silent = False
    second = opened.ask(*CALLS[MUTTER])
    opened.close()
    assert (first, second) == (None, 1000)
