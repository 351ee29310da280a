"""Whether a computer logs itself on is what its display manager is told."""

from pathlib import Path

import pytest

from agent.machine.autologon import logs_itself_on

GDM = "[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin = visitor\n"
LIGHTDM = "[Seat:*]\nautologin-user=visitor\nautologin-user-timeout=0\n"
SDDM = "[Autologin]\nUser=visitor\nSession=plasma\n"

AGETTY = "[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin visitor --noclear %I $TERM\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("etc/gdm3/daemon.conf", GDM),
        ("etc/lightdm/lightdm.conf", LIGHTDM),
        ("etc/lightdm/lightdm.conf.d/50-kiosk.conf", LIGHTDM),
        ("etc/sddm.conf.d/autologin.conf", SDDM),
        ("etc/gdm3/daemon.conf", "[daemon]\nTimedLoginEnable=true\nTimedLogin=visitor\nTimedLoginDelay=5\n"),
        ("etc/lightdm/lightdm.conf", "[Seat:*]\nautologin-guest=true\n"),
        ("etc/lxdm/lxdm.conf", "[base]\nautologin=visitor\n"),
        ("etc/systemd/system/getty@tty1.service.d/autologin.conf", AGETTY),
    ],
)
def test_each_display_manager_is_understood(tmp_path: Path, path: str, content: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert logs_itself_on(str(tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[Seat:*]\n#autologin-user=visitor\n",
        "[Seat:*]\nautologin-user=\n",
        "[daemon]\nAutomaticLogin = visitor\n",
        "[Service]\nExecStart=-/sbin/agetty %I\n",
    ],
)
def test_what_is_commented_out_or_empty_or_not_enabled_does_not_count(tmp_path: Path, content: str) -> None:
    file = tmp_path / "etc/lightdm/lightdm.conf"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert not logs_itself_on(str(tmp_path))


def test_a_computer_without_a_display_manager_does_not_log_itself_on(tmp_path: Path) -> None:
    assert not logs_itself_on(str(tmp_path))
