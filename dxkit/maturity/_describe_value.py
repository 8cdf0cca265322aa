"""What does a figure say about one's own municipality, beside those around it?"""

from typing import Any

import pandas as pd

from dxkit._checks import require_columns, require_unique_rows, to_numbers
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.loaders import municipality_name
from dxkit.maturity._framework import find_code
from dxkit.maturity._read_values import require_numbers
from dxkit.schema import MADE_MARK, is_made, to_table

# units in the framework tables that mean yes/no and a share of 1
YES_NO = "有無"
SHARE = "割合"
PERCENT = "％"
# differences below this part of the larger figure are said to be none
SAME = 1e-9


def describe_value(
    values: "pd.Series[Any]",
    municipalities: pd.DataFrame,
    code: str,
    *,
    label: str = "",
    unit: str = "",
) -> str:
    """Write a sentence on one municipality's figure beside those of its area and of all.

    Parameters
    ----------
    values
        One row a municipality (index ``code``); missing ones are said, never taken for 0.
    municipalities
        ``code, name, area``: who is compared with whom.
    code
        Whose figure.
    label
        What it is called; by default the name of ``values``.
    unit
        ``有無`` (1 and 0), ``割合`` (0–1, written as %), or any other, written behind the number.

    Returns
    -------
    str
        Never empty, and no rank: medians of the area's others and of all, or how many do it.

    Raises
    ------
    ChoiceError
        If there is no such municipality.
    TableError
        If a column is not there, a value is no number, a municipality stands twice, or no row is
        one of the municipalities.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame(
    ...     {"code": ["28209", "28222"], "name": ["豊岡市", "養父市"], "area": ["但馬", "但馬"]}
    ... )
    >>> cards = pd.Series({"28209": 0.5, "28222": 0.75})
    >>> describe_value(cards, towns, "28222", label="保有率", unit="割合")[:16]
    '養父市の「保有率」は75％です。'
    """
    _require_one_column(values)
    require_columns(municipalities, ["code", "name", "area"], "municipalities")
    places = municipalities.drop_duplicates("code").set_index("code")
    code = _find_code(code, places.index)
    name = str(places.loc[code, "name"])
    subject = f"{name}の「{label or str(values.name or '値')}」"
    mark = f"（{MADE_MARK}）" if is_made(values) else ""
    cells = _read_cells(values, places.index)
    numbers = cells.dropna()
    if code not in numbers.index:
        return mark + _describe_missing(subject, numbers, places, is_listed=code in cells.index)
    others = places.index[(places["area"] == places.loc[code, "area"]) & (places.index != code)]
    area = str(places.loc[code, "area"])
    neighbours = numbers[numbers.index.isin(others)]
    write = _describe_choice if unit == YES_NO else _describe_number
    return mark + write(subject, numbers, neighbours, code, area=area, unit=unit)


def _find_code(code: object, codes: pd.Index) -> str:
    try:
        return find_code(code, codes)
    except ChoiceError:
        problem = f"団体コード「{shorten(code)}」は、市町の表にありません。"
        raise ChoiceError(problem) from None


def _require_one_column(values: object) -> None:
    if not isinstance(values, pd.Series) or values.index.nlevels > 1:
        remedy = (
            '団体コードを索引にした1つの列を渡してください（例: table.set_index("code")[列名]）'
        )
        raise TableError([Fault("values が1つの列ではありません", remedy)])


def _read_cells(values: "pd.Series[Any]", codes: pd.Index) -> "pd.Series[Any]":
    """Read one number a municipality, by its code in five digits; blanks stay missing."""
    # codes that are numbers or have six digits become those of the table of municipalities
    table = to_table(values.to_frame("values").rename_axis("code"), "values")
    if len(table):
        require_unique_rows(table.reset_index(), ["code"], "values")
    require_numbers(table)
    cells = pd.Series(to_numbers(table["values"]), index=table.index)
    is_known = cells.index.isin(codes)
    if len(cells) and not is_known.any():
        remedy = (
            "values と同じ市町の表を municipalities に渡すか、団体コードを索引にしてください"
            '（例: table.set_index("code")[列名]）'
        )
        problem = "values のどの行も、municipalities の市町ではありません"
        raise TableError([Fault(problem, remedy, value=cells.index[0])])
    return cells[is_known]


def _describe_missing(
    subject: str, numbers: "pd.Series[Any]", places: pd.DataFrame, *, is_listed: bool
) -> str:
    """Say that there is no figure, and who has one."""
    if numbers.empty:
        return f"{subject}は、データがありません。どの市町にもありません。"
    areas = places.loc[numbers.index, "area"].drop_duplicates()
    where = f"{areas.iloc[0]}の" if len(areas) == 1 else ""
    reason = "データなし（空欄）です。0ではありません" if is_listed else "この表に入っていません"
    return f"{subject}は、{reason}。数字があるのは{where}{len(numbers)}市町です。"


def _describe_choice(
    subject: str,
    numbers: "pd.Series[Any]",
    neighbours: "pd.Series[Any]",
    code: str,
    *,
    area: str,
    unit: str,  # noqa: ARG001
) -> str:
    """Write whether it is done, and by how many others."""
    word = "実施" if numbers[code] else "未実施"
    around = (
        f"{area}のほかの{len(neighbours)}市町では{int((neighbours > 0).sum())}市町、"
        if len(neighbours)
        else f"{area}にはほかの市町がないので、"
    )
    everyone = _name_everyone(numbers)
    return f"{subject}は「{word}」です。{around}{everyone}では{int((numbers > 0).sum())}市町が実施です。"


def _describe_number(
    subject: str,
    numbers: "pd.Series[Any]",
    neighbours: "pd.Series[Any]",
    code: str,
    *,
    area: str,
    unit: str,
) -> str:
    """Write the figure beside two medians."""
    value, median = float(numbers[code]), float(numbers.median())
    around = (
        f"{area}のほかの{len(neighbours)}市町の中央値は{_format(neighbours.median(), unit)}、"
        if len(neighbours)
        else f"{area}にはほかの市町がないので、県全体と比べると、"
    )
    everyone = f"{_name_everyone(numbers)}の中央値は{_format(median, unit)}です。"
    difference = value - median
    if _format(value, unit) == _format(median, unit):
        # nothing that can be read in the figures above
        is_same = abs(difference) <= SAME * max(abs(value), abs(median), 1.0)
        compared = "中央値と同じです。" if is_same else "中央値とほぼ同じです。"
    else:
        # percentages differ by points
        gap = _format(abs(difference), unit).replace(PERCENT, "ポイント")
        compared = f"中央値より{gap}{'大きい' if difference > 0 else '小さい'}値です。"
    return f"{subject}は{_format(value, unit)}です。{around}{everyone}{compared}"


def _name_everyone(numbers: "pd.Series[Any]") -> str:
    prefectures = numbers.index.astype(str).str[:2].unique()
    known = len(prefectures) == 1 and prefectures[0].isdigit()
    home = f"{municipality_name(f'{prefectures[0]}000')}の" if known else ""
    return f"{home}{len(numbers)}市町"


def _format(value: float, unit: str) -> str:
    """Write a figure with its unit: shares as whole percentages, others to four digits."""
    if unit == SHARE:
        return f"{100 * value:.0f}{PERCENT}"
    if unit in ("%", PERCENT):
        return f"{value:.0f}{PERCENT}"
    digits = 0 if abs(value) >= 1000 or float(value).is_integer() else 1
    return f"{value:,.{digits}f}{unit}"
