r"""What do cuts say about the best coverage, where a row for each place would be too much to solve?

The linear relaxation of the maximal covering problem in the columns y alone (Benders' way; Cordeau,
Furini and Ljubić 2019): max Σ_g θ_g with Σ y ≤ p, where θ_g is the weight covered in a group g of
rows. Any set M of rows gives a cut, θ_g ≤ Σ_{i ∈ g \ M} w_i + Σ_{i ∈ g ∩ M} w_i Σ_j a_ij y_j; the
tightest one at a point y is that of the rows which y covers by less than 1. The duals of the cuts
are prices of the rows, and so give the bound of `dxkit._optimise.lagrangian`.

Only some columns are active. Rows that the active columns do not tell apart are one row, and the
prices show which other columns have to become active (sifting).
"""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._optimise.cover import CoverMatrix, choose_greedily, merge_rows
from dxkit._optimise.highs import NO_LIMIT, HighsSolver, build_model

# a row covered by less than 1, up to rounding
NEARLY_COVERED = 1 - 1e-9
# a cut that a solution passes by less, in units of weight, is not worth adding
SMALLEST_VIOLATION = 1e-4
# a cut with more slack, in units of weight, is left out when the programme is built anew
LARGEST_SLACK = 1.0
# groups of rows for each column to be chosen: with one group a cut says little, with one a row
# there are too many of them
GROUPS_FACTOR = 3


@dataclass(frozen=True)
class CutSet:
    """The cuts of one set of rows, for some groups.

    Attributes
    ----------
    is_partial
        Of the cover's rows, those of the set M.
    groups
        The groups for which the cut is part of the programme.
    rows
        The rows of M that lie in these groups.
    cut_of_row
        Of each of these rows, the position of its group in ``groups``.
    """

    is_partial: BoolArray
    groups: IntArray
    rows: IntArray
    cut_of_row: IntArray


def build_cut_set(is_partial: BoolArray, groups: IntArray, group_of_row: IntArray) -> CutSet:
    """Build the cuts of a set of rows for some groups."""
    # the position of each group's cut; -1 for groups without one (the last group is the largest)
    cut_of_group = np.full(int(max(group_of_row.max(initial=0), groups.max())) + 1, -1, np.intp)
    cut_of_group[groups] = np.arange(len(groups))
    rows = np.flatnonzero(is_partial & (cut_of_group[group_of_row] >= 0))
    return CutSet(is_partial, groups, rows, cut_of_group[group_of_row[rows]])


@dataclass(frozen=True)
class CutSolution:
    """What the cuts allow.

    Attributes
    ----------
    shares
        The share in which each active column is chosen.
    group_values
        The weight that the cuts allow in each group.
    value
        Their sum: no choice of active columns covers more.
    """

    shares: FloatArray
    group_values: FloatArray
    value: float


def group_rows(cover: CoverMatrix, count: int) -> tuple[IntArray, int]:
    """Group the rows by the first column that covers them, in the order of greed.

    Returns
    -------
    tuple
        The group of each row, and how many groups there are.
    """
    group_count = min(GROUPS_FACTOR * count, cover.rows.shape[1])
    group = np.full(cover.rows.shape[0], group_count, dtype=np.intp)
    # from the last column to the first, so that the first one has the last word
    for position, column in reversed(list(enumerate(choose_greedily(cover, group_count)))):
        starts = cover.columns.indptr
        group[cover.columns.indices[starts[column] : starts[column + 1]]] = position
    return group, group_count + 1


class CutProgramme:
    """The linear programme of the module's docstring, which grows by cuts.

    Parameters
    ----------
    cover
        All rows and columns.
    count
        How many columns may be chosen.
    active
        Positions of the active columns, ascending.
    grouping
        Of `group_rows`.
    cut_sets
        Cuts to begin with.
    """

    def __init__(
        self,
        cover: CoverMatrix,
        count: int,
        active: IntArray,
        grouping: tuple[IntArray, int],
        cut_sets: list[CutSet],
    ) -> None:
        self.active = active
        self._cover = cover
        self._group, self._group_count = grouping
        self._active_rows = sp.csr_array(cover.rows[:, active])
        self._small = merge_rows(self._active_rows, cover.weights)
        is_open = self._small.row_of_place >= 0
        # the weight of each group in each merged row
        self._group_weights = sp.csr_array(
            (cover.weights[is_open], (self._group[is_open], self._small.row_of_place[is_open])),
            shape=(self._group_count, len(self._small.weights)),
        )
        self._totals = self._group_weights.sum(axis=1)
        self._solver = self._build_solver(count)
        self._upper = np.ones(len(active))
        self._lower = np.zeros(len(active))
        self.value = np.inf
        self.cut_sets: list[CutSet] = []
        # the first row of each set; rows of regions may stand between
        self._starts: list[int] = []
        self._row_count = 1
        self._region_rows: list[int] = []
        if cut_sets:
            self._add_sets(cut_sets)

    @property
    def cut_count(self) -> int:
        """How many cuts there are."""
        return sum(len(cut_set.groups) for cut_set in self.cut_sets)

    def limit_shares(self, lower: FloatArray, upper: FloatArray) -> None:
        """Let the shares of the active columns lie between other ends."""
        changed = np.flatnonzero((lower != self._lower) | (upper != self._upper)).astype(np.int32)
        if changed.size:
            self._solver.changeColsBounds(len(changed), changed, lower[changed], upper[changed])
        self._lower = lower.copy()
        self._upper = upper.copy()

    def add_region(self, columns: IntArray) -> None:
        """Add a row that can limit how many of these columns are chosen."""
        active = np.flatnonzero(np.isin(self.active, columns)).astype(np.int32)
        self._solver.addRow(-NO_LIMIT, NO_LIMIT, len(active), active, np.ones(len(active)))
        self._region_rows.append(self._row_count)
        self._row_count += 1

    def limit_regions(self, low: FloatArray, high: FloatArray) -> None:
        """Let the number of chosen columns of each region lie between these ends."""
        for row, least, most in zip(self._region_rows, low, high, strict=True):
            self._solver.changeRowBounds(row, least, most)

    def read_region_prices(self) -> FloatArray:
        """Read the sizes of the prices of the regions' limits off the last solution."""
        return np.asarray(self._duals[self._region_rows])

    def solve(self) -> CutSolution:
        """Solve the programme as it stands, from the last solution on.

        Raises
        ------
        InfeasibleError
            If the limits of regions and shares exclude each other.
        """
        # another solver may have run since (see `HighsSolver`)
        highspy.Highs.resetGlobalScheduler(True)
        self._solver.run()
        values = np.asarray(self._solver.getSolution().col_value)
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # after many changes the last basis may be of no use: once more from the beginning
            self._solver.clearSolver()
            self._solver.run()
            values = self._solver.read_solution(is_integer=False).require_values()
        # a solution a little outside its limits will do: the bound is computed from the prices
        self._duals = np.abs(np.asarray(self._solver.getSolution().row_dual))
        self.value = float(self._solver.getInfo().objective_function_value)
        column_count = len(self.active)
        return CutSolution(values[:column_count], values[column_count:], self.value)

    def cover_rows(self, shares: FloatArray) -> float:
        """Compute the weight that shares of the active columns cover."""
        covered = np.minimum(self._small.rows @ shares, 1.0)
        return float((covered * self._small.weights).sum())

    def add_cuts(self, shares: FloatArray, solution: CutSolution | None = None) -> int:
        """Add the tightest cuts at a point, for the groups where they cut off the solution.

        Returns
        -------
        int
            How many cuts were added.
        """
        is_partial = self._small.rows @ shares < NEARLY_COVERED
        constants, slopes = self._cut_coefficients(is_partial)
        groups = np.arange(self._group_count)
        if solution is not None:
            limits = solution.group_values - SMALLEST_VIOLATION
            groups = np.flatnonzero(constants + slopes @ solution.shares < limits)
        if not groups.size:
            return 0
        # rows that no active column covers are covered by nothing, and belong to the set
        whole = np.append(is_partial, True)[self._small.row_of_place]
        self.cut_sets.append(build_cut_set(whole, groups, self._group))
        self._starts.append(self._row_count)
        self._pass_rows(constants[groups], sp.csr_array(slopes[groups]), groups)
        return len(groups)

    def read_prices(self) -> FloatArray:
        """Read the prices of all rows off the duals of the last solution."""
        shares = np.zeros(len(self._cover.weights))
        for start, cut_set in zip(self._starts, self.cut_sets, strict=True):
            # cuts that came after the last solution have no dual yet: they are the last ones
            duals = self._duals[start : start + len(cut_set.groups)]
            if duals.any():
                # no row twice, as each is in one group
                shares[cut_set.rows] += duals[cut_set.cut_of_row]
        # a row that no active column covers costs all of its weight
        shares[self._small.row_of_place < 0] = 1.0
        return self._cover.weights * np.clip(shares, 0.0, 1.0)

    def tight_cut_sets(self) -> list[CutSet]:
        """List the cuts that the last solution meets (with up to `LARGEST_SLACK`)."""
        values = np.asarray(self._solver.getSolution().row_value)
        is_tight = np.asarray(self._solver.getLp().row_upper_)[: len(values)] - values
        is_tight = is_tight <= LARGEST_SLACK
        tight = []
        for start, cut_set in zip(self._starts, self.cut_sets, strict=True):
            groups = cut_set.groups[is_tight[start : start + len(cut_set.groups)]]
            if len(groups) == len(cut_set.groups):
                tight.append(cut_set)
            elif groups.size:
                tight.append(build_cut_set(cut_set.is_partial, groups, self._group))
        return tight

    def _build_solver(self, count: int) -> HighsSolver:
        """Build the programme without cuts."""
        column_count = len(self.active)
        is_column = np.arange(column_count + self._group_count) < column_count
        solver = HighsSolver(use_presolve=False)
        solver.passModel(
            build_model(
                (~is_column).astype(float),
                sp.csr_array(is_column.astype(float)[None, :]),
                np.array([-NO_LIMIT]),
                np.array([float(count)]),
                upper=np.append(np.ones(column_count), self._totals),
                maximise=True,
            )
        )
        return solver

    def _cut_coefficients(self, is_partial: BoolArray) -> tuple[FloatArray, sp.csr_array]:
        """Compute each group's constant and its slope in the active columns."""
        partial = self._group_weights.copy()
        partial.data = np.where(is_partial[partial.indices], partial.data, 0.0)
        partial.eliminate_zeros()
        return self._totals - partial.sum(axis=1), sp.csr_array(partial @ self._small.rows)

    def _add_sets(self, cut_sets: list[CutSet]) -> None:
        """Add cuts of another programme of the same cover, all of them together."""
        is_open = self._small.row_of_place >= 0
        places = []
        rows = []
        start = 0
        for cut_set in cut_sets:
            is_here = is_open[cut_set.rows]
            places.append(cut_set.rows[is_here])
            rows.append(start + cut_set.cut_of_row[is_here])
            self._starts.append(self._row_count + start)
            start += len(cut_set.groups)
        place = np.concatenate(places)
        partial = sp.csr_array(
            (self._cover.weights[place], (np.concatenate(rows), place)),
            shape=(start, len(is_open)),
        )
        groups = np.concatenate([cut_set.groups for cut_set in cut_sets])
        constants = self._totals[groups] - partial.sum(axis=1)
        self.cut_sets.extend(cut_sets)
        self._pass_rows(constants, sp.csr_array(partial @ self._active_rows), groups)

    def _pass_rows(self, constants: FloatArray, slopes: sp.csr_array, groups: IntArray) -> None:
        """Give HiGHS the rows θ_g − slopes · y ≤ constant."""
        row_count = len(groups)
        self._row_count += row_count
        # the entry of θ stands before those of the slopes of its row
        starts = slopes.indptr[:-1]
        columns = np.insert(slopes.indices, starts, len(self.active) + groups)
        values = np.insert(-slopes.data, starts, 1.0)
        self._solver.addRows(
            row_count,
            np.full(row_count, -NO_LIMIT),
            constants,
            len(values),
            (starts + np.arange(row_count)).astype(np.int32),
            columns.astype(np.int32),
            values.astype(np.float64),
        )
