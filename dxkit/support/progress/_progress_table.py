"""How do 820 shares become one table that can be read, and one that can be reckoned with?"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dxkit import _checks, schema
from dxkit.errors import ChoiceError, Fault, TableError, shorten

DAYS_A_MONTH = 365.25 / 12
# steps of the ministry's procedure that every system goes through
STEPS = 40
CAUTION = (
    "進捗率は、40の作業手順のうち終えた手順の割合です（総務省）。移行を終えたシステムの割合ではありません。"
    "手順ごとの重さは同じでなく、市町の努力の順位を示すものでもありません。"
)
COMMON = "共通機能"


def date(text: str) -> pd.Timestamp:
    """Read a date.

    Raises
    ------
    ChoiceError
    """
    try:
        return pd.Timestamp(text)
    except ValueError:
        raise ChoiceError(
            f"日付「{shorten(text)}」が読めません。2026-03-31 のように書いてください。"
        ) from None


def month_end(text: str | None) -> pd.Timestamp:
    """Give the last day of a month of figures ("2026-01"), or the day itself if a day is given.

    Raises
    ------
    ChoiceError
    """
    if text is None:
        raise ChoiceError(
            '進捗の表に時点（as_of）がありません。as_of="2026-01" のように書いてください。'
        )
    found = date(text)
    return found + pd.offsets.MonthEnd(0) if len(str(text)) <= len("2026-01") else found


def months_between(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Give months of average length, with fractions."""
    return float((end - start) / pd.Timedelta(days=DAYS_A_MONTH))


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
        One row a municipality and system: ``code, system, share_done``. Of several dates (``as_of``) the latest is taken.
    value
        The column to lay out: ``share_done`` (0–1), ``extended``, or any other.
    names
        Code → name, to have names as index; by default codes.
    systems
        The order of the columns; by default that in which they first appear. Systems left out are left out.

    Returns
    -------
    pandas.DataFrame
        One row a municipality in the order of the codes, one column a system; a blank is not 0 and stays NaN.
        ``attrs["settings"]`` holds ``caution``: what a share means.

    Raises
    ------
    TableError
        If a column is missing, a share is outside 0–1, or a municipality has the same system twice.
    ChoiceError
        If a system or column does not exist.
    """
    rows = latest(checked(progress))
    if value not in rows.columns:
        raise ChoiceError(
            f"value=「{shorten(value)}」という列はありません。使える列: {'、'.join(map(str, rows.columns))}"
        )
    order = list(dict.fromkeys(rows["system"])) if systems is None else list(systems)
    unknown = [name for name in order if name not in set(rows["system"])]
    if unknown:
        raise ChoiceError(f"systems の「{shorten(unknown[0])}」は進捗の表にありません。")
    wide = rows.pivot_table(
        index="code", columns="system", values=value, aggfunc="first", dropna=False
    )
    wide = wide.reindex(columns=order).rename_axis(columns=None)
    if names is not None:
        wide = wide.rename(index=dict(names.items())).rename_axis(index="name")
    wide.attrs["settings"] = {
        "value": value,
        "as_of": as_of(rows),
        "steps": STEPS,
        "caution": CAUTION,
    }
    return wide


def checked(progress: pd.DataFrame) -> pd.DataFrame:
    """Check a progress table of one date or of several.

    Raises
    ------
    TableError
    """
    _checks.require_columns(progress, ["code", "system", "share_done"], "進捗")
    if "as_of" in progress.columns and len(progress["as_of"].unique()) > 1:
        parts = [
            schema.validate(part, "progress") for _, part in progress.groupby("as_of", sort=True)
        ]
        return pd.concat(parts)
    return schema.validate(progress, "progress")


def latest(progress: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the latest date."""
    if "as_of" not in progress.columns:
        return progress
    return progress[progress["as_of"].astype(str) == progress["as_of"].astype(str).max()]


def as_of(progress: pd.DataFrame) -> str | None:
    """Give the latest date of a table, if it has dates."""
    return (
        str(progress["as_of"].astype(str).max())
        if "as_of" in progress.columns and len(progress)
        else None
    )


def extended(progress: pd.DataFrame, extensions: pd.DataFrame | None) -> np.ndarray:
    """Tell for each row whether it is listed as 特定移行支援システム, in either table.

    Parameters
    ----------
    progress
        With ``extended`` or without.
    extensions
        One row a municipality: ``code, systems`` (names separated by 、), or one row a system: ``code, system``.

    Raises
    ------
    TableError
        If the list has neither column, or names a system that the progress table does not have.
    """
    own = (
        progress["extended"].to_numpy(dtype=bool)
        if "extended" in progress.columns
        else np.zeros(len(progress), dtype=bool)
    )
    if extensions is None:
        return own
    listed = _listed(extensions)
    odd = sorted({system for _, system in listed} - set(progress["system"]) - {COMMON})
    if odd:
        remedy = "進捗の表と同じ業務の名前にしてください"
        raise TableError(
            Fault("進捗の表にない業務です", remedy, column="systems", value=name) for name in odd
        )
    named = [pair in listed for pair in zip(progress["code"], progress["system"], strict=True)]
    return np.asarray(own | np.array(named, dtype=bool))


def _listed(extensions: pd.DataFrame) -> set[tuple[str, str]]:
    if "system" in extensions.columns:
        _checks.require_columns(extensions, ["code", "system"], "特定移行の一覧")
        return set(extensions[["code", "system"]].itertuples(index=False, name=None))
    _checks.require_columns(extensions, ["code", "systems"], "特定移行の一覧")
    pairs = extensions.dropna(subset=["systems"])[["code", "systems"]].itertuples(
        index=False, name=None
    )
    return {
        (code, name.strip())
        for code, names in pairs
        for name in str(names).split("、")
        if name.strip()
    }
