"""Which municipalities share a border?"""

from functools import lru_cache

import numpy as np
import pandas as pd
import shapely

from dxkit.loaders import load
from dxkit.regions._shapes import find_touching_pairs, load_metric_shapes
from dxkit.schema import carry_provenance

BY_LAND = "陸続き"
# 神戸市垂水区 – 淡路市, opened 1998; the only road between Awaji and the rest of Hyogo
BRIDGES = (("28100", "28226", "明石海峡大橋"),)


def neighbours(*, bridges: bool = False) -> pd.DataFrame:
    """List the municipalities that share a border.

    Parameters
    ----------
    bridges
        Add 明石海峡大橋 (神戸市–淡路市) with ``border_km`` 0. Without it Awaji's three cities border
        only each other: no land joins them to the rest of Hyogo.

    Returns
    -------
    pandas.DataFrame
        One row a pair, each pair once: ``code, neighbour`` (``code`` < ``neighbour``),
        ``border_km`` (length of the shared border as drawn) and ``via`` (陸続き, or the bridge).
        Municipalities that meet only in a point are no pair.

    Examples
    --------
    >>> pairs = neighbours()
    >>> pairs.loc[pairs["neighbour"] == "28206", ["code", "via"]].to_numpy().tolist()
    [['28100', '陸続き'], ['28204', '陸続き']]
    """
    # a copy: the measured table is shared by all callers
    table = _measure_land_borders().copy()
    if bridges:
        rows = [
            {"code": code, "neighbour": neighbour, "border_km": 0.0, "via": via}
            for code, neighbour, via in BRIDGES
        ]
        table = pd.concat([table, pd.DataFrame(rows)], ignore_index=True)
        table = table.sort_values(["code", "neighbour"], ignore_index=True)
    table.attrs = {"settings": {"bridges": bridges}}
    return carry_provenance(table, load("boundaries"))


@lru_cache(maxsize=1)
def _measure_land_borders() -> pd.DataFrame:
    first, second, shared = find_touching_pairs()
    codes = load_metric_shapes()["code"].to_numpy()
    lengths = np.round(shapely.length(shared) / 1000, 2)
    table = pd.DataFrame(
        {"code": codes[first], "neighbour": codes[second], "border_km": lengths, "via": BY_LAND}
    )
    # shapes that meet in a point share no length
    touching: pd.DataFrame = table[lengths > 0].sort_values(
        ["code", "neighbour"], ignore_index=True
    )
    return touching
