"""Which figures of a drone are known, and can it be flown with them?"""

from collections.abc import Mapping
from math import isnan
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from dxkit._checks import is_number
from dxkit.errors import ChoiceError, shorten

Drone: TypeAlias = Mapping[str, Any] | pd.Series | pd.DataFrame

# each must be above 0
NEEDED_FIGURES = ("mass_kg", "payload_max_kg", "airspeed_ms", "endurance_min", "wind_max_ms")
# above 0 where they are known
OPTIONAL_FIGURES = ("loaded_min", "power_exponent")
# at least 0 where they are known
OPTIONAL_LOADS = ("endurance_payload_kg", "loaded_payload_kg")


def read_drone_figures(drone: Drone) -> dict[str, float]:
    """Read the figures of a drone that are known; an empty cell is a figure that is not.

    Raises
    ------
    ChoiceError
        If this is not one drone, or a figure is missing or cannot be.
    """
    if isinstance(drone, pd.DataFrame):
        if len(drone) != 1:
            raise ChoiceError(
                f"drone には1機種の行を渡してください（{len(drone)}行ありました）。"
                "例: drone_types.iloc[0]"
            )
        drone = drone.iloc[0]
    if not isinstance(drone, Mapping | pd.Series):
        raise ChoiceError(
            f"drone には drone_types の1行を渡してください（「{shorten(drone)}」でした）。"
            '例: load("drone_types").iloc[0]'
        )
    # a row holds text, too (maker, source): only the figures below are looked at
    cells = {str(key): value for key, value in drone.items()}
    _refuse(
        [key for key in NEEDED_FIGURES if not _is_above_0(cells.get(key))], cells, "0より大きい"
    )
    figures = {key: float(cells[key]) for key in NEEDED_FIGURES}
    # an unknown figure is an empty cell of the table, and not a mistake
    filled = {key: cells[key] for key in cells if not _is_blank(cells[key])}
    optional = [key for key in OPTIONAL_FIGURES if key in filled]
    _refuse([key for key in optional if not _is_above_0(filled[key])], cells, "0より大きい")
    loads = [key for key in OPTIONAL_LOADS if key in filled]
    # a second endurance may have been flown without a load
    wrong = [key for key in loads if not is_number(filled[key]) or filled[key] < 0]
    _refuse(wrong, cells, "0以上の")
    return figures | {key: float(filled[key]) for key in (*optional, *loads)}


def _refuse(keys: list[str], cells: dict[str, Any], limits: str) -> None:
    """Refuse these figures, naming each with its value."""
    if keys:
        figures = "、".join(f"{key}={shorten(cells.get(key))}" for key in keys)
        raise ChoiceError(f"機種の表の {figures} は使えません。{limits}数を入れてください。")


def _is_above_0(value: object) -> bool:
    return is_number(value) and value > 0  # type: ignore[operator]


def _is_blank(value: object) -> bool:
    return (
        value is None or value is pd.NA or (isinstance(value, float | np.floating) and isnan(value))
    )
