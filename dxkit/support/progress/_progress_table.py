"""How do 820 shares become one table that can be read, and one that can be computed with?

`table` lays progress out as municipalities × systems; `read_progress` and its neighbours check a
user's tables for the other modules and put their rows in one order.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from dxkit import _checks, schema
from dxkit._arrays import BoolArray
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import accepts_any_table, carry_provenance

# steps of the ministry's procedure that every system goes through
STEPS = 40
PROGRESS_CAUTION = (
    "進捗率は、40の作業手順のうち終えた手順の割合です（総務省）。"
    "移行を終えたシステムの割合ではありません。"
    "手順ごとの重さは同じでなく、市町の努力の順位を示すものでもありません。"
)
# stands in lists of extensions beside the 20 systems, and has no share of its own
COMMON_FUNCTIONS = "共通機能"
# how a reader writes the date that a file says of itself
FILE_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
# the ministry's order of the 20 systems
SYSTEM_ORDER = (
    "住民基本台帳",
    "戸籍",
    "戸籍の附票",
    "固定資産税",
    "個人住民税",
    "法人住民税",
    "軽自動車税",
    "印鑑登録",
    "選挙人名簿管理",
    "子ども・子育て支援",
    "就学",
    "児童手当",
    "児童扶養手当",
    "国民健康保険",
    "国民年金",
    "障害者福祉",
    "後期高齢者医療",
    "介護保険",
    "生活保護",
    "健康管理",
)


@accepts_any_table("progress")
def table(
    progress: pd.DataFrame,
    *,
    value: str = "share_done",
    names: Mapping[str, str] | pd.Series | None = None,
    systems: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Lay progress out as municipalities × systems.

    Parameters
    ----------
    progress
        One row a municipality and system: ``code, system, share_done``. Of several dates
        (``as_of``) the latest is taken.
    value
        The column to lay out: ``share_done`` (0–1), ``extended``, or any other.
    names
        Code → name, to have names as index; by default codes.
    systems
        The order of the columns; by default the ministry's order of the 20 systems, then others
        by name. Systems left out are left out.

    Returns
    -------
    pandas.DataFrame
        One row a municipality in the order of the codes, one column a system; a blank is not 0
        and stays NaN. ``attrs["settings"]`` holds ``caution``: what a share means.

    Raises
    ------
    TableError
        If a column is missing, a share is outside 0–1, or a municipality has the same system
        twice.
    ChoiceError
        If a system or column does not exist.

    Examples
    --------
    >>> import dxkit
    >>> wide = table(dxkit.load("progress"))
    >>> wide.shape, round(wide.to_numpy().mean(), 4)
    ((41, 20), np.float64(0.7506))
    """
    rows = select_latest(read_progress(progress))
    if value not in rows.columns:
        raise ChoiceError(
            f"value=「{shorten(value)}」という列はありません。"
            f"使える列: {'、'.join(map(str, rows.columns))}"
        )
    # a fixed order of columns, which no order of rows changes
    order = sort_systems(rows["system"]) if systems is None else list(systems)
    # a misspelt system would come out as an empty column
    unknown = [name for name in order if name not in set(rows["system"])]
    if unknown:
        raise ChoiceError(f"systems の「{shorten(unknown[0])}」は進捗の表にありません。")
    # a system without a figure stays a blank cell
    wide = rows.pivot_table(
        index="code", columns="system", values=value, aggfunc="first", dropna=False
    )
    wide = wide.reindex(columns=order).rename_axis(columns=None)
    if names is not None:
        wide = wide.rename(index=dict(names.items())).rename_axis(index="name")
    wide.attrs = {
        "settings": {
            "value": value,
            "as_of": find_latest_date(rows),
            "steps": STEPS,
            "caution": PROGRESS_CAUTION,
        }
    }
    return carry_provenance(wide, progress)


def sort_systems(names: Iterable[str]) -> list[str]:
    """Sort the names of systems, each once: the ministry's order, then others by name."""
    places = {name: place for place, name in enumerate(SYSTEM_ORDER)}
    return sorted(set(names), key=lambda name: (places.get(name, len(places)), name))


def read_progress(progress: pd.DataFrame) -> pd.DataFrame:
    """Check a progress table of one date or of several, and put its rows in one order.

    Returns
    -------
    pandas.DataFrame
        Rows by date, code and system (`sort_systems`), counted from 0, so that neither random
        numbers nor rounding errors hang on the order of a user's rows.

    Raises
    ------
    TableError
    """
    plain = read_plain_table(progress)
    _checks.require_columns(plain, ["code", "system", "share_done"], "進捗")
    # a file's own date, where the table does not repeat it in each row
    if "as_of" not in plain.columns and FILE_DATE.fullmatch(str(plain.attrs.get("as_of", ""))):
        plain["as_of"] = plain.attrs["as_of"]
    if "as_of" in plain.columns and len(plain["as_of"].unique()) > 1:
        # the same municipality and system may stand once at each date
        parts = [
            schema.validate(part, "progress", rows=[position + 1 for position in part.index])
            for _, part in plain.groupby("as_of", sort=True)
        ]
        checked = pd.concat(parts, ignore_index=True)
    else:
        checked = schema.validate(plain, "progress")
    # rows by date, municipality and system, whichever way they were sorted
    places = {name: place for place, name in enumerate(sort_systems(checked["system"]))}
    keys = pd.DataFrame({"code": checked["code"], "place": checked["system"].map(places)})
    keys["as_of"] = checked["as_of"].astype(str) if "as_of" in checked.columns else ""
    order = keys.sort_values(["as_of", "code", "place"], kind="stable").index
    return checked.loc[order].reset_index(drop=True)


def select_latest(rows: pd.DataFrame) -> pd.DataFrame:
    """Select the rows of the latest date."""
    if "as_of" not in rows.columns:
        return rows
    latest = rows["as_of"].astype(str) == find_latest_date(rows)
    return rows[latest].reset_index(drop=True)


def find_latest_date(rows: pd.DataFrame) -> str | None:
    """Find the latest date of a table, if it has dates."""
    has_dates = "as_of" in rows.columns and len(rows)
    return str(rows["as_of"].astype(str).max()) if has_dates else None


def flag_extended(rows: pd.DataFrame, extensions: pd.DataFrame | None) -> BoolArray:
    """Flag each row that is listed as 特定移行支援システム, in either table.

    Parameters
    ----------
    rows
        Of `read_progress`, with ``extended`` or without.
    extensions
        One row a municipality: ``code, systems`` (names separated by 、), or one row a system:
        ``code, system``.

    Raises
    ------
    TableError
        If the list has neither column, or names a system that the progress table does not have.
    """
    # the table's own column and the list add up: either is enough
    flags = (
        rows["extended"].to_numpy(dtype=bool, copy=True)
        if "extended" in rows.columns
        else np.zeros(len(rows), dtype=bool)
    )
    if extensions is None:
        return flags
    listed = _read_extension_list(read_plain_table(extensions))
    # a system of another name would silently count as not listed
    unknown = sorted({system for _, system in listed} - set(rows["system"]) - {COMMON_FUNCTIONS})
    if unknown:
        remedy = "進捗の表と同じ業務の名前にしてください"
        raise TableError(
            Fault("進捗の表にない業務です", remedy, column="systems", value=name)
            for name in unknown
        )
    pairs = zip(rows["code"], rows["system"], strict=True)
    flags |= np.array([pair in listed for pair in pairs], dtype=bool)
    return flags


def _read_extension_list(extensions: pd.DataFrame) -> set[tuple[str, str]]:
    """Read the list of either form as pairs of code and system."""
    if "system" in extensions.columns:
        _checks.require_columns(extensions, ["code", "system"], "特定移行の一覧")
        return set(extensions[["code", "system"]].itertuples(index=False, name=None))
    # one row a municipality: its systems stand in one cell
    _checks.require_columns(extensions, ["code", "systems"], "特定移行の一覧")
    rows = extensions.dropna(subset=["systems"])[["code", "systems"]]
    return {
        (code, name.strip())
        for code, names in rows.itertuples(index=False, name=None)
        for name in str(names).split("、")
        if name.strip()
    }
