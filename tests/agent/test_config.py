"""Settings: which one counts, and one sentence about each that cannot be used."""

import re
from pathlib import Path
from typing import Any

import pytest

from agent.config import BY_NAME, SETTINGS, Config, load
from agent.errors import UsageError


def loaded(
    words: dict[str, Any] | None = None,
    *,
    file: Path | None = None,
    environment: dict[str, str] | None = None,
    policy_file: Path = Path("/nowhere/agent.toml"),
) -> Config:
    return load(
        words or {},
        file=file,
        environment=environment or {},
        policy_file=policy_file,
        default_state_folder=Path("/var/lib/dps-agent"),
        computer_name="pc-7",
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent.toml"


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    return tmp_path / "policy.toml"


def test_without_anything_every_setting_has_its_built_in_default() -> None:
    config = loaded()
    assert {value.origin for value in config.values.values()} == {"built-in default"}
    assert (config.server, config.tag, config.state_folder) == ("", "pc-7", Path("/var/lib/dps-agent"))
    assert (config.contact_seconds, config.staff, config.remote_sessions) == (1800, (), False)


def test_each_source_takes_the_place_of_the_one_before_it(file: Path, policy_file: Path) -> None:
    found = []
    words: dict[str, Any] = {}
    environment: dict[str, str] = {}

    def note(named: Path | None = file) -> None:
        value = loaded(words, file=named, environment=environment, policy_file=policy_file).values["tag"]
        found.append((value.value, value.origin))

    note(None)
    policy_file.write_text('tag = "policy"')
    note(None)
    file.write_text('tag = "file"')
    note()
    environment["DPS_AGENT_TAG"] = "environment"
    note()
    words["tag"] = "word"
    note()
    assert found == [
        ("", "built-in default"),
        ("policy", f"file {policy_file}"),
        ("file", f"file {file}"),
        ("environment", "environment DPS_AGENT_TAG"),
        ("word", "command line --tag"),
    ]


def test_the_environment_names_the_file_unless_the_command_line_does(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    file.write_text('tag = "one"')
    other.write_text('tag = "two"')
    assert loaded(environment={"DPS_AGENT_CONFIG": str(file)}).tag == "one"
    assert loaded(file=other, environment={"DPS_AGENT_CONFIG": str(file)}).tag == "two"
    assert loaded(environment={"DPS_AGENT_CONFIG": ""}).tag == "pc-7"


def test_an_option_that_was_not_given_takes_no_place() -> None:
    assert loaded({"tag": None}, environment={"DPS_AGENT_TAG": "x"}).tag == "x"


def test_an_origin_names_the_option_as_it_is_written() -> None:
    values = loaded({"state_folder": "/x", "contact_seconds": 60}).values
    assert values["state_folder"].origin == "command line --state"
    assert values["contact_seconds"].origin == "command line --contact-seconds"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("remote_sessions", "true", True),
        ("remote_sessions", "0", False),
        ("allow_plain_http", "Yes", True),
        ("contact_seconds", "600", 600),
        ("staff", "alice, @staff,,", ("alice", "@staff")),
        ("server", "https://c.example.org", "https://c.example.org"),
    ],
)
def test_the_environment_speaks_in_text(name: str, text: str, value: object) -> None:
    assert loaded(environment={f"DPS_AGENT_{name.upper()}": text}).values[name].value == value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'tag = "x', "is not valid TOML"),
        (b"tag", "is not valid TOML"),
        (b'tag = "a"\ntag = "b"', "is not valid TOML"),
        (b"x = " + b"[" * 5000, "is not valid TOML"),
        (b'tag = "\xff"', "UTF-8"),
        (b'colour = "red"', "there is no setting 'colour'"),
        (b'[agent]\ntag = "x"', "there is no setting 'agent'"),
        (b"tag = 5", "tag must be text in quotes, not 5"),
        (b"token_file = true", "token_file must be a path in quotes, not True"),
        (b'remote_sessions = "yes"', "remote_sessions must be true or false"),
        (b'contact_seconds = "600"', "contact_seconds must be a whole number"),
        (b"contact_seconds = true", "contact_seconds must be a whole number"),
        (b"contact_seconds = 60.5", "contact_seconds must be a whole number"),
        (b"contact_seconds = 59", "contact_seconds is 59; choose 60 to 86400"),
        (b"contact_seconds = 86401", "choose 60 to 86400"),
        (b"staff = 5", "staff must be a list of names"),
        (b"staff = [1]", "staff must be a list of names"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_that_names_it(file: Path, content: bytes, words: str) -> None:
    file.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        loaded(file=file)
    sentence = str(raised.value)
    assert str(file) in sentence
    assert words in sentence
    assert "\n" not in sentence
    assert not sentence.endswith(".")
    assert raised.value.exit_code == 2


def test_a_file_that_is_missing_or_a_folder_is_named(file: Path) -> None:
    with pytest.raises(UsageError, match=f"{re.escape(str(file))} does not exist; .* --config"):
        loaded(file=file)
    file.mkdir()
    with pytest.raises(
        UsageError, match=rf"{re.escape(str(file))} cannot be read \((Is a directory|Permission denied)\)"
    ):
        loaded(file=file)


def test_a_policy_that_cannot_be_used_stops_the_agent_too(policy_file: Path) -> None:
    policy_file.write_text("tag = ")
    with pytest.raises(UsageError, match=re.escape(str(policy_file))):
        loaded(policy_file=policy_file)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("remote_sessions", "maybe"),
        ("contact_seconds", "soon"),
        ("contact_seconds", "9" * 5000),
        ("contact_seconds", "5"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_with_its_setting(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"environment variable DPS_AGENT_{name.upper()}: {name} is"):
        loaded(environment={f"DPS_AGENT_{name.upper()}": text})


@pytest.mark.parametrize(
    "server",
    [
        "collector.example.org", "ftp://collector.example.org", "https://", "https://x:99999", "https://x:0",
        "https://[::1", "https://a b", "https://x/?a=1", "https://x/#a", "https://x\n", "//x", "mailto:a@b",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_with_an_example(server: str) -> None:
    with pytest.raises(UsageError, match=r"https://collector\.example\.org"):
        loaded({"server": server})


def test_an_address_that_holds_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(UsageError, match="leave out what stands before the @") as raised:
        loaded({"server": "https://eve:pa55word@collector.example.org"})
    assert "pa55word" not in str(raised.value)


@pytest.mark.parametrize("server", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000/dps", "https://x"])
def test_plain_http_is_fine_on_this_computer(server: str) -> None:
    assert loaded({"server": server}).server == server


@pytest.mark.parametrize(
    "server", ["http://collector", "http://127.0.0.1.example.org", "HTTP://10.0.0.1", "http://127.0.0.2"]
)
def test_plain_http_to_another_computer_needs_a_setting_that_says_so(server: str) -> None:
    with pytest.raises(UsageError, match="anybody on the network can read"):
        loaded({"server": server})
    assert loaded({"server": server, "allow_plain_http": True}).server == server


def test_plain_http_through_a_proxy_leaves_this_computer() -> None:
    with pytest.raises(UsageError, match="anybody on the network can read"):
        loaded({"server": "http://127.0.0.1:8000", "proxy": "http://proxy.example.org:3128"})


def test_every_setting_is_explained() -> None:
    assert len(BY_NAME) == len(SETTINGS)
    assert all(setting.meaning and setting.meaning[0].isupper() for setting in SETTINGS)


def test_a_token_that_the_service_manager_hands_over_is_used_unless_a_setting_names_another(
    tmp_path: Path, policy_file: Path
) -> None:
    (tmp_path / "token").write_text("dps1-")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert loaded(environment=environment).token_file == str(tmp_path / "token")
    policy_file.write_text('token_file = "/srv/token"')
    assert loaded(environment=environment, policy_file=policy_file).token_file == "/srv/token"


def test_an_empty_token_that_the_service_manager_hands_over_is_none(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n")
    assert loaded(environment={"CREDENTIALS_DIRECTORY": str(tmp_path)}).token_file == ""
