"""Which municipalities have like profiles, and would other data sort them the same way?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit._checks import (
    require_share,
    require_single_columns,
    require_table,
    require_whole_number,
)
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import order_of_labels, read_plain_table
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.maturity._method_texts import describe_typology
from dxkit.maturity._read_values import require_numbers
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

# 41 municipalities carry no more types than these
MAX_TYPES = 6
# mean Jaccard overlap from which a type may be named (Hennig 2007)
STABLE_FROM = 0.6


@dataclass(frozen=True)
class Typology(TableResult):
    """Types of municipalities.

    Attributes
    ----------
    labels
        Index ``code``: type 1, 2, …, largest first.
    stability
        Index type: ``size``, ``jaccard`` (mean overlap of the type with its likeness in bootstrap
        samples, 0–1; below 0.6 it should not be named).
    profiles
        Types × columns: mean of each.
    settings
        Method, number, seed; ``stable`` (every type reaches ``stable_from``).
    """

    labels: pd.Series
    stability: pd.DataFrame
    profiles: pd.DataFrame
    settings: dict[str, Any]

    def __repr__(self) -> str:
        return f"<類型: {len(self.labels)}市町、{len(self.stability)}型>"

    @property
    def _main_table(self) -> pd.DataFrame:
        table = carry_provenance(self.labels.to_frame(), self.labels)
        table.attrs["settings"] = self.settings
        return table

    def _describe_method(self) -> MethodText:
        return describe_typology(self.settings)


@accepts_old_keywords(n="n_types")
@accepts_any_table("values")
def typology(
    values: pd.DataFrame,
    *,
    n_types: int | None = None,
    seed: int = 0,
    draws: int = 200,
    max_types: int = MAX_TYPES,
    stable_from: float = STABLE_FROM,
) -> Typology:
    """Sort municipalities into types of like profiles.

    Parameters
    ----------
    values
        One row a municipality (index or column ``code``), a few columns on one scale, for example
        `Scores.dimensions`.
    n_types
        How many types; by default the number (2 to ``max_types``) whose least stable type is most
        stable.
    seed
        Of the bootstrap.
    draws
        Bootstrap samples.
    max_types
        Most types among which the number is chosen.
    stable_from
        Mean overlap (0–1) from which a type may be named.

    Returns
    -------
    Typology

    Raises
    ------
    ChoiceError
        If ``n_types`` is not 2 to the number of different profiles.
    TableError
        If a figure is missing.

    Notes
    -----
    Ward's method; stability by bootstrap Jaccard overlap (Hennig 2007). 41 municipalities carry
    three to five types.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = ["28201", "28202", "28203", "28204", "28205"]
    >>> table = pd.DataFrame({"plan": [1, 1, 1, 4, 4], "team": [1, 2, 1, 5, 4]}, index=codes)
    >>> typology(table, n_types=2, draws=20).labels.tolist()
    [1, 1, 1, 2, 2]
    """
    require_table(values, "values")
    require_whole_number(draws, "draws", high=10**9)
    require_whole_number(max_types, "max_types", low=2)
    require_share(stable_from, "stable_from")
    table = values.set_index("code") if "code" in values.columns else values
    _check_complete(table)
    # what is drawn, and which of two equally near clusters are joined, goes by codes and names
    table = read_plain_table(table).set_axis(table.index).apply(pd.to_numeric)
    by_code = order_of_labels(table.index)
    by_name = order_of_labels(table.columns)
    numbers = table.iloc[by_code, by_name].to_numpy(dtype=float)
    n_profiles = _count_profiles(numbers, n_types)
    # of the numbers of types, the one whose least stable type is most stable
    candidates = {}
    for count in [n_types] if n_types is not None else range(2, min(max_types, n_profiles) + 1):
        labels = _cluster_ward(numbers, count)
        overlap = _measure_overlap(numbers, labels, count, draws, np.random.default_rng(seed))
        candidates[count] = (labels, overlap)
    best = max(candidates, key=lambda count: candidates[count][1].min())
    labels, overlap = candidates[best]
    types = pd.Series(labels[np.argsort(by_code)], index=table.index, name="type")
    stability = pd.DataFrame(
        {"size": types.value_counts().sort_index().to_numpy(), "jaccard": overlap},
        index=pd.Index(range(1, best + 1), name="type"),
    )
    settings = {
        "method": "Ward",
        "n_types": best,
        "seed": seed,
        "draws": draws,
        "max_types": max_types,
        "stable_from": stable_from,
        "stable": bool(overlap.min() >= stable_from),
    }
    return Typology(
        carry_provenance(types, values),
        carry_provenance(stability, values),
        carry_provenance(table.groupby(types).mean(), values),
        settings,
    )


def _count_profiles(numbers: FloatArray, n_types: int | None) -> int:
    """Count the profiles that differ, and refuse a number of types that they do not allow."""
    n_profiles = len(np.unique(numbers, axis=0))
    if n_profiles < 2:
        problem = "どの市町も同じ値か、市町が1つなので、型に分けられません"
        raise TableError([Fault(problem, "値の違う市町を2つ以上にしてください")])
    if n_types is None:
        return n_profiles
    is_whole = isinstance(n_types, int | np.integer) and not isinstance(n_types, bool)
    if not (is_whole and 2 <= n_types <= n_profiles):
        raise ChoiceError(
            f"n_types={shorten(n_types)} は使えません。"
            f"2〜{n_profiles}（違う横顔の数）の整数にしてください。"
        )
    return n_profiles


def _check_complete(table: pd.DataFrame) -> None:
    # every column takes part
    require_single_columns(table, table.columns, "values")
    require_numbers(table)
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


def _cluster_ward(numbers: FloatArray, count: int) -> IntArray:
    """Cluster profiles into types, numbered by size, largest first."""
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415 - takes a second to load

    # one alone is a type; there is nothing to link
    if len(numbers) == 1:
        return np.ones(1, dtype=np.intp)
    clusters = fcluster(linkage(numbers, "ward"), count, "maxclust")
    by_size = np.argsort(-np.bincount(clusters)[1:], kind="stable") + 1
    number_of_cluster = np.empty(by_size.size + 1, dtype=np.intp)
    number_of_cluster[by_size] = np.arange(1, by_size.size + 1)
    return np.asarray(number_of_cluster[clusters])


def _measure_overlap(
    numbers: FloatArray, labels: IntArray, count: int, draws: int, random: np.random.Generator
) -> FloatArray:
    """Measure each type's mean best Jaccard overlap with the types of bootstrap samples."""
    overlaps = np.zeros((draws, count))
    for draw in range(draws):
        sample = np.unique(random.integers(0, len(numbers), len(numbers)))
        n_profiles = len(np.unique(numbers[sample], axis=0))
        sample_labels = _cluster_ward(numbers[sample], min(count, n_profiles))
        for label in range(1, count + 1):
            is_type = labels[sample] == label
            shares = [
                (is_type & (sample_labels == sample_label)).sum()
                / (is_type | (sample_labels == sample_label)).sum()
                for sample_label in np.unique(sample_labels)
            ]
            # a type of which the sample holds nobody has no likeness there
            overlaps[draw, label - 1] = max(shares) if is_type.any() else 0.0
    return np.asarray(overlaps.mean(axis=0))
