"""Who came to activities, as each reader may see it (D3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.domain.cells import CONFIDENTIAL, counted
from collector.domain.entered import VALUES, Trait
from collector.domain.public import public_of

WOMEN, MEN, OTHER = ((Trait.GENDER, value) for value in VALUES[Trait.GENDER])
Sites = list[dict[tuple[Trait, str], int]]


def test_inside_the_site_everything_is_told_and_what_nobody_counted_is_left_out() -> None:
    assert public_of([{WOMEN: 3, MEN: 12}], everything=True) == [
        (*WOMEN, counted(3)),
        (*MEN, counted(12)),
        (*OTHER, counted(0)),
    ]


def test_outside_a_trait_with_a_small_count_is_hidden_whole_and_for_all_sites_together() -> None:
    small, large = {WOMEN: 9, MEN: 12}, {WOMEN: 10, MEN: 12}
    assert {cell for _, _, cell in public_of([small], everything=False)} == {CONFIDENTIAL}
    assert [cell for _, _, cell in public_of([large], everything=False)] == [counted(10), counted(12), counted(0)]
    # The sum of both, without what the other site published, would be the small one.
    assert {cell for _, _, cell in public_of([small, large], everything=False)} == {CONFIDENTIAL}
    with_ages = {**small, (Trait.AGE, "12_17"): 40}
    told = {trait: cell for trait, _, cell in public_of([with_ages], everything=False)}
    assert told == {Trait.AGE: counted(0), Trait.GENDER: CONFIDENTIAL}


persons = st.dictionaries(st.sampled_from([WOMEN, MEN, OTHER]), st.integers(0, 30))


@settings(max_examples=60)
@given(st.lists(persons, min_size=1, max_size=4))
def test_no_small_count_follows_from_what_the_region_and_all_other_sites_tell(sites: Sites) -> None:
    region = {(trait, value): cell for trait, value, cell in public_of(sites, everything=False)}
    each = [{(trait, value): cell for trait, value, cell in public_of([one], everything=False)} for one in sites]
    for key, cell in region.items():
        assert cell.value is None or not 0 < cell.value < 10
        for at, one in enumerate(sites):
            others = [there.get(key, counted(0)).value for number, there in enumerate(each) if number != at]
            if cell.value is not None and None not in others:
                left = cell.value - sum(value or 0 for value in others)
                assert left == one.get(key, 0)
                assert not 0 < left < 10
