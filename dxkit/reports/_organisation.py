"""Who has which organisation for DX, and of which day is each figure?"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dxkit._checks import read_numbers, require_columns, require_unique_rows
from dxkit.errors import Fault, TableError
from dxkit.reports._atomic_write import write_report
from dxkit.reports._html_page import escape_text, write_page, write_part, write_sheet, write_table
from dxkit.reports._origin_marks import in_brackets, read_mark, write_source

NO_DATE = "時点の記録なし"


def organisation(
    values: pd.DataFrame,
    municipalities: pd.DataFrame,
    *,
    items: Mapping[str, str],
    dates: "Mapping[str, str] | str | None" = None,
    title: str = "市町のDX推進体制",
    path: str | Path = "out/organisation.html",
) -> Path:
    """Write one sheet: each municipality a row, each item of its organisation with its date.

    Parameters
    ----------
    values
        One row a municipality: ``code`` and the items (1 有, 0 無; a share is written in percent).
    municipalities
        ``code, name``: who stands on the sheet, in this order.
    items
        Column → heading.
    dates
        Column → date of its figures, or one date for all; an item without one says
        時点の記録なし.
    title
        The heading.
    path
        The file (``.html``).

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4. No order of merit, no score. A
        municipality without a row, and a blank, is データなし.

    Raises
    ------
    TableError
        If a column is missing, a code repeats, or a cell is no number.

    Examples
    --------
    >>> import tempfile
    >>> import dxkit
    >>> towns = dxkit.load("municipalities").head(2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = organisation(
    ...         dxkit.load("dashboard"), towns, items={"chief_officer": "CIO"},
    ...         dates={"chief_officer": "2023-04-01"}, path=f"{folder}/a.html",
    ...     )
    ...     page = written.read_text("utf-8")
    >>> "CIO（2023-04-01時点）" in page, page.count("<tr>")
    (True, 4)
    """
    require_columns(values, ["code", *items], "values")
    require_unique_rows(values, ["code"], "values")
    require_columns(municipalities, ["code", "name"], "municipalities")
    if not items:
        raise TableError([Fault("items が空です", "{列の名前: 見出し} を1つ以上渡してください")])
    by_code = {
        item: dict(
            zip(
                values["code"].astype(str),
                read_numbers(values, item, "values", blank=True),
                strict=True,
            )
        )
        for item in items
    }
    headings = [
        "市町",
        *(f"{heading}（{_find_date(item, dates)}）" for item, heading in items.items()),
    ]
    rows = [
        (name, *(_write_value(by_code[item].get(str(code))) for item in items))
        for code, name in zip(municipalities["code"], municipalities["name"], strict=True)
    ]
    counts = [sum(row[column] == "有" for row in rows) for column in range(1, len(headings))]
    rows.append(("有の数", *(str(count) for count in counts)))
    mark = in_brackets(read_mark(values))
    foot = [
        "順位は付けていません。時点の違う数値は、横に並べて比べないでください。",
        write_source(values),
    ]
    parts = [write_part("体制と時点", write_table(headings, rows, number_columns=(0,)))]
    sheet = write_sheet(escape_text(f"{title}{mark}"), parts, aside="体制の一覧", foot=foot)
    return write_report(path, write_page(f"{title}{mark}", sheet))


def _find_date(item: str, dates: "Mapping[str, str] | str | None") -> str:
    date = dates if isinstance(dates, str) else (dates or {}).get(item)
    return f"{date}時点" if date else NO_DATE


def _write_value(value: float | None) -> str:
    """Write yes or no as words, and a share in percent."""
    if value is None or pd.isna(value):
        return "データなし"
    return {0.0: "無", 1.0: "有"}.get(float(value), f"{value:.0%}")
