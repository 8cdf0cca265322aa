"""Which values of a register stand for "unknown"?

1900-01-01 for everybody without a birthday, 不明 for a name, the shelter's own address: a value that
far more different people bear than people do says nothing of any of them.
"""

import warnings

import numpy as np
import pandas as pd
from scipy import stats

from dxkit._arrays import BoolArray
from dxkit.errors import Fault, TableWarning
from dxkit.linkage._spellings import cut_column, fill_column, join_columns

# chance of calling a value a placeholder that is none, over all values of a field
ERROR_CHANCE = 1e-6
# people who bear a value, and different names (or birthdays) among them, before it is suspected
MIN_BEARERS = 10
MIN_DIFFERENT = 5
# no day is borne by more than twice the people of an ordinary day of the busiest year
DAY_CLUSTERING = 2.0
DAYS_OF_YEAR = 365
# no full name and no door is borne by more of a register: the commonest surname has 1.5 %
MAX_SHARE = 0.02


def forget_placeholders(keys: pd.DataFrame, sheet: str) -> pd.DataFrame:
    """Count over-frequent birthdays, names and addresses as unknown, and say which.

    Parameters
    ----------
    keys
        A folded register.
    sheet
        What to call it in a message.
    """
    names = fill_column(keys["name"], keys["kana_plain"])
    # the first character stays when a name is mistyped: entries of one person are one name
    initials = cut_column(names, 1)
    doors = _join_doors(keys)
    fields = (
        ("生年月日", "birthday", keys["birthday"], initials, _compute_birthday_limit(keys)),
        ("氏名", "name", names, keys["birthday"], MAX_SHARE * names.notna().sum()),
        ("住所", "address", doors, initials, MAX_SHARE * doors.notna().sum()),
    )
    # every field is judged on the register as it was, before another one is forgotten
    masks = [
        (label, column, values, _find_placeholders(values, others, limit))
        for label, column, values, others, limit in fields
    ]
    for label, column, values, is_placeholder in masks:
        if is_placeholder.any():
            keys = _forget(keys, column, is_placeholder)
            _warn_of_placeholders(label, column, values[is_placeholder], len(keys), sheet)
    return keys


def _join_doors(keys: pd.DataFrame) -> pd.Series:
    """Join code, town and block; a door without a municipality is one, too."""
    blank = pd.Series(pd.Categorical([""] * len(keys)), index=keys.index)
    places = join_columns(fill_column(keys["code"], blank), keys["town"], "/")
    return join_columns(places, keys["block"], "/")


def _compute_birthday_limit(keys: pd.DataFrame) -> float:
    """Count the people whom an ordinary day of the busiest year may have, with room to spare.

    The busiest day of each year is left out: it may be the placeholder.
    """
    days = keys["birthday"].value_counts()
    days = days[days > 0]
    if days.empty:
        return 0.0
    years = days.groupby(days.index.astype("str").str[:4]).agg(["sum", "max"])
    return float(DAY_CLUSTERING * (years["sum"] - years["max"]).max() / (DAYS_OF_YEAR - 1))


def _find_placeholders(values: pd.Series, others: pd.Series, limit: float) -> BoolArray:
    """Find rows whose value is borne by more people than chance allows around the limit."""
    codes = values.cat.codes.to_numpy()
    counts = np.bincount(codes[codes >= 0], minlength=len(values.cat.categories))
    suspects = np.flatnonzero(counts >= MIN_BEARERS)
    tail = stats.poisson.sf(counts[suspects].astype(float) - 1, limit)
    suspects = suspects[tail < ERROR_CHANCE / max((counts > 0).sum(), 1)]
    for suspect in suspects:
        different = np.unique(others.cat.codes.to_numpy()[codes == suspect])
        if (different >= 0).sum() < MIN_DIFFERENT:
            suspects = suspects[suspects != suspect]
    mask: BoolArray = np.isin(codes, suspects)
    return mask


def _forget(keys: pd.DataFrame, column: str, is_placeholder: BoolArray) -> pd.DataFrame:
    """Set all keys of a field to unknown; where an address is none, its municipality stays."""
    parts = {
        "birthday": ["birthday", "digits", "year", "month", "day"],
        "name": ["name", "surname", "given", "kana", "kana_plain", "kana_surname", "kana_given"],
        "address": ["block"],
    }[column]
    changed = keys.copy()
    for part in parts:
        changed[part] = keys[part].mask(np.asarray(is_placeholder))
    changed.attrs = keys.attrs
    return changed


def _warn_of_placeholders(
    label: str, column: str, values: pd.Series, records: int, sheet: str
) -> None:
    for value, count in values.astype("str").value_counts().items():
        fault = Fault(
            f"この{label}は{records:,}件中{count:,}件（{count / records:.1%}）にあり、"
            "人の数としては多すぎるので、不明として扱います",
            "「不明」の代わりに入れた値なら、空欄にしてください",
            sheet=sheet,
            column=column,
            value=value,
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)
