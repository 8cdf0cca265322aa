"""Which points of an official list deserve a second look?

Such points are kept as the file has them, and said: no coordinates, an identifier that stands
twice, or a place far outside the municipality that the row names.
"""

import warnings

import numpy as np
import pandas as pd
import shapely

from dxkit.errors import Fault, TableWarning, list_first
from dxkit.loaders._load import load
from dxkit.loaders._newer_files import use_shipped_tables
from dxkit.loaders._sheet import Sheet

# degrees, some 20 km: shapes are simplified, and piers, islets and borders lie a little outside
FARTHEST_DEG = 0.2
# rows that a remark names, and the columns that hold their names
EXAMPLES = 3
NAMES = ("name", "town", "station")


def warn_of_points(table: pd.DataFrame, sheet: Sheet) -> None:
    """Say which rows have no coordinates, a repeated identifier or a place far away.

    Warns
    -----
    TableWarning
        One a kind, with how many rows and the first of them.
    """
    label = next((name for name in NAMES if name in table), table.columns[0])
    is_blank = table[["lat", "lon"]].isna().any(axis=1)
    remarks = [
        (is_blank, "緯度・経度のない行が{}行あります（地図と距離には使えません）"),
        (
            _is_far(table),
            "その市町村から20 km以上離れた所にある行が{}行あります（そのまま残しました）",
        ),
    ]
    if "place" in table:
        texts = table["place"].fillna("").astype(str)
        is_repeated = texts.duplicated(keep=False) & (texts != "")
        remarks.append((is_repeated, "同じ番号（共通ID）の行が{}行あります（そのまま残しました）"))
    for rows, template in remarks:
        if count := int(rows.sum()):
            names = list_first(table.loc[rows, label].astype(str), EXAMPLES, count=count)
            remedy = f"元のファイルで確かめてください: {names}"
            fault = Fault(template.format(f"{count:,}"), remedy, file=sheet.file)
            warnings.warn(str(fault), TableWarning, stacklevel=4)


def _is_far(table: pd.DataFrame) -> "pd.Series[bool]":
    """Mark rows whose point lies far outside the shape of their municipality."""
    is_far = pd.Series(data=False, index=table.index)
    codes = table["code"].dropna().astype(str) if "code" in table else pd.Series(dtype=object)
    for number in codes.str[:2].unique():
        # the shapes only check the list: no figure of theirs is used, however old they are
        with use_shipped_tables():
            shapes = load("boundaries", number).set_index("code")["geometry"]
        rows = table.loc[codes.index[codes.isin(shapes.index)]].dropna(subset=["lat", "lon"])
        if len(rows):
            points = shapely.points(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float))
            areas = shapes.reindex(rows["code"].astype(str)).to_numpy()
            is_far[rows.index] = np.asarray(shapely.distance(points, areas)) > FARTHEST_DEG
    return is_far
