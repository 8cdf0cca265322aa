"""How many residents has each municipality, by 総務省「住民基本台帳に基づく人口」?"""

import re
from pathlib import Path

import pandas as pd

from dxkit.errors import TableError
from dxkit.loaders._official_layout import OfficialSheet, find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin
from dxkit.loaders._other_prefecture import require_rows
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._subtotal_rows import (
    TOTAL,
    AreaNames,
    Subtotal,
    find_subtotal,
    list_members,
)

TITLE = "総務省「住民基本台帳に基づく人口、人口動態及び世帯数」"
SEXES = {"計": "total", "総数": "total", "男": "men", "女": "women"}
AGE = re.compile(r"\d+(歳)?[～~-]\d+(歳)?|\d+(歳)?以上|\d+歳|総数")
# column → the heading's word below 人口
TOTALS = {"men": "男", "women": "女", "people": "計", "households": "世帯数"}
# headings about change, below which 男 and 女 stand, too
CHANGES = re.compile(r"増減|動態|転入|転出|出生|死亡|記載|消除")
CODE = "団体コード"
NAME = "市区町村名"
PREFECTURE = "都道府県名"
NO_MUNICIPALITY = ("", "-", "―")


@accepts_open_file
def read_residents(
    path: str | Path, *, prefecture: str | None = None, sheet: str | None = None
) -> pd.DataFrame:
    r"""Read 総務省「住民基本台帳に基づく人口、人口動態及び世帯数」.

    Parameters
    ----------
    path
        XLSX: the table of totals (人口・世帯数) or the one by age class (three rows a body: 計, 男,
        女).
    prefecture
        Prefecture to keep: its name or JIS number, as for `load`.
    sheet
        Sheet name; by default the first that fits.

    Returns
    -------
    pandas.DataFrame
        By age: one row a municipality × sex × age class: ``code, sex`` (total/men/women), ``age,
        people``; "X" (suppressed) is missing. Totals: one row a municipality: ``code, men, women,
        people, households``. Rows of the country, of prefectures, counties and of wards beside
        their city are left out; in totals they are compared with the sums of their rows.
        ``.attrs``: ``source, kind, as_of`` (if the sheet says it), ``file, sheet, reading``.

    Raises
    ------
    TableError
        With every fault of the file, or if it holds nothing of the prefecture.

    Warns
    -----
    TableWarning
        If a total differs from the sum of its rows.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "residents.csv"
    >>> _ = path.write_text(
    ...     "令和7年1月1日現在,,,,,,\n団体コード,都道府県名,市区町村名,男,女,計,世帯数\n"
    ...     "282014,兵庫県,姫路市,250,260,510,240\n", encoding="utf-8")
    >>> table = read_residents(path)
    >>> table["people"].tolist(), table.attrs["as_of"]
    ([510.0], '2025-01-01')
    """
    needed = [(CODE,), (PREFECTURE,), (NAME,)]
    official = find_official_sheet(path, needed, kind="住民基本台帳の人口の表", sheet=sheet)
    # 男, 女 and 計 stand below 人口, which spans them; where units stand beside the code, above
    official.join_heads()
    subtotals = _set_sums_apart(official)
    if not official.data:
        problem = "市区町村の行がありません"
        raise TableError([official.sheet.make_fault(problem, GET_AGAIN, row=official.header)])
    codes = official.read_municipalities((CODE,), (NAME,), prefecture=None, pref=(PREFECTURE,))
    codes, wards = official.set_wards_apart(codes)
    # the ministry publishes two tables of the same headings on the left
    by_age = official.find_position("性別") is not None
    table = _read_age_classes(official, codes) if by_age else _read_totals(official, codes)
    official.raise_faults()
    heads = table.attrs.get("heads", {})
    columns = {head: table[column].tolist() for column, head in heads.items()}
    sums = [*subtotals, *wards]
    if set(codes) < list_members(""):
        # the sum of the country in a file of some prefectures is no sum of its rows
        sums = [subtotal for subtotal in sums if subtotal.kind != TOTAL]
    remarks = official.check_sums(columns, codes, sums)
    if prefecture:
        table = table[table["code"].str.startswith(prefecture)]
        require_rows(table, prefecture, official.sheet.file)
    table = table.reset_index(drop=True)
    as_of = official.find_date()
    set_origin(
        table,
        TITLE,
        official.sheet.file,
        as_of=as_of,
        sheet=official.sheet.name,
        reading={"remarks": remarks, "subtotals": len(sums)},
    )
    return table


def _set_sums_apart(official: OfficialSheet) -> list[Subtotal]:
    """Set rows of the country, prefectures and counties apart from those of municipalities."""
    subtotals: dict[int, Subtotal | None] = {}
    for row in official.data:
        code, prefecture, name = (
            official.sheet.find_text(row, official.find_position(head))
            for head in (CODE, PREFECTURE, NAME)
        )
        # the row of a prefecture or of the country has a dash in the place of its municipality
        text = prefecture if name in NO_MUNICIPALITY else name
        # further rows of headings name nothing
        if name != NAME and (code or prefecture or name):
            subtotals[row] = find_subtotal(row, code, text, None, AreaNames())
    official.keep_rows(lambda row: row in subtotals and subtotals[row] is None)
    return [subtotal for subtotal in subtotals.values() if subtotal is not None]


def _read_age_classes(official: OfficialSheet, codes: list[str | None]) -> pd.DataFrame:
    """Read the table by age class: one row a municipality and sex, one column a class."""
    position = official.find_position("性別")
    sexes = []
    for row in official.data:
        typed = official.sheet.find_text(row, position)
        sexes.append(SEXES.get(typed, ""))
        if typed not in SEXES:
            remedy = "計・男・女のどれかのはずです"
            official.add_fault("性別ではありません", remedy, row, position, typed)
    classes = [head for head in official.heads if AGE.fullmatch(head.replace(" ", ""))]
    if not classes:
        problem = "年齢階級の列がありません"
        remedy = "年齢階級別の表か確かめてください"
        raise TableError([official.sheet.make_fault(problem, remedy, row=official.header)])
    _add_repeat_faults(
        official,
        [f"{code} {sex}" if code else "" for code, sex in zip(codes, sexes, strict=True)],
    )
    # one row a class, as every other long table has it
    parts = [
        pd.DataFrame(
            {
                "code": codes,
                "sex": sexes,
                "age": age.replace("~", "～"),
                "people": official.read_numbers(age, low=0),
            }
        )
        for age in classes
    ]
    return pd.concat(parts, ignore_index=True).sort_values(["code", "sex"], kind="stable")


def _read_totals(official: OfficialSheet, codes: list[str | None]) -> pd.DataFrame:
    """Read the table of totals: one row a municipality."""
    heads = {column: _find_people_head(official, word) for column, word in TOTALS.items()}
    for column, head in heads.items():
        if head is None:
            fault = official.sheet.make_missing_heading_fault(
                f"人口_{TOTALS[column]}", "人口・世帯数の表か確かめてください", row=official.header
            )
            official.faults.append(fault)
    official.raise_faults()
    _add_repeat_faults(official, [code or "" for code in codes])
    values = {column: official.read_numbers(head or "", low=0) for column, head in heads.items()}
    table = pd.DataFrame({"code": codes} | values)
    table.attrs["heads"] = heads
    return table


def _find_people_head(official: OfficialSheet, word: str) -> str | None:
    """Find 男 below 人口: the first heading that ends so and is not about change."""
    for head in official.heads:
        # the words of a spanning heading may stand before or behind
        if word in head.split("_") and not CHANGES.search(head):
            return head
    return None


def _add_repeat_faults(official: OfficialSheet, keys: list[str]) -> None:
    """Note rows that repeat a municipality (and sex)."""
    position = official.find_position(CODE)
    read: set[str] = set()
    for row, key in zip(official.data, keys, strict=True):
        if key and key in read:
            problem = "同じ市区町村の行が2つあります"
            official.add_fault(problem, "どちらかを消してください", row, position, key[:5])
        read.add(key)
