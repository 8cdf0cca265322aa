"""After the deadline: who has neither finished nor applied, who is in extension and until when?

`follow_up` gives each system that is not through its state and the day that counts for it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance
from dxkit.support.progress import _progress_table
from dxkit.support.progress._dates import (
    DEADLINE,
    EXTENDED_DEADLINE,
    count_months,
    read_date,
    read_month_end,
)
from dxkit.support.progress._progress_table import PROGRESS_CAUTION, STEPS

# states of a system that is not through, the most pressing first, and what is asked
STATES = {
    "overdue": "延長の期限を過ぎた",
    "not_applied": "未完了で、延長の申請もない",
    "applied": "延長を申請中",
    "in_extension": "延長の期間内",
    "before_deadline": "期限の前",
    "unknown": "進捗が分からない",
}
QUESTIONS = {
    "overdue": "新しい期限はいつですか。それまでの保守とデータの引渡しは、だれが受けますか。",
    "not_applied": "終えられない理由は何ですか。延長を申請しますか、いつまでに終えますか。",
    "applied": "認められる見込みはいつ分かりますか。認められないときの予定はありますか。",
    "in_extension": "切替日は決まっていますか。国に届けた期限に変わりはありませんか。",
    "before_deadline": "期限までに終えられますか。終えられないときの相談は、いつしますか。",
    "unknown": "いまの進み具合を教えてください。",
}
# what the form's column of the extension may say
NO_EXTENSION = "なし"
APPLIED = "申請中"
GRANTED = "認められた"
EXTENSION_WORDS = (NO_EXTENSION, APPLIED, GRANTED)
CUTOVER_COLUMNS = ["cutover_date", "standard_version", "vendor", "extension", "extension_until"]
LIMIT_NOTE = (
    "延長の期限が表にない業務は、法律のいちばん遅い日（2031年3月31日）を上限として置いています。"
    "実際の期限は団体ごと・業務ごとに違うので、切替の様式で聞き取ってください。"
)


@dataclass(frozen=True)
class FollowUp(TableResult):
    """Where every system that is not through stands after the deadline.

    Attributes
    ----------
    table
        One row a municipality, the most pressing first: ``code, systems`` (with figures),
        ``open_systems``, one column a state (how many systems: ``overdue, not_applied, applied,
        in_extension, before_deadline, unknown``), ``until`` (the earliest end of an extension),
        ``next_cutover`` (the next date of cutting over that lies ahead) and ``ask``.
    cells
        One row a system that is not through: ``code, system, share_done, steps_left, state,
        state_label, until, until_is_limit`` (no date of its own: the law's last day),
        ``months_left, cutover_date, standard_version, vendor``.
    settings
        ``as_of, deadline, limit``.
    """

    table: pd.DataFrame
    cells: pd.DataFrame
    settings: dict[str, object]

    def _describe_method(self) -> MethodText:
        as_of = self.settings["as_of"]
        deadline = self.settings["deadline"]
        limit = self.settings["limit"]
        return MethodText(
            ja=(
                f"{as_of} の進捗から、終わっていない業務を、期限（{deadline}）、延長の申請と"
                f"その終わり（法の限度 {limit}）、切替えの予定によって状態に分けた。",
                PROGRESS_CAUTION,
            ),
            en=(
                f"From the progress of {as_of}, each system that is not through was put into a "
                f"state by the deadline ({deadline}), the extension applied for and its end (by "
                f"law {limit} at the latest) and the planned date of cutting over.",
            ),
        )

    def __repr__(self) -> str:
        through = int((self.table["open_systems"] == 0).sum())
        pressing = int(((self.table["not_applied"] + self.table["overdue"]) > 0).sum())
        return (
            f"<期限 {self.settings['deadline']} のフォローアップ（{self.settings['as_of']}）: "
            f"{len(self.table)}市町のうち、すべて終えた {through}、"
            f"未完了で申請のない業務がある {pressing}>"
        )

    def _list_notes(self) -> tuple[str, ...]:
        return (PROGRESS_CAUTION, LIMIT_NOTE)


@accepts_any_table("progress", "extensions", "cutovers")
def follow_up(
    progress: pd.DataFrame,
    extensions: pd.DataFrame | None = None,
    *,
    cutovers: pd.DataFrame | None = None,
    as_of: str | None = None,
    deadline: str = DEADLINE,
    limit: str = EXTENDED_DEADLINE,
) -> FollowUp:
    """Tell for each system that is not through what holds of it, and until when.

    Parameters
    ----------
    progress
        As for `forecast`; of several dates the latest is looked at.
    extensions
        The 特定移行支援システム: ``code, systems`` or ``code, system``; a system listed counts as
        extended. A column ``until`` (a date) says until when.
    cutovers
        From the form ``cutover`` (`dxkit.loaders.read_form`): ``code, system`` and, where known,
        ``cutover_date, standard_version, vendor, extension`` (なし, 申請中, 認められた) and
        ``extension_until``. What it says of an extension goes before the list.
    as_of
        The date of the figures, if the table has none.
    deadline
        The first deadline.
    limit
        The last day that any extension may last to.

    Returns
    -------
    FollowUp

    Raises
    ------
    TableError
        If a table cannot be used, or an extension ends after ``limit``; with every fault.
    ChoiceError
        If there is no date.

    Examples
    --------
    >>> import dxkit
    >>> figures = dxkit.load("progress").assign(as_of="2026-07")
    >>> state = follow_up(figures, dxkit.load("extensions"))
    >>> state
    <期限 2026-03-31 のフォローアップ（2026-07-31）: 41市町のうち、すべて終えた 0、未完了で申請のない業務がある 40>
    >>> int(state.table["in_extension"].sum())
    323
    """
    rows = _progress_table.select_latest(_progress_table.read_progress(progress))
    today = read_month_end(as_of or _progress_table.find_latest_date(rows))
    last_day = read_date(limit)
    is_listed = _progress_table.flag_extended(rows, extensions)
    rows = rows.assign(extended=is_listed, until=_read_list_dates(rows, extensions))
    rows = _join_cutovers(rows, cutovers)
    _refuse_late_ends(rows, last_day, limit)
    is_open = ~(rows["share_done"] >= 1)
    state = _find_states(rows, today, read_date(deadline))
    is_extended = state.isin(["in_extension", "overdue"])
    # an extension without a date of its own may last to the law's last day, and no longer
    has_no_date = is_extended & rows["until"].isna()
    until = rows["until"].where(~has_no_date, last_day).where(is_extended)
    cells = rows[["code", "system", "share_done"]].assign(
        steps_left=np.round(STEPS * (1 - rows["share_done"]), 6),
        state=state,
        state_label=state.map(STATES),
        until=until,
        until_is_limit=has_no_date,
        months_left=[count_months(today, day) if pd.notna(day) else np.nan for day in until],
        **{column: rows[column] for column in CUTOVER_COLUMNS[:3]},
    )
    cells = cells[is_open].reset_index(drop=True)
    origins = (progress, extensions, cutovers)
    settings: dict[str, object] = {
        "as_of": f"{today:%Y-%m-%d}",
        "deadline": deadline,
        "limit": limit,
    }
    table = _tabulate_municipalities(rows, cells, today)
    table.attrs["settings"] = settings | {"caution": PROGRESS_CAUTION}
    return FollowUp(carry_provenance(table, *origins), carry_provenance(cells, *origins), settings)


def _read_dates(table: pd.DataFrame, column: str, what: str) -> pd.Series:
    """Read a column of dates; blanks stay blank, and every cell that is no date is named."""
    if column not in table.columns:
        return pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns]")
    dates = pd.to_datetime(table[column], errors="coerce")
    bad = np.flatnonzero(dates.isna() & table[column].notna())
    if bad.size:
        raise TableError(
            Fault(
                f"{what} の日付が読めません",
                "2026-10-01 のように書いてください",
                row=int(row) + 1,
                column=column,
                value=table[column].iloc[row],
            )
            for row in bad
        )
    return pd.Series(dates, index=table.index)


def _read_list_dates(rows: pd.DataFrame, extensions: pd.DataFrame | None) -> pd.Series:
    """Read until when the list says that each row's extension lasts, where it says so."""
    no_dates = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ns]")
    if extensions is None or "until" not in extensions.columns:
        return no_dates
    listed = read_plain_table(extensions)
    listed = listed.assign(until=_read_dates(listed, "until", "特定移行の一覧"))
    keys = [column for column in ("code", "system") if column in listed.columns]
    _checks.require_unique_rows(listed, keys, "特定移行の一覧")
    dates = rows[keys].merge(listed[[*keys, "until"]], on=keys, how="left")["until"]
    return pd.Series(dates.to_numpy(), index=rows.index)


def _join_cutovers(rows: pd.DataFrame, cutovers: pd.DataFrame | None) -> pd.DataFrame:
    """Join what the form says of each system; a system that the figures lack is a fault."""
    if cutovers is None:
        return rows.assign(
            cutover_date=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ns]"),
            standard_version=None,
            vendor=None,
            extension=None,
        )
    form = read_cutovers(cutovers)
    known = set(zip(rows["code"], rows["system"], strict=True))
    stray = [
        position
        for position, key in enumerate(zip(form["code"], form["system"], strict=True))
        if key not in known
    ]
    if stray:
        raise TableError(
            Fault(
                "進捗の表にない市町と業務の組です",
                "団体コードと業務の名前を進捗の表に合わせてください",
                row=position + 1,
                column="system",
                value=f"{form['code'].iloc[position]}・{form['system'].iloc[position]}",
            )
            for position in stray
        )
    joined = rows.drop(columns=["vendor"], errors="ignore").merge(
        form, on=["code", "system"], how="left", validate="one_to_one"
    )
    return joined.assign(until=joined["extension_until"].fillna(joined["until"]))


def read_cutovers(cutovers: pd.DataFrame) -> pd.DataFrame:
    """Read a table of cut-overs: ``code, system`` and `CUTOVER_COLUMNS`, blank where absent.

    Raises
    ------
    TableError
    """
    form = read_plain_table(cutovers)
    _checks.require_columns(form, ["code", "system"], "切替の様式")
    _checks.require_unique_rows(form, ["code", "system"], "切替の様式")
    if "extension" in form.columns:
        faults = _checks.find_stray_words(
            form, "extension", EXTENSION_WORDS, "切替の様式", blank=True
        )
        if faults:
            raise TableError(faults)
    texts = {
        column: form[column] if column in form.columns else None
        for column in ("standard_version", "vendor")
    }
    return form[["code", "system"]].assign(
        cutover_date=_read_dates(form, "cutover_date", "切替の様式"),
        **texts,
        extension=form["extension"] if "extension" in form.columns else None,
        extension_until=_read_dates(form, "extension_until", "切替の様式"),
    )


def _refuse_late_ends(rows: pd.DataFrame, last_day: pd.Timestamp, limit: str) -> None:
    """Refuse extensions that last longer than any may."""
    late = rows[rows["until"] > last_day]
    if len(late):
        raise TableError(
            Fault(
                f"延長の期限が、法律のいちばん遅い日（{limit}）より後です",
                "5年以内の日付にしてください",
                column="extension_until",
                value=f"{row.code} {row.system} {row.until:%Y-%m-%d}",
            )
            for row in late.itertuples()
        )


def _find_states(rows: pd.DataFrame, today: pd.Timestamp, deadline: pd.Timestamp) -> pd.Series:
    """Find the state of each system; what the form says goes before the list."""
    word = rows["extension"]
    is_extended = (word == GRANTED) | (rows["extended"] & ~word.isin([NO_EXTENSION, APPLIED]))
    conditions = [
        rows["share_done"].isna(),
        is_extended & (rows["until"] < today),
        is_extended,
        word == APPLIED,
        pd.Series(today > deadline, index=rows.index),
    ]
    states = ["unknown", "overdue", "in_extension", "applied", "not_applied"]
    chosen = np.select(
        [condition.to_numpy() for condition in conditions], states, "before_deadline"
    )
    return pd.Series(chosen, index=rows.index)


def _tabulate_municipalities(
    rows: pd.DataFrame, cells: pd.DataFrame, today: pd.Timestamp
) -> pd.DataFrame:
    """Count the states of each municipality, and put the most pressing first."""
    codes = pd.Index(sorted(set(rows["code"])), name="code")
    counts = pd.crosstab(cells["code"], cells["state"])
    counts = counts.reindex(index=codes, columns=list(STATES), fill_value=0).astype(int)
    extended = cells[cells["state"].isin(["in_extension", "overdue"])]
    ahead = cells[cells["cutover_date"] >= today]
    table = pd.DataFrame(
        {
            "systems": rows.groupby("code")["share_done"].count().reindex(codes),
            "open_systems": counts.sum(axis=1),
            **{state: counts[state] for state in STATES},
            "until": extended.groupby("code")["until"].min().reindex(codes),
            "next_cutover": ahead.groupby("code")["cutover_date"].min().reindex(codes),
        },
        index=codes,
    ).reset_index()
    table["ask"] = [
        " ".join(QUESTIONS[state] for state in STATES if row[state])
        for row in table.to_dict("records")
    ]
    order = ["overdue", "not_applied", "applied", "open_systems"]
    return table.sort_values(order, ascending=False, kind="stable", ignore_index=True)
