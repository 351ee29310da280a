"""The one door through which a numerical solver, HiGHS, comes into the domain.

It is loaded when a question is asked, never at the start of the program. Answers depend on the question alone: one
thread, a fixed seed, and limits in steps of work instead of seconds.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import highspy

INFINITY = float("inf")

Entries = Sequence[tuple[int, float]]
"""Column and factor of what a row adds up."""


class Row(NamedTuple):
    """Lower ≤ what the entries add up to ≤ upper."""

    entries: Entries
    lower: float
    upper: float


class Extreme(NamedTuple):
    value: float
    """Infinite where nothing bounds it."""
    point: Sequence[float]
    """One place where it is reached; empty where nothing bounds it."""
    prices: Sequence[float]
    """For each row, what the value gains when the row's bounds move up by one."""


class Contradiction(Exception):
    """No numbers satisfy all rows."""


class NoAnswer(RuntimeError):
    """The solver gave up; its text names its reason."""


class Polytope:
    """All points within the bounds of columns and rows."""

    def __init__(self, columns: Sequence[tuple[float, float]], rows: Sequence[Row]) -> None:
        self._highs = _highs(columns, [0.0] * len(columns), rows)
        # A question starts where the last one ended; presolve would begin anew.
        self._highs.setOptionValue("presolve", "off")
        self._highs.setOptionValue("solver", "simplex")
        self._highs.setOptionValue("simplex_strategy", 4)
        self._asked: int | None = None

    def extreme(self, column: int, *, greatest: bool) -> Extreme:
        """The least or greatest value of a column; raises Contradiction."""
        import highspy  # noqa: PLC0415 the door: loaded late

        if self._asked is not None:
            self._highs.changeColCost(self._asked, 0.0)
        self._asked = column
        self._highs.changeColCost(column, -1.0 if greatest else 1.0)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return Extreme(INFINITY if greatest else -INFINITY, (), ())
        if status == highspy.HighsModelStatus.kInfeasible:
            raise Contradiction
        if status != highspy.HighsModelStatus.kOptimal:
            raise NoAnswer(f"the solver ended with “{self._highs.modelStatusToString(status)}”")
        solution = self._highs.getSolution()
        sign = -1.0 if greatest else 1.0
        point = list(solution.col_value)
        return Extreme(point[column], point, [sign * price for price in solution.row_dual])


def cheapest(costs: Sequence[float], rows: Sequence[Row], fixed: Collection[int], nodes: int) -> list[bool]:
    """Yes or no for each column, so that all rows hold, the fixed ones are yes, and the yes cost little.

    The least cost where `nodes` branchings suffice, else the best that was found. Raises Contradiction.
    """
    import highspy  # noqa: PLC0415 the door: loaded late

    bounds = [(1.0 if column in fixed else 0.0, 1.0) for column in range(len(costs))]
    highs = _highs(bounds, costs, rows, whole=True)
    highs.setOptionValue("mip_max_nodes", nodes)
    highs.setOptionValue("mip_rel_gap", 0.002)
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise Contradiction
    values = list(highs.getSolution().col_value)
    if len(values) != len(costs) or not highs.getSolution().value_valid:
        raise NoAnswer(f"the solver ended with “{highs.modelStatusToString(status)}” and found nothing")
    return [value > 0.5 for value in values]  # noqa: PLR2004 between no and yes


def _highs(
    columns: Sequence[tuple[float, float]], costs: Sequence[float], rows: Sequence[Row], *, whole: bool = False
) -> "highspy.Highs":
    import highspy  # noqa: PLC0415 the door: loaded late

    program = highspy.HighsLp()
    program.num_col_ = len(columns)
    program.num_row_ = len(rows)
    program.col_cost_ = list(costs)
    program.col_lower_ = [lower for lower, _ in columns]
    program.col_upper_ = [upper for _, upper in columns]
    program.row_lower_ = [row.lower for row in rows]
    program.row_upper_ = [row.upper for row in rows]
    starts, indices, factors = [0], [], []
    for row in rows:
        indices += [column for column, _ in row.entries]
        factors += [float(factor) for _, factor in row.entries]
        starts.append(len(indices))
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = starts
    program.a_matrix_.index_ = indices
    program.a_matrix_.value_ = factors
    if whole:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(columns)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its own stubs leave this one out
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    if highs.passModel(program) != highspy.HighsStatus.kOk:
        raise NoAnswer("the solver refused the question")
    return highs
