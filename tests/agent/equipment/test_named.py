"""The file in which a technician names printers and projectors."""

from pathlib import Path

import pytest

from agent.equipment.named import Named, named_in
from agent.errors import UsageError

BOTH = """
[[equipment]]
kind = "printer"
name = "Hall"
address = "192.0.2.20:1161"
protocol = "snmp3"
user = "technician"
password_file = "{secret}"

[[equipment]]
kind = "projector"
name = "Room 1"
address = "[2001:db8::1]"
password = "open"
lamp_life_hours = 4000
"""


def named(folder: Path, text: str) -> list[Named]:
    file = folder / "equipment.toml"
    file.write_text(text, encoding="utf-8")
    return named_in(file)


def test_what_is_named_is_asked_with_its_secret_from_its_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a long password\n")
    printer, projector = named(tmp_path, BOTH.format(secret=secret.as_posix()))
    assert (printer.host, printer.port) == ("192.0.2.20", 1161)
    assert (printer.user, printer.password) == ("technician", "a long password")
    assert (projector.host, projector.port, projector.protocol) == ("2001:db8::1", 4352, "pjlink")
    assert (projector.password, projector.lamp_life_hours) == ("open", 4000)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("printer.example.org", ("printer.example.org", 631, "/ipp/print")),
        ("192.0.2.20/printers/hall", ("192.0.2.20", 631, "/printers/hall")),
        ("192.0.2.20:8631/ipp", ("192.0.2.20", 8631, "/ipp")),
    ],
)
def test_addresses(address: str, found: tuple[str, int, str], tmp_path: Path) -> None:
    [one] = named(tmp_path, f'[[equipment]]\nkind = "printer"\nname = "Hall"\naddress = "{address}"\n')
    assert (one.host, one.port, one.path) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[equipment]\n", "not valid TOML"),
        ("server = 'x'\n", "nothing else"),
        ("equipment = 5\n", "nothing else"),
        ('[[equipment]]\nkind = "scanner"\n', "printer or projector"),
        ('[[equipment]]\nkind = "printer"\naddress = "a"\n', "name is ''"),
        ('[[equipment]]\nkind = "printer"\nname = "Hall"\naddress = ""\n', "address is ''"),
        ('[[equipment]]\nkind = "printer"\nname = "Hall"\naddress = "http://a"\n', "address is"),
        ('[[equipment]]\nkind = "printer"\nname = "Hall"\naddress = "a:99999"\n', "address is"),
        ('[[equipment]]\nkind = "printer"\nname = "Hall"\naddress = "a"\nprotocol = "pjlink"\n', "speaks ipp"),
        ('[[equipment]]\nkind = "printer"\nname = "Hall"\naddress = "a"\nprotocol = "snmp3"\n', "needs a user"),
        ('[[equipment]]\nkind = "printer"\nname = "Hall"\naddress = "a"\nport = 5\n', "no 'port'"),
        (
            '[[equipment]]\nkind = "printer"\nname = "H"\naddress = "a"\npassword_file = "/none"\n',
            "cannot be read",
        ),
        ('[[equipment]]\nkind = "projector"\nname = "R"\naddress = "a"\nlamp_life_hours = 0\n', "lamp_life_hours"),
        ('[[equipment]]\nkind = "projector"\nname = "R"\naddress = "a"\n' * 2, "twice"),
    ],
)
def test_a_mistake_is_said_in_one_sentence_without_a_secret(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        named(tmp_path, text)


def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="equipment_file"):
        named_in(tmp_path / "none.toml")
