"""Where are shelters, towns and roadside stations?

Readers for GSI's 指定緊急避難場所・指定避難所データ, Geolonia's 住所データ and 国土数値情報 P35 道の駅. A point is kept where
the file puts it, also when that is outside its municipality: `dxkit.regions.locate` tells.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError
from dxkit.loaders import _place_names
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._geo_files import read_features
from dxkit.loaders._official_layout import Columns, find_columns

LATITUDES, LONGITUDES = (20, 46), (122, 154)
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
LATITUDE, LONGITUDE = ("緯度", "lat"), ("経度", "lon", "lng")
STATION_NAME = ("name", "道の駅名", "名称")
STATION_CODE = ("code5", "団体コード", "code", "市区町村コード")
P35 = ("P35_001", "P35_002", "P35_005", "P35_006")


def read_shelters(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read GSI's list of emergency evacuation sites or of designated shelters.

    Parameters
    ----------
    path
        CSV of 国土地理院「指定緊急避難場所・指定避難所データ」; the kind is told by its headings.
    prefecture
        Two-digit prefecture all rows must belong to; ``None`` for any.

    Returns
    -------
    pandas.DataFrame
        One row a site: ``place`` (共通ID), ``code, name, address, lat, lon, kind`` (``"emergency"`` 指定緊急避難場所 or
        ``"designated"`` 指定避難所), ``note``; for emergency sites one boolean a hazard (``flood, landslide, storm_surge,
        earthquake, tsunami, fire, inland_flood, volcano``); for shelters ``accepts`` (受入対象者). The source gives no
        capacity.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    needed = [("共通ID",), ("施設・場所名",), ("住所",), LATITUDE, LONGITUDE]
    columns = find_columns(path, needed, kind="国土地理院の避難場所データ")
    place = columns.municipalities(
        ("code6", "市町村コード"), ("都道府県名及び市町村名",), prefecture=prefecture
    )
    emergency = columns.position("地震") is not None
    table: dict[str, Sequence[object]] = {
        "place": columns.text("共通ID"),
        "code": place,
        "name": columns.text("施設・場所名"),
        "address": columns.text("住所"),
        "kind": ["emergency" if emergency else "designated"] * len(place),
        **_points(columns),
    }
    if emergency:
        table |= {hazard: columns.flags(*words) for hazard, words in HAZARDS.items()}
    else:
        table["accepts"] = columns.text("受入対象者")
    table["note"] = columns.text("備考")
    return _finished(columns, table)


def read_towns(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read town (町丁目・大字) points.

    Parameters
    ----------
    path
        CSV of Geolonia 住所データ: full (``都道府県名, 市区町村名, 大字町丁目名, 緯度, 経度``) or short (``pref, city, town,
        koaza, lat, lng``).
    prefecture
        Two-digit prefecture all rows must belong to; ``None`` for any.

    Returns
    -------
    pandas.DataFrame
        One row a town: ``code`` (a ward of Kobe keeps its ward code), ``town, koaza, lat, lon``. Towns without
        coordinates are kept with missing ``lat`` and ``lon``. No population.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    needed = [
        ("pref", "都道府県名"),
        ("city", "市区町村名"),
        ("town", "大字町丁目名"),
        LATITUDE,
        LONGITUDE,
    ]
    columns = find_columns(path, needed, kind="町丁目の位置データ")
    place = columns.municipalities(
        ("市区町村コード",),
        ("city", "市区町村名"),
        prefecture=prefecture,
        pref=("pref", "都道府県名"),
    )
    koaza = columns.text("koaza", "小字・通称名")
    return _finished(
        columns,
        {
            "code": place,
            "town": columns.text("town", "大字町丁目名"),
            "koaza": koaza,
            **_points(columns),
        },
    )


def read_roadside_stations(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    """Read roadside stations (道の駅).

    Parameters
    ----------
    path
        国土数値情報 P35 (GeoJSON, shapefile or its zip), or a CSV with ``name``, ``lat``, ``lon`` and a municipality code.
    prefecture
        Two-digit prefecture to keep of a nationwide file.

    Returns
    -------
    pandas.DataFrame
        One row a station: ``base`` (running number with prefix ``R``), ``name, kind`` (``"道の駅"``), ``lat, lon, code``.
        The 2018 edition lacks newer stations.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    table = (
        _stations_csv(path)
        if Path(path).suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx")
        else _stations_p35(path)
    )
    kept = table[table["code"].str.startswith(prefecture)] if prefecture else table
    kept = kept.sort_values(["code", "name"], kind="stable").reset_index(drop=True)
    kept.insert(0, "base", [f"R{number:04d}" for number in range(1, len(kept) + 1)])
    kept.insert(2, "kind", "道の駅")
    kept.attrs = {"file": Path(path).name}
    return kept


def _stations_csv(path: str | Path) -> pd.DataFrame:
    needed = [STATION_NAME, LATITUDE, LONGITUDE, STATION_CODE]
    columns = find_columns(path, needed, kind="道の駅の表")
    place = columns.municipalities(STATION_CODE, (), prefecture=None)
    return _finished(
        columns, {"name": columns.text(*STATION_NAME), **_points(columns), "code": place}
    )


def _stations_p35(path: str | Path) -> pd.DataFrame:
    features = read_features(path)
    file = Path(path).name
    if absent := [column for column in P35 if column not in features]:
        remedy = "国土数値情報 P35（道の駅）のファイルか確かめてください"
        raise TableError(
            [Fault("属性がありません", remedy, file=file, column=column) for column in absent]
        )
    faults: list[Fault] = []
    place = []
    for at, typed in enumerate(features["P35_005"], start=1):
        try:
            place.append(_place_names.resolve_municipality(typed, prefecture=None))
        except PlaceNameError as error:
            faults.append(
                Fault(
                    error.problem,
                    error.remedy,
                    file=file,
                    column=f"{at}番目の図形の P35_005",
                    value=typed,
                )
            )
    points = {
        "lat": _degrees(features["P35_001"], LATITUDES, file, faults),
        "lon": _degrees(features["P35_002"], LONGITUDES, file, faults),
    }
    if faults:
        raise TableError(faults)
    return pd.DataFrame({"name": features["P35_006"].astype("str"), **points, "code": place})


def _degrees(
    column: "pd.Series[float]", limits: tuple[float, float], file: str, faults: list[Fault]
) -> "pd.Series[float]":
    """Read an attribute that holds degrees."""
    read = pd.to_numeric(column, errors="coerce")
    for at in read.index[~read.between(*limits)]:
        problem = f"{limits[0]:g}〜{limits[1]:g}の数値ではありません"
        faults.append(
            Fault(
                problem,
                GET_AGAIN,
                file=file,
                column=f"{at + 1}番目の図形の {column.name}",
                value=column[at],
            )
        )
    return read


def _points(columns: Columns) -> dict[str, list[float | None]]:
    return {
        "lat": columns.numbers(*LATITUDE, low=LATITUDES[0], high=LATITUDES[1]),
        "lon": columns.numbers(*LONGITUDE, low=LONGITUDES[0], high=LONGITUDES[1]),
    }


def _finished(columns: Columns, table: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    columns.settle()
    frame = pd.DataFrame(dict(table))
    frame.attrs = {"file": columns.sheet.file, "sheet": columns.sheet.name}
    return frame
