"""How far apart are two members, when a column may be a number, a word or a yes/no?

Each column's distance is divided by its mean over all pairs, so that 1 is the distance of two members picked by chance, whatever
the unit, and no column counts more than another. Numbers are apart by their difference (or by their ranks), words and yes/no by
being different. A blank is as far from anybody as chance: it neither draws together nor pushes apart, and it is counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, shorten
from dxkit.groups._members import columns_of, heading

Floats = NDArray[np.float64]
Columns: TypeAlias = str | Iterable[str] | Mapping[str, float]
SCALES = ("spread", "rank")
MISSING = ("average", "refuse")


@dataclass(frozen=True)
class Criterion:
    """A column by which members are alike or different.

    Attributes
    ----------
    column
        Its name.
    weight
        Above 0: wanted alike; below 0: wanted different.
    apart
        Members × members: distance, 1 on average.
    blanks
        How many members have no value.
    kind
        数値, 区分 or 有無.
    """

    column: str
    weight: float
    apart: Floats
    blanks: int
    kind: str


def faults_of(
    table: pd.DataFrame, alike: Columns, different: Columns, scale: str, missing: str
) -> list[Fault]:
    """Give every fault of the columns asked for."""
    _check_choices(scale, missing)
    asked = [*columns_of(alike).items(), *columns_of(different).items()]
    faults = [
        fault for name, weight in asked for fault in _column_faults(table, name, weight, missing)
    ]
    both = set(columns_of(alike)) & set(columns_of(different))
    return faults + [
        Fault("alike と different の両方にあります", "どちらかだけにしてください", column=name)
        for name in sorted(both)
    ]


def criteria_of(
    table: pd.DataFrame, alike: Columns, different: Columns, scale: str
) -> tuple[Criterion, ...]:
    """Measure the columns asked for; weights add up to 1."""
    asked = columns_of(alike) | {name: -weight for name, weight in columns_of(different).items()}
    total = sum(map(abs, asked.values()))
    return tuple(
        _criterion(table[name], name, weight / total, scale) for name, weight in asked.items()
    )


def cost(criteria: Iterable[Criterion], count: int) -> Floats:
    """Give what it costs that two members meet: the weighted sum of distances."""
    total = np.zeros((count, count))
    for each in criteria:
        total += each.weight * each.apart
    return total


def kind_of(values: pd.Series) -> str:
    """Tell whether a column holds numbers, words or yes/no."""
    known = values.dropna()
    if pd.api.types.is_bool_dtype(known) or (
        len(known) and all(isinstance(value, (bool, np.bool_)) for value in known)
    ):
        return "有無"
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "区分"
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return "数値"
    return (
        "数値"
        if len(known) and all(isinstance(value, (int, float, np.number)) for value in known)
        else "区分"
    )


def _check_choices(scale: str, missing: str) -> None:
    for option, value, offered in (("scale", scale, SCALES), ("missing", missing, MISSING)):
        if value not in offered:
            raise ChoiceError(
                f"{option}={shorten(value)} は使えません。{'・'.join(offered)} から選んでください。"
            )


def _column_faults(table: pd.DataFrame, name: str, weight: float, missing: str) -> list[Fault]:
    if name not in table.columns:
        return [
            Fault(
                "参加者の表に列がありません",
                f"今ある列: {shorten('、'.join(map(str, table.columns)))}",
                column=name,
            )
        ]
    if not (np.isfinite(weight) and weight > 0):
        return [
            Fault("列の重みが使えません", "0より大きい数にしてください", column=name, value=weight)
        ]
    values = table[name]
    faults = []
    if values.isna().all():
        faults.append(Fault("どの参加者にも値がありません", "別の列を選んでください", column=name))
    elif missing == "refuse":
        faults += [
            Fault(
                "値が空欄です",
                '値を入れるか、missing="average" にしてください',
                row=int(row) + 1,
                column=name,
            )
            for row in np.flatnonzero(values.isna())
        ]
    if kind_of(values) == "数値":
        faults += [
            Fault("無限大は使えません", "数か空欄にしてください", row=int(row) + 1, column=name)
            for row in np.flatnonzero(np.isinf(_numbers(values)))
        ]
    return faults


def _numbers(values: pd.Series) -> Floats:
    if pd.api.types.is_datetime64_any_dtype(values):
        days = (values - values.min()) / pd.Timedelta(days=1)
        return np.asarray(days, dtype=np.float64)
    return np.asarray(pd.to_numeric(values, errors="coerce"), dtype=np.float64)


def _criterion(values: pd.Series, name: str, weight: float, scale: str) -> Criterion:
    blank = values.isna().to_numpy()
    kind = kind_of(values)
    if kind == "数値":
        numbers = _numbers(values.rank() if scale == "rank" else values)
        apart = np.abs(numbers[:, None] - numbers[None, :])
    else:
        codes = pd.factorize(values)[0]
        apart = (codes[:, None] != codes[None, :]).astype(np.float64)
    return Criterion(name, weight, _scaled(apart, blank), int(blank.sum()), kind)


def _scaled(apart: Floats, blank: NDArray[np.bool_]) -> Floats:
    """Divide by the mean over pairs of known members; blanks are 1 from everybody, and nobody is apart from itself."""
    known = ~blank
    inside = apart[np.ix_(known, known)]
    pairs = known.sum() * (known.sum() - 1)
    mean = float(inside.sum()) / pairs if pairs else 0.0
    # a column in which all are equal tells nothing: everybody is as far as chance
    scaled = apart / mean if mean > 0 else np.ones_like(apart)
    scaled[blank, :] = 1.0
    scaled[:, blank] = 1.0
    np.fill_diagonal(scaled, 0.0)
    return scaled


def describe(criteria: Iterable[Criterion]) -> list[dict[str, object]]:
    """Give what was measured how, for the settings of a result."""
    return [
        {
            "column": each.column,
            "label": heading(each.column),
            "role": "alike" if each.weight > 0 else "different",
            "weight": abs(each.weight),
            "kind": each.kind,
            "blanks": each.blanks,
        }
        for each in criteria
    ]
