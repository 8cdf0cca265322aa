"""Who should sit at one table, so that those who share most talk to each other?

`dialogues` seats everybody once, by a local search over moves and swaps from several starts.
"""

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import MethodText, TableResult, carry_provenance
from dxkit.support.network._ties import Ties, require_ties

MAX_SIZE = 5
# random starts of the local search
STARTS = 12
# a gain below this is a rounding error
LEAST_GAIN = 1e-9
# enough to break ties between candidates, too little to outweigh a tie of the network
TIE_BREAK = 1e-6


@dataclass(frozen=True)
class Dialogues(TableResult):
    """Who sits at one table.

    Attributes
    ----------
    table
        One row a participant: ``sitting`` (from 1), ``code``.
    sittings
        One row a sitting: ``sitting, size, weight`` (ties within), ``shared`` (what at least two
        of them share).
    weight, bound
        Ties within all sittings; what no choice of sittings can pass (a plain bound: nobody can
        sit with more than its best companions).
    settings
        ``size, n_sittings, seed``.
    """

    table: pd.DataFrame
    sittings: pd.DataFrame
    weight: float
    bound: float
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"つながりの重みが大きい団体どうしが同席するように、{STARTS}通りの初期値からの局所探索で分けた"
                f"（質 {self.weight:g}、上限 {self.bound:g}。最適の証明はない）。",
            ),
            en=(
                f"Sittings were found by local search from {STARTS} starts so that ties within "
                "them are the most "
                f"({self.weight:g}, bound {self.bound:g}; not proven).",
            ),
            constants={"starts": STARTS, "least_gain": LEAST_GAIN, "tie_break": TIE_BREAK},
        )

    def __repr__(self) -> str:
        return (
            f"<対話の場: {len(self.table)}団体を{len(self.sittings)}回に、"
            f"つながり {self.weight:g}（上限 {self.bound:g}）>"
        )


@accepts_old_keywords(sittings="n_sittings")
def dialogues(
    ties: Ties,
    *,
    size: tuple[int, int] = (1, MAX_SIZE),
    n_sittings: int | None = None,
    seed: int = 0,
) -> Dialogues:
    """Put municipalities into sittings of a few, so that those who share most sit together.

    A local search over moves and swaps from several starts: good, not proven; the bound says how
    much could be missing.

    Parameters
    ----------
    ties
        From `ties`; everybody in it gets one seat.
    size
        Fewest and most in a sitting: the package says one to several.
    n_sittings
        How many; by default as few as the size allows.
    seed
        Of the starts.

    Returns
    -------
    Dialogues

    Raises
    ------
    ChoiceError
        If so many cannot be seated in so many sittings.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit.support.network import ties
    >>> themes = pd.DataFrame({"code": ["a", "b", "c", "d"], "group": ["x", "y", "x", "y"]})
    >>> result = dialogues(ties(themes), size=(2, 2))
    >>> result.table.groupby("sitting")["code"].agg("".join).tolist()
    ['ac', 'bd']
    """
    require_ties(ties)
    _checks.require_seed(seed)
    codes = list(ties.graph.nodes)
    low, high = _read_size(size)
    count = (
        -(-len(codes) // high)
        if n_sittings is None
        else int(_checks.require_number(n_sittings, "n_sittings", low=1))
    )
    # seats for all, and nobody too few
    if not low * count <= len(codes) <= high * count:
        raise ChoiceError(
            f"{len(codes)}団体は、{low}〜{high}団体の{count}回には分けられません。"
            "size か n_sittings を変えてください。"
        )
    matrix = nx.to_numpy_array(ties.graph, nodelist=codes, weight="weight")
    # the starts are random, the rest is not
    rng = np.random.default_rng(seed)
    seatings = [
        _improve_seating(matrix, _start_seating(matrix, count, high, rng), low, high, count)
        for _ in range(STARTS)
    ]
    best = max(seatings, key=lambda seating: _sum_within(matrix, seating))
    table = _number_sittings(best, codes)
    # nobody can sit with more than its high - 1 closest
    closest = np.sort(matrix, axis=1)[:, ::-1][:, : high - 1]
    sittings = _tabulate_sittings(table, ties.graph)
    for result in (table, sittings):
        carry_provenance(result, ties.table)
    settings = {"size": size, "n_sittings": count, "seed": seed}
    return Dialogues(table, sittings, _sum_within(matrix, best), float(closest.sum() / 2), settings)


def _read_size(size: tuple[int, int]) -> tuple[int, int]:
    low, high = size if isinstance(size, tuple | list) and len(size) == 2 else (0, 0)
    if not (isinstance(low, int) and isinstance(high, int) and 1 <= low <= high):
        raise ChoiceError(
            f"size={shorten(size)} は使えません。(1, 5) のように、1以上の最少と最多の数にしてください。"
        )
    return low, high


def _start_seating(matrix: FloatArray, count: int, high: int, rng: np.random.Generator) -> IntArray:
    """Fill sittings one after the other, each with whoever shares most with a random host."""
    n_members = len(matrix)
    seating = np.full(n_members, -1, dtype=np.intp)
    # sizes as even as can be
    sizes = np.full(count, n_members // count) + (np.arange(count) < n_members % count)
    for sitting, size in enumerate(np.minimum(sizes, high)):
        # a random host makes each start another one
        host = rng.choice(np.flatnonzero(seating < 0))
        seating[host] = sitting
        for _ in range(int(size) - 1):
            free = np.flatnonzero(seating < 0)
            seated = np.flatnonzero(seating == sitting)
            closeness = matrix[np.ix_(free, seated)].sum(axis=1)
            closeness += TIE_BREAK * rng.random(len(free))
            seating[free[closeness.argmax()]] = sitting
    return seating


def _improve_seating(
    matrix: FloatArray, seating: IntArray, low: int, high: int, count: int
) -> IntArray:
    """Move a member or swap a pair as long as that helps, the best change first."""
    seating = seating.copy()
    while True:
        # ties[m, s]: what member m shares with all of sitting s
        ties = np.zeros((len(seating), count))
        np.add.at(ties.T, seating, matrix)
        current = ties[np.arange(len(seating)), seating]
        sizes = np.bincount(seating, minlength=count)
        move = ties - current[:, None]
        # full sittings take nobody, and small ones let nobody go
        move[:, sizes >= high] = -np.inf
        move[sizes[seating] <= low] = -np.inf
        # the tie between the two counts twice in what they find in each other's sitting
        exchanged = ties[:, seating]
        swap = exchanged + exchanged.T - current[:, None] - current[None, :] - 2 * matrix
        # a swap within a sitting changes nothing
        swap[seating[:, None] == seating[None, :]] = -np.inf
        if max(move.max(), swap.max()) <= LEAST_GAIN:
            return seating
        if move.max() >= swap.max():
            member, sitting = np.unravel_index(move.argmax(), move.shape)
            seating[member] = sitting
        else:
            first, second = np.unravel_index(swap.argmax(), swap.shape)
            seating[[first, second]] = seating[[second, first]]


def _number_sittings(seating: IntArray, codes: list[str]) -> pd.DataFrame:
    """Assign numbers to the sittings by their members of the lowest code."""
    order = dict.fromkeys(seating.tolist())
    numbers = {sitting: number for number, sitting in enumerate(order, start=1)}
    table = pd.DataFrame(
        {"sitting": [numbers[sitting] for sitting in seating.tolist()], "code": codes}
    )
    return table.sort_values(["sitting", "code"], ignore_index=True)


def _sum_within(matrix: FloatArray, seating: IntArray) -> float:
    """Sum the ties of all who sit together."""
    return float(matrix[seating[:, None] == seating[None, :]].sum() / 2)


def _tabulate_sittings(table: pd.DataFrame, graph: "nx.Graph[str]") -> pd.DataFrame:
    rows = []
    for sitting, codes in table.groupby("sitting")["code"]:
        edges = graph.subgraph(codes).edges(data=True)
        shared = sorted({name for _, _, data in edges for name in data["shared"]})
        weight = sum(data["weight"] for _, _, data in edges)
        rows.append((sitting, len(codes), weight, "、".join(shared)))
    return pd.DataFrame(rows, columns=["sitting", "size", "weight", "shared"])
