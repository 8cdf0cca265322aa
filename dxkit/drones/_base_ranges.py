"""How far does each base deliver? One number, one a base, or a shape."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._checks import LARGEST_KM
from dxkit.errors import ChoiceError, TableError, shorten

Range: TypeAlias = float | pd.DataFrame | pd.Series | Sequence[float]

# of a shape that is 0 in every direction: a search needs a range above 0
SMALLEST_KM = 1e-9


def read_range(range_km: Range, bases: pd.Index) -> FloatArray:
    """Read the range of each base in km; of a shape, the longest.

    Parameters
    ----------
    range_km
        A number; one number a base, by its labels if it is a series and by position if it has none;
        or the table of `dxkit.drones.flight_shape`.
    bases
        Names of the bases.

    Raises
    ------
    ChoiceError, TableError
    """
    if isinstance(range_km, pd.DataFrame):
        return np.full(len(bases), max(_longest_of_shape(range_km), SMALLEST_KM))
    values: object = range_km
    # labels say which base a number belongs to, in whatever order they stand
    if isinstance(range_km, pd.Series):
        positions, faults = _checks.match_labels(range_km.index, bases, "range_km")
        if faults:
            raise TableError(faults)
        values = range_km.iloc[positions].to_numpy()
    km = _checks.to_float_array(values)
    # one number stands for all bases
    has_right_size = km.ndim <= 1 and km.size in (1, len(bases))
    if not has_right_size or not ((km > 0) & (km <= LARGEST_KM)).all():
        raise ChoiceError(
            f"range_km={shorten(range_km)} は使えません。0より大きい数（km）か、候補地と同じ数"
            f"（{len(bases)}）の並びにしてください。"
        )
    return np.broadcast_to(km.ravel(), len(bases)) if km.size == 1 else km


def describe_range(range_km: Range) -> object:
    """Write a range as settings remember it; it has been read before."""
    if isinstance(range_km, pd.DataFrame):
        return dict(range_km.attrs.get("settings", {})) or "方向別"
    if isinstance(range_km, pd.Series):
        # with its labels, as its order need not be that of the bases
        return {base: float(km) for base, km in range_km.items()}
    return np.asarray(range_km, dtype=float).tolist()


def _longest_of_shape(shape: pd.DataFrame) -> float:
    absent = {"bearing_deg", "range_km"} - set(shape.columns)
    if absent or shape.empty:
        raise ChoiceError(
            f"range_km の表に {'・'.join(sorted(absent)) or '行'} がありません。"
            "flight_shape の表を渡してください。"
        )
    _checks.read_numbers(shape, "bearing_deg", "range_km", low=-360, high=360)
    return float(_checks.read_numbers(shape, "range_km", "range_km", high=LARGEST_KM).max())
