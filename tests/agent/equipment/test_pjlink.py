"""Projectors with PJLink: class 1 and 2, with a password and without."""

import errno
import os
import socket
from typing import Any

import pytest

from agent.commands.equipment import answer_of
from agent.equipment import pjlink
from agent.equipment.named import Named
from agent.wire.health import Lamp, Projector
from tests.agent.equipment.projector import ANSWERS, PjlinkServer

NOW = 1_760_090_000


def named(server: PjlinkServer, password: str = "") -> Named:
    return Named(kind="projector", name="Room 1", host="127.0.0.1", port=server.port, path="", protocol="pjlink",
                 password=password, lamp_life_hours=4000)  # fmt: skip


def test_a_projector_of_class_2_tells_lamps_filter_and_what_it_complains_about() -> None:
    with PjlinkServer() as server:
        found = pjlink.ask(named(server), NOW)
    assert found == Projector(
        name="Room 1", asked_at_seconds=NOW, reached=True, protocol_class=2, model="EPSON EB-2250U", power="on",
        fan="ok", lamp="warning", temperature="ok", cover="ok", filter="error", other="ok",
        lamps=(Lamp(hours=3120, lit=True), Lamp(hours=10, lit=False)), lamp_life_hours=4000, filter_hours=912,
    )  # fmt: skip


def test_nothing_is_asked_for_but_what_is_told_and_nothing_is_set() -> None:
    with PjlinkServer() as server:
        pjlink.ask(named(server), NOW)
    assert sorted(server.asked) == sorted(f"{question} ?" for question in ANSWERS)


def test_a_projector_of_class_1_has_no_filter_hours_and_is_not_asked_for_them() -> None:
    with PjlinkServer({**ANSWERS, "%1CLSS": "1", "%1LAMP": "ERR1", "%1ERST": "000000", "%1POWR": "ERR3"}) as server:
        found = pjlink.ask(named(server), NOW)
    assert (found.protocol_class, found.filter_hours, found.lamps, found.power) == (1, None, (), "unknown")
    assert not any(question.startswith("%2") for question in server.asked)


def test_the_right_password_opens_and_a_wrong_one_or_none_is_said() -> None:
    with PjlinkServer(password="JBMIAProjectorLink") as server:
        assert pjlink.ask(named(server, "JBMIAProjectorLink"), NOW).reached
        wrong, none = answer_of(named(server, "guess"), NOW), answer_of(named(server), NOW)
    assert (wrong.reached, wrong.reason) == (False, "it refuses the password")
    assert (none.reached, none.reason) == (False, "it wants a password; name one in the file of equipment")


def test_the_proof_of_the_password_is_that_of_the_standard() -> None:
    """The example in the text of the standard."""
    assert pjlink.opening("PJLINK 1 498e4a67", "JBMIAProjectorLink") == "5d8409bc1c3fa39749434aa3a5c38682"


@pytest.mark.parametrize(
    "greeting", ["", "HTTP/1.1 400 Bad Request", "PJLINK 1", "PJLINK 7", "x" * 5000, "PJLINK ERRA"]
)
def test_what_is_no_projector_is_said_and_harms_nothing(greeting: str) -> None:
    with PjlinkServer(greeting=greeting) as server:
        found = answer_of(named(server), NOW)
    assert isinstance(found, Projector)
    assert not found.reached
    assert found.reason
    assert "127" not in found.reason
    assert found.lamp_life_hours == 4000


def test_nobody_at_the_address_is_said() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        gone = Named(kind="projector", name="Room 1", host="127.0.0.1", port=deaf.getsockname()[1], path="",
                     protocol="pjlink")  # fmt: skip
        found = answer_of(gone, NOW)
    assert (found.reached, found.reason) == (False, os.strerror(errno.ECONNREFUSED))


@pytest.mark.parametrize(
    ("answer", "lamps"),
    [
        ("0 0", [(0, False)]),
        ("12 1 13 1", [(12, True), (13, True)]),
        ("", []),
        ("12", []),
        ("12 1 13", []),
        ("99999999 1", []),
        ("9999999 1", [(1_000_000, True)]),
    ],
)
def test_lamps_are_told_whole_or_not_at_all(answer: str, lamps: list[Any]) -> None:
    assert [(lamp.hours, lamp.lit) for lamp in pjlink.lamps_of(answer)] == lamps


@pytest.mark.parametrize("answer", ["", "0000", "0000000", "xxxxxx"])
def test_a_strange_error_status_says_nothing(answer: str) -> None:
    assert pjlink.parts_of(answer) == {}
