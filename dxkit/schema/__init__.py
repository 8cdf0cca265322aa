"""What must each table hold, and what is each column called in Japanese?

One `pandera` schema a table of the design's "grain and columns" list. Each column carries its Japanese heading and its
unit, so that `dxkit.label` and error messages say the same. `validate` reports every fault of a table at once.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from dxkit import codes
from dxkit.errors import ChoiceError, CodeError, Fault, TableError
from dxkit.schema._headings import HEADINGS, SYNONYMS
from dxkit.schema._least_counts import LEAST_PEERS, LEAST_PEOPLE
from dxkit.schema._provenance import KINDS as PROVENANCE_KINDS
from dxkit.schema._provenance import MADE_MARK, carry_provenance, is_made, merge_provenance
from dxkit.schema._write_table import plain_cell, safe_cell, write_sheets, write_table

__all__ = [
    "HEADINGS",
    "LEAST_PEERS",
    "LEAST_PEOPLE",
    "MADE_MARK",
    "PROVENANCE_KINDS",
    "SCHEMAS",
    "SYNONYMS",
    "carry_provenance",
    "find",
    "heading",
    "is_made",
    "known_headings",
    "merge_provenance",
    "plain_cell",
    "safe_cell",
    "validate",
    "write_sheets",
    "write_table",
]

HYOGO = "28"
KINDS = ("city", "town")
STATUSES = ("answered", "declined", "unknown", "not_applicable")


def _is_hyogo(values: pd.Series) -> pd.Series:
    return values.astype(str).str.startswith(HYOGO)


def _good_code(value: object) -> bool:
    try:
        return codes.short_code(value) == value
    except CodeError:
        return False


def _good_case(value: object) -> bool:
    """Tell a municipality of Hyogo, or a fictional town that every interviewer rates (V1, V2 …)."""
    return bool(re.fullmatch(r"V[0-9]+", str(value))) or (
        _good_code(value) and str(value).startswith(HYOGO)
    )


def _column(
    name: str,
    kind: type,
    *checks: pa.Check,
    nullable: bool = False,
    unique: bool = False,
    required: bool = True,
) -> pa.Column:
    """Make a column that knows its heading and unit."""
    heading, unit = HEADINGS[name]
    metadata = {"unit": unit}
    return pa.Column(
        kind,
        list(checks),
        title=heading,
        metadata=metadata,
        nullable=nullable,
        unique=unique,
        required=required,
        coerce=True,
    )


def _from_to(low: float, high: float) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"{low:g}〜{high:g}の範囲にありません")


def _one_of(*choices: str) -> pa.Check:
    return pa.Check.isin(choices, error=f"{'・'.join(choices)} のどれかにしてください")


CODE = pa.Check(_good_code, element_wise=True, error="5桁の団体コードではありません")
CASE = pa.Check(
    _good_case, element_wise=True, error="兵庫県の団体コードでも架空の町（V1 など）でもありません"
)
IN_HYOGO = pa.Check(_is_hyogo, error="兵庫県（28）の団体コードではありません")
COUNT = pa.Check.ge(0, error="0以上の数にしてください")
SHARE = _from_to(0, 1)
# 緯度・経度 of Hyogo with room for neighbours
LATITUDE, LONGITUDE = _from_to(20, 46), _from_to(122, 154)

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "municipalities": pa.DataFrameSchema(
        {
            "code": _column("code", str, CODE, IN_HYOGO, unique=True),
            "code6": _column("code6", str),
            "name": _column("name", str),
            "kana": _column("kana", str),
            "area": _column("area", str),
            "kind": _column("kind", str, _one_of(*KINDS)),
            "people_2020": _column("people_2020", int, COUNT),
            "people_2025": _column("people_2025", int, COUNT),
            "households_2020": _column("households_2020", int, COUNT),
            "elderly_2020": _column("elderly_2020", int, COUNT),
            "area_km2": _column("area_km2", float, COUNT),
        }
    ),
    "values": pa.DataFrameSchema({"code": _column("code", str, CODE, IN_HYOGO, unique=True)}),
    "members": pa.DataFrameSchema({"code": _column("code", str, CODE, IN_HYOGO, unique=True)}),
    "indicators": pa.DataFrameSchema(
        {
            "indicator": _column("indicator", str, unique=True),
            "parent": _column("parent", str, nullable=True),
            "label": _column("label", str),
            "direction": _column(
                "direction", int, pa.Check.isin((1, -1), error="1 か -1 にしてください")
            ),
            "weight": _column("weight", float, COUNT),
            "unit": _column("unit", str, nullable=True),
            "low": _column("low", float, nullable=True),
            "high": _column("high", float, nullable=True),
        }
    ),
    "answers": pa.DataFrameSchema(
        {
            "code": _column("code", str, CASE),
            "item": _column("item", str),
            "rater": _column("rater", str, nullable=True),
            "level": _column("level", float, _from_to(0, 5), nullable=True),
            "target": _column("target", float, _from_to(0, 5), nullable=True),
            "status": _column("status", str, _one_of(*STATUSES)),
            "evidence": _column("evidence", str, nullable=True),
        }
    ),
    "demand": pa.DataFrameSchema(
        {
            "place": _column("place", str, unique=True),
            "code": _column("code", str, CODE, nullable=True),
            "lat": _column("lat", float, LATITUDE),
            "lon": _column("lon", float, LONGITUDE),
            "people": _column("people", float, COUNT),
            "elderly": _column("elderly", float, COUNT, nullable=True),
        }
    ),
    "candidates": pa.DataFrameSchema(
        {
            "base": _column("base", str, unique=True),
            "name": _column("name", str),
            "kind": _column("kind", str, nullable=True),
            "lat": _column("lat", float, LATITUDE),
            "lon": _column("lon", float, LONGITUDE),
        }
    ),
    "progress": pa.DataFrameSchema(
        {
            "code": _column("code", str, CODE),
            "system": _column("system", str),
            "share_done": _column("share_done", float, SHARE, nullable=True),
            "extended": _column("extended", bool, required=False),
        },
        unique=["code", "system"],
    ),
}


def find(name: str | pa.DataFrameSchema) -> pa.DataFrameSchema:
    """Give the schema of that name (or the schema itself).

    Raises
    ------
    ChoiceError
        If there is none of that name.
    """
    if isinstance(name, pa.DataFrameSchema):
        return name
    if name not in SCHEMAS:
        raise ChoiceError(
            f"表の形「{name}」はありません。{'・'.join(SCHEMAS)} から選んでください。"
        )
    return SCHEMAS[name]


def heading(column: str, schema: pa.DataFrameSchema | None = None) -> str:
    """Give the Japanese heading of a column with its unit; an unknown column keeps its name."""
    if schema is not None and column in schema.columns:
        found = schema.columns[column]
        title, unit = found.title or column, (found.metadata or {}).get("unit", "")
    else:
        title, unit = HEADINGS.get(column, (column, ""))
    return f"{title}［{unit}］" if unit else title


def validate(
    table: pd.DataFrame,
    schema: str | pa.DataFrameSchema,
    *,
    file: str = "",
    sheet: str = "",
    rows: Sequence[int] | None = None,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Check a table against its schema and give it with the schema's types.

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
        A copy with the schema's types; further columns are kept.

    Raises
    ------
    TableError
        With every fault of the table.
    """
    chosen = find(schema)
    flat = table.reset_index(drop=True)
    try:
        checked = chosen.validate(flat, lazy=True)
    except SchemaErrors as error:
        numbers = list(rows) if rows is not None else list(range(1, len(table) + 1))
        raise TableError(
            _faults(
                error.failure_cases,
                flat,
                chosen,
                file=file,
                sheet=sheet,
                rows=numbers,
                names=dict(names or {}),
            )
        ) from None
    checked.attrs = dict(table.attrs)
    if isinstance(table.index, pd.RangeIndex):
        return checked
    return checked.set_axis(table.index)


def _faults(
    cases: pd.DataFrame,
    table: pd.DataFrame,
    schema: pa.DataFrameSchema,
    *,
    file: str,
    sheet: str,
    rows: list[int],
    names: dict[str, str],
) -> list[Fault]:
    """Say pandera's failure cases as faults, sorted by row, each place once."""
    found: dict[tuple[object, ...], tuple[int, Fault]] = {}
    for case in cases.to_dict("records"):
        column = str(case["column"] if case["schema_context"] == "Column" else case["failure_case"])
        missing = case["check"] == "column_in_dataframe"
        at = None if missing or pd.isna(case["index"]) else int(case["index"])
        problem, remedy = (
            ("列がありません", "見出しを確かめてください")
            if missing
            else _words(str(case["check"]))
        )
        if case["schema_context"] == "DataFrameSchema" and not missing:
            column = str(case["column"])
        shown = names.get(column) or heading(column, schema)
        value = (
            None
            if missing
            else (
                table[column].iloc[at]
                if at is not None and column in table
                else case["failure_case"]
            )
        )
        row = None if at is None else rows[at]
        key = (column, at, problem)
        found.setdefault(
            key,
            (
                row or 0,
                Fault(problem, remedy, file=file, sheet=sheet, row=row, column=shown, value=value),
            ),
        )
    return [fault for _, fault in sorted(found.values(), key=lambda pair: pair[0])]


def _words(check: str) -> tuple[str, str]:
    """Give problem and remedy in Japanese for the name of a pandera check."""
    if check == "not_nullable":
        return "空欄です", "値を入れてください"
    if check.startswith(("coerce_dtype", "dtype")):
        kind = "整数" if "int" in check else "数値" if "float" in check else "正しい型の値"
        return f"{kind}ではありません", "数字だけを入れてください"
    if check in ("field_uniqueness", "multiple_fields_uniqueness"):
        return "同じ値がほかの行にもあります（重複）", "どちらか一方にまとめてください"
    return check, "値を直してください"


def known_headings(columns: Iterable[str] | None = None) -> dict[str, str]:
    """Give heading → column name for every name, heading and synonym of these columns (default: all)."""
    wanted = list(columns) if columns is not None else list(HEADINGS)
    known: dict[str, str] = {}
    for column in wanted:
        title, unit = HEADINGS.get(column, (column, ""))
        for word in (column, title, f"{title}［{unit}］", *SYNONYMS.get(column, ())):
            known.setdefault(word, column)
    return known
