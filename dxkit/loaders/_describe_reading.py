"""What was understood of a file, what was not, and what should be mended in it?"""

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.loaders._identify import identify
from dxkit.loaders._place_names import municipality_name

COLUMNS = ["項目", "内容", "どうする"]
# entries of a list that one line names
LISTED = 8
LISTED_FAULTS = 30
NO_NUMBERS = "地図にする列に、数字でない値が多くないかを確かめます"
READ_ON = "直したら、保存して、この枠からもう一度実行します"

Row = tuple[str, str, str]


def describe_reading(path: str | Path, **options: Any) -> pd.DataFrame:
    r"""Write a receipt of a file: what was read, guessed and set apart, and what to mend.

    Parameters
    ----------
    path
        Anybody's table (CSV, TSV, XLSX).
    options
        Keywords of `read_table`, without ``on_fault``.

    Returns
    -------
    pandas.DataFrame
        One row a line: ``項目, 内容, どうする``. Faults come as rows 直すところ and are not raised,
        so that a person sees them all beside what was understood; without such a row `read` reads
        the file.

    Raises
    ------
    TableError
        If nothing in the file can be taken for a table.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "a.csv"
    >>> _ = path.write_text("市町名,件数\n養夫市,12\n朝来市,約8\n", encoding="cp932")
    >>> describe_reading(path).set_index("項目").loc["直すところ", "どうする"]
    'もしかして: 養父市'
    """
    identity = identify(path)
    faults: tuple[Fault, ...] = ()
    with warnings.catch_warnings():
        # all that is warned of stands in the receipt
        warnings.simplefilter("ignore", TableWarning)
        try:
            table = identity.reader(path, **options)
        except TableError as error:
            # read on for the rest of the receipt; a file without a table is refused here, too
            faults = error.faults
            table = identity.reader(path, on_fault="warn", **options)
    rows = [
        ("ファイル", Path(path).name, ""),
        ("種類", str(identity), ""),
        *_list_reading(table, {str(fault) for fault in faults}),
        *_list_faults(faults),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _list_faults(faults: tuple[Fault, ...]) -> Iterator[Row]:
    """List what must be mended, or that nothing must."""
    if not faults:
        yield "直すところ", "ありません。このまま使えます", ""
    for fault in faults[:LISTED_FAULTS]:
        where = [
            f"{fault.row}行目" if fault.row is not None else "",
            f"列「{shorten(fault.column)}」" if fault.column else "",
            f"「{shorten(fault.value)}」" if fault.value is not None else "",
        ]
        place = " ".join(part for part in where if part)
        yield "直すところ", f"{place}: {fault.problem}" if place else fault.problem, fault.remedy
    if len(faults) > LISTED_FAULTS:
        yield "直すところ", f"ほか{len(faults) - LISTED_FAULTS}件", READ_ON


def _list_reading(table: pd.DataFrame, faults: set[str]) -> Iterator[Row]:
    """List what a reader says of its table; readers of official files say less."""
    attrs: Mapping[Any, Any] = table.attrs
    reading = attrs.get("reading") or {}
    if attrs.get("sheet"):
        yield "シート", str(attrs["sheet"]), ""
    if "header" in reading:
        yield "見出しの行", f"{reading['header']}行目", ""
    yield "読んだ行", f"{len(table):,}行", ""
    # code and name are what dxkit has added to each row
    own_columns = [column for column in table.columns if column not in ("code", "name")]
    numbers = [name for name in own_columns if pd.api.types.is_numeric_dtype(table[name])]
    texts = [name for name in own_columns if name not in numbers]
    # a column of numbers with many faults is taken for texts: that must be seen before a map is
    yield "数の列", _list_names(numbers) or "ありません", "" if numbers else NO_NUMBERS
    if texts:
        yield "文字の列", _list_names(texts), ""
    for line in attrs.get("skipped", ())[:LISTED]:
        yield "読まなかった行", f"{line['row']}行目「{shorten(line['text'])}」", ""
    for line in reading.get("subtotals", ()):
        agrees = {True: "内訳と合います", False: "内訳と合いません"}.get(line["agrees"])
        if agrees:
            yield "合計の確かめ", f"{line['row']}行目「{shorten(line['text'])}」: {agrees}", ""
    for remark in reading.get("remarks", ()):
        # a fault stands below, with what to do
        if remark not in faults:
            yield "気をつける", str(remark), "元の表と見比べます"
    missing = list(attrs.get("missing_codes", ()))
    if missing:
        names = _list_names([municipality_name(code) for code in missing])
        yield "行のない市町", f"{len(missing)}市町（{names}）", "なくてよければ、そのままで使えます"


def _list_names(names: list[Any]) -> str:
    more = f" ほか{len(names) - LISTED}" if len(names) > LISTED else ""
    return "、".join(shorten(name, 20) for name in names[:LISTED]) + more
