"""Where are the towns (町丁目・大字) of Geolonia's 住所データ?"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.loaders._coordinates import LATITUDE, LONGITUDE, make_table, read_points
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file

TITLE = "Geolonia「住所データ」"
# headings of the short and the full form
PREFECTURE = ("pref", "都道府県名")
CITY = ("city", "市区町村名")
TOWN = ("town", "大字町丁目名")
KOAZA = ("koaza", "小字・通称名")


@accepts_open_file
def read_towns(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    r"""Read town (町丁目・大字) points.

    Parameters
    ----------
    path
        CSV of Geolonia 住所データ: full (``都道府県名, 市区町村名, 大字町丁目名, 緯度, 経度``) or short
        (``pref, city, town, koaza, lat, lng``).
    prefecture
        Prefecture that all rows must belong to (name or JIS number); ``None`` for any.

    Returns
    -------
    pandas.DataFrame
        One row a town: ``code`` (a ward of Kobe keeps its ward code), ``town, koaza, lat, lon``.
        Towns without coordinates are kept with missing ``lat`` and ``lon``. No population.
        ``.attrs``: ``source, kind, file, sheet``.

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "towns.csv"
    >>> _ = path.write_text("pref,city,town,koaza,lat,lng\n兵庫県,姫路市,本町,,34.8,134.7\n", "utf-8")
    >>> read_towns(path)[["code", "town", "lat", "lon"]]
        code town   lat    lon
    0  28201   本町  34.8  134.7
    """
    needed = [PREFECTURE, CITY, TOWN, LATITUDE, LONGITUDE]
    official = find_official_sheet(path, needed, kind="町丁目の位置データ")
    # the short form has no codes
    codes = official.read_municipalities(
        ("市区町村コード",), CITY, prefecture=prefecture, pref=PREFECTURE
    )
    columns: dict[str, Sequence[object]] = {
        "code": codes,
        "town": official.read_texts(*TOWN),
        "koaza": official.read_texts(*KOAZA),
        **read_points(official),
    }
    return make_table(official, columns, TITLE, "published")
