"""What does a table with shapes answer to somebody who asks it for the areas' names?

A GeoDataFrame's attribute ``.area`` is the size of its shapes, so ``towns[towns.area == "但馬"]``
finds no row and says nothing. The names stand in ``area_name``; a comparison of sizes with a text
is refused here.
"""

from collections.abc import Callable, Iterable
from typing import Any

import geopandas as gpd
import pandas as pd

from dxkit.errors import Fault, TableError

AREA_NAME = "area_name"
# its name before this release: the tables carry it behind the new one for one release
OLD_AREA_NAME = "area"


class ShapeTable(gpd.GeoDataFrame):  # type: ignore[misc] # geopandas has no types
    """A GeoDataFrame whose sizes (``.area``) refuse to be compared with a name."""

    @property
    def area(self) -> "pd.Series[float]":
        """Size of each shape in the square of the map's unit, as geopandas computes it."""
        return ShapeSizes(super().area)


class ShapeSizes(pd.Series):
    """Sizes of shapes; what is computed from them is an ordinary series."""

    @property
    def _constructor(self) -> Callable[..., "pd.Series[Any]"]:
        return pd.Series

    def _cmp_method(self, other: object, op: Callable[..., Any]) -> "pd.Series[bool]":
        """Compare, unless it is with a text: no size equals one, and the answer would be silent."""
        texts = [other] if isinstance(other, str) else list_texts(other)
        if texts:
            raise TableError([_refuse_text(texts[0])])
        compared: pd.Series[bool] = super()._cmp_method(other, op)  # type: ignore[misc]
        return compared

    def isin(self, values: Iterable[Any]) -> "pd.Series[bool]":
        """Look values up among the sizes, as `pandas.Series.isin` does; refuse texts."""
        listed = list(values)
        if texts := list_texts(listed):
            raise TableError([_refuse_text(texts[0])])
        return super().isin(listed)


def list_texts(values: object) -> list[str]:
    """List the texts among values; none in what is no list, array or series."""
    if not isinstance(values, Iterable):
        return []
    return [value for value in values if isinstance(value, str)]


def _refuse_text(text: str) -> Fault:
    return Fault(
        f"「{text}」を図形の面積（.area）と比べています",
        f'圏域の名は {AREA_NAME} 列にあります（例: m[m.{AREA_NAME} == "{text}"]）',
        column=OLD_AREA_NAME,
        value=text,
    )
