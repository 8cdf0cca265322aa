"""How is a table shown to people: which columns, under which headings, in which form?"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, shorten
from dxkit.schema._cell_format import (
    SHARE_UNIT,
    box_hostile_letters,
    is_missing,
    is_number,
    make_cell_writer,
    to_numbers,
)
from dxkit.schema._heading_lookup import find_title_and_unit, heading
from dxkit.schema._old_names import drop_old_names
from dxkit.schema._shown_table import ShownColumn, ShownTable

# columns that cannot be read
UNREADABLE = ("geometry",)
# red, green, blue of the darkest shade; black text on it keeps a contrast of 8 : 1
DARKEST = (107, 174, 214)
BAR_COLOUR = "#cfe3f5"

Scales = Collection[Hashable] | Mapping[Hashable, tuple[float, float]]


def show(
    table: "pd.DataFrame | pd.Series[Any]",
    *,
    columns: Sequence[Hashable] | Mapping[Hashable, str] | None = None,
    formats: Mapping[Hashable, str] | None = None,
    index: bool | None = None,
    bars: Scales = (),
    gradient: Scales = (),
) -> ShownTable:
    """Show a table with Japanese headings, readable numbers, its mark and its source.

    Parameters
    ----------
    table
        Any table or series; not altered.
    columns
        Which columns in which order, or column → its heading; a named index level counts as a
        column. By default all but shapes, under their headings in the schema (or in
        ``.attrs["labels"]``).
    formats
        Column (or index level) → format text such as ``"{:.1%}"`` or ``"{:,.0f}"``. By default the
        form follows the unit in the schema: people with thousands separators, shares as %, codes as
        they are; True and False as ○ and ×, missing as ―, English codes as Japanese words.
    index
        Show the index; by default where it has a name or texts, not where it only counts rows.
    bars
        Columns with a bar behind each number: names (from 0 to the largest), or column → (low,
        high).
    gradient
        Columns shaded by value: names (from the smallest to the largest), or column → (low, high).

    Returns
    -------
    ShownTable
        A notebook shows it as HTML in which all text from the table is inert; ``print`` gives text;
        ``.to_frame()`` gives the columns with these headings and unaltered values. 架空データ and
        出典 stand below.

    Raises
    ------
    TableError
        If a column is not there; names all that are missing.
    ChoiceError
        If a format text cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> import dxkit
    >>> towns = pd.DataFrame({"name": ["姫路市", "太子町"], "kind": ["city", "town"],
    ...                       "people": [530495, 33477], "share_done": [0.725, None]})
    >>> towns.attrs = {"source": "例", "made": True}
    >>> dxkit.show(towns, columns={"name": "市町", "kind": "種別", "people": "人口",
    ...                            "share_done": "進み"})
      市町 種別    人口  進み
    姫路市   市 530,495 72.5%
    太子町   町  33,477     ―
    架空データ
    出典: 例
    """
    if index is not None:
        _checks.require_flag(index, "index")
    if not isinstance(table, pd.Series):
        _checks.require_table(table, "show の table")
    columns = None if columns is None else _read_names(columns, "columns")
    formats = _checks.read_mapping(formats, "formats", "{列: 書式}")
    bars, gradient = _read_names(bars, "bars"), _read_names(gradient, "gradient")
    frame = table.to_frame() if isinstance(table, pd.Series) else pd.DataFrame(table)
    # a new frame forgets what the table brought along
    frame.attrs = dict(table.attrs)
    fields = _list_fields(frame, columns, with_index=_is_index_shown(frame, columns, index))
    names = [field.name for field in fields]
    for option, keys in (("formats", formats), ("bars", bars), ("gradient", gradient)):
        _require_names(list(keys), names, option)
    shown_columns = []
    for field in fields:
        values = field.series.tolist()
        _, unit = find_title_and_unit(str(field.name))
        writer = make_cell_writer(str(field.name), unit, values, formats.get(field.name))
        # a column of numbers with gaps is still a column of numbers
        filled = [value for value in values if not is_missing(value)]
        column = ShownColumn(
            heading=box_hostile_letters(field.heading),
            texts=[writer(value) for value in values],
            series=field.series,
            is_numeric=bool(filled) and all(map(is_number, filled)),
            is_index=field.is_index,
            backgrounds=_find_backgrounds(field.name, values, bars, gradient),
        )
        shown_columns.append(column)
    # dates and sources may come from anybody's file, too
    attrs = {
        key: box_hostile_letters(value) if isinstance(value, str) else value
        for key, value in table.attrs.items()
    }
    return ShownTable(shown_columns, attrs)


def _read_names(names: Any, option: str) -> list[Any] | dict[Any, Any]:
    """Read names of columns, alone or with what is said of each."""
    if isinstance(names, Mapping):
        return dict(names)
    if not np.iterable(names):
        remedy = "列の名前のリストか、列の名前をキーにした辞書を書いてください。"
        raise ChoiceError(f"{option}={shorten(names)} は使えません。{remedy}")
    return _checks.read_list(names, option)


@dataclass(frozen=True, slots=True)
class _Field:
    """What is shown as one column: its name in the table, its heading, and its values."""

    name: Hashable
    heading: str
    series: "pd.Series[Any]"
    is_index: bool = False


def _is_index_shown(
    frame: pd.DataFrame, columns: Iterable[Hashable] | None, index: bool | None
) -> bool:
    """Decide whether the index stands beside the columns: one that only counts rows does not."""
    if index is not None:
        return index
    names = {name for name in frame.index.names if name is not None}
    # a level that is listed among the columns need not stand there twice
    if columns is not None and names & (set(columns) - set(frame.columns)):
        return False
    return bool(names) or not pd.api.types.is_integer_dtype(frame.index.dtype)


def _list_fields(
    frame: pd.DataFrame,
    columns: Sequence[Hashable] | Mapping[Hashable, str] | None,
    *,
    with_index: bool,
) -> list[_Field]:
    """List what is shown: index levels first, then the columns in the order asked for."""
    # headings asked for come before those of a reader, those before the schema's
    labels: dict[Hashable, str] = dict(frame.attrs.get("labels", {}))
    if isinstance(columns, Mapping):
        labels |= columns
    levels = [
        _Field(
            name,
            labels.get(name) or _find_heading(name),
            pd.Series(frame.index.get_level_values(position)),
            is_index=True,
        )
        for position, name in enumerate(frame.index.names)
    ]
    names = [columns] if isinstance(columns, str) else columns
    if names is None:
        names = [name for name in drop_old_names(frame.columns) if name not in UNREADABLE]
    _require_names(list(names), [*frame.columns, *frame.index.names], "columns")
    fields = levels if with_index else []
    for name in names:
        position = _find_position(frame, name)
        if position is None:
            level = next(level for level in levels if level.name == name)
            fields = [*fields, replace(level, is_index=False)]
        else:
            series = frame.iloc[:, position].reset_index(drop=True)
            fields = [*fields, _Field(name, labels.get(name) or _find_heading(name), series)]
    return fields


def _find_position(frame: pd.DataFrame, name: Hashable) -> int | None:
    """Find a column by name, the first of several; ``None`` if it is an index level."""
    return next((place for place, column in enumerate(frame.columns) if column == name), None)


def _find_heading(name: Hashable) -> str:
    """Find a column's heading; a share is shown in %, so that its unit need not be said."""
    if name is None:
        return ""
    if isinstance(name, tuple):
        return "・".join(map(str, name))
    title, unit = find_title_and_unit(str(name))
    return title if unit == SHARE_UNIT else heading(str(name))


def _require_names(names: Sequence[Hashable], offered: Sequence[Hashable], option: str) -> None:
    """Refuse names that are not there, all of them at once."""
    missing = [str(name) for name in names if name not in offered]
    if missing:
        # the shared check words the message as for every other table
        there = pd.DataFrame(columns=[str(name) for name in offered if name is not None])
        _checks.require_columns(there, missing, f"{option}=")


def _find_backgrounds(
    name: Hashable, values: Sequence[object], bars: Scales, gradient: Scales
) -> list[str]:
    """Find the background of each cell of a column as a CSS value; empty where there is none."""
    numbers = to_numbers(values)
    for scales, write in ((gradient, _write_shade), (bars, _write_bar)):
        if name not in scales or not np.isfinite(numbers).any():
            continue
        finite = numbers[np.isfinite(numbers)]
        # a bar starts at zero: half as long must mean half as much
        lowest = min(finite.min(), 0.0) if scales is bars else finite.min()
        limits = scales[name] if isinstance(scales, Mapping) else (lowest, finite.max())
        shares = _scale_numbers(numbers, *limits)
        return ["" if np.isnan(share) else write(float(share)) for share in shares]
    return []


def _scale_numbers(numbers: FloatArray, low: float, high: float) -> FloatArray:
    """Scale numbers to 0–1 between the limits; all alike are 0, as no shade can tell them apart."""
    width = high - low if high > low else 1.0
    return np.clip((numbers - low) / width, 0.0, 1.0)


def _write_shade(share: float) -> str:
    red, green, blue = (round(255 + (dark - 255) * share) for dark in DARKEST)
    return f"rgb({red},{green},{blue})"


def _write_bar(share: float) -> str:
    end = f"{100 * share:.1f}%"
    return f"linear-gradient(90deg,{BAR_COLOUR} {end},transparent {end})"
