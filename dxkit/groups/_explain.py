"""Why do these five sit together?

One sentence a group, from what its members have in common (or not), the rules that put them there, and the blanks.
"""

import numpy as np
import pandas as pd

from dxkit.errors import shorten
from dxkit.groups._distance import kind_of
from dxkit.groups._result import Groups
from dxkit.schema import HEADINGS

# of a distance in units of chance: below the first "very near", … ; words for each
NEAR = (
    (0.35, "とても近い"),
    (0.75, "近い"),
    (1.1, "ほかと同じくらい散らばる"),
    (np.inf, "大きく違う"),
)
MOST_NAMES = 12


def explain(groups: Groups) -> pd.Series:
    """Say in one Japanese sentence for each group why its members sit together.

    Parameters
    ----------
    groups
        What `form` or `replan` gave.

    Returns
    -------
    pandas.Series
        Index ``group``: the sentence, plain text (names from the table are not escaped: escape before HTML).

    Examples
    --------
    >>> import pandas as pd
    >>> from dxkit.groups import form
    >>> towns = pd.DataFrame({"code": ["a", "b", "c", "d"], "people": [1, 9, 2, 8]})
    >>> explain(form(towns, size=2, alike="people"))[1]
    '第1グループ（2者: a、c）は、人口（1〜2人）がとても近い組です。'
    """
    names = groups.table["name"] if "name" in groups.table.columns else groups.table["code"]
    called = dict(zip(groups.table["code"], names.astype(str), strict=True))
    said = {int(group): _sentence(groups, int(group), called) for group in groups.by_group["group"]}
    return pd.Series(said, name="sentence", dtype=object).rename_axis("group")


def _sentence(groups: Groups, group: int, called: dict[str, str]) -> str:
    own = groups.members[groups.members["group"] == group]
    codes = own["code"].astype(str).tolist()
    unit = "市町" if groups.settings["places"] else "者"
    listed = "、".join(called[code] for code in codes[:MOST_NAMES]) + (
        "…" if len(codes) > MOST_NAMES else ""
    )
    row = groups.by_group[groups.by_group["group"] == group]
    columns = zip(
        *(groups.by_column[name].astype(str) for name in ("column", "label", "role")), strict=True
    )
    # on the scale of ranks it is the order that is near, however far apart the figures are
    order = "の順番" if groups.settings.get("scale") == "rank" else ""
    words = [
        (name, label + (order if kind_of(own[name]) == "数値" else ""), role)
        for name, label, role in columns
    ]
    reasons = [
        _reason(own[name], label, role, float(row[name].iloc[0])) for name, label, role in words
    ]
    rules = _rules(groups, set(codes), called)
    head = f"第{group}グループ（{len(codes)}{unit}: {listed}）は、"
    if not reasons:
        return f"{head}{rules or '人数だけをそろえた'}組です。"
    tail = f"（{rules}）" if rules else ""
    return f"{head}{'、'.join(reasons)}組です{tail}。"


def _reason(values: pd.Series, label: str, role: str, distance: float) -> str:
    """Say how near the members are in a column."""
    if role == "different" and distance >= NEAR[1][0]:
        return f"{label}{_range(values)}のちがいを持ち寄る"
    return f"{label}{_range(values)}が{next(word for limit, word in NEAR if distance < limit)}"


def _range(values: pd.Series) -> str:
    """Give from what to what the values go, or which words there are, and how many are blank."""
    known, blank = values.dropna(), int(values.isna().sum())
    tail = f"、空欄{blank}" if blank else ""
    if known.empty:
        return "（空欄のみ）"
    if kind_of(values) == "数値" and not pd.api.types.is_datetime64_any_dtype(known):
        unit = HEADINGS.get(str(values.name), ("", ""))[1]
        return f"（{_span(pd.to_numeric(known), unit)}{tail}）"
    counts = known.astype(str).replace({"True": "はい", "False": "いいえ"}).value_counts()
    listed = "・".join(f"{shorten(word, 20)}{number}" for word, number in counts.head(4).items())
    return f"（{listed}{'ほか' if len(counts) > 4 else ''}{tail}）"


def _span(values: pd.Series, unit: str) -> str:
    low, high = float(values.min()), float(values.max())
    share = unit == "割合"
    texts = [
        f"{each:.0%}" if share else f"{each:,.5g}" if abs(each) < 1000 else f"{each:,.0f}"
        for each in (low, high)
    ]
    shown = texts[0] if texts[0] == texts[1] else "〜".join(texts)
    return shown if share else shown + unit


def _rules(groups: Groups, codes: set[str], called: dict[str, str]) -> str:
    """Say which rules put members together, and who is marked."""
    told = groups.settings
    linked = [
        "と".join(called[code] for code in link) for link in told["together"] if set(link) <= codes
    ]
    moved = [
        called[each["code"]]
        for each in told.get("moved", [])
        if each["code"] in codes and each["to"]
    ]
    parts = [f"{each}は同じ組の指定" for each in linked]
    parts += [f"欠席に伴い{'、'.join(moved)}が移動"] if moved else []
    parts += [f"{each}は各組に分散" for each in told["spread"] if told.get("spread_kept", True)]
    return "、".join(parts)
