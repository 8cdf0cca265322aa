"""Which municipality, or part of one, lies in which area of the weather agency's warnings?"""

from pathlib import Path

import pandas as pd

from dxkit.errors import PlaceNameError
from dxkit.loaders._municipalities import map_municipalities
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._resolve_municipality import resolve_municipality
from dxkit.loaders._sheet import Sheet

TITLE = "気象庁「予報区等GISデータ・XMLコード」の市町村等"
CODE = "citycode"
# the agency's code is that of the municipality and two digits of the part
MUNICIPALITY_DIGITS = 5
HEADS = (CODE, "cityname", "matomeareaname", "firstareaname", "prefname")
COLUMNS = {
    "name": "cityname",
    "kana": "cityname_kn",
    "area_name": "matomeareaname",
    "region": "firstareaname",
    "prefecture": "prefname",
}


def is_weather_areas(sheet: Sheet, row: int) -> bool:
    """Check whether a row holds the headings of the agency's list."""
    return set(HEADS) <= set(sheet.texts[row])


@accepts_open_file
def read_weather_areas(path: str | Path, *, prefecture: str | None = None) -> pd.DataFrame:
    r"""Read the weather agency's list of municipalities and the areas that they lie in.

    Parameters
    ----------
    path
        CSV with ``citycode, cityname, matomeareaname, firstareaname, prefname``.
    prefecture
        Prefecture to keep: its name or JIS number, as for `load`.

    Returns
    -------
    pandas.DataFrame
        One row a municipality, or a part of one that the agency divides (釧路市阿寒): ``place``
        (seven digits), ``code`` (five digits of the municipality), ``name, kana, area_name``
        (市町村等をまとめた地域), ``region`` (一次細分区域), ``prefecture`` (of the forecast: Hokkaido and
        Okinawa have several). ``.attrs``: ``source, kind, file``.

    Raises
    ------
    TableError
        With every fault of the file, or if it holds nothing of the prefecture.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> heads = "citycode,cityname,cityname_kn,matomeareaname,firstareaname,prefname"
    >>> path = Path(mkdtemp()) / "codes.csv"
    >>> row = "2820900,豊岡市,とよおかし,但馬北部,北部,兵庫県"
    >>> _ = path.write_text(f"{heads}\n{row}\n", encoding="utf-8")
    >>> read_weather_areas(path)[["code", "name", "area_name"]].to_numpy().tolist()
    [['28209', '豊岡市', '但馬北部']]
    """
    official = find_official_sheet(path, [(head,) for head in HEADS], kind="気象庁の市町村等の表")
    places = [text or "" for text in official.read_texts(CODE)]
    places_by_code = map_municipalities()
    codes: list[str] = []
    for row, place in zip(official.data, places, strict=True):
        try:
            code = resolve_municipality(place[:MUNICIPALITY_DIGITS], prefecture=None)
            # some cities are divided by their wards
            codes.append(places_by_code[code].parent or code)
        except PlaceNameError as error:
            codes.append("")
            position = official.find_position(CODE)
            official.add_fault(error.problem, error.remedy, row, position, place)
    official.raise_faults()
    columns = {column: official.read_texts(head) for column, head in COLUMNS.items()}
    table = pd.DataFrame({"place": places, "code": codes, **columns})
    if prefecture is not None:
        table = table[table["code"].str.startswith(prefecture)].reset_index(drop=True)
        require_rows(table, prefecture, official.sheet.file)
    set_origin(table, TITLE, official.sheet.file)
    return table
