"""station: list and release; site approve --same-as"""

from collections.abc import Callable

from sqlalchemy import Connection, update

from collector.domain.clones import Clone
from collector.ingest.recognition import quarantine
from collector.storage.models import credential
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence
from tests.collector.cli.test_sites import NOW, enrolled

Change = Callable[[Callable[[Connection], None]], None]


def test_a_station_in_quarantine_is_listed_with_what_to_do_and_released(ready: Run, database: Change) -> None:
    public_id = enrolled(database, ready("token", "issue", "--site", "EVERE").stdout, "EVERE-01")
    assert ready("station", "list").stdout.split() == [
        public_id,
        "EVERE",
        "accepted",
        "2026-05-28",
        "20:26",
        "EVERE-01",
    ]
    database(lambda connection: quarantine(connection, public_id, Clone.RUNS, NOW))

    listed = ready("station", "list", "--site", "EVERE").stdout
    assert "quarantined" in listed.splitlines()[0]
    assert "since 2026-05-28 20:26 two computers use the secret of EVERE-01" in listed
    assert "enrol each of them again" in listed

    assert ready("station", "release", public_id).stdout.startswith(f"released {public_id};")
    assert "accepted" in ready("station", "list").stdout
    assert "is in quarantine: look at the list again" in one_sentence(ready("station", "release", public_id))


def test_a_second_computer_without_a_key_and_with_the_same_name_waits_for_an_answer(
    ready: Run, database: Change
) -> None:
    token = ready("token", "issue", "--site", "EVERE").stdout
    first, second = (enrolled(database, token, "EVERE-01") for _ in range(2))
    assert f"{second}  " in ready("site", "waiting").stdout
    assert "(the same computer as EVERE-01?)" in ready("site", "waiting").stdout
    assert f"site approve EVERE {second}`, or with --same-as EVERE-01" in ready("station", "list").stdout
    assert ready("site", "approve", "EVERE").stdout == "approved 0 stations for EVERE\n"
    assert ready("site", "approve", "EVERE", "--same-as", "EVERE-01").exit_code == 2
    approved = ready("site", "approve", "EVERE", second, "--same-as", "EVERE-01")
    assert approved.stdout == "approved 1 station for EVERE\n"
    assert [line.split()[5] for line in ready("station", "list").stdout.splitlines()] == ["EVERE-01", "EVERE-01"]
    assert first != second


def test_a_computer_that_enrolled_again_is_said_so(ready: Run, database: Change) -> None:
    public_id = enrolled(database, ready("token", "issue", "--site", "EVERE").stdout, "EVERE-01")
    mine = credential.c.public_id == public_id

    def replace(connection: Connection) -> None:
        connection.execute(update(credential).where(mine).values(replaces="f" * 16))

    database(replace)
    assert "enrolled again on 2026-05-28" in ready("station", "list").stdout
