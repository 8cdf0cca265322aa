"""How windy is it at each station of AMeDAS, month by month, over thirty years?"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.loaders._coordinates import LATITUDE, LONGITUDE, make_table, read_points
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._sheet import Sheet
from dxkit.loaders._wind_prefectures import find_jma_numbers

TITLE = "気象庁「過去の気象データ（平年値）」の風"
STATION = ("station", "観測所番号")
MONTHS = range(1, 13)
# days a month whose strongest wind (10-minute mean) reached so many metres a second
SPEEDS_MS = (10, 15, 20)
MOST_DAYS = 31
# faster means, and higher stations, are slips
FASTEST_MEAN_MS = 50
HIGHEST_M = 4000
NEEDED = (STATION, ("city",), ("av_wind_01",), ("wind_10_01",))


def is_wind_normals(sheet: Sheet, row: int) -> bool:
    """Check whether a row holds the headings of the list of stations."""
    return all(any(word in sheet.texts[row] for word in words) for words in NEEDED)


@accepts_open_file
def read_wind_normals(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    r"""Read the normals of wind at AMeDAS stations.

    Parameters
    ----------
    path
        CSV of one row a station: ``station, name, pref, city, lat, lon, height``, ``av_wind_01`` …
        ``av_wind_12`` (mean wind of each month, m/s) and ``wind_10_01`` … ``wind_20_12`` (days a
        month on which the strongest wind reached 10, 15, 20 m/s), as joined from the agency's
        pages. A column for the year is left out.
    prefecture
        Prefecture to keep: its name or JIS number, as for `load`; the file has the agency's own
        numbers (63 is Hyogo).

    Returns
    -------
    pandas.DataFrame
        One row a station and month: ``station`` (its name), ``city, lat, lon, height_m, month,
        mean_wind_ms, days_10ms, days_15ms, days_20ms``; what a station does not measure is missing.
        ``.attrs``: ``source, kind, file``.

    Raises
    ------
    TableError
        With every fault of the file, or if it holds nothing of the prefecture.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> months = range(1, 13)
    >>> heads = ["station", "name", "pref", "city", "lat", "lon", "height"]
    >>> heads += [f"av_wind_{month:02d}" for month in months]
    >>> heads += [f"wind_{speed}_{month:02d}" for speed in (10, 15, 20) for month in months]
    >>> row = ["63216", "豊岡", "63", "豊岡市", "35.535", "134.822", "3"] + ["2.0"] * 12 + ["1.5"] * 36
    >>> path = Path(mkdtemp()) / "normals.csv"
    >>> _ = path.write_text(",".join(heads) + "\n" + ",".join(row), encoding="utf-8")
    >>> read_wind_normals(path, prefecture="28")[["station", "month", "mean_wind_ms"]].head(2)
      station  month  mean_wind_ms
    0      豊岡      1           2.0
    1      豊岡      2           2.0
    """
    words = [f"av_wind_{month:02d}" for month in MONTHS]
    days = [f"wind_{speed}_{month:02d}" for speed in SPEEDS_MS for month in MONTHS]
    needed = [STATION, ("name",), ("pref",), ("city",), LATITUDE, LONGITUDE, ("height",)]
    needed += [(word,) for word in (*words, *days)]
    official = find_official_sheet(path, needed, kind="アメダスの風の平年値")
    columns: dict[str, Sequence[object]] = {
        "station": official.read_texts("name"),
        "city": official.read_texts("city"),
        **read_points(official),
        "height_m": official.read_numbers("height", low=-100, high=HIGHEST_M),
    }
    numbers = official.read_texts("pref")
    winds = {word: official.read_numbers(word, low=0, high=FASTEST_MEAN_MS) for word in words}
    winds |= {word: official.read_numbers(word, low=0, high=MOST_DAYS) for word in days}
    stations = make_table(official, columns, TITLE, "published")
    measures = pd.DataFrame(winds)
    months = [_select_month(stations, measures, month) for month in MONTHS]
    table = pd.concat(months, ignore_index=True).sort_values(["order", "month"], kind="stable")
    if prefecture is not None:
        wanted = find_jma_numbers(prefecture)
        table = table[[numbers[row] in wanted for row in table["order"]]]
        require_rows(table, prefecture, official.sheet.file)
    result = table.drop(columns="order").reset_index(drop=True)
    result.attrs = stations.attrs
    return result


def _select_month(stations: pd.DataFrame, measures: pd.DataFrame, month: int) -> pd.DataFrame:
    """Select the normals of one month; ``order`` is the station's place in the file."""
    days = {f"days_{speed}ms": measures[f"wind_{speed}_{month:02d}"] for speed in SPEEDS_MS}
    return stations.assign(
        order=range(len(stations)),
        month=month,
        mean_wind_ms=measures[f"av_wind_{month:02d}"],
        **days,
    )
