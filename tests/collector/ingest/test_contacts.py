"""Whether a quarter-hour was heard of in time is stored with it, once."""

from sqlalchemy import Engine

from collector.domain.contacts import Contact
from collector.ingest.commit import commit
from collector.storage.models import slot_record
from tests.collector.ingest import cast
from tests.collector.ingest.cast import FULL, SLOT, arrival
from tests.collector.ingest.test_commit import rows


def contacts(engine: Engine) -> list[int]:
    return [row["contact"] for row in rows(engine, slot_record)]


def test_whether_a_slot_was_heard_of_in_time_stays_what_its_first_envelope_made_it(region: Engine) -> None:
    first, second = ({**record, "slot": SLOT + at, "seconds_on": 900} for at, record in enumerate(FULL["slots"][:2]))
    first["run_id"] = second["run_id"] = cast.RUN
    soon, late = (SLOT + 1) * 900, (SLOT + 9) * 900

    commit(region, [arrival(1, at=soon, slots=[first])], mark=1)
    commit(region, [arrival(2, at=late, slots=[{**first, "revision": 90}, second])], mark=2)
    assert contacts(region) == [Contact.MADE, Contact.NONE_DUE]
    commit(region, [arrival(3, at=late, slots=[{**second, "revision": 91}, {**first, "slot": SLOT + 2}])], mark=3)
    assert contacts(region) == [Contact.MADE, Contact.NONE_DUE, Contact.NONE_DUE]


def test_a_slot_that_came_late_although_the_station_was_on_is_a_contact_that_failed(region: Engine) -> None:
    on = [{**FULL["slots"][0], "slot": SLOT + at, "seconds_on": 900} for at in range(4)]
    commit(region, [arrival(1, at=(SLOT + 4) * 900 + 40, slots=on)], mark=1)
    assert contacts(region) == [Contact.FAILED, Contact.FAILED, Contact.MADE, Contact.MADE]
