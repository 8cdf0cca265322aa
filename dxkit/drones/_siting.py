"""Where should the next drone bases stand, and how sure is that?

The covering models of location science on tables: as many people as possible with p bases (MCLP, Church and ReVelle 1974),
everybody with as few bases as possible (LSCP, Toregas et al. 1971), and people reached twice (backup coverage, Hogan and ReVelle
1986). Every answer carries its bound: what no choice of bases can pass.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from dxkit import _checks
from dxkit._optimise import mclp, set_cover
from dxkit._optimise.highs import NO_LIMIT as ENDLESS
from dxkit.drones._reach import NoFly, Pairs, Range, pairs, said
from dxkit.errors import ChoiceError, shorten

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Distances: TypeAlias = ArrayLike | pd.DataFrame | None


@dataclass(frozen=True)
class Siting:
    """Chosen bases, whom they reach, and how sure that is.

    Attributes
    ----------
    bases
        The chosen rows of the candidates, with ``existing`` (kept by ``fixed``), ``reached`` (weight that the base reaches)
        and ``only`` (weight that no other chosen base reaches), in the candidates' order.
    covered
        True for each demand row that a chosen base reaches; index of the demand table.
    share
        0–1: the covered part of all weight.
    value, bound, gap
        What was sought (the covered weight; for `median_bases` the mean distance, for `centre_bases` the longest), what no
        choice can better, and their distance relative to the bound: 0 when the choice is proven to be the best.
    assigned
        One row a demand row: ``base`` (the nearest chosen one that reaches it), ``distance_km``, ``times`` (by how many it is
        reached).
    by_code
        One row a municipality (where the demand has ``code``): ``code, weight, covered, share``.
    settings
        What was asked.
    """

    bases: pd.DataFrame
    covered: pd.Series
    share: float
    value: float
    bound: float
    gap: float
    assigned: pd.DataFrame
    by_code: pd.DataFrame
    settings: dict[str, Any]


@dataclass(frozen=True)
class Question:
    """Checked tables: who wants, who may serve, and who reaches whom."""

    demand: pd.DataFrame
    candidates: pd.DataFrame
    weights: Floats
    names: pd.Index
    kept: Places
    pairs: Pairs
    settings: dict[str, Any]

    def answer(self, chosen: Places, value: float, bound: float, **settings: object) -> Siting:
        """Give the answer for these candidates."""
        assigned = nearest(self.pairs, chosen, self.names).set_axis(self.demand.index)
        covered = assigned["times"] > 0
        total = float(self.weights.sum())
        share = float(self.weights[covered.to_numpy()].sum()) / total if total else 0.0
        gap = abs(bound - value) / max(abs(bound), 1e-12)
        table = _chosen(self, np.sort(chosen), assigned["times"].to_numpy())
        told = self.settings | {"proven": gap == 0} | settings
        return Siting(
            table,
            covered.rename("covered"),
            share,
            value,
            bound,
            gap,
            assigned,
            by_code(self, covered),
            told,
        )


def best_bases(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    count: int,
    range_km: Range,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    seconds: float = ENDLESS,
) -> Siting:
    """Choose bases so that as many people as possible are reached (MCLP).

    Parameters
    ----------
    demand
        One row a place: ``lat, lon``, the weight's column, and where known ``place, code``.
    candidates
        One row a possible base: ``lat, lon``, and where known ``base`` (its name; else the index).
    count
        Number of bases in all, those of ``fixed`` included.
    range_km
        How far a base delivers: a number, one a base, or a table of `flight_shape`.
    weight
        The column that counts: ``people``, ``elderly`` or any other of at least 0.
    fixed
        Names of bases that exist already and stay.
    no_fly, distance_km
        As for `reach`.
    seconds
        After which the search stops with what it has; the gap says how sure that is. Without it, the optimum is proven.

    Returns
    -------
    Siting

    Raises
    ------
    TableError
        If a table lacks a column or holds what cannot be used.
    ChoiceError
        If ``count``, ``range_km`` or ``fixed`` cannot be.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"lat": [35.0, 35.0, 35.1], "lon": [134.0, 134.01, 134.0], "people": [10, 20, 25]})
    >>> sites = pd.DataFrame({"base": ["駅", "役場"], "lat": [35.0, 35.1], "lon": [134.005, 134.0]})
    >>> found = best_bases(people, sites, count=1, range_km=2)
    >>> found.bases["base"].tolist(), found.value, found.gap
    (['駅'], 30.0, 0.0)
    """
    asked = ask(
        demand,
        candidates,
        range_km=range_km,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    whole = number_of_bases(count, asked)
    found = covered_most(asked.pairs.matrix(), asked.weights, whole, asked.kept, seconds)
    return asked.answer(found.chosen, found.value, found.bound, count=whole)


def fewest_bases(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    range_km: Range,
    share: float = 1.0,
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
) -> Siting:
    """Choose as few bases as possible that reach everybody whom any candidate reaches (LSCP), or a share of them.

    Parameters
    ----------
    share
        Part of the reachable weight that must be reached; at 1 every reachable place counts, also one without weight.
    demand, candidates, range_km, weight, fixed, no_fly, distance_km
        As for `best_bases`.

    Returns
    -------
    Siting
        ``settings["reachable"]``: the share of the weight that any candidate reaches; ``value`` and ``bound``: the number of
        bases and what it cannot be below.

    Raises
    ------
    TableError, ChoiceError
        As `best_bases`.
    """
    if not 0 < share <= 1:
        raise ChoiceError(
            f"share={shorten(share)} は使えません。0より大きく1以下（0.9 = 届く人の9割）にしてください。"
        )
    asked = ask(
        demand,
        candidates,
        range_km=range_km,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    matrix = asked.pairs.matrix()
    chosen, bound = set_cover.fewest(matrix, asked.weights, share, asked.kept)
    total = asked.weights.sum()
    reachable = float(asked.weights[np.diff(matrix.indptr) > 0].sum() / total) if total else 0.0
    return asked.answer(chosen, float(len(chosen)), bound, wanted_share=share, reachable=reachable)


def backup(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    count: int,
    range_km: Range,
    values: Sequence[float] = (1.0, 0.3),
    weight: str = "people",
    fixed: Iterable[Hashable] = (),
    no_fly: NoFly = None,
    distance_km: Distances = None,
    seconds: float = ENDLESS,
) -> Siting:
    """Choose bases so that people are reached, and reached again when one base is out.

    Parameters
    ----------
    values
        What the first, second, … base within reach is worth for a place: (1, 0.3) backup; with each base out a share q of
        days, (1 − q, q(1 − q), …) is the expected coverage (Daskin 1983). They must not rise.
    demand, candidates, count, range_km, weight, fixed, no_fly, distance_km, seconds
        As for `best_bases`.

    Returns
    -------
    Siting
        ``value`` and ``bound`` in weight times value; ``assigned["times"]`` says who is reached twice.

    Raises
    ------
    TableError, ChoiceError
        As `best_bases`, and if ``values`` rise or are negative.
    """
    worth = np.asarray(values, dtype=float)
    if (
        worth.ndim != 1
        or not worth.size
        or not np.isfinite(worth).all()
        or (worth < 0).any()
        or (np.diff(worth) > 0).any()
    ):
        raise ChoiceError(
            f"values={shorten(values)} は使えません。(1, 0.3) のように、0以上で増えない並びにしてください。"
        )
    asked = ask(
        demand,
        candidates,
        range_km=range_km,
        weight=weight,
        fixed=fixed,
        no_fly=no_fly,
        distance_km=distance_km,
    )
    whole = number_of_bases(count, asked)
    chosen, value, bound = set_cover.backed(
        asked.pairs.matrix(), asked.weights, whole, worth, kept=asked.kept, seconds=seconds
    )
    return asked.answer(chosen, value, bound, count=whole, values=worth.tolist())


def covered_most(
    matrix: sp.csr_array, weights: Floats, count: int, kept: Places, seconds: float = ENDLESS
) -> mclp.Choice:
    """Choose ``count`` columns, the kept ones among them, that cover the most weight."""
    if not kept.size:
        return mclp.maximise(matrix, weights, count, seconds=seconds)
    sure = np.diff(sp.csr_array(matrix[:, kept]).indptr) > 0
    base = float(weights[sure].sum())
    free = np.setdiff1d(np.arange(matrix.shape[1]), kept)
    if count == len(kept):
        return mclp.Choice(np.sort(kept), base, base)
    rest = mclp.maximise(
        sp.csr_array(matrix[:, free]),
        np.where(sure, 0.0, weights),
        count - len(kept),
        seconds=seconds,
    )
    return mclp.Choice(np.union1d(kept, free[rest.chosen]), base + rest.value, base + rest.bound)


def ask(
    demand: pd.DataFrame,
    candidates: pd.DataFrame,
    *,
    range_km: Range,
    weight: str,
    fixed: Iterable[Hashable],
    no_fly: NoFly,
    distance_km: Distances,
) -> Question:
    """Check the tables and find who reaches whom."""
    weights = _checks.read_numbers(demand, weight, "demand", low=0)
    names = _checks.read_labels(candidates, "base", "candidates")
    found = pairs(demand, candidates, range_km=range_km, no_fly=no_fly, distance_km=distance_km)
    kept = _checks.find_positions(fixed, names)
    settings = {"range_km": said(range_km), "weight": weight, "fixed": names[kept].tolist(), "no_fly": no_fly is not None,
                "own_distances": distance_km is not None}  # fmt: skip
    return Question(demand, candidates, weights, names, kept, found, settings)


def nearest(found: Pairs, chosen: Places, names: pd.Index) -> pd.DataFrame:
    """Give each place the nearest of the chosen bases that reach it, and by how many it is reached."""
    inside = np.zeros(found.shape[1], dtype=bool)
    inside[chosen] = True
    kept = inside[found.base]
    place, base, km = found.place[kept], found.base[kept], found.km[kept]
    order = np.lexsort((km, place))
    places, first = np.unique(place[order], return_index=True)
    at = np.full(found.shape[0], -1, dtype=np.intp)
    at[places] = order[first]
    known = at >= 0
    own = pd.Series(names.take(base[at]) if len(base) else [None] * len(at)).where(known)
    distance = np.where(known, km[at] if len(km) else np.nan, np.nan)
    return pd.DataFrame(
        {"base": own, "distance_km": distance, "times": np.bincount(place, minlength=len(at))}
    )


def by_code(asked: Question, covered: pd.Series) -> pd.DataFrame:
    """Give each municipality's weight and covered share; no rows where the demand has no codes."""
    if "code" not in asked.demand.columns:
        return pd.DataFrame(
            {"code": pd.Series(dtype="str"), "weight": [], "covered": [], "share": []}
        )
    table = pd.DataFrame(
        {"code": asked.demand["code"], "weight": asked.weights, "covered": asked.weights * covered}
    )
    sums: pd.DataFrame = table.groupby("code", as_index=False)[["weight", "covered"]].sum()
    sums["share"] = (sums["covered"] / sums["weight"]).where(sums["weight"] > 0)
    return sums


def _chosen(asked: Question, chosen: Places, times: NDArray[np.int64]) -> pd.DataFrame:
    """Give the chosen rows of the candidates, and what each reaches, also alone."""
    weights = asked.weights[asked.pairs.place]
    alone = np.where(times[asked.pairs.place] == 1, weights, 0.0)
    reached, only = (
        np.bincount(asked.pairs.base, each, len(asked.names))[chosen] for each in (weights, alone)
    )
    return asked.candidates.iloc[chosen].assign(
        existing=np.isin(chosen, asked.kept), reached=reached, only=only
    )


def number_of_bases(count: int, asked: Question) -> int:
    """Check a number of bases: as many as are fixed at least, as there are candidates at most."""
    whole = _checks.require_count(count, len(asked.names))
    if whole < len(asked.kept):
        raise ChoiceError(
            f"count={whole} は、既設拠点 fixed の数（{len(asked.kept)}）より少なくできません。"
        )
    return whole
