"""Which municipalities have like profiles, and would other data sort them the same way?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import Floats

MOST = 6
STABLE = 0.6


@dataclass(frozen=True)
class Typology:
    """Types of municipalities.

    Attributes
    ----------
    labels
        Index ``code``: type 1, 2, …, largest first.
    stability
        Index type: ``size``, ``jaccard`` (mean overlap of the type with its likeness in bootstrap samples, 0–1; below 0.6 it
        should not be named).
    profiles
        Types × columns: mean of each.
    settings
        Method, number, seed; ``stable`` (every type reaches 0.6).
    """

    labels: pd.Series
    stability: pd.DataFrame
    profiles: pd.DataFrame
    settings: dict[str, Any]


def typology(
    values: pd.DataFrame, *, n: int | None = None, seed: int = 0, draws: int = 200
) -> Typology:
    """Sort municipalities into types of like profiles.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``), a few columns on one scale, for example `Scores.dimensions`.
    n
        How many types; by default the number (2 to 6) whose least stable type is most stable.
    seed
        Of the bootstrap.
    draws
        Bootstrap samples.

    Returns
    -------
    Typology

    Raises
    ------
    ChoiceError
        If ``n`` is not 2 to the number of different profiles.
    TableError
        If a figure is missing.

    Notes
    -----
    Ward's method; stability by bootstrap Jaccard overlap (Hennig 2007). 41 municipalities carry three to five types.
    """
    table = values.set_index("code") if "code" in values.columns else values
    _check_complete(table)
    numbers = table.to_numpy(dtype=float)
    different = len(np.unique(numbers, axis=0))
    if different < 2 or (n is not None and not 2 <= n <= different):
        raise ChoiceError(f"n={n} は使えません。2〜{different}（違う横顔の数）にしてください。")
    found = {}
    for count in [n] if n is not None else range(2, min(MOST, different) + 1):
        labels = _ward(numbers, count)
        found[count] = (
            labels,
            _stability(numbers, labels, count, draws, np.random.default_rng(seed)),
        )
    chosen = max(found, key=lambda count: found[count][1].min())
    labels, overlap = found[chosen]
    types = pd.Series(labels, index=table.index, name="type")
    sizes = types.value_counts().sort_index()
    stability = pd.DataFrame(
        {"size": sizes.to_numpy(), "jaccard": overlap},
        index=pd.Index(range(1, chosen + 1), name="type"),
    )
    settings = {
        "method": "Ward",
        "n": chosen,
        "seed": seed,
        "draws": draws,
        "stable": bool(overlap.min() >= STABLE),
    }
    return Typology(types, stability, table.groupby(types).mean(), settings)


def _check_complete(table: pd.DataFrame) -> None:
    faults = [
        Fault(
            f"{code} の値が空欄です",
            "score の impute で補うか、この市町を外してください",
            column=str(name),
        )
        for name in table.columns
        for code in table.index[table[name].isna()]
    ]
    if faults:
        raise TableError(faults)


def _ward(numbers: Floats, count: int) -> NDArray[np.intp]:
    """Give types numbered by size, largest first."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - takes a second to load

    raw = fcluster(linkage(numbers, "ward"), count, "maxclust")
    order = np.argsort(-np.bincount(raw)[1:], kind="stable") + 1
    place = np.empty(order.size + 1, dtype=np.intp)
    place[order] = np.arange(1, order.size + 1)
    return np.asarray(place[raw])


def _stability(
    numbers: Floats, labels: NDArray[np.intp], count: int, draws: int, random: np.random.Generator
) -> Floats:
    """Give each type's mean best Jaccard overlap with the types of bootstrap samples."""
    overlaps = np.zeros((draws, count))
    for draw in range(draws):
        sample = np.unique(random.integers(0, len(numbers), len(numbers)))
        other = _ward(numbers[sample], min(count, len(np.unique(numbers[sample], axis=0))))
        for own in range(1, count + 1):
            here = labels[sample] == own
            shares = [
                (here & (other == each)).sum() / (here | (other == each)).sum()
                for each in np.unique(other)
            ]
            overlaps[draw, own - 1] = max(shares) if here.any() else 0.0
    return np.asarray(overlaps.mean(axis=0))
