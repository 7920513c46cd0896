"""One linear program asked many questions: each answer begins where the one before ended."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
Sparse = Any  # a scipy sparse array; its annotations do not know its shape


# Presolving undoes the warm start, and costs more than it saves on statements that are all ones.
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 0, "presolve": "off", "solver": "simplex"}
_DUAL, _PRIMAL = 1, 4
LEAST_DUAL = 1e-9


class Unsolved(Exception):
    """The solver found no answer to a program that has one, or that may have none."""


class Program:
    """Variables within bounds, sums of them within bounds, and an aim that changes.

    matrix: one row for each sum. low, high: of each variable. sum_low, sum_high: of each sum.
    whole: whether every variable is a whole number.
    """

    def __init__(
        self,
        matrix: Sparse,
        low: Numbers,
        high: Numbers,
        sum_low: Numbers,
        sum_high: Numbers,
        *,
        whole: bool = False,
    ) -> None:
        import highspy

        columns: Sparse = csc_array(matrix)
        rows, size = columns.shape
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = size, rows
        program.col_cost_ = np.zeros(size)
        program.col_lower_, program.col_upper_ = low, high
        program.row_lower_, program.row_upper_ = sum_low, sum_high
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = columns.indptr.astype(np.int32)
        program.a_matrix_.index_ = columns.indices.astype(np.int32)
        program.a_matrix_.value_ = columns.data.astype(np.float64)
        if whole:
            program.integrality_ = [highspy.HighsVarType.kInteger] * size
        self._solver: Any = highspy.Highs()  # its annotations lack some of its methods
        for option, value in OPTIONS.items():
            self._solver.setOptionValue(option, value)
        self._solver.passModel(program)
        self._best = highspy.HighsModelStatus.kOptimal
        self._endless = {
            highspy.HighsModelStatus.kUnbounded,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        }
        self._low, self._high = low, high
        self._aimed = np.zeros(size, dtype=bool)
        self._bounds_changed = True

    def bound(self, low: Numbers, high: Numbers) -> None:
        """Change the bounds of the variables; the solver is told only of those that differ."""
        changed = np.flatnonzero((low != self._low) | (high != self._high))
        self._bounds_changed = True
        self._solver.changeColsBounds(len(changed), changed.astype(np.int32), low[changed], high[changed])
        self._low, self._high = low, high

    def limit(self, places: Places, low: Numbers, high: Numbers) -> None:
        """Change the bounds of some sums."""
        self._bounds_changed = True
        self._solver.changeRowsBounds(len(places), places.astype(np.int32), low, high)

    def aim(self, places: Places, costs: Numbers) -> None:
        """Make the sum of `costs` times these variables what is to be least; the others cost nothing."""
        mine = np.zeros(len(self._aimed), dtype=bool)
        mine[places] = True
        stale = np.flatnonzero(self._aimed & ~mine).astype(np.int32)
        self._solver.changeColsCost(len(stale), stale, np.zeros(len(stale)))
        self._solver.changeColsCost(len(places), places.astype(np.int32), costs)
        self._aimed = mine

    def least(self) -> float:
        """The least value of the aim; minus infinity when it has no end.

        Raises: Unsolved when nothing meets the bounds.
        """
        status = self._run()
        if status in self._endless:
            return -np.inf
        if status != self._best:
            raise Unsolved(f"The solver stopped with {status}.")
        return float(self._solver.getInfo().objective_function_value)

    def solve(self) -> Numbers:
        """The variables where the aim is least.

        Raises: Unsolved when nothing meets the bounds, or the aim has no end.
        """
        status = self._run()
        if status != self._best:
            raise Unsolved(f"The solver stopped with {status}.")
        return np.array(self._solver.getSolution().col_value)

    def leaning(self) -> Places:
        """The sums whose bounds the last answer leans on: without any of the others it would be as good.

        It is what the dual values prove: where a sum has none, its bounds are no part of the proof.
        """
        return np.flatnonzero(np.abs(np.array(self._solver.getSolution().row_dual)) > LEAST_DUAL)

    def _run(self) -> Any:
        # An answer stays feasible when only the aim changes, and best when only bounds do: each has its simplex.
        self._solver.setOptionValue("simplex_strategy", _DUAL if self._bounds_changed else _PRIMAL)
        self._bounds_changed = False
        self._solver.run()
        return self._solver.getModelStatus()
