"""Which answer is the best, where the linear relaxation leaves a choice?

Branch and bound with cuts (`dxkit._optimise.mclp_cuts`): a node says which columns are in and which
are out, and how many stand in some regions (`dxkit._optimise.mclp_regions`); its prices bound what
it can hold, and fix further columns. The node with the largest bound is looked at first.
"""

import heapq
from dataclasses import dataclass, replace

import numpy as np

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._optimise.cover import (
    RELATIVE_TOLERANCE,
    WHOLE_WEIGHT_GAP,
    is_proven,
    sum_covered_weight,
)
from dxkit._optimise.deadline import Deadline
from dxkit._optimise.highs import NODE_LIMIT
from dxkit._optimise.mclp_cuts import CutProgramme, CutSet
from dxkit._optimise.mclp_regions import RegionLimit, find_open_region
from dxkit._optimise.mclp_root import (
    SMALLEST_SHARE,
    CutRelaxation,
    round_shares,
    search_among,
)
from dxkit._optimise.mclp_state import SearchState
from dxkit._optimise.solution import InfeasibleError

# entries of the matrix, times nodes, after which the search stops with what it has; at most
# NODE_LIMIT nodes. Real places of up to 350,000 entries needed 3 nodes, where they could be proven,
# six invented countries of 400,000 cells up to 6 million; 20 million are for that of the benchmark
# (before nodes were split by regions)
NODE_WORK = 20_000_000
# solutions with new cuts in one node
NODE_ROUNDS = 6
# a solution that lowers the bound by less than this share of its distance from the best answer
# ends the node's cuts
SMALLEST_PROGRESS = 0.1
# nodes after which the shares are rounded to an answer
ANSWER_NODES = 10
# the programme is built anew without slack cuts when it holds so many times as many as at first
LARGEST_GROWTH = 2.0
# columns that become active together
MOST_ADDED = 40
# a share nearer to a whole number counts as whole
WHOLE_SHARE = 1e-6


@dataclass(frozen=True)
class Node:
    """A part of all answers: some columns are in, some out, the others open."""

    is_in: BoolArray
    is_out: BoolArray
    limits: tuple[RegionLimit, ...] = ()


@dataclass(frozen=True)
class NodeBound:
    """What a node can hold: its bound and prices' sums, and the shares that its cuts allow."""

    bound: float
    sums: FloatArray
    shares: FloatArray
    value: float


class TreeSearch:
    """The search and where it stands; starts from what the cuts at the root have left."""

    def __init__(self, relaxation: CutRelaxation) -> None:
        self.state = relaxation.state
        self._active = relaxation.active
        self._grouping = relaxation.grouping
        self._regions: list[IntArray] = []
        # the columns that the first node's solution chooses in part
        self._root_columns = relaxation.active[:0]
        self._programme = self._build_programme(relaxation.cut_sets)

    def run(self, deadline: Deadline) -> SearchState:
        """Search until the best answer is proven, or a limit is reached."""
        column_count = len(self.state.free)
        nothing = np.zeros(column_count, dtype=np.bool_)
        # the order of creation decides between nodes with the same bound
        nodes = [(-self.state.bound, 0, Node(nothing, nothing))]
        node_limit = limit_nodes(self.state)
        created = 1
        visited = 0
        while nodes and not self._is_enough(-nodes[0][0]):
            if visited >= node_limit or deadline.is_over():
                return replace(self.state, bound=min(self.state.bound, -nodes[0][0]))
            parent_bound, _, node = heapq.heappop(nodes)
            visited += 1
            bounded = self._bound_node(node)
            if self._is_enough(bounded.bound):
                continue
            bound = min(bounded.bound, -parent_bound)
            if visited % ANSWER_NODES == 1:
                self._round_shares(bounded.shares, visited)
                if self._is_enough(bound):
                    continue
            for child in self._branch(self._fix(node, bounded), bounded):
                heapq.heappush(nodes, (-bound, created, child))
                created += 1
        return replace(self.state, bound=self.state.value)

    def _is_enough(self, bound: float) -> bool:
        return is_proven(self.state.cover, self.state.value, bound)

    def _build_programme(self, cut_sets: list[CutSet]) -> CutProgramme:
        """Build the programme of the active columns."""
        count = self.state.open_count
        programme = CutProgramme(self.state.cover, count, self._active, self._grouping, cut_sets)
        self._largest_count = LARGEST_GROWTH * max(programme.cut_count, 1)
        for region in self._regions:
            programme.add_region(region)
        return programme

    def _bound_node(self, node: Node) -> NodeBound:
        """Bound a node, with cuts of its own and with the columns that it needs."""
        bounded = self._cut_node(node)
        while not self._is_enough(bounded.bound):
            # a column that is not active may be worth more than those that are
            missing = self._find_missing(node, bounded)
            if not missing.size:
                break
            self._active = np.union1d(self._active, missing)
            self._programme = self._build_programme(self._programme.tight_cut_sets())
            bounded = self._cut_node(node)
        if self._programme.cut_count > self._largest_count:
            self._programme = self._build_programme(self._programme.tight_cut_sets())
        return bounded

    def _cut_node(self, node: Node) -> NodeBound:
        """Add cuts while they lower the bound well."""
        programme = self._programme
        active = self._active
        programme.limit_shares(
            node.is_in[active].astype(float), (~node.is_out[active]).astype(float)
        )
        limits = self._list_limits(node)
        programme.limit_regions(*limits)
        last_value = np.inf
        for _ in range(NODE_ROUNDS):
            try:
                solution = programme.solve()
            except InfeasibleError:
                return self._bound_empty(node)
            value = self.state.sure_weight + solution.value
            charges = self._charge_regions(programme, limits)
            bound, sums = self._price_node(node, programme.read_prices(), charges)
            bounded = NodeBound(bound, sums, solution.shares, value)
            if self._is_enough(value):
                break
            is_whole = (np.minimum(solution.shares, 1 - solution.shares) < WHOLE_SHARE).all()
            if is_whole:
                self._take_answer(active[solution.shares > 0.5])
            room = value - self.state.value
            if last_value - value < SMALLEST_PROGRESS * room and not is_whole:
                break
            last_value = value
            if not programme.add_cuts(solution.shares, solution):
                break
        return bounded

    def _round_shares(self, shares: FloatArray, visited: int) -> None:
        """Round a node's shares to an answer; once, if the search lasts, look around the best."""
        columns = round_shares(self._active, shares, self.state.open_count)
        self.state = self.state.with_answer(columns)
        if visited == 1:
            self._root_columns = self._active[shares > SMALLEST_SHARE]
        elif visited == ANSWER_NODES + 1:
            self.state = search_among(self.state, self._root_columns)

    def _take_answer(self, columns: IntArray) -> None:
        """Take a node's whole shares as an answer, filled up with any columns."""
        count = self.state.open_count
        others = np.setdiff1d(np.arange(len(self.state.free)), columns)
        columns = np.concatenate([columns, others])[:count]
        value = self.state.sure_weight + sum_covered_weight(self.state.cover, columns)
        if value > self.state.value:
            best = np.concatenate([self.state.sure, self.state.free[columns]])
            self.state = replace(self.state, best=best, value=value)

    def _list_limits(self, node: Node) -> tuple[FloatArray, FloatArray]:
        """List the ends of all regions; those that the node does not limit are free."""
        low = np.full(len(self._regions), -np.inf)
        high = np.full(len(self._regions), np.inf)
        for limit in node.limits:
            low[limit.region] = max(low[limit.region], limit.low)
            high[limit.region] = min(high[limit.region], limit.high)
        return low, high

    def _bound_empty(self, node: Node) -> NodeBound:
        """Bound a node whose active columns keep no limits: with all columns of its regions."""
        regions = [self._regions[limit.region] for limit in node.limits]
        is_missing = np.zeros(len(self.state.free), dtype=np.bool_)
        is_missing[np.concatenate([*regions, np.arange(0)])] = True
        is_missing[self._active] = False
        nothing = np.zeros(len(self._active))
        sums = np.zeros(len(self.state.free))
        if not (is_missing & ~node.is_out).any():
            # no answer keeps them
            return NodeBound(-np.inf, sums, nothing, -np.inf)
        self._active = np.flatnonzero(is_missing | np.isin(np.arange(len(sums)), self._active))
        self._programme = self._build_programme(self._programme.tight_cut_sets())
        return self._cut_node(node)

    def _charge_regions(
        self, programme: CutProgramme, limits: tuple[FloatArray, FloatArray]
    ) -> tuple[FloatArray, float]:
        """Compute what the prices of limits take from each column, and what they bring in all."""
        charges = np.zeros(len(self.state.free))
        worth = 0.0
        for region, size, low, high in zip(
            self._regions, programme.read_region_prices(), *limits, strict=True
        ):
            if np.isinf(low) and np.isinf(high):
                continue
            # each split has a region of its own, so that one of the ends is free
            price, end = (size, high) if np.isinf(low) else (-size, low)
            charges[region] += price
            worth += price * end
        return charges, worth

    def _price_node(
        self, node: Node, prices: FloatArray, region_prices: tuple[FloatArray, float] | None = None
    ) -> tuple[float, FloatArray]:
        """Compute the bound that prices give in a node, over all columns, and their sums."""
        cover = self.state.cover
        sums = cover.columns @ prices
        worth = 0.0
        if region_prices is not None:
            charges, worth = region_prices
            sums = sums - charges
        open_sums = sums[~(node.is_in | node.is_out)]
        # none where all are chosen, or where nothing is left to choose
        room = max(0, min(self.state.open_count - int(node.is_in.sum()), len(open_sums)))
        largest = np.sort(open_sums)[len(open_sums) - room :]
        bound = (cover.weights - prices).sum() + sums[node.is_in].sum() + largest.sum()
        return self.state.sure_weight + float(bound) + worth, sums

    def _find_missing(self, node: Node, bounded: NodeBound) -> IntArray:
        """Find columns that are not active although the prices would choose them."""
        room = bounded.bound - max(bounded.value, self.state.value)
        if room <= SMALLEST_PROGRESS * (bounded.bound - self.state.value):
            return np.zeros(0, dtype=np.intp)
        limit, _ = self._find_limits(node, bounded.sums)
        is_missing = ~(node.is_in | node.is_out)
        is_missing[self._active] = False
        missing = np.flatnonzero(is_missing & (bounded.sums > limit))
        return missing[np.argsort(-bounded.sums[missing], kind="stable")][:MOST_ADDED]

    def _find_limits(self, node: Node, sums: FloatArray) -> tuple[float, float]:
        """Find the smallest sum that is chosen among the open columns, and the next one."""
        room = self.state.open_count - int(node.is_in.sum())
        open_sums = -np.sort(-sums[~(node.is_in | node.is_out)])
        padded = np.append(open_sums, [0.0, 0.0])
        first = min(max(room, 0), len(open_sums))
        return float(padded[first - 1]) if first else np.inf, float(padded[first])

    def _fix(self, node: Node, bounded: NodeBound) -> Node:
        """Decide the columns whose other choice the bound does not allow."""
        # a better answer with whole weights is better by 1
        room = bounded.bound - self.state.value
        if self.state.cover.weight_unit:
            room -= self.state.cover.weight_unit * WHOLE_WEIGHT_GAP
        else:
            room += RELATIVE_TOLERANCE * abs(self.state.value)
        last_in, first_out = self._find_limits(node, bounded.sums)
        is_open = ~(node.is_in | node.is_out)
        is_in = node.is_in | (is_open & (bounded.sums - first_out > room))
        is_out = node.is_out | (is_open & (last_in - bounded.sums > room))
        return Node(is_in, is_out, node.limits)

    def _split_region(self, node: Node, bounded: NodeBound) -> list[Node]:
        """Split a node by how many columns stand in a region; no nodes where that is clear."""
        shares = np.zeros(len(self.state.free))
        shares[self._active] = bounded.shares
        open_region = find_open_region(self.state.cover, shares)
        if open_region is None:
            return []
        region, total = open_region
        self._regions.append(region)
        self._programme.add_region(region)
        position = len(self._regions) - 1
        ends = ((-np.inf, float(np.floor(total))), (float(np.ceil(total)), np.inf))
        return [
            Node(node.is_in, node.is_out, (*node.limits, RegionLimit(position, *end)))
            for end in ends
        ]

    def _branch(self, node: Node, bounded: NodeBound) -> list[Node]:
        """Split a node by a region, or by the active column whose share is nearest to one half."""
        is_open = ~(node.is_in | node.is_out)
        if not is_open.any() or node.is_in.sum() >= self.state.open_count:
            # nothing is left to choose, or nothing to choose from
            self._take_answer(np.flatnonzero(node.is_in))
            return []
        children = self._split_region(node, bounded)
        if children:
            return children
        doubt = np.full(len(is_open), -1.0)
        doubt[is_open] = 0.0
        doubt[self._active] += np.minimum(bounded.shares, 1 - bounded.shares)
        doubt[~is_open] = -1.0
        column = int(np.argmax(doubt))
        is_in = node.is_in.copy()
        is_in[column] = True
        is_out = node.is_out.copy()
        is_out[column] = True
        return [Node(is_in, node.is_out, node.limits), Node(node.is_in, is_out, node.limits)]


def limit_nodes(state: SearchState) -> int:
    """Compute how many nodes may be looked at: fewer, the more entries the matrix has."""
    return min(NODE_LIMIT, NODE_WORK // max(int(state.cover.rows.nnz), 1) + 1)
