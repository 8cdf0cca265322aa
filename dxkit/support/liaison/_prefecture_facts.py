"""Where does a prefecture's liaison set out, whom does no round visit, and which bridges are there?

These facts stand in the tables ``prefectures`` and ``bridges``; here they are looked up for the
prefecture to which the municipalities at hand belong.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import pandas as pd

from dxkit.errors import ChoiceError
from dxkit.loaders import find_prefecture, load, resolve_prefecture

# latitude and longitude in degrees
Point: TypeAlias = tuple[float, float]
# digits of a municipality's code; what is shorter is a made-up label
CODE_DIGITS = 5


def find_home(codes: Iterable[object]) -> "pd.Series[Any]":
    """Find the facts of the prefecture of these municipalities, or of the room's.

    Raises
    ------
    ChoiceError
        If they lie in several prefectures, so that nobody knows where to set out.
    """
    texts = [str(code) for code in codes]
    numbers = {text[:2] for text in texts if len(text) == CODE_DIGITS and text.isdigit()}
    if len(numbers) > 1:
        raise ChoiceError(
            f"{len(numbers)}都道府県の市区町村が混ざっています（{'・'.join(sorted(numbers))}）。"
            "start=（出発地の緯度と経度）と exclude= を指定してください。"
        )
    # labels that are no codes say nothing of a place: the room's prefecture counts
    return find_prefecture(next(iter(numbers)) if numbers else "")


def complete_journey(
    codes: Iterable[object], start: Point | None, exclude: tuple[str, ...] | None
) -> tuple[Point, tuple[str, ...]]:
    """Fill in where the liaison sets out and whom no round visits, where nobody said."""
    if start is not None and exclude is not None:
        return start, exclude
    home = find_home(codes)
    if start is None:
        start = find_office(home)
    return start, find_unvisited_codes(home) if exclude is None else exclude


def find_office(home: "pd.Series[Any]") -> Point:
    """Find latitude and longitude of the prefectural office."""
    return float(home["seat_lat"]), float(home["seat_lon"])


def find_unvisited_codes(home: "pd.Series[Any]") -> tuple[str, ...]:
    """Find the codes that the prefecture's liaisons do not visit."""
    codes = home["unvisited"]
    return () if pd.isna(codes) else tuple(str(codes).split())


def find_unvisited_areas(codes: Iterable[object]) -> tuple[str, ...]:
    """Find the areas, of the prefecture of these municipalities, in which nobody is visited."""
    home = find_home(codes)
    unvisited = set(find_unvisited_codes(home))
    areas = load("areas", str(home["prefecture_code"]))
    is_left_out = [set(codes.split()) <= unvisited for codes in areas["codes"]]
    return tuple(areas.loc[is_left_out, "area_name"])


def list_bridges() -> pd.DataFrame:
    """List the bridges on which municipalities hang: both ends, and who lives ``beyond``."""
    return load("bridges", resolve_prefecture(None))
