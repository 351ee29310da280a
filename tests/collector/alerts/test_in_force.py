"""The ways out that the settings name."""

from pathlib import Path
from typing import Any

import pytest

from collector.alerts.in_force import channels_of
from collector.checks import find
from collector.config import ConfigError, Settings
from tests.agent.sender.local_server import LocalServer, Reply

# Apprise loads it on Pythons that still have it.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRET = "whsec_" + "a" * 43 + "="


def settings(**values: Any) -> Settings:
    return Settings(data_folder=Path("/srv/dps"), database_url="sqlite:////srv/dps/x", **values)


def test_without_a_setting_there_is_none() -> None:
    assert channels_of(settings()) == ()


def test_the_webhook_and_each_address_of_apprise_are_one_and_an_address_twice_is_one() -> None:
    from collector.alerts.passing_on import trial  # noqa: PLC0415
    from collector.i18n import load_languages  # noqa: PLC0415

    with LocalServer(Reply(200)) as server:
        there = server.address.removeprefix("http://")
        urls = (f"json://{there}/one", f"json://{there}/two", f"json://{there}/one")
        found = channels_of(settings(webhook_url=f"{server.address}/hook", webhook_secret=SECRET, apprise_urls=urls))
        for channel in found:
            channel.deliver(trial(load_languages()["nl"], "0" * 32), 1)
    assert [channel.label.split(" (")[0] for channel in found] == ["Webhook", "Apprise: json", "Apprise: json"]
    assert [asked.path for asked in server.asked] == ["/hook", "/one", "/two"]
    assert "Dit is een testbericht." in server.asked[0].body.decode()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"webhook_url": "https://x.example", "webhook_secret": "hunter2"}, "webhook_secret cannot be used"),
        ({"apprise_urls": ("json://x.example", "hunter2://y")}, "does not understand address 2 of apprise_urls"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_secret_by_check_too(values: dict[str, Any], sentence: str) -> None:
    for act in (lambda: channels_of(settings(**values)), lambda: list(find(settings(**values), lambda _: None))):  # type: ignore[arg-type, return-value]
        with pytest.raises(ConfigError) as caught:
            act()
        assert sentence in str(caught.value)
        assert "hunter2" not in str(caught.value)
