"""What the hashes of sealed days and folded months cover; those of before a number was counted stay as they were."""

from collector.domain.calendar import Month
from collector.domain.offer import SlotKind
from collector.domain.rollups import Key, Sums
from collector.domain.seals import seal
from collector.domain.site_slots import SiteSlot
from collector.storage.queries.rolled_months import sha256_of

NONE = (0, 0, 0, 0)
QUARTER = SiteSlot(2, 1800, 1800, 0, 2, 0, 0, (2, 2, 2, 2), NONE, NONE, NONE, ("0 0 0 0 0 0 0",) * 4)


def test_the_seal_of_a_day_tells_how_many_records_hold_a_session_of_more_than_12_hours() -> None:
    hashes = [seal(1, 20_000, [(1_920_000, QUARTER._replace(records_capped=capped))]).sha256 for capped in (0, 1, 2)]
    assert len(set(hashes)) == 3
    assert seal(1, 20_000, [(1_920_000, QUARTER)]).sha256 == hashes[0]


def test_the_hash_of_a_folded_month_tells_it_as_well() -> None:
    key = Key(9, SlotKind.FREE_ACCESS, several=True)
    hashes = [sha256_of(1, Month(2026, 10), {key: Sums(900, records_capped=capped)}) for capped in (0, 1, 2)]
    assert len(set(hashes)) == 3
    assert sha256_of(1, Month(2026, 10), {key: Sums(900)}) == hashes[0]
