"""How far apart are two members, when a column may be a number, a word or a yes/no?

Each column's distance is divided by its mean over all pairs, so that 1 is the distance of two
members picked by chance, whatever the unit, and no column counts more than another. Numbers, dates
and spans of time are apart by their difference (or by the difference of their ranks), words and
yes/no by being different. A blank is as far from anybody as chance: it neither draws together nor
pushes apart, and it is counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import Fault, shorten
from dxkit.groups._attribute_columns import NUMBER_TYPES
from dxkit.groups._members import find_heading

Columns: TypeAlias = str | Iterable[str] | Mapping[str, float]
SCALES = ("spread", "rank")
MISSING = ("average", "refuse")
# distances of larger numbers, and sums of larger weights, overflow; none is meant
LARGEST_NUMBER = 1e15
LARGEST_WEIGHT = 1e6


@dataclass(frozen=True)
class Criterion:
    """A column by which members are alike or different.

    Attributes
    ----------
    column
        Its name.
    weight
        Above 0: members should be alike; below 0: they should differ.
    distances
        Members × members: distance, 1 on average.
    blank_count
        How many members have no value.
    kind
        数値, 区分 or 有無.
    """

    column: str
    weight: float
    distances: FloatArray
    blank_count: int
    kind: str


def read_weights(columns: Columns, option: str) -> dict[str, float]:
    """Read columns and their weights: one name, several, or a mapping from name to weight."""
    if columns is None:
        return {}
    if isinstance(columns, Mapping):
        # what is no number is NaN, which `list_column_faults` refuses
        arrays = {str(name): _checks.to_float_array(w) for name, w in columns.items()}
        return {name: float(w) if w.ndim == 0 else np.nan for name, w in arrays.items()}
    return {str(name): 1.0 for name in _checks.read_list(columns, option)}


def list_column_faults(
    table: pd.DataFrame, alike: Columns, different: Columns, scale: str, missing: str
) -> list[Fault]:
    """List every fault of the columns that the groups go by.

    Raises
    ------
    ChoiceError
        If ``scale`` or ``missing`` is none of those offered.
    """
    _checks.require_choice(scale, SCALES, "scale")
    _checks.require_choice(missing, MISSING, "missing")
    weights = [
        *read_weights(alike, "alike").items(),
        *read_weights(different, "different").items(),
    ]
    faults = [
        fault
        for name, weight in weights
        for fault in _list_faults_of_column(table, name, weight, missing)
    ]
    # a column cannot pull and push at once
    both = set(read_weights(alike, "alike")) & set(read_weights(different, "different"))
    return faults + [
        Fault("alike と different の両方にあります", "どちらかだけにしてください", column=name)
        for name in sorted(both)
    ]


def measure_criteria(
    table: pd.DataFrame, alike: Columns, different: Columns, scale: str
) -> tuple[Criterion, ...]:
    """Measure the distances in each column; the weights' sizes add up to 1."""
    weights = read_weights(alike, "alike")
    # what should differ gets a negative weight, so that small costs are good for both
    weights |= {name: -weight for name, weight in read_weights(different, "different").items()}
    total = sum(map(abs, weights.values()))
    return tuple(
        _measure_column(table[name], name, weight / total, scale)
        for name, weight in weights.items()
    )


def sum_distances(criteria: Iterable[Criterion], member_count: int) -> FloatArray:
    """Compute what it costs that two members meet: the weighted sum of distances."""
    total = np.zeros((member_count, member_count))
    for criterion in criteria:
        total += criterion.weight * criterion.distances
    return total


def is_time(values: pd.Series) -> bool:
    """Check for a column of dates or spans of time."""
    is_date = pd.api.types.is_datetime64_any_dtype(values)
    return bool(is_date or pd.api.types.is_timedelta64_dtype(values))


def classify_column(values: pd.Series) -> str:
    """Find out whether a column holds numbers (数値), words (区分) or yes/no (有無)."""
    filled = values.dropna()
    if pd.api.types.is_bool_dtype(filled) or (
        len(filled) and all(isinstance(value, (bool, np.bool_)) for value in filled)
    ):
        return "有無"
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "区分"
    if pd.api.types.is_numeric_dtype(values) or is_time(values):
        return "数値"
    # a column of objects, as a spreadsheet with blanks gives it
    is_number = len(filled) and all(isinstance(value, NUMBER_TYPES) for value in filled)
    return "数値" if is_number else "区分"


def _list_faults_of_column(
    table: pd.DataFrame, name: str, weight: float, missing: str
) -> list[Fault]:
    """List the faults of one column: absent, weight, all blank, blank cells, infinite cells."""
    if name not in table.columns:
        present = shorten("、".join(map(str, table.columns)))
        return [Fault("参加者の表に列がありません", f"今ある列: {present}", column=name)]
    if not 0 < weight <= LARGEST_WEIGHT:
        remedy = f"0より大きい{LARGEST_WEIGHT:.0f}以下の数にしてください"
        return [Fault("列の重みが使えません", remedy, column=name, value=weight)]
    values = table[name]
    faults = []
    if values.isna().all():
        faults.append(Fault("どの参加者にも値がありません", "別の列を選んでください", column=name))
    elif missing == "refuse":
        remedy = '値を入れるか、missing="average" にしてください'
        faults += [
            Fault("値が空欄です", remedy, row=int(row) + 1, column=name)
            for row in np.flatnonzero(values.isna())
        ]
    if classify_column(values) == "数値":
        faults += _list_number_faults(values, name)
    return faults


def _list_number_faults(values: pd.Series, name: str) -> list[Fault]:
    """List the cells whose differences cannot be computed."""
    if pd.api.types.is_complex_dtype(values):
        return [Fault("複素数は使えません", "ふつうの数にしてください", column=name)]
    numbers = np.abs(_convert_numbers(values))
    remedy = "数か空欄にしてください"
    return [
        Fault(
            "無限大は使えません" if np.isinf(numbers[row]) else "数が大きすぎます",
            remedy,
            row=int(row) + 1,
            column=name,
            value=values.iloc[row],
        )
        for row in np.flatnonzero(numbers > LARGEST_NUMBER)
    ]


def _convert_numbers(values: pd.Series) -> FloatArray:
    """Convert a column to floats; dates and spans of time become days since the first."""
    if is_time(values):
        # the origin is of no importance, as only differences count
        days = (values - values.min()) / pd.Timedelta(days=1)
        return np.asarray(days, dtype=np.float64)
    if values.dtype == object:
        # pandas knows no Fraction
        values = values.map(lambda value: float(value) if isinstance(value, Fraction) else value)
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)


def _measure_column(values: pd.Series, name: str, weight: float, scale: str) -> Criterion:
    """Measure all pairwise distances in one column."""
    blank = values.isna().to_numpy()
    kind = classify_column(values)
    if kind == "数値":
        numbers = _convert_numbers(values.rank() if scale == "rank" else values)
        # blanks are NaN here and are overwritten when distances are scaled
        distances = np.abs(numbers[:, None] - numbers[None, :])
    else:
        codes = pd.factorize(values)[0]
        distances = (codes[:, None] != codes[None, :]).astype(np.float64)
    return Criterion(name, weight, _scale_to_mean(distances, blank), int(blank.sum()), kind)


def _scale_to_mean(distances: FloatArray, blank: BoolArray) -> FloatArray:
    """Divide by the mean over pairs of members with a value.

    Blanks are 1 from everybody, and nobody is apart from itself.
    """
    filled = ~blank
    block = distances[np.ix_(filled, filled)]
    pairs = filled.sum() * (filled.sum() - 1)
    mean = float(block.sum()) / pairs if pairs else 0.0
    # a column in which all are equal tells nothing: everybody is as far as chance
    scaled = distances / mean if mean > 0 else np.ones_like(distances)
    scaled[blank, :] = 1.0
    scaled[:, blank] = 1.0
    np.fill_diagonal(scaled, 0.0)
    return scaled


def describe_criteria(criteria: Iterable[Criterion]) -> list[dict[str, object]]:
    """Describe what was measured how, for the settings of a result."""
    return [
        {
            "column": criterion.column,
            "label": find_heading(criterion.column),
            "role": "alike" if criterion.weight > 0 else "different",
            "weight": abs(criterion.weight),
            "kind": criterion.kind,
            "blanks": criterion.blank_count,
        }
        for criterion in criteria
    ]
