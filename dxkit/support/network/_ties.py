"""Who shares which groups with whom, and who stands between the others?

`ties` draws the network of a table of memberships.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import networkx as nx
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance


@dataclass(frozen=True)
class Ties(TableResult):
    """Pairs that share something.

    Attributes
    ----------
    table
        One row a pair: ``code, other, weight`` (sum over shared groups), ``groups`` (how many),
        ``shared`` (their names).
    members
        One row a municipality: ``code, groups, ties`` (with how many it shares something),
        ``between`` (betweenness 0–1: how often the shortest way between two others leads over
        it), ``part`` (connected part, 0 the largest).
    graph
        The same as a `networkx.Graph`; each edge has ``weight`` and ``shared``.
    settings
        ``weights, largest``.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    graph: "nx.Graph[str]"
    settings: dict[str, Any]

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                "同じ集まりに入る2団体をつなぎ、つながりの重みを共通の集まりの重みの和、"
                "仲立ちの度合いを媒介中心性（0–1）とした。",
            ),
            en=(
                "Two bodies are tied where they share a group, with the sum of the groups' "
                "weights; between is "
                "betweenness centrality (0-1).",
            ),
            software=("networkx",),
        )

    def __repr__(self) -> str:
        n_parts = self.members["part"].nunique()
        return f"<つながり: {len(self.members)}団体、{len(self.table)}組、{n_parts}つのまとまり>"


@accepts_any_table("memberships")
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
        One row a member of a group: ``code, group``, and ``kind`` (theme, area, system …) where
        they differ. Tables of themes, areas and systems are stacked after renaming their column
        to ``group``.
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
        If a column is missing or a membership stands twice.

    Examples
    --------
    >>> import dxkit
    >>> themes = dxkit.load("themes").rename(columns={"theme": "group"})
    >>> ties(themes[["code", "group"]])
    <つながり: 19団体、87組、1つのまとまり>
    """
    plain = read_plain_table(memberships)
    has_kind = "kind" in plain.columns
    keys = ["code", "kind", "group"] if has_kind else ["code", "group"]
    _checks.require_unique_rows(plain, keys, "memberships")
    # where groups have no kind their own names carry the weights
    weight_of = _checks.read_mapping(weights, "weights")
    if largest is not None:
        _checks.require_whole_number(largest, "largest")
    members = plain[keys].assign(kind=plain["kind" if has_kind else "group"])
    graph = _build_graph(members, weight_of, largest)
    pairs = _tabulate_pairs(graph)
    positions = _tabulate_members(graph, members)
    for result in (pairs, positions):
        carry_provenance(result, memberships)
    settings = {"weights": weight_of, "largest": largest}
    return Ties(pairs, positions, graph, settings)


def require_ties(ties: object) -> None:
    """Refuse what is no answer of `ties`.

    Raises
    ------
    ChoiceError
    """
    if not isinstance(ties, Ties):
        raise ChoiceError(
            f"ties={shorten(ties)} は使えません。network.ties の結果を渡してください。"
        )


def describe_edge(graph: "nx.Graph[str]", first: str, second: str) -> tuple[float, str]:
    """Describe what two have in common: its weight and the names of the groups."""
    edge = graph.get_edge_data(first, second)
    return (0.0, "") if edge is None else (edge["weight"], "、".join(edge["shared"]))


def _build_graph(
    members: pd.DataFrame, weights: dict[str, float], largest: int | None
) -> "nx.Graph[str]":
    """Build the graph in sorted order, so that it is the same for any order of the rows."""
    graph: nx.Graph[str] = nx.Graph()
    # who shares nothing with anybody is a member, too
    graph.add_nodes_from(sorted(members["code"].unique(), key=str))
    for (kind, group), codes in members.groupby(["kind", "group"], sort=True)["code"]:
        if largest is not None and len(codes) > largest:
            continue
        for first, second in combinations(sorted(codes, key=str), 2):
            # each further group in common adds to the same edge
            edge = graph.get_edge_data(first, second, {"weight": 0.0, "shared": ()})
            weight = edge["weight"] + weights.get(str(kind), 1.0)
            graph.add_edge(first, second, weight=weight, shared=(*edge["shared"], str(group)))
    return graph


def _tabulate_pairs(graph: "nx.Graph[str]") -> pd.DataFrame:
    edges = sorted(graph.edges(data=True), key=lambda edge: edge[:2])
    rows = [
        (first, second, data["weight"], len(data["shared"]), "、".join(data["shared"]))
        for first, second, data in edges
    ]
    return pd.DataFrame(rows, columns=["code", "other", "weight", "groups", "shared"])


def _tabulate_members(graph: "nx.Graph[str]", members: pd.DataFrame) -> pd.DataFrame:
    # the plain definition: every edge is one step, whatever its weight
    between = nx.betweenness_centrality(graph)
    # the largest part first, then that of the lowest code
    components = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    part = {code: number for number, codes in enumerate(components) for code in codes}
    n_groups = members["code"].value_counts()
    rows = [
        (code, int(n_groups[code]), graph.degree(code), between[code], part[code])
        for code in graph.nodes
    ]
    return pd.DataFrame(rows, columns=["code", "groups", "ties", "between", "part"])
