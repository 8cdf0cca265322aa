"""Who has what in common with whom, who has never met, and who should sit at one table?

A tie is a group that two municipalities share: a theme, an area, a system, a vendor. Where the source gives only how many take
part (most shared systems of the package) there is no tie to draw, and none is guessed.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import ChoiceError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
LARGEST = 5
TINY = 1e-9
STARTS = 12


@dataclass(frozen=True)
class Ties:
    """Pairs that share something.

    Attributes
    ----------
    table
        One row a pair: ``code, other, weight`` (sum over shared groups), ``groups`` (how many), ``shared`` (their names).
    members
        One row a municipality: ``code, groups, ties`` (with how many it shares something), ``between`` (betweenness 0–1: how
        often the shortest way between two others leads over it), ``part`` (connected part, 0 the largest).
    graph
        The same as a `networkx.Graph`; each edge has ``weight`` and ``shared``.
    settings
        What was asked.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    graph: "nx.Graph[str]"
    settings: dict[str, Any]


@dataclass(frozen=True)
class Dialogues:
    """Who sits at one table.

    Attributes
    ----------
    table
        One row a participant: ``sitting`` (from 1), ``code``.
    sittings
        One row a sitting: ``sitting, size, weight`` (ties inside), ``shared`` (what at least two of them share).
    weight, bound
        Ties inside all sittings; what no choice of sittings can pass (a plain bound: nobody can sit with more than its best
        companions).
    settings
        What was asked.
    """

    table: pd.DataFrame
    sittings: pd.DataFrame
    weight: float
    bound: float
    settings: dict[str, Any]


def ties(
    memberships: pd.DataFrame,
    *,
    weights: dict[str, float] | None = None,
    largest: int | None = None,
) -> Ties:
    """Find who shares which groups with whom.

    Parameters
    ----------
    memberships
        One row a seat: ``code, group``, and ``kind`` (theme, area, system …) where they differ. Tables of themes, areas and
        systems are stacked after renaming their column to ``group``.
    weights
        Weight of a shared group by its kind (or by its name where there is no kind); by default 1.
    largest
        Leave out groups with more members: what all share tells nobody apart.

    Returns
    -------
    Ties

    Raises
    ------
    TableError
        If a column is missing or a seat stands twice.
    """
    keys = [
        column
        for column in ("code", "kind", "group")
        if column in memberships.columns or column != "kind"
    ]
    _checks.require_unique_rows(memberships, keys, "memberships")
    seats = memberships[keys].assign(kind=memberships["kind" if "kind" in keys else "group"])
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted(seats["code"].unique()))
    for (kind, group), inside in seats.groupby(["kind", "group"], sort=True)["code"]:
        if largest is not None and len(inside) > largest:
            continue
        for one, two in combinations(sorted(inside), 2):
            known = graph.get_edge_data(one, two, {"weight": 0.0, "shared": ()})
            weight = known["weight"] + (weights or {}).get(str(kind), 1.0)
            graph.add_edge(one, two, weight=weight, shared=(*known["shared"], str(group)))
    settings = {"weights": dict(weights or {}), "largest": largest}
    return Ties(_pairs(graph), _members(graph, seats), graph, settings)


def strangers(
    codes: "pd.Series[str] | list[str]", met: pd.DataFrame, *, ties: Ties | None = None
) -> pd.DataFrame:
    """Find the pairs that have never met, those with most in common first.

    Parameters
    ----------
    codes
        Everybody who could meet.
    met
        One row an attendance: ``meeting, code``, and ``group`` where a meeting sat in groups (then only those of one group
        met).
    ties
        From `ties`: what a pair has in common.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``code, other, weight, shared``. ``.attrs["settings"]``: ``pairs`` (all), ``met`` (of them).

    Raises
    ------
    TableError
        If a column is missing.
    """
    everybody = sorted(set(codes))
    table = met.assign(group="") if "group" not in met.columns else met
    _checks.require_columns(table, ["meeting", "code"], "met")
    tables = table.groupby(["meeting", "group"])["code"]
    together = {pair for _, sat in tables for pair in combinations(sorted(set(sat)), 2)}
    graph: nx.Graph[str] = nx.Graph() if ties is None else ties.graph
    rows = [
        (one, two, *_edge(graph, one, two))
        for one, two in combinations(everybody, 2)
        if (one, two) not in together
    ]
    found = pd.DataFrame(rows, columns=["code", "other", "weight", "shared"])
    found = found.sort_values(
        ["weight", "code", "other"], ascending=[False, True, True], ignore_index=True
    )
    many = len(everybody) * (len(everybody) - 1) // 2
    found.attrs["settings"] = {"pairs": many, "met": many - len(found)}
    return found


def dialogues(
    ties: Ties, *, size: tuple[int, int] = (1, LARGEST), sittings: int | None = None, seed: int = 0
) -> Dialogues:
    """Put municipalities into sittings of a few, so that those who share most sit together.

    A local search over moves and swaps from several starts: good, not proven; the bound says how much could be missing.

    Parameters
    ----------
    ties
        From `ties`; everybody in it gets one seat.
    size
        Fewest and most in a sitting: the package says one to several.
    sittings
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
    """
    codes = list(ties.graph.nodes)
    low, high = size
    if not (isinstance(low, int) and isinstance(high, int) and 1 <= low <= high):
        raise ChoiceError(
            f"size={size} は使えません。(1, 5) のように、1以上の最少と最多の数にしてください。"
        )
    many = (
        -(-len(codes) // high)
        if sittings is None
        else int(_checks.require_number(sittings, "sittings", low=1))
    )
    if not low * many <= len(codes) <= high * many:
        raise ChoiceError(
            f"{len(codes)}団体は、{low}〜{high}団体の{many}回には分けられません。size か sittings を変えてください。"
        )
    matrix = nx.to_numpy_array(ties.graph, nodelist=codes, weight="weight")
    rng = np.random.default_rng(seed)
    tried = [
        _improved(matrix, _start(matrix, many, high, rng), low, high, many) for _ in range(STARTS)
    ]
    seats = max(tried, key=lambda each: _inside(matrix, each))
    names = {seat: number for number, seat in enumerate(dict.fromkeys(seats.tolist()), start=1)}
    table = pd.DataFrame({"sitting": [names[seat] for seat in seats.tolist()], "code": codes})
    table = table.sort_values(["sitting", "code"], ignore_index=True)
    # nobody can sit with more than its high - 1 closest
    bound = float(np.sort(matrix, axis=1)[:, ::-1][:, : high - 1].sum() / 2)
    settings = {"size": size, "sittings": many, "seed": seed}
    return Dialogues(table, _sittings(table, ties.graph), _inside(matrix, seats), bound, settings)


def _pairs(graph: "nx.Graph[str]") -> pd.DataFrame:
    rows = [
        (one, two, data["weight"], len(data["shared"]), "、".join(data["shared"]))
        for one, two, data in sorted(graph.edges(data=True))
    ]
    return pd.DataFrame(rows, columns=["code", "other", "weight", "groups", "shared"])


def _members(graph: "nx.Graph[str]", seats: pd.DataFrame) -> pd.DataFrame:
    between = nx.betweenness_centrality(graph)
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    part = {code: number for number, inside in enumerate(parts) for code in inside}
    held = seats["code"].value_counts()
    rows = [
        (code, int(held[code]), graph.degree(code), between[code], part[code])
        for code in graph.nodes
    ]
    return pd.DataFrame(rows, columns=["code", "groups", "ties", "between", "part"])


def _edge(graph: "nx.Graph[str]", one: str, two: str) -> tuple[float, str]:
    data = graph.get_edge_data(one, two)
    return (0.0, "") if data is None else (data["weight"], "、".join(data["shared"]))


def _start(matrix: Floats, many: int, high: int, rng: np.random.Generator) -> Ints:
    """Fill sittings one after the other with whoever shares most with those who sit there, in a random order of hosts."""
    n = len(matrix)
    seats = np.full(n, -1, dtype=np.intp)
    sizes = np.full(many, n // many) + (np.arange(many) < n % many)
    for sitting, room in enumerate(np.minimum(sizes, high)):
        host = rng.choice(np.flatnonzero(seats < 0))
        seats[host] = sitting
        for _ in range(int(room) - 1):
            free = np.flatnonzero(seats < 0)
            close = matrix[np.ix_(free, np.flatnonzero(seats == sitting))].sum(
                axis=1
            ) + 1e-6 * rng.random(len(free))
            seats[free[close.argmax()]] = sitting
    return seats


def _improved(matrix: Floats, seats: Ints, low: int, high: int, many: int) -> Ints:
    """Move one or swap two as long as that helps, the best change first."""
    seats = seats.copy()
    while True:
        inside = np.zeros((len(seats), many))
        np.add.at(inside.T, seats, matrix)
        own = inside[np.arange(len(seats)), seats]
        sizes = np.bincount(seats, minlength=many)
        move = inside - own[:, None]
        move[:, sizes >= high] = -np.inf
        move[sizes[seats] <= low] = -np.inf
        to_other = inside[:, seats]
        swap = to_other + to_other.T - own[:, None] - own[None, :] - 2 * matrix
        swap[seats[:, None] == seats[None, :]] = -np.inf
        if max(move.max(), swap.max()) <= TINY:
            return seats
        if move.max() >= swap.max():
            who, where = np.unravel_index(move.argmax(), move.shape)
            seats[who] = where
        else:
            one, two = np.unravel_index(swap.argmax(), swap.shape)
            seats[[one, two]] = seats[[two, one]]


def _inside(matrix: Floats, seats: Ints) -> float:
    return float(matrix[seats[:, None] == seats[None, :]].sum() / 2)


def _sittings(table: pd.DataFrame, graph: "nx.Graph[str]") -> pd.DataFrame:
    rows = []
    for sitting, inside in table.groupby("sitting")["code"]:
        edges = graph.subgraph(inside).edges(data=True)
        shared = sorted({name for _, _, data in edges for name in data["shared"]})
        rows.append(
            (sitting, len(inside), sum(data["weight"] for _, _, data in edges), "、".join(shared))
        )
    return pd.DataFrame(rows, columns=["sitting", "size", "weight", "shared"])
