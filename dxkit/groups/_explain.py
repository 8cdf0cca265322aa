"""Why do these five sit together?

One sentence a group, from what its members have in common (or not), the rules that put them there,
and the blanks.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dxkit._checks import require_result
from dxkit._plain_tables import order_of_labels
from dxkit.errors import shorten
from dxkit.groups._distance import classify_column, is_time
from dxkit.groups._groups import Groups
from dxkit.groups._members import Key, join_name, list_keys
from dxkit.schema import HEADINGS, carry_provenance

# mean distance in units of chance, and the words for what is below it
NEARNESS_WORDS = (
    (0.35, "とても近い"),
    (0.75, "近い"),
    (1.1, "ほかと同じくらい散らばる"),
    (np.inf, "大きく違う"),
)
# from this distance on, members who should differ do so
DIFFERENT_FROM = 0.75
SECONDS_AN_HOUR = 3600
MAX_NAMES = 12
# words of a column that are listed with their counts
MAX_WORDS = 4


def explain(groups: Groups) -> pd.Series:
    """Say in one Japanese sentence for each group why its members sit together.

    Parameters
    ----------
    groups
        What `form` or `replan` returned.

    Returns
    -------
    pandas.Series
        Index ``group``: the sentence, plain text (names from the table are not escaped: escape
        before HTML).

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit.groups import form
    >>> towns = pd.DataFrame({"code": ["a", "b", "c", "d"], "people": [1, 9, 2, 8]})
    >>> explain(form(towns, size=2, alike="people"))[1]
    '第1グループ（2者: a、c）は、人口（1〜2人）がとても近いグループです。'
    """
    require_result(groups, Groups, "groups", "groups.form")
    table = groups.table
    names = list(table["name" if "name" in table.columns else "code"].astype(str))
    if "person" in table.columns:
        names = [join_name(*pair) for pair in zip(names, table["person"], strict=True)]
    name_of_key = dict(zip(list_keys(table), names, strict=True))
    # one sentence a group that is still in use: `replan` may have dissolved one
    sentences = {
        int(group): _write_sentence(groups, int(group), name_of_key)
        for group in groups.by_group["group"]
    }
    series = pd.Series(sentences, name="sentence", dtype=object).rename_axis("group")
    return carry_provenance(series, groups.members)


def _write_sentence(groups: Groups, group: int, name_of_key: dict[Key, str]) -> str:
    """Write the sentence of one group."""
    members = groups.members[groups.members["group"] == group]
    # the sentence must not hang on the order of the user's list
    members = members.iloc[order_of_labels(map(str, list_keys(members)))]
    keys = list_keys(members)
    unit = "市町" if groups.settings["places"] else "者"
    # persons of one body are counted as persons
    unit = "人" if "person" in members.columns else unit
    names = "、".join(name_of_key[key] for key in keys[:MAX_NAMES])
    names += "…" if len(keys) > MAX_NAMES else ""
    distances = groups.by_group[groups.by_group["group"] == group].iloc[0]
    # on the scale of ranks it is the order that is near, however far apart the figures are
    order = "の順番" if groups.settings.get("scale") == "rank" else ""
    reasons = []
    for column in groups.by_column.itertuples():
        values = members[str(column.column)]
        label = str(column.label) + (order if classify_column(values) == "数値" else "")
        distance = float(distances[str(column.column)])
        reasons.append(_describe_column(values, label, str(column.role), distance))
    rules = _describe_rules(groups, set(keys), name_of_key)
    head = f"第{group}グループ（{len(keys)}{unit}: {names}）は、"
    if not reasons:
        return f"{head}{rules or '人数だけをそろえた'}グループです。"
    tail = f"（{rules}）" if rules else ""
    return f"{head}{'、'.join(reasons)}グループです{tail}。"


def _describe_column(values: pd.Series, label: str, role: str, distance: float) -> str:
    """Say how near the members are in a column."""
    # groups that should differ but came out alike are described as they are
    if role == "different" and distance >= DIFFERENT_FROM:
        return f"{label}{_describe_values(values)}のちがいを持ち寄る"
    nearness = next(word for limit, word in NEARNESS_WORDS if distance < limit)
    return f"{label}{_describe_values(values)}が{nearness}"


def _describe_values(values: pd.Series) -> str:
    """Say from what to what the values go, or which words there are, and how many are blank."""
    filled = values.dropna()
    blanks = int(values.isna().sum())
    tail = f"、空欄{blanks}" if blanks else ""
    if filled.empty:
        return "（空欄のみ）"
    if pd.api.types.is_timedelta64_dtype(filled):
        hours = filled.dt.total_seconds() / SECONDS_AN_HOUR
        return f"（{hours.min():g}〜{hours.max():g}時間{tail}）"
    # dates are listed like words: their span has no unit to be written with
    if classify_column(values) == "数値" and not is_time(filled):
        unit = HEADINGS.get(str(values.name), ("", ""))[1]
        return f"（{_describe_span(pd.to_numeric(filled), unit)}{tail}）"
    counts = filled.astype(str).replace({"True": "はい", "False": "いいえ"}).value_counts()
    words = "・".join(
        f"{shorten(word, 20)}{count}" for word, count in counts.head(MAX_WORDS).items()
    )
    return f"（{words}{'ほか' if len(counts) > MAX_WORDS else ''}{tail}）"


def _describe_span(values: pd.Series, unit: str) -> str:
    """Write the smallest and largest value with their unit; shares as per cent."""
    is_share = unit == "割合"

    def write_number(number: float) -> str:
        if is_share:
            return f"{number:.0%}"
        return f"{number:,.5g}" if abs(number) < 1000 else f"{number:,.0f}"

    low = write_number(float(values.min()))
    high = write_number(float(values.max()))
    span = low if low == high else f"{low}〜{high}"
    return span if is_share else span + unit


def _describe_rules(groups: Groups, keys: set[Key], name_of_key: dict[Key, str]) -> str:
    """Say which rules put members together, who moved, and who is spread."""
    settings = groups.settings
    # a link that lies wholly in this group is one of the reasons for it
    linked = [
        "と".join(name_of_key[key] for key in link)
        for link in settings["together"]
        if set(link) <= keys
    ]
    moved = [
        name_of_key[_read_key(move)]
        for move in settings.get("moved", [])
        if _read_key(move) in keys and move["to"]
    ]
    late = [name_of_key[key] for key in settings.get("late", []) if key in keys]
    parts = [f"{names}は同じグループの指定" for names in linked]
    reason = "欠席に伴い" if settings.get("absent") else "人数をそろえるため"
    parts += [f"{reason}{'、'.join(moved)}が移動"] if moved else []
    parts += [f"遅れて{'、'.join(late)}が参加"] if late else []
    if settings.get("spread_kept", True):
        parts += [f"{kind}は各グループに分散" for kind in settings["spread"]]
    return "、".join(parts)


def _read_key(move: Mapping[str, Any]) -> Key:
    """Read who moved."""
    return (move["code"], move["person"]) if "person" in move else str(move["code"])
