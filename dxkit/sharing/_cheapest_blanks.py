"""Which blanks together lose the fewest people, where a system is small enough to ask at once?

A mixed-integer programme: every target has a movement of its own that fits all equations, and a
cell that moves in any of them is blank. It is the first model of Fischetti & Salazar, "Solving the
cell suppression problem on tabular data with linear constraints", Management Science 47, 2001,
without an attacker's external bounds. No cell may move further than the target, which loses nothing
in one two-way table and may lose a little elsewhere.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import block_diag, coo_array, csr_array, hstack, identity, kron, vstack

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._optimise.highs import NO_LIMIT, solve_model
from dxkit.sharing._cell_movement import MovementProgram, Target

# columns of the programme; larger ones are not tried
COLUMN_LIMIT = 12_000
# columns times nodes of the search tree after which the search stops with what it has
SEARCH_LIMIT = 600_000
# a cell counts as chosen from here on: the solver's whole numbers are whole within 1e-6
CHOSEN = 0.5


def find_cheapest_blanks(
    program: MovementProgram, targets: Sequence[Target], must_stay: BoolArray, cost: FloatArray
) -> BoolArray | None:
    """Find which cells beside those that stay blank cost least; None if that is not known.

    Parameters
    ----------
    program
        Of the whole system.
    targets
        Movements that must be possible.
    must_stay
        Which cells are blank in any case.
    cost
        Of blanking each cell.
    """
    optional = np.flatnonzero(~must_stay[program.movable])
    width = program.matrix.shape[1]
    column_count = len(optional) + len(targets) * width
    if not targets or not len(optional) or column_count > COLUMN_LIMIT:
        return None
    lower = [np.zeros(len(optional))]
    upper = [np.ones(len(optional))]
    for target in targets:
        low, high = _bound_movement(program, target)
        lower.append(low)
        upper.append(high)
    rows, low_sides, high_sides = _build_rows(program, targets, optional)
    solution = solve_model(
        np.concatenate([cost[program.movable[optional]], np.zeros(len(targets) * width)]),
        rows,
        low_sides,
        high_sides,
        lower=np.concatenate(lower),
        upper=np.concatenate(upper),
        integers=np.arange(column_count) < len(optional),
        node_limit=SEARCH_LIMIT // column_count,
    )
    if not solution.has_values:
        return None
    is_blank = np.zeros(len(must_stay), dtype=np.bool_)
    is_blank[program.movable[optional[solution.values[: len(optional)] > CHOSEN]]] = True
    return is_blank


def _bound_movement(program: MovementProgram, target: Target) -> tuple[FloatArray, FloatArray]:
    """Bound the columns of a target's own movement: it moves as far as it needs."""
    size = len(program.movable)
    low = program.lower.copy()
    high = program.upper.copy()
    high[: 2 * size] = np.minimum(high[: 2 * size], abs(target.change))
    rise, fall = program.find_columns(target.cell)
    column, still = (rise, fall) if target.change > 0 else (fall, rise)
    low[column] = high[column] = abs(target.change)
    high[still] = 0.0
    return low, high


def _build_rows(
    program: MovementProgram, targets: Sequence[Target], optional: IntArray
) -> tuple[csr_array, FloatArray, FloatArray]:
    """Build the equations of every movement, and what ties its cells to their being blank."""
    size = len(program.movable)
    width = program.matrix.shape[1]
    moves = kron(identity(len(targets)), program.matrix)
    equations = hstack([csr_array((moves.shape[0], len(optional))), moves])
    ties = []
    for target in targets:
        # as shares of the way that each may go at most: of a cell's two columns one is zero
        reach = np.minimum(program.upper[: 2 * size], abs(target.change))
        way = np.divide(1.0, reach, out=np.zeros_like(reach), where=reach > 0)
        numbers = np.arange(len(optional))
        columns = np.concatenate([optional, size + optional])
        entries = (way[columns], (np.tile(numbers, 2), columns))
        ties.append(coo_array(entries, shape=(len(optional), width)))
    tied = hstack(
        [
            kron(np.ones((len(targets), 1)), -identity(len(optional))),
            block_diag(ties),
        ]
    )
    sides = np.tile(program.sides, len(targets))
    low = np.concatenate([sides, np.full(tied.shape[0], -NO_LIMIT)])
    high = np.concatenate([sides, np.zeros(tied.shape[0])])
    return csr_array(vstack([equations, tied])), low, high
