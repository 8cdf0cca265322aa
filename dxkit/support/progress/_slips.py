"""What has slipped since the last file: steps that went back, new extensions, later dates?

`slips` sets the latest two dates of a progress table, or of cut-over forms, side by side.
"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.progress import _progress_table
from dxkit.support.progress._follow_up import read_cutovers
from dxkit.support.progress._progress_table import STEPS

SLIPS = {
    "went_back": "終えた手順が減った",
    "newly_listed": "新たに延長の一覧に載った",
    "stood_still": "手順が1つも進んでいない",
    "cutover_moved": "切替日が遅くなった",
    "until_moved": "延長の期限が遅くなった",
    "vanished": "前の表にあり、今の表にない",
}
COLUMNS = ["code", "system", "slip", "slip_label", "before", "after", "later_days"]
# a share is a number of 40 steps: less than half a step is rounding
HALF_STEP = 0.5 / STEPS


@accepts_any_table("progress", "cutovers")
def slips(
    progress: pd.DataFrame,
    *,
    cutovers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List what went back, stood still or was put off between the last two dates.

    Parameters
    ----------
    progress
        ``code, system, share_done, as_of`` of two dates or more, and ``extended`` where known;
        the last two dates are compared.
    cutovers
        Forms of two dates or more in one table (``as_of``): ``code, system`` and
        ``cutover_date`` or ``extension_until``.

    Returns
    -------
    pandas.DataFrame
        One row a slip, by code, system and kind: ``code, system, slip, slip_label, before,
        after`` (as text), ``later_days`` (for dates). ``attrs["settings"]``: the two dates.

    Raises
    ------
    TableError
        If a table cannot be used or has one date only.

    Warns
    -----
    TableWarning
        Of dates that the earlier form had and the later one lacks.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"code": ["28201", "28202"], "system": "戸籍", "share_done": 0.5})
    >>> after = before.assign(share_done=[0.9, 0.5], as_of="2026-07")
    >>> slips(pd.concat([before.assign(as_of="2026-03"), after]))[["code", "slip"]].values.tolist()
    [['28202', 'stood_still']]
    """
    rows = _progress_table.read_progress(progress)
    first, last = _find_last_two_dates(rows, "進捗")
    both = _pair_dates(rows, first, last)
    found = [_compare_shares(both)]
    settings: dict[str, object] = {"before": first, "after": last}
    if cutovers is not None:
        form, form_dates = _read_dated_cutovers(cutovers)
        settings |= {"cutovers_before": form_dates[0], "cutovers_after": form_dates[1]}
        known = [_list_dated(form, date) for date in form_dates]
        lone = {"前の回の様式": known[0] - known[1]}
        _checks.warn_of_lone_labels(lone, "切替の日付", "比べていません")
        found += [
            _compare_dates(form, form_dates, "cutover_date", "cutover_moved"),
            _compare_dates(form, form_dates, "extension_until", "until_moved"),
        ]
    table = pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)
    table["slip_label"] = table["slip"].map(SLIPS)
    table = table[COLUMNS].sort_values(["code", "system", "slip"], kind="stable", ignore_index=True)
    table.attrs["settings"] = settings
    return carry_provenance(table, progress, cutovers)


def _find_last_two_dates(rows: pd.DataFrame, what: str) -> tuple[str, str]:
    dates = sorted(rows["as_of"].dropna().astype(str).unique()) if "as_of" in rows.columns else []
    if len(dates) < 2:
        raise TableError(
            [
                Fault(
                    f"{what} の時点が{len(dates)}つしかないので、前と比べられません",
                    "前の月の表と今の月の表を、as_of の列を付けて1つにしてください",
                    column="as_of",
                )
            ]
        )
    return dates[-2], dates[-1]


def _pair_dates(rows: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Pair each system's rows of the two dates; one that a date lacks is blank there."""
    keys = ["code", "system"]
    columns = [*keys, "share_done", *(["extended"] if "extended" in rows.columns else [])]
    dates = rows["as_of"].astype(str)
    before = rows.loc[dates == first, columns].assign(there=True)
    after = rows.loc[dates == last, columns].assign(there=True)
    return before.merge(after, on=keys, how="outer", suffixes=("_before", "_after"))


def _compare_shares(both: pd.DataFrame) -> pd.DataFrame:
    """Compare the figures of two dates; what was through and is through is no slip."""
    before = both["share_done_before"]
    after = both["share_done_after"]
    gain = after - before
    kinds = {
        "went_back": gain < -HALF_STEP,
        "stood_still": (gain.abs() <= HALF_STEP) & (after < 1),
        "vanished": both["there_after"].isna(),
    }
    if "extended_after" in both.columns:
        was_listed = both["extended_before"].astype("boolean").fillna(value=True)
        is_listed = both["extended_after"].astype("boolean").fillna(value=False)
        kinds["newly_listed"] = (is_listed & ~was_listed).astype(bool)
    parts = [
        both.loc[condition, ["code", "system"]].assign(
            slip=kind,
            before=[_write_share(share) for share in before[condition]],
            after=[_write_share(share) for share in after[condition]],
            later_days=np.nan,
        )
        for kind, condition in kinds.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _write_share(share: float) -> str:
    return "" if pd.isna(share) else f"{share:.1%}"


def _read_dated_cutovers(cutovers: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, str]]:
    """Read forms of several dates, each checked by itself."""
    plain = read_plain_table(cutovers)
    _checks.require_columns(plain, ["code", "system", "as_of"], "切替の様式")
    dates = _find_last_two_dates(plain, "切替の様式")
    parts = [
        read_cutovers(part.reset_index(drop=True)).assign(as_of=str(date))
        for date, part in plain.groupby(plain["as_of"].astype(str), sort=True)
    ]
    return pd.concat(parts, ignore_index=True), dates


def _list_dated(form: pd.DataFrame, date: str) -> set[tuple[str, ...]]:
    """List municipality, system and what is known of it by a date of the form."""
    rows = form[form["as_of"] == date]
    return {
        (str(code), str(system), label)
        for column, label in {"cutover_date": "切替日", "extension_until": "延長の期限"}.items()
        for code, system in rows.loc[rows[column].notna(), ["code", "system"]].to_numpy()
    }


def _compare_dates(
    form: pd.DataFrame, dates: tuple[str, str], column: str, slip: str
) -> pd.DataFrame:
    """Find dates that were put off."""
    keys = ["code", "system"]
    before = form.loc[form["as_of"] == dates[0], [*keys, column]]
    after = form.loc[form["as_of"] == dates[1], [*keys, column]]
    both = before.merge(after, on=keys, suffixes=("_before", "_after"))
    was = both[f"{column}_before"]
    now = both[f"{column}_after"]
    is_later = now > was
    return both.loc[is_later, keys].assign(
        slip=slip,
        before=was[is_later].dt.strftime("%Y-%m-%d"),
        after=now[is_later].dt.strftime("%Y-%m-%d"),
        later_days=(now - was)[is_later].dt.days.astype(float),
    )
