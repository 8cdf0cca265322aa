"""How far can one cell move, and which others move with it, while every equation holds?

`MovementProgram` answers with a linear programme for one cell after another. The moved table is a
`Witness`: it fits everything that is printed, so no reader can exclude it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array, hstack

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._optimise.highs import NO_LIMIT, LinearProgram
from dxkit._optimise.solution import Solution

# people; smaller movements are the solver's rounding
SMALLEST_CHANGE = 1e-6


@dataclass(frozen=True)
class CellState:
    """What is known of each unknown before suppression.

    Attributes
    ----------
    values
        The true value; NaN where the publisher does not know it either.
    is_blank
        Whether it is withheld.
    is_fixed
        Whether it has been printed before and cannot be withheld any more.
    places
        In how many places of the tables it stands, printed or blank.
    low
        The least value that a reader takes for possible, should it be blank.
    """

    values: FloatArray
    is_blank: BoolArray
    is_fixed: BoolArray
    places: IntArray
    low: FloatArray


@dataclass(frozen=True)
class Target:
    """A cell that must be able to rise (or, by a negative change, fall) by so much."""

    cell: int
    change: float


@dataclass
class Witness:
    """A table that fits what is printed: which cells differ from the truth, and by how much."""

    targets: list[Target]
    cells: IntArray
    changes: FloatArray

    def serves(self, target: Target) -> bool:
        """Whether the target's cell moves as far as it needs."""
        position = np.flatnonzero(self.cells == target.cell)
        if not len(position):
            return False
        change = float(self.changes[position[0]]) * np.sign(target.change)
        return bool(change >= abs(target.change) - SMALLEST_CHANGE)


class MovementProgram:
    """The linear programme that moves one cell and seeks the cheapest others to move with it.

    Every known cell has two columns, what it rises and what it falls; an unknown one has one, its
    value.

    Parameters
    ----------
    equations
        Of all cells.
    state
        What is known of them.
    is_movable
        Which cells may move; the others keep their value.

    Attributes
    ----------
    movable
        The known cells that may move, in the order of their columns: what each rises, then what
        each falls; unknown cells follow.
    matrix, sides, lower, upper
        The equations of these columns, and how far each may go.
    """

    def __init__(self, equations: csc_array, state: CellState, is_movable: BoolArray) -> None:
        self.solved_count = 0
        self._is_unknown = np.isnan(state.values)
        # a printed 0 stays: zeros are published, so that every blank is at least 1
        has_room = is_movable & ~state.is_fixed & ((state.values != 0) | state.is_blank)
        self.movable = np.flatnonzero(has_room & ~self._is_unknown)
        self._unknown = np.flatnonzero(self._is_unknown)
        self._position_of = np.full(len(state.values), -1)
        self._position_of[self.movable] = np.arange(len(self.movable))
        moved = equations[:, self.movable]
        free = equations[:, self._unknown]
        constant = equations @ np.where(self._is_unknown, 0.0, state.values)
        matrix = csr_array(hstack([moved, -moved, free], format="csr"))
        is_needed = np.diff(matrix.indptr) > 0
        sides = -constant[is_needed]
        room_below = state.values[self.movable] - state.low[self.movable]
        self.upper = np.concatenate(
            [
                np.full(len(self.movable), NO_LIMIT),
                np.where(np.isinf(room_below), NO_LIMIT, np.maximum(room_below, 0.0)),
                np.full(len(self._unknown), NO_LIMIT),
            ]
        )
        self.lower = np.concatenate([np.zeros(2 * len(self.movable)), state.low[self._unknown]])
        self.matrix = matrix[is_needed]
        self.sides = sides
        self._program = LinearProgram(self.matrix, sides, sides, upper=self.upper, lower=self.lower)

    def move_cell(self, target: Target, cost: FloatArray) -> Witness | None:
        """Move a cell at the least cost (one number a cell); None if nothing moves it so far."""
        solution = self._solve(target, cost)
        if not solution.has_values:
            return None
        size = len(self.movable)
        changes = solution.values[:size] - solution.values[size : 2 * size]
        has_moved = np.abs(changes) > SMALLEST_CHANGE
        return Witness([target], self.movable[has_moved], changes[has_moved])

    def hold_cell(self, cell: int) -> None:
        """Let a cell keep its value from now on."""
        for column in self.find_columns(cell):
            self._program.change_bounds(column, 0.0, 0.0)

    def release_cell(self, cell: int) -> None:
        """Let a cell move again."""
        for column in self.find_columns(cell):
            self._program.change_bounds(column, 0.0, self.upper[column])

    def find_columns(self, cell: int) -> tuple[int, int]:
        """Find the columns of what a cell rises and falls."""
        position = int(self._position_of[cell])
        return position, position + len(self.movable)

    def _solve(self, target: Target, cost: FloatArray) -> Solution:
        self.solved_count += 1
        rise, fall = self.find_columns(target.cell)
        column = rise if target.change > 0 else fall
        still = fall if target.change > 0 else rise
        self._program.change_bounds(column, abs(target.change), self.upper[column])
        self._program.change_bounds(still, 0.0, 0.0)
        weights = cost[self.movable]
        solution = self._program.minimise(
            np.concatenate([weights, weights, np.zeros(len(self._unknown))])
        )
        self._program.change_bounds(column, 0.0, self.upper[column])
        self._program.change_bounds(still, 0.0, self.upper[still])
        return solution
