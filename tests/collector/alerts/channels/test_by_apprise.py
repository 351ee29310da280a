"""Apprise with a real receiver: its json:// posts to any server."""

import json
import logging

import pytest

from collector.alerts.channels import Channel, Kind, Message, Refused
from tests.agent.sender.local_server import LocalServer, Reply

# Apprise loads it on Pythons that still have it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

MESSAGE = Message("0a" * 16, Kind.CRITICAL, "Critical at Canal", "- [critical] CANAL-1\n", (), 1)
SECRET = "hunter2-of-the-room"


def channel(address: str) -> Channel:
    from collector.alerts.channels import by_apprise  # noqa: PLC0415  # where its warning is expected

    return by_apprise.channel(address)


def test_a_service_gets_subject_and_text() -> None:
    with LocalServer(Reply(200)) as server:
        channel(f"json://{server.address.removeprefix('http://')}/room").deliver(MESSAGE, 0)
        (asked,) = server.asked
    body = json.loads(asked.body)
    assert (body["title"], body["message"].strip(), body["type"]) == (
        "Critical at Canal",
        "- [critical] CANAL-1",
        "failure",
    )


@pytest.mark.parametrize("reply", [Reply(500), Reply(302, b"", {"Location": "/elsewhere"})])
def test_a_service_that_refuses_or_leads_elsewhere_is_a_failure_and_nothing_secret_is_logged(
    reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with LocalServer(reply) as server:
        host = server.address.removeprefix("http://")
        refusing = channel(f"json://user:{SECRET}@{host}/{SECRET}")
        with pytest.raises(Refused, match=r"^Apprise$"):
            refusing.deliver(MESSAGE, 0)
        assert len(server.asked) == 1
    assert SECRET not in caplog.text + str(refusing.key) + refusing.label
    assert [record for record in caplog.records if record.name.startswith("apprise")] == []


@pytest.mark.parametrize("address", ["", "nonsense", "nosuchservice://x", "msteams://"])
def test_an_address_that_apprise_does_not_know_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        channel(address)


def test_two_rooms_of_one_service_are_two_channels_whatever_their_order() -> None:
    one, other = channel("json://one.example/"), channel("json://other.example/")
    assert one.key != other.key
    assert one.key == channel("json://one.example/").key
