"""What happened elsewhere that this municipality should hear of, since it was last told?

`digest` lists a municipality's own changes, for the liaison; `briefings` writes what goes to the
municipality: others' news on what it needs, uses or has to finish, never its own back to it.
"""

import re

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

# news of nobody in particular: notices of the state and the prefecture
EVERYBODY = "県・国"
# a month without a day
MONTH = re.compile(r"\d{4}-\d{2}")


@accepts_any_table("news", "interests")
def briefings(
    news: pd.DataFrame,
    interests: pd.DataFrame,
    *,
    names: "pd.Series | dict[str, str] | None" = None,
    since: str | None = None,
    limit: int = 5,
) -> pd.DataFrame:
    """Choose for each municipality others' news on its topics.

    Parameters
    ----------
    news
        One row a piece of news: ``code`` (whose it is; blank for notices of state and prefecture),
        ``at`` (a day, or a month such as ``2026-01`` where the day is not known), ``topic, text``.
    interests
        What concerns whom: ``code, topic``, and ``why`` (a need, a system, a deadline) where known.
    names
        Code → name, for the texts.
    since
        Only news from this day on.
    limit
        How many pieces a municipality is sent at most, the newest first.

    Returns
    -------
    pandas.DataFrame
        One row a municipality and piece of news: ``code, from_code, at, topic, text, why``.
        ``attrs["messages"]``: one text a municipality, ready to be pasted; ``attrs["silent"]``:
        codes with an interest but no news.

    Raises
    ------
    TableError
        If a table cannot be used or a day cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> news = pd.DataFrame({"code": ["28201", "28202"], "at": "2026-10-01", "topic": "外字"})
    >>> interests = pd.DataFrame({"code": ["28201"], "topic": ["外字"], "why": ["文字同定が残る"]})
    >>> sent = briefings(news.assign(text="同定の手順を決めた"), interests)
    >>> print(sent.attrs["messages"]["28201"])
    ほかの団体の動き
    ・外字：28202が「同定の手順を決めた」（10月1日。文字同定が残る）
    """
    pieces = read_plain_table(news)
    _checks.require_columns(pieces, ["code", "at", "topic", "text"], "お知らせ")
    # without it a piece of news would reach nobody
    _checks.require_filled(pieces, ["topic"], "お知らせ")
    wanted = read_plain_table(interests)
    _checks.require_columns(wanted, ["code", "topic"], "関心の表")
    _checks.require_unique_rows(wanted, ["code", "topic"], "関心の表")
    most = _checks.require_whole_number(limit, "limit")
    dates = _read_dates(pieces)
    when = [_write_when(text, date) for text, date in zip(pieces["at"], dates, strict=True)]
    pieces = pieces.assign(at=dates, when=when).rename(columns={"code": "from_code"})
    if since is not None:
        pieces = pieces[pieces["at"] >= _checks.read_day(since, "since")]
    both = _join_interests(wanted, pieces)
    # never its own news back
    both = both[both["from_code"] != both["code"]]
    order = both.sort_values(
        ["code", "at", "topic", "text"], ascending=[True, False, True, True], kind="stable"
    )
    columns = ["code", "from_code", "at", "topic", "text", "why"]
    newest = order.groupby("code", sort=True).head(most).reset_index(drop=True)
    table = newest[columns]
    names_by_code = _checks.read_mapping(names, "names")
    lookup = {str(code): str(name) for code, name in names_by_code.items()}
    table.attrs["messages"] = {
        code: _write_message(rows, lookup) for code, rows in newest.groupby("code", sort=True)
    }
    table.attrs["silent"] = sorted(set(wanted["code"]) - set(table["code"]))
    return carry_provenance(table, news, interests)


def _read_dates(pieces: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Read the day of each piece of news; every one that is none is named."""
    dates = pd.to_datetime(pieces["at"], errors="coerce", format="ISO8601")
    if dates.isna().any():
        raise TableError(
            Fault(
                "お知らせ の時刻が読めません",
                "2026-01-31 のように書いてください",
                row=int(row) + 1,
                column="at",
                value=pieces["at"].iloc[row],
            )
            for row in pieces.index[dates.isna()]
        )
    return dates


def _join_interests(wanted: pd.DataFrame, pieces: pd.DataFrame) -> pd.DataFrame:
    """Join who wants a topic with its news; numbers in one table may be texts in the other."""
    reasons = wanted if "why" in wanted.columns else wanted.assign(why=None)
    reasons = reasons[["code", "topic", "why"]].astype({"code": str, "topic": str})
    return reasons.merge(pieces.astype({"from_code": str, "topic": str}), on="topic")


def _write_when(text: object, date: pd.Timestamp) -> str:
    """Write a day as offices do; of a month without a day, say that it is a month's state."""
    if MONTH.fullmatch(str(text).strip()):
        return f"{date.year}年{date.month}月の時点"
    return f"{date.month}月{date.day}日"


def _write_message(rows: pd.DataFrame, names: dict[str, str]) -> str:
    """Write the news of one municipality in a few lines."""
    lines = ["ほかの団体の動き"]
    for row in rows.to_dict("records"):
        code = row["from_code"]
        giver = EVERYBODY if pd.isna(code) else names.get(code, code)
        why = "" if pd.isna(row["why"]) else f"。{row['why']}"
        lines.append(f"・{row['topic']}：{giver}が「{row['text']}」（{row['when']}{why}）")
    return "\n".join(lines)
