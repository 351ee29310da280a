import json
import subprocess
import sys

import pytest

from collector.domain.solver import INFINITY, Contradiction, Polytope, Row, cheapest


def test_the_least_and_greatest_value_within_rows_and_bounds() -> None:
    asked = Polytope([(1, INFINITY), (1, INFINITY)], [Row([(0, 1), (1, 1)], 10, 10)])
    assert asked.extreme(0, greatest=True).value == 9
    assert asked.extreme(0, greatest=False).value == 1
    assert asked.extreme(0, greatest=True).point == [9, 1]
    assert asked.extreme(0, greatest=True).prices == [1]


def test_what_nothing_bounds_is_infinite() -> None:
    assert Polytope([(0, INFINITY)], []).extreme(0, greatest=True).value == INFINITY


def test_rows_that_no_numbers_satisfy_are_a_contradiction() -> None:
    with pytest.raises(Contradiction):
        Polytope([(1, INFINITY)], [Row([(0, 1)], 0, 0)]).extreme(0, greatest=True)
    with pytest.raises(Contradiction):
        cheapest([1.0], [Row([(0, 1)], 2, INFINITY)], (), 10)


def test_the_cheapest_company_of_a_fixed_choice() -> None:
    one_more = Row([(1, 1), (2, 1), (0, -1)], 0, INFINITY)
    assert cheapest([1, 3, 2], [one_more], {0}, 10) == [True, False, True]


def test_the_solver_is_not_loaded_before_it_is_asked() -> None:
    code = "import sys, collector.cli, json; print(json.dumps([name for name in sys.modules if '.' not in name]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert not {"highspy", "numpy"} & set(json.loads(done.stdout))
