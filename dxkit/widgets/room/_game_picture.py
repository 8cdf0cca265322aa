"""How does the map look on which groups place bases, and where on it does each place lie?"""

import base64
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from dxkit import maps
from dxkit._arrays import FloatArray

CELL_COLOUR = "#f2c9a0"


class GamePicture:
    """The map without any base; places lie at shares of its width and height."""

    def __init__(
        self,
        demand: pd.DataFrame,
        candidates: pd.DataFrame,
        municipalities: gpd.GeoDataFrame | None,
        level: str,
    ) -> None:
        self._candidates = candidates
        self._municipalities = municipalities
        self._cell_count = len(demand)
        # the page writes the names itself: in an enlarged picture they would grow, too
        borders = None if municipalities is None else municipalities.assign(name="")
        self._sketch = maps.prepare_sketch(
            demand, level=level, points=candidates, municipalities=borders
        )

    @cached_property
    def address(self) -> str:
        """The picture as an address that holds it, and that cannot run anything."""
        kinds = np.zeros(self._cell_count, dtype=np.intp)
        svg = self._sketch.write_svg(kinds, [CELL_COLOUR], label="人のいるところ")
        return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()

    @cached_property
    def sites(self) -> list[dict[str, object]]:
        """Each candidate, and where it lies."""
        table = self._candidates
        shares = self._locate(table["lat"].to_numpy(float), table["lon"].to_numpy(float))
        return [
            {"base": str(base), "name": str(name)} | share
            for base, name, share in zip(table["base"], table["name"], shares, strict=True)
        ]

    @cached_property
    def towns(self) -> list[dict[str, object]]:
        """Each municipality's name, and where it is written."""
        if self._municipalities is None:
            return []
        middles = self._municipalities.geometry.representative_point()
        shares = self._locate(middles.y.to_numpy(), middles.x.to_numpy())
        names = map(str, self._municipalities["name"])
        return [{"name": name} | share for name, share in zip(names, shares, strict=True)]

    def _locate(self, lat: FloatArray, lon: FloatArray) -> list[dict[str, object]]:
        """Compute where points lie, as shares of the picture's width and height."""
        shares = self._sketch.locate_shares(lat, lon).tolist()
        return [{"x": round(x, 4), "y": round(y, 4)} for x, y in shares]
