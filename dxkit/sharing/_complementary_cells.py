"""Which further cells must be blank, so that every small count keeps its protection interval?

For each cell that is not yet protected, a linear programme moves it by the width that it needs and
lets the printed cells move with it, each at the cost of what it holds; cells that are blank already
move for next to nothing. What has moved is blanked, and the moved table is a witness: it fits
everything that is printed, so no attack by linear programming can exclude it. When all cells are
protected, blanks that every witness can do without are printed again, the largest first. In a small
system all blanks are then chosen anew at once (`_cheapest_blanks.py`).

The upper protection level is that of Cox, "Suppression methodology and statistical disclosure
control", JASA 75, 1980, and Fischetti & Salazar, "Solving the cell suppression problem on tabular
data with linear constraints", Management Science 47, 2001; the sequence of linear programmes is
that of Robertson & Ethier, "Cell suppression: experience and theory", 2002. In the small
releases that were tried the blanks lose the fewest people possible where no cell moves more than
twice as far as the small one (`tests/benchmarks/suppression.py --least`); in larger ones they are
few, not proven fewest.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import connected_components

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.sharing._cell_movement import (
    SMALLEST_CHANGE,
    CellState,
    MovementProgram,
    Target,
    Witness,
)
from dxkit.sharing._cheapest_blanks import find_cheapest_blanks

# moving a cell that is blank already costs next to nothing, but more than nothing, so that among
# free movements the shortest is chosen
BLANK_COST = 1e-4
# people by which every blank must be able to move: less can be excluded, because counts are whole
LEAST_CHANGE = 1.0
# columns times linear programmes that the search for needless blanks may solve in one block of
# blanks; the same on every machine
PRUNE_LIMIT = 2_000_000
# cells; in larger systems a cell is first moved together with its neighbours only, and the search
# for cheaper blanks is left out
LARGE_SYSTEM = 3_000
# cells of a long equation that count as neighbours, the cheapest ones
NEIGHBOUR_COUNT = 30
# equations between a cell and its farthest neighbour: a rectangle of four cells has three
NEIGHBOUR_DEPTH = 3
# columns times linear programmes that the search for cheaper blanks may solve
EXCHANGE_LIMIT = 1_000_000
# times that all blanks are tried in the search for cheaper ones
EXCHANGE_ROUNDS = 3


class CellProtector:
    """Blanks cells until every target has a witness.

    Parameters
    ----------
    equations, state
        All cells that are published together.
    """

    def __init__(self, equations: csr_array, state: CellState) -> None:
        self._equations = equations
        self._columns = csc_array(equations)
        self._is_large = equations.shape[1] > LARGE_SYSTEM
        self._state = state
        self.is_blank = state.is_blank.copy()
        self._size = np.where(np.isnan(state.values), 0.0, np.abs(state.values))
        # people and one for the cell, at every place where readers would miss it
        self._cost = (self._size + 1.0) * np.maximum(state.places, 1)
        self._witnesses: list[Witness] = []
        self._must_stay = state.is_blank.copy()
        self._highest = np.zeros(len(self._size))
        self._lowest = np.zeros(len(self._size))

    def protect_cells(self, targets: Sequence[Target]) -> list[Target]:
        """Blank what the targets need, and make every blank uncertain; list what cannot be done."""
        # without equations nothing can be worked out; without blanks there is nothing to hide
        if not self._equations.shape[0] or not self.is_blank.any():
            return []
        program = MovementProgram(
            self._columns, self._state, np.ones(len(self._size), dtype=np.bool_)
        )
        # the widest need first: it opens ways that serve the narrower ones
        ordered = sorted(targets, key=lambda target: (-abs(target.change), target.cell))
        failures = [target for target in ordered if not self._serve([target], program)]
        failures += self._loosen_blanks(program)
        self._must_stay = self._state.is_blank.copy()
        self._must_stay[[target.cell for target in targets]] = True
        self._prune_blanks()
        if not failures and not self._is_large:
            self._exchange_blanks(program)
            self._try_cheapest_blanks(program)
        return failures

    def _serve(self, choices: Sequence[Target], program: MovementProgram) -> bool:
        """Give one of several targets a witness, the cheapest; blank what moves in it."""
        for target in choices:
            reach = self._highest if target.change > 0 else -self._lowest
            if reach[target.cell] >= abs(target.change) - SMALLEST_CHANGE:
                witness = next(known for known in self._witnesses if known.serves(target))
                witness.targets.append(target)
                return True
        cost = np.where(self.is_blank, BLANK_COST, self._cost)
        possible: list[Witness] = []
        if self._is_large:
            is_near = self._mark_neighbours(choices[0].cell, cost)
            nearby = MovementProgram(self._columns, self._state, is_near)
            possible = _move_cells(nearby, choices, cost)
        if not possible:
            possible = _move_cells(program, choices, cost)
        if not possible:
            return False
        prices = [float(np.abs(witness.changes) @ cost[witness.cells]) for witness in possible]
        self._accept(possible[int(np.argmin(prices))])
        return True

    def _mark_neighbours(self, cell: int, cost: FloatArray) -> BoolArray:
        """Mark the cells that stand in equations with a cell, the cheapest of long equations."""
        is_near = np.zeros(len(cost), dtype=np.bool_)
        is_near[cell] = True
        fresh = [cell]
        used: set[int] = set()
        for _ in range(NEIGHBOUR_DEPTH):
            rows = {int(row) for near in fresh for row in _list_entries(self._columns, near)}
            fresh = []
            for row in sorted(rows - used):
                cells = _list_entries(self._equations, row)
                # what holds 0 cannot move
                cells = cells[(self._size[cells] > 0) & ~is_near[cells]]
                order = np.argsort(cost[cells], kind="stable")[:NEIGHBOUR_COUNT]
                is_near[cells[order]] = True
                fresh += cells[order].tolist()
            used |= rows
        return is_near

    def _accept(self, witness: Witness) -> None:
        self._witnesses.append(witness)
        self.is_blank[witness.cells] = True
        self._highest[witness.cells] = np.maximum(self._highest[witness.cells], witness.changes)
        self._lowest[witness.cells] = np.minimum(self._lowest[witness.cells], witness.changes)

    def _loosen_blanks(self, program: MovementProgram) -> list[Target]:
        """Let every blank move by one person at least, until no new blank is needed."""
        failures: list[Target] = []
        is_done = np.zeros(len(self._size), dtype=np.bool_)
        while True:
            reach = np.maximum(self._highest, -self._lowest)
            is_tight = self.is_blank & (reach < LEAST_CHANGE - SMALLEST_CHANGE) & ~is_done
            is_tight &= ~np.isnan(self._state.values) & ~self._state.is_fixed
            # a large count that no table shows was never withheld
            is_tight &= self._state.places > 0
            if not is_tight.any():
                return failures
            cell = int(np.flatnonzero(is_tight)[0])
            is_done[cell] = True
            if not self._serve(_list_unit_targets(cell, self._state), program):
                failures.append(Target(cell, LEAST_CHANGE))

    def _exchange_blanks(self, program: MovementProgram) -> None:
        """Print a blank and blank cheaper cells in its place, as long as less is lost."""
        budget = EXCHANGE_LIMIT // max(1, 2 * len(program.movable))
        for _ in range(EXCHANGE_ROUNDS):
            loss_before = self._measure_loss()
            extra = np.flatnonzero(self.is_blank & ~self._must_stay)
            for cell in sorted(extra.tolist(), key=lambda cell: (-self._cost[cell], cell)):
                if self.is_blank[cell] and budget > 0:
                    solved_before = program.solved_count
                    self._try_exchange(cell, program)
                    budget -= 1 + program.solved_count - solved_before
            if self._measure_loss() >= loss_before:
                return

    def _try_cheapest_blanks(self, program: MovementProgram) -> None:
        """Choose all blanks at once, and go back unless less is lost."""
        loss_before = self._measure_loss()
        before = [Witness(list(w.targets), w.cells, w.changes) for w in self._witnesses]
        # what only other blanks need changes with them
        targets = [t for w in before for t in w.targets if self._must_stay[t.cell]]
        targets.sort(key=lambda target: (-abs(target.change), target.cell))
        cheapest = find_cheapest_blanks(program, targets, self._must_stay, self._cost)
        if cheapest is None or self._cost @ (cheapest | self._must_stay) >= loss_before:
            return
        self._restart([])
        self.is_blank |= cheapest
        is_done = all(self._serve([target], program) for target in targets)
        is_done = is_done and not self._loosen_blanks(program)
        if is_done:
            self._prune_blanks()
        if not is_done or self._measure_loss() >= loss_before:
            self._restart(before)

    def _measure_loss(self) -> float:
        """Measure what is lost: the people in blank cells, and one for each, at every place."""
        return float(self._cost @ self.is_blank)

    def _try_exchange(self, cell: int, program: MovementProgram) -> None:
        """Protect without a cell what it protects, and go back unless less is lost."""
        loss_before = self._measure_loss()
        before = [Witness(list(w.targets), w.cells, w.changes) for w in self._witnesses]
        lost = [witness for witness in self._witnesses if cell in witness.cells]
        lost_ids = {id(witness) for witness in lost}
        self._restart([w for w in self._witnesses if id(w) not in lost_ids])
        program.hold_cell(cell)
        targets = [target for witness in lost for target in witness.targets if target.cell != cell]
        targets.sort(key=lambda target: (-abs(target.change), target.cell))
        is_done = all(self._serve([target], program) for target in targets)
        is_done = is_done and not self._loosen_blanks(program)
        program.release_cell(cell)
        if not is_done or self._measure_loss() >= loss_before:
            self._restart(before)

    def _restart(self, witnesses: Sequence[Witness]) -> None:
        """Blank what these witnesses move and what must stay blank, and nothing else."""
        self._witnesses = []
        self._highest[:] = 0.0
        self._lowest[:] = 0.0
        self.is_blank = self._must_stay.copy()
        for witness in witnesses:
            self._accept(witness)

    def _prune_blanks(self) -> None:
        """Print blanks again that are not needed, the largest first."""
        witnesses = self._witnesses
        pruned: list[Witness] = []
        for block in self._list_blocks():
            inside = set(block.tolist())
            # no witness moves cells of two blocks, because the second movement costs and serves
            # nothing
            self._witnesses = [w for w in witnesses if int(w.cells[0]) in inside]
            is_movable = np.zeros(len(self._size), dtype=np.bool_)
            is_movable[block] = True
            program = MovementProgram(self._columns, self._state, is_movable & self.is_blank)
            budget = PRUNE_LIMIT // max(1, 2 * len(block))
            needless = [cell for cell in block if self.is_blank[cell] and not self._must_stay[cell]]
            for cell in sorted(needless, key=lambda cell: (-self._cost[cell], cell)):
                if budget > 0:
                    # a trial costs time also where it needs no programme
                    budget -= 1 + self._try_printing(cell, block, program)
            pruned += self._witnesses
        self._witnesses = pruned

    def _list_blocks(self) -> list[IntArray]:
        """List the blanks that equations tie together, block by block."""
        blanks = np.flatnonzero(self.is_blank | np.isnan(self._state.values))
        columns = self._columns[:, blanks]
        count, block_of = connected_components(csr_array(columns.T @ columns), directed=False)
        return [blanks[block_of == number] for number in range(count)]

    def _try_printing(self, cell: int, block: IntArray, program: MovementProgram) -> int:
        """Print a cell if all that it protects has other witnesses; count the programmes solved."""
        lost = [w for w in self._witnesses if cell in w.cells]
        program.hold_cell(cell)
        cost = np.full(len(self._size), 1.0)
        replacements: list[Witness] = []
        solved = 0
        for target in [target for witness in lost for target in witness.targets]:
            if target.cell == cell:
                continue
            ready = next((w for w in replacements if w.serves(target)), None)
            if ready is None:
                ready = program.move_cell(target, cost)
                solved += 1
                if ready is None:
                    program.release_cell(cell)
                    return solved
                replacements.append(ready)
            else:
                ready.targets.append(target)
        self._replace(cell, block, lost, replacements)
        # a blank that only the lost witnesses moved needs one of its own
        for tight in self._list_tight(block):
            choices = _list_unit_targets(tight, self._state)
            moved = [program.move_cell(target, cost) for target in choices]
            solved += len(choices)
            possible = [witness for witness in moved if witness is not None]
            if not possible:
                self._replace(cell, block, replacements, lost)
                self.is_blank[cell] = True
                program.release_cell(cell)
                return solved
            replacements.append(possible[0])
            self._accept(possible[0])
        return solved

    def _replace(
        self, cell: int, block: IntArray, old: Sequence[Witness], new: Sequence[Witness]
    ) -> None:
        """Print a cell and put other witnesses in the place of those that move it."""
        self.is_blank[cell] = False
        gone = {id(witness) for witness in old}
        kept = [witness for witness in self._witnesses if id(witness) not in gone]
        self._witnesses = []
        self._highest[block] = 0.0
        self._lowest[block] = 0.0
        for witness in [*kept, *new]:
            self._accept(witness)

    def _list_tight(self, block: IntArray) -> list[int]:
        reach = np.maximum(self._highest[block], -self._lowest[block])
        is_tight = self.is_blank[block] & (reach < LEAST_CHANGE - SMALLEST_CHANGE)
        is_tight &= ~np.isnan(self._state.values[block]) & (self._state.places[block] > 0)
        return [int(cell) for cell in block[is_tight]]


def _list_entries(matrix: csr_array | csc_array, number: int) -> IntArray:
    """List the positions that a row (or, by column, a column) of a sparse matrix fills."""
    entries: IntArray = matrix.indices[matrix.indptr[number] : matrix.indptr[number + 1]]
    return entries


def _move_cells(
    program: MovementProgram, targets: Sequence[Target], cost: FloatArray
) -> list[Witness]:
    """Move several targets, one after the other; leave out those that cannot move so far."""
    witnesses = [program.move_cell(target, cost) for target in targets]
    return [witness for witness in witnesses if witness is not None]


def _list_unit_targets(cell: int, state: CellState) -> list[Target]:
    """List the movements of a cell by one person that a reader cannot exclude: up and down."""
    targets = [Target(cell, LEAST_CHANGE)]
    if state.values[cell] - LEAST_CHANGE >= state.low[cell]:
        targets.append(Target(cell, -LEAST_CHANGE))
    return targets
