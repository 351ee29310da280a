"""Who may enter a folder, from descriptors as Windows writes them."""

import pytest

from agent.machine.sddl import NO_LIST, OUR_SERVICE, closed_to_others_than, is_open_to_others, strangers_in

OURS = "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;S-1-5-80-2-3-4-5-6)(A;OICI;0x1301bf;;;LS)"
PROGRAM_DATA = (
    "O:SYG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)"
)
VISITOR = "S-1-5-21-1004336348-1177238915-682003330-1001"


def test_a_folder_that_its_installer_closed_is_closed() -> None:
    assert strangers_in(OURS) == []
    assert not is_open_to_others(OURS, "S-1-5-18")


def test_a_folder_that_the_service_makes_is_its_own_and_not_that_of_every_service() -> None:
    """LocalService owns what the service makes, and runs other services too: the list lets it in by no word."""
    made = "O:LSG:LS" + closed_to_others_than(OUR_SERVICE)
    assert strangers_in(made) == []
    assert ";LS)" not in made
    assert "(A;OICI;RC;;;OW)" in made, "nor may it change the list as the owner"


def test_a_folder_that_took_the_rights_of_program_data_is_open_to_every_user() -> None:
    assert strangers_in(PROGRAM_DATA) == ["BU"]
    assert is_open_to_others(PROGRAM_DATA, "S-1-5-18")


@pytest.mark.parametrize("who", ["WD", "AU", "IU", "BG", "AN", VISITOR])
def test_anybody_else_is_a_stranger(who: str) -> None:
    assert strangers_in(f"{OURS}(A;;FR;;;{who})") == [who]
    assert strangers_in(f'{OURS}(XA;;FR;;;{who};(@User.clearance=="D:high"))') == [who]


def test_whoever_is_denied_is_not_let_in() -> None:
    assert strangers_in(f"{OURS}(D;;FA;;;BU)") == []


def test_a_folder_that_a_visitor_made_first_is_the_visitors() -> None:
    assert strangers_in(OURS.replace("O:SY", f"O:{VISITOR}")) == [VISITOR]


def test_who_runs_it_by_hand_is_no_stranger_in_a_folder_of_their_own() -> None:
    own = f"O:{VISITOR}G:{VISITOR}D:(A;OICI;FA;;;{VISITOR})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)S:AI(AU;SA;FA;;;WD)"
    assert not is_open_to_others(own, VISITOR)
    assert is_open_to_others(own, "S-1-5-21-1-2-3-1002")


@pytest.mark.parametrize("descriptor", ["O:SYG:SY", "O:SYG:SYD:NO_ACCESS_CONTROL", ""])
def test_without_a_list_everybody_may_enter(descriptor: str) -> None:
    assert strangers_in(descriptor) == [NO_LIST]


def test_a_list_without_entries_lets_nobody_in() -> None:
    assert strangers_in("O:BAG:BAD:P") == []
