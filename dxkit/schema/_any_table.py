"""What counts as a table, and how is one read that comes from another library?

A list of records, a dictionary of columns, and tables of polars, Arrow or anything else that
speaks their protocols become pandas tables. Codes of municipalities that are numbers, have six
digits or stand under a Japanese heading become the five-digit ``code``; points without ``lat, lon``
get them from their geometry. What is no table is refused in one sentence.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar, get_args

import numpy as np
import pandas as pd

from dxkit._checks import (
    require_seed,
    require_single_columns,
    require_table,
)
from dxkit.codes import short_code
from dxkit.errors import CodeError, Fault, TableError
from dxkit.schema._headings import HEADINGS
from dxkit.schema._odd_cells import drop_categories, find_broken_texts, plain_cells
from dxkit.schema._synonyms import SYNONYMS

P = ParamSpec("P")
R = TypeVar("R")

CODE = "code"
PLAIN_CODE = re.compile(r"[0-9]{5}")
# as spreadsheets and keyboards leave them: 282014, ２８２０１, 28201.0, with blanks around
ANY_CODE = re.compile(r"\s*[0-9０-９]{5,6}(?:\.0)?\s*")
# degrees of JGD2011, in which all coordinates of this house are
DATUM = "EPSG:6668"
REMEDY = (
    "pandas の表（DataFrame）か、列名つきの記録（辞書のリスト）を渡してください。"
    "ファイルは dxkit.read か read_table で読みます"
)
# the columns of this house's own names, which its functions read where they are there, also those
# that they do not ask for; remarks nobody computes with
READ_COLUMNS = (HEADINGS.keys() | set(SYNONYMS[CODE])) - {"note", "remark", "source", "geometry"}
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
# the words in which pandas refuses to join columns of different kinds
MERGE_REFUSAL = re.compile(
    r"trying to merge on (?P<one>.+) and (?P<other>.+) columns for key '(?P<key>.*?)'"
)
# what pandas calls cells that are all numbers
NUMBER_KINDS = ("integer", "floating", "mixed-integer-float")


def accepts_any_table(*names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function so that these parameters may be any kind of table.

    Parameters
    ----------
    names
        Of the parameters that are tables. What is none is refused, except ``None`` where it is
        the default, and what an annotation names beside a table (a series, a result). A column
        under a name of this house that stands twice is refused; other headings may repeat, if the
        function does not read them.

    Examples
    --------
    >>> @accepts_any_table("towns")
    ... def count(towns):
    ...     return towns["code"].tolist()
    >>> count([{"団体コード": 28201}, {"団体コード": 28202}])
    ['28201', '28202']
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters
        position_by_name = {name: position for position, name in enumerate(parameters)}

        @wraps(function)
        def convert(*args: P.args, **kwargs: P.kwargs) -> R:
            positional: list[Any] = list(args)
            # what takes a table is where a seed is given, too
            options = dict(zip(parameters, args, strict=False)) | kwargs
            require_seed(options.get("seed"))
            for name in names:
                position = position_by_name[name]
                if name in kwargs:
                    kwargs[name] = _take_table(kwargs[name], parameters[name])
                elif position < len(positional):
                    positional[position] = _take_table(positional[position], parameters[name])
            try:
                return function(*positional, **kwargs)
            except ValueError as error:
                arguments = dict(zip(parameters, positional, strict=False)) | kwargs
                tables = {name: arguments.get(name) for name in names}
                faults = _explain_refusal(error, tables)
                if not faults:
                    raise
                raise TableError(faults) from error

        return convert

    return decorate


def _explain_refusal(error: ValueError, tables: Mapping[str, Any]) -> list[Fault]:
    """Say what pandas could not do with these tables; nothing where it was something else."""
    if isinstance(error, UnicodeEncodeError):
        # a table that need not be written as text may hold any character
        faults = [
            fault for name, table in tables.items() for fault in find_broken_texts(table, name)
        ]
        # a letter that an older encoding lacks is a whole one, and no fault of the caller's
        if not faults and HALF_CHARACTER.search(error.object[error.start : error.end]) is None:
            return []
        problem = "文字として読めない符号（サロゲートの片割れ）があります"
        return faults or [Fault(problem, "その文字を消して書き直してください", value=error.object)]
    # columns of two tables that are compared, of which one holds numbers and the other texts
    if kinds := MERGE_REFUSAL.search(str(error)):
        problem = f"列「{kinds['key']}」の種類が表どうしで違い、つき合わせられません"
        remedy = f"どの表でも同じ種類（文字など）にしてください（いまは {kinds['one']} と {kinds['other']}）"
        return [Fault(problem, remedy, column=kinds["key"])]
    return []


def to_table(value: Any, what: str = "table") -> Any:
    """Read anything that is a table as a pandas table.

    Parameters
    ----------
    value
        A pandas or GeoPandas table, a list of dictionaries, a dictionary of columns, a numpy
        record array, or a table with the Arrow or the dataframe protocol (polars, pyarrow, …).
        ``None`` and the classes of this house's own results are returned as they are.
    what
        What to call it in a message.

    Returns
    -------
    pandas.DataFrame
        The table itself where nothing had to be changed; with ``code`` as five digits where the
        codes were numbers, full-width, of six digits or stood under a Japanese heading; with
        ``lat, lon``
        where only a geometry of points was there.

    Raises
    ------
    TableError
        If it is no table: an array without names of columns, a path, an open file; or one with
        headings in several steps, lists in a cell, complex numbers, or endless ones.

    Examples
    --------
    >>> to_table([{"市町村コード": 282014, "share": 0.5}])
        code  share
    0  28201    0.5
    """
    if value is None or isinstance(value, pd.Series):
        return value
    table = value if isinstance(value, pd.DataFrame) else _convert(value, what)
    if not isinstance(table, pd.DataFrame):
        return table
    return _add_coordinates(_read_codes(plain_cells(table, what), what))


def _take_table(value: Any, parameter: inspect.Parameter) -> Any:
    """Read a table for a function, where a heading that it may read stands once."""
    what = parameter.name
    table = to_table(value, what)
    if isinstance(table, pd.DataFrame):
        if table.columns.has_duplicates:
            require_single_columns(table, [head for head in table if head in READ_COLUMNS], what)
    elif not (value is None and parameter.default is None) and _is_table_only(parameter):
        require_table(table, what)
    return table


def _is_table_only(parameter: inspect.Parameter) -> bool:
    """Check that a parameter's annotation names tables and nothing else."""
    kind = parameter.annotation
    # what is annotated within quotes, or by types that are imported for checks only
    kinds = kind.split("|") if isinstance(kind, str) else get_args(kind) or (kind,)
    names = {name.strip() if isinstance(name, str) else name for name in kinds}
    return names - {None, "None", type(None)} in ({pd.DataFrame}, {"pd.DataFrame"})


def _convert(value: Any, what: str) -> Any:
    """Convert what is no pandas table yet; hand on what only the function itself can judge."""
    if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__dataframe__"):
        return _convert_by_protocol(value, what)
    if isinstance(value, np.ndarray):
        if value.dtype.names:
            return pd.DataFrame.from_records(value)
        raise TableError(_refuse(f"{what} が列名のない配列です", value.shape))
    if isinstance(value, Mapping):
        return _build(dict(value), what)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        records = list(value)
        if records and all(isinstance(record, Mapping) for record in records):
            return _build(records, what)
        raise TableError(_refuse(f"{what} が表（DataFrame）ではありません", _shorten(records)))
    if isinstance(value, str | bytes | int | float) or hasattr(value, "read"):
        raise TableError(_refuse(f"{what} が表（DataFrame）ではありません", _shorten(value)))
    return value


def _build(records: Any, what: str) -> pd.DataFrame:
    """Build a table of records or columns."""
    try:
        return pd.DataFrame(records)
    except ValueError as error:
        # columns of different lengths, or single values
        problem = f"{what} を表にできません（列の長さがそろっていません）"
        raise TableError(_refuse(problem, _shorten(records))) from error


def _convert_by_protocol(value: Any, what: str) -> pd.DataFrame:
    """Convert a table of another library through Arrow, or through the dataframe protocol."""
    try:
        if hasattr(value, "__arrow_c_stream__"):
            # only who hands over such a table has it
            converted: pd.DataFrame = import_module("pyarrow").table(value).to_pandas()
            return converted
        return pd.api.interchange.from_dataframe(value)
    except ImportError as error:
        problem = f"{what}（{type(value).__module__} の表）を読むには pyarrow が要ります"
        remedy = "pip install pyarrow とするか、.to_pandas() で渡してください"
        raise TableError([Fault(problem, remedy)]) from error
    except (TypeError, ValueError, NotImplementedError, RuntimeError) as error:
        problem = f"{what}（{type(value).__module__} の表）を pandas の表に直せません"
        raise TableError(_refuse(problem, _shorten(error))) from error


def _refuse(problem: str, value: object) -> list[Fault]:
    return [Fault(problem, REMEDY, value=value)]


def _shorten(value: object) -> str:
    return f"{type(value).__name__}: {str(value)[:40]}"


def _read_codes(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Read the municipalities' codes as text of five digits, from a column or the index."""
    if CODE not in table.columns:
        headings = [name for name in table.columns if name in SYNONYMS[CODE]]
        if len(headings) == 1:
            table = _keep_attrs(table.rename(columns={headings[0]: CODE}), table)
    if list(table.columns).count(CODE) == 1:
        codes = _to_short_codes(table[CODE], what)
        return table if codes is None else _keep_attrs(table.assign(code=codes), table)
    # an index without a name numbers rows, whatever its numbers are
    if CODE not in table.columns and table.index.name in (CODE, *SYNONYMS[CODE]):
        codes = _to_short_codes(table.index.to_series(), what)
        if codes is not None:
            return _keep_attrs(table.set_axis(pd.Index(codes.array, name=CODE)), table)
    return table


def _keep_attrs(changed: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    changed.attrs = dict(table.attrs)
    return changed


def _to_short_codes(column: "pd.Series[Any]", what: str) -> "pd.Series[Any] | None":
    """Convert numbers and six-digit texts to codes; None where these are somebody's own labels.

    Raises
    ------
    TableError
        If some are codes and some are not.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = drop_categories(column)
    if isinstance(column.dtype, pd.StringDtype):
        # most tables: each code is looked at once, and nothing but text can stand there
        cells = [cell for cell in column.unique().tolist() if isinstance(cell, str)]
        if all(map(PLAIN_CODE.fullmatch, cells)):
            return None
    filled = column[column.notna()]
    kind = pd.api.types.infer_dtype(filled, skipna=True)
    is_number = kind in NUMBER_KINDS
    if kind not in ("string", *NUMBER_KINDS) or filled.empty:
        return None
    # cell by cell: pandas' own texts refuse half of a surrogate pair; each code once, as a table
    # of cells repeats few of them
    texts = [] if is_number else [str(cell) for cell in filled.unique()]
    # five plain digits are a code already
    if texts and (all(map(PLAIN_CODE.fullmatch, texts)) or not all(map(ANY_CODE.fullmatch, texts))):
        return None
    code_by_cell: dict[Any, str] = {}
    faults = []
    for row, cell in enumerate(column, start=1):
        if pd.isna(cell) or cell in code_by_cell:
            continue
        try:
            code_by_cell[cell] = short_code(cell)
        except CodeError as error:
            problem = f"{what} の団体コードが読めません"
            faults.append(Fault(problem, str(error), row=row, column=CODE, value=cell))
    if not code_by_cell:
        return None
    # where some are codes, the others are no labels of one's own
    if faults:
        raise TableError(faults)
    return (
        column.map(code_by_cell).astype("str") if column.notna().all() else column.map(code_by_cell)
    )


def _add_coordinates(table: pd.DataFrame) -> pd.DataFrame:
    """Add ``lat, lon`` to a table of points that has only a geometry."""
    if {"lat", "lon"} & set(table.columns) or not hasattr(table, "to_crs"):
        return table
    try:
        geometry = table.geometry
    except AttributeError:
        # a GeoDataFrame that has lost its shapes
        return table
    # shapes that were overwritten with something else are none
    if table.empty or not hasattr(geometry, "geom_type"):
        return table
    if not (geometry.geom_type == "Point").all():
        return table
    # a geometry that does not say its datum is taken for JGD2011
    degrees = geometry.to_crs(DATUM) if geometry.crs else geometry
    return _keep_attrs(table.assign(lat=degrees.y, lon=degrees.x), table)
