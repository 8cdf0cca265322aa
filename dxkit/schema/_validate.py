"""Does a table hold what its schema asks for, and if not, where are the faults?

pandera finds them; here they become the project's faults: Japanese, with the file's own row number
and heading, all at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from dxkit._checks import require_single_columns
from dxkit.errors import Fault, TableError
from dxkit.schema._heading_lookup import heading
from dxkit.schema._schemas import find_schema

MISSING_COLUMN = "column_in_dataframe"
# larger figures do not occur, and sums of them lose everybody else's digits
LARGEST_NUMBER = 1e15


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a table came from: file, sheet, the file's row numbers and its own headings."""

    file: str
    sheet: str
    row_numbers: Sequence[int]
    headings: Mapping[str, str]


def validate(
    table: pd.DataFrame,
    schema: str | pa.DataFrameSchema,
    *,
    file: str = "",
    sheet: str = "",
    rows: Sequence[int] | None = None,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Check a table against its schema and give its columns the schema's types.

    Parameters
    ----------
    table
        The table; not altered.
    schema
        A name in `SCHEMAS`, or a pandera schema.
    file, sheet
        Where the table came from, for messages.
    rows
        The row number of each table row in that file; by default rows count from 1.
    names
        The file's own heading of each column, for messages.

    Returns
    -------
    pandas.DataFrame
        A copy with the schema's types; further columns are kept, and so is the provenance.

    Raises
    ------
    TableError
        With every fault of the table, or the columns of the schema that stand in it twice.
    ChoiceError
        If there is no schema of that name.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": ["28201"], "system": ["住民記録"], "share_done": [1.5]})
    >>> try:
    ...     validate(table, "progress")
    ... except TableError as error:
    ...     print(error)
    1行目 列「進捗率［割合］」 値「1.5」: 0〜1の範囲にありません → 値を直してください
    """
    checking = find_schema(schema)
    require_single_columns(table, checking.columns, "表")
    flat = table.reset_index(drop=True)
    row_numbers = rows if rows is not None else range(1, len(table) + 1)
    origin = _Origin(file, sheet, row_numbers, names or {})
    try:
        checked = checking.validate(flat, lazy=True)
    except SchemaErrors as error:
        raise TableError(_describe_failures(error.failure_cases, flat, checking, origin)) from None
    if faults := _find_endless_numbers(checked, checking, origin):
        raise TableError(faults)
    if not isinstance(table.index, pd.RangeIndex):
        checked = checked.set_axis(table.index)
    # not only the provenance: file, sheet and row numbers of a read table stay, too
    checked.attrs = dict(table.attrs)
    return checked


def _find_endless_numbers(
    table: pd.DataFrame, schema: pa.DataFrameSchema, origin: _Origin
) -> list[Fault]:
    """Find infinite numbers, and those too large to be summed, in the columns of the schema."""
    faults = []
    for column in schema.columns:
        if column in table and pd.api.types.is_float_dtype(table[column].dtype):
            sizes = np.abs(table[column].to_numpy(dtype=float, na_value=np.nan))
            faults += [
                Fault(
                    "数が大きすぎるか、無限大です",
                    "値を直してください",
                    file=origin.file,
                    sheet=origin.sheet,
                    row=origin.row_numbers[row],
                    column=origin.headings.get(column) or heading(column, schema),
                    value=table[column].iloc[row],
                )
                for row in np.flatnonzero(sizes > LARGEST_NUMBER).tolist()
            ]
    return faults


def _describe_failures(
    cases: pd.DataFrame, table: pd.DataFrame, schema: pa.DataFrameSchema, origin: _Origin
) -> list[Fault]:
    """Turn pandera's failure cases into faults, sorted by row, each place once."""
    faults: dict[tuple[object, ...], Fault] = {}
    for case in cases.to_dict("records"):
        is_missing = case["check"] == MISSING_COLUMN
        # a missing column stands where other cases hold the value
        of_column = case["schema_context"] == "Column" or not is_missing
        column = str(case["column"] if of_column else case["failure_case"])
        row = None if is_missing or pd.isna(case["index"]) else int(case["index"])
        problem, remedy = _find_words(str(case["check"]))
        # the cell itself is worth showing, not what pandera made of it
        value = None if is_missing else case["failure_case"]
        if row is not None and column in table:
            value = table[column].iloc[row]
        fault = Fault(
            problem,
            remedy,
            file=origin.file,
            sheet=origin.sheet,
            row=None if row is None else origin.row_numbers[row],
            column=origin.headings.get(column) or heading(column, schema),
            value=value,
        )
        faults.setdefault((column, row, problem), fault)
    return sorted(faults.values(), key=lambda fault: fault.row or 0)


def _find_words(check: str) -> tuple[str, str]:
    """Find problem and remedy in Japanese for the name of a pandera check."""
    if check == MISSING_COLUMN:
        return "列がありません", "見出しを確かめてください"
    if check == "not_nullable":
        return "空欄です", "値を入れてください"
    if check.startswith(("coerce_dtype", "dtype")):
        kind = "整数" if "int" in check else "数値" if "float" in check else "正しい型の値"
        return f"{kind}ではありません", "数字だけを入れてください"
    if check in ("field_uniqueness", "multiple_fields_uniqueness"):
        return "同じ値がほかの行にもあります（重複）", "どちらか一方にまとめてください"
    # the project's own checks bring their problem as their name
    return check, "値を直してください"
