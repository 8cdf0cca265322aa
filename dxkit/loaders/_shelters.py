"""Where are the shelters of 国土地理院「指定緊急避難場所・指定避難所データ」?

A point is kept where the file puts it, also when that is outside its municipality:
`dxkit.regions.locate` finds such points.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.loaders._coordinates import LATITUDE, LONGITUDE, make_table, read_points
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._shelter_features import read_shelter_sheet
from dxkit.loaders._standard_facilities import is_standard_set, read_facilities

TITLE = "国土地理院「指定緊急避難場所・指定避難所データ」"
# column → heading in the file
HAZARDS = {
    "flood": ("洪水",),
    "landslide": ("崖崩れ、土石流及び地滑り",),
    "storm_surge": ("高潮",),
    "earthquake": ("地震",),
    "tsunami": ("津波",),
    "fire": ("大規模な火事",),
    "inland_flood": ("内水氾濫",),
    "volcano": ("火山現象",),
}
PLACE = "共通ID"
NAME = "施設・場所名"
ADDRESS = "住所"
CODE = ("code6", "市町村コード")
MUNICIPALITY = ("都道府県名及び市町村名",)


@accepts_open_file
def read_shelters(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    r"""Read GSI's list of emergency evacuation sites or of designated shelters.

    Parameters
    ----------
    path
        CSV or GeoJSON of 国土地理院「指定緊急避難場所・指定避難所データ」; the kind is told by its headings. A
        list of 自治体標準オープンデータセット is read, too: as by `read_facilities`. The layout of the
        GeoJSON was read from other people's readers, not seen in a file of the publisher.
    prefecture
        Prefecture that all rows must belong to (name or JIS number); ``None`` for any.

    Returns
    -------
    pandas.DataFrame
        One row a site: ``place`` (共通ID), ``code, name, address, lat, lon, kind`` (``"emergency"``
        指定緊急避難場所 or ``"designated"`` 指定避難所), ``note``; for emergency sites one boolean a
        hazard (``flood, landslide, storm_surge, earthquake, tsunami, fire, inland_flood,
        volcano``); for shelters ``accepts`` (受入対象者). The source gives no capacity.
        ``.attrs``: ``source, kind, file, sheet``.

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "28.csv"
    >>> heads = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,洪水,地震,緯度,経度,備考"
    >>> _ = path.write_text(f"{heads}\n1,E1,兵庫県姫路市,城東小,城東町,1,,34.8,134.7,\n", "utf-8")
    >>> read_shelters(path)[["code", "name", "kind", "flood", "earthquake"]]
        code name       kind  flood  earthquake
    0  28201  城東小  emergency   True       False
    """
    features = read_shelter_sheet(path)
    sheets = read_sheets(path) if features is None else [features]
    if is_standard_set(sheets):
        return read_facilities(path, prefecture=prefecture)
    needed = [(PLACE,), (NAME,), (ADDRESS,), LATITUDE, LONGITUDE]
    official = find_official_sheet(path, needed, kind="国土地理院の避難場所データ", sheets=sheets)
    codes = official.read_municipalities(CODE, MUNICIPALITY, prefecture=prefecture)
    # only the list of emergency sites says for which hazards
    is_emergency = official.find_position("地震") is not None
    columns: dict[str, Sequence[object]] = {
        "place": official.read_texts(PLACE),
        "code": codes,
        "name": official.read_texts(NAME),
        "address": official.read_texts(ADDRESS),
        "kind": ["emergency" if is_emergency else "designated"] * len(codes),
        **read_points(official),
    }
    if is_emergency:
        columns |= {hazard: official.read_flags(*words) for hazard, words in HAZARDS.items()}
    else:
        columns["accepts"] = official.read_texts("受入対象者")
    # the last column in either list
    columns["note"] = official.read_texts("備考")
    return make_table(official, columns, TITLE, "published")
