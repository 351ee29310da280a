"""Two computers under one secret are found; one computer, whatever happens to its disk and its envelopes, never is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.domain.clones import Clone, Sighting, Trace, forgets, look, step, trace_of, words_of

SECRET = "c" * 16


def sighting(name: str, named: str | None, run: str | None = None, key: str | None = None) -> Sighting:
    return Sighting(SECRET, padded(name, 32), named and padded(named, 32), padded(run or name[0], 16), key)


def padded(name: str, length: int) -> str:
    return name.encode().hex().rjust(length, "0")


def told(story: str) -> list[Sighting]:
    """ "A2(A1)" is an envelope of run A that names A1; "P" stands for one of before, "-" for none."""
    found = []
    for word in story.replace("|", " ").split():
        name, _, rest = word.partition("(")
        named = rest.rstrip(")")
        found.append(sighting(name, None if named == "-" else named))
    return found


def verdict(seen: Iterable[Sighting]) -> Clone | None:
    """The first one; on the stored form, as in the collector, and step by step the same as on what it stands for."""
    words, trace = "", Trace()
    for one in seen:
        words, clone, is_forgetful = step(words, one)
        trace, expected = look(trace, one)
        assert (words, clone, is_forgetful) == (words_of(trace), expected, forgets(trace))
        assert trace_of(words) == trace
        if clone is not None:
            return clone
    return None


@pytest.mark.parametrize(
    ("history", "clone"),
    [
        ("A1(-) A2(A1) A3(A2)", None),
        ("A1(-) A2(A1) B1(A2) B2(B1) C1(B2)", None),
        ("A1(-) A1(-) A1(-) A2(A1) A2(A1)", None),
        ("A1(-) A2(A1) B1(A2) B2(B1) A2(A1) B3(B2) A1(-) B4(B3) A2(A1) B5(B4)", None),
        ("A1(-) B1(A1) A2(A1) B2(B1) B3(B2)", None),
        ("A1(-) A2(A1) B1(A3) A3(A2) B2(B1) B3(B2) B4(B3)", None),
        ("A1(P) A2(A1) | B1(P) B2(B1) | C1(P) C2(C1) | D1(P) D2(D1)", None),
        ("A1(P) A2(A1) A3(A1) A4(A3)", None),
        ("A1(P) B1(P) A2(A1) A3(A1) A2(A1) B2(B1) A4(A3) B3(B2)", Clone.RUNS),
        ("R1(P) | B1(R1) B2(B1) | R2(R1) R3(R2) | C1(R1) C2(C1) | R4(R1) R5(R4) | D1(R1) D2(D1) D3(D2)", None),
        ("R1(P) | B1(R1) B2(B1) | R2(R1) R3(R2) B3(B2)", None),
        ("A1(P) B1(P) A2(A1) B2(B1) A3(A2)", None),
        ("A1(P) B1(P) A2(A1) B2(B1) A3(A2) B3(B2)", Clone.RUNS),
        ("A1(P) A2(A1) A3(A2) B1(P) A4(A3) B2(B1) A5(A4) B3(B2)", Clone.RUNS),
        ("A1(P) B1(P) C1(B1) A2(A1) A3(A2) C2(C1) C3(C2)", Clone.RUNS),
    ],
    ids=[
        "one run",
        "restarts",
        "doubled",
        "late copies of both envelopes of an older run, again and again",
        "a late envelope",
        "a late envelope that the next run names already",
        "a frozen disk",
        "an answer that was lost",
        "two computers, an answer was lost and the envelope came again",
        "a frozen disk whose old run speaks after each reboot",
        "the same, and the last envelope of the boot before comes late",
        "not proved yet",
        "two computers",
        "two computers, one of them first",
        "two computers, one of them restarted",
    ],
)
def test_the_worked_examples(history: str, clone: Clone | None) -> None:
    assert verdict(told(history)) is clone


def test_two_hardware_keys_under_one_secret_are_two_computers_at_once() -> None:
    one, other = "1" * 64, "2" * 64
    seen = [sighting("A1", None, key=one), sighting("A2", "A1"), sighting("A3", "A2", key=one)]
    assert verdict(seen) is None
    assert verdict([*seen, sighting("B1", "A3", key=other)]) is Clone.HARDWARE


def test_a_new_secret_begins_with_nothing_remembered() -> None:
    seen = told("A1(P) B1(P) A2(A1) B2(B1) A3(A2)")
    after = [one._replace(credential="d" * 16) for one in told("B3(B2) A4(A3) B4(B3)")]
    assert verdict([*seen, *after]) is None


def test_a_station_without_a_run_is_not_looked_at() -> None:
    assert verdict([one._replace(run_id=None) for one in told("A1(P) B1(P) A2(A1) B2(B1) A3(A2) B3(B2)")]) is None


@pytest.mark.parametrize(
    ("history", "is_forgetful"),
    [
        ("A1(-) A2(A1)", False),
        ("A1(P) A2(A1) B1(A2)", False),
        ("A1(P) A2(A1) B1(P)", True),
        ("A1(P) B1(P) B2(B1)", True),
        ("A1(P) B1(P) C1(B1)", False),
    ],
)
def test_a_station_that_begins_again_from_the_same_envelope_forgets(history: str, is_forgetful: bool) -> None:
    trace = Trace()
    for one in told(history):
        trace, _ = look(trace, one)
    assert forgets(trace) is is_forgetful


def test_the_longest_trace_fits_its_column() -> None:
    trace = Trace()
    for number in range(2_000_000, 2_000_020):
        one = Sighting(SECRET, f"{number:032x}"[::-1], f"{number:032x}"[::-1], f"{number:016x}"[::-1], "f" * 64)
        trace, _ = look(trace, one)
    trace = trace._replace(
        taken=9_999_999,
        runs=tuple(run._replace(first=9_999_999, last=9_999_999, crossed=9_999_999) for run in trace.runs),
    )
    assert len(words_of(trace)) <= 700
    assert trace_of(words_of(trace)) == trace


# --- histories drawn at random ------------------------------------------------------------------------------------


class Computer:
    """A computer as the agent makes it: a run, and the last envelope whose answer it heard."""

    def __init__(self, name: str, heard: str | None = None) -> None:
        self.name, self.heard = name, heard
        self.frozen = heard
        self.runs = self.envelopes = 0
        self.boot()

    def boot(self, *, frozen: bool = False) -> None:
        self.runs += 1
        self.run = f"{self.name}{self.runs}"
        if frozen:
            self.heard = self.frozen

    def send(self, *, answered: bool = True) -> Sighting:
        self.envelopes += 1
        name = f"{self.name}-{self.envelopes}"
        one = sighting(name, self.heard, run=self.run)
        if answered:
            self.heard = name
        return one


class Step(NamedTuple):
    """What happens next on one computer, and what the network makes of the envelope."""

    what: str
    copies: tuple[int, ...]
    """After how many further envelopes copies of it arrive."""


STEPS = st.builds(
    Step,
    st.sampled_from(["send", "send", "send", "send", "answer lost", "restart", "freeze", "reset"]),
    st.lists(st.integers(0, 12), max_size=2).map(tuple),
)


def arrivals(computer: Computer, steps: Sequence[Step]) -> list[Sighting]:
    """What the collector gets: each envelope, at once or late, and copies of it later."""
    pending: dict[int, list[Sighting]] = {}
    seen: list[Sighting] = []
    for number, one_step in enumerate(steps):
        if one_step.what == "restart":
            computer.boot()
        elif one_step.what == "freeze":
            computer.frozen = computer.heard
        elif one_step.what == "reset":
            computer.boot(frozen=True)
        else:
            one = computer.send(answered=one_step.what == "send")
            late = one_step.what == "answer lost" and one_step.copies
            # What was answered had arrived by then; an envelope whose answer never came may arrive whenever it likes.
            if not late:
                seen.append(one)
            for later in one_step.copies:
                pending.setdefault(number + later, []).append(one)
        seen += pending.pop(number, [])
    return seen


@given(st.lists(STEPS, max_size=80))
@example([Step("send", ()), Step("send", (2,)), Step("restart", ()), *[Step("send", ())] * 4])
@example(
    # Copies of the first three envelopes of a run come in order: the first one before the restart, two behind it.
    [
        *(Step("send", (5,)), Step("send", (6,)), Step("send", (5,)), *[Step("send", ())] * 3),
        *(Step("restart", ()), *[Step("send", ())] * 3),
    ]
)
def test_one_computer_is_never_taken_for_two(steps: list[Step]) -> None:
    assert verdict(arrivals(Computer("A"), steps)) is None


@given(st.data(), st.integers(0, 5))
def test_two_living_computers_are_found_before_either_has_called_a_dozen_times(
    data: st.DataObject, before: int
) -> None:
    original = Computer("A")
    seen = [original.send() for _ in range(before)]
    copy = Computer("B", original.heard)
    calls = {"A": 0, "B": 0}
    lost = {"A": False, "B": False}
    while min(calls.values()) < 12:
        # Each calls about as often as the other, whoever is first: never more than four times in a row.
        turns = data.draw(st.lists(st.sampled_from([original, copy]), min_size=1, max_size=4))
        for computer in [*turns, original, copy]:
            lost[computer.name] = not lost[computer.name] and data.draw(st.booleans())
            seen.append(computer.send(answered=not lost[computer.name]))
            calls[computer.name] += 1
    assert verdict(seen) is Clone.RUNS
