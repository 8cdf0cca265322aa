"""What does a group of municipalities lack together, more than the others do?"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.network._item_values import read_items, read_values


@accepts_any_table("values")
def common_gaps(
    values: pd.DataFrame,
    group: Iterable[str],
    *,
    threshold: float = 1.0,
    labels: "Mapping[str, str] | pd.Series | None" = None,
) -> pd.DataFrame:
    """Count how many of a group and of the others lack each item.

    Parameters
    ----------
    values
        One row a municipality: ``code`` and one column an item (1 has it, 0 lacks it; or a share).
    group
        Codes of the group, for example the twelve towns of the 町村会.
    threshold
        Below it an item counts as lacking; blanks count neither way.
    labels
        Item → Japanese name.

    Returns
    -------
    pandas.DataFrame
        One row an item: ``item, label, group_without, group_counted, others_without,
        others_counted, difference`` (share of the group without it minus that of the others;
        missing where nobody of a side was counted), what most of the group lack first. A column
        that nobody filled in is an item of which nobody is counted.

    Raises
    ------
    TableError
        If ``code`` is missing or repeated, or a cell is no number.
    ChoiceError
        If a code of the group has no row.

    Examples
    --------
    >>> import pandas as pd
    >>> values = pd.DataFrame({"code": ["a", "b", "c"], "plan": [0, 0, 1], "cio": [1, 0, 0]})
    >>> common_gaps(values, ["a", "b"])[["item", "group_without", "others_without"]]
       item  group_without  others_without
    0  plan              2               0
    1   cio              1               1
    """
    plain = read_values(values)
    _checks.require_number(threshold, "threshold")
    codes = plain["code"].astype(str)
    members = set(map(str, _checks.read_list(group, "group")))
    missing = sorted(members - set(codes))
    if missing or not members:
        listed = "、".join(shorten(code) for code in missing) or "（空）"
        raise ChoiceError(
            f"group の {listed} は values の表にありません。表の code から選んでください。"
        )
    is_member = codes.isin(members).to_numpy()
    # a column of words alone is a name; one number among words makes it an item with faults
    items = [column for column in plain.columns if column != "code" and _is_item(plain[column])]
    rows = [
        (item, label, *_count_lacking(numbers, is_member, threshold))
        for item, label, numbers in read_items(plain, items, labels)
    ]
    columns = ["item", "label", "group_without", "group_counted"]
    columns += ["others_without", "others_counted", "difference"]
    table = pd.DataFrame(rows, columns=columns).sort_values(
        ["group_without", "difference", "item"],
        ascending=[False, False, True],
        ignore_index=True,
    )
    table.attrs = {"settings": {"group": len(members), "threshold": threshold}}
    return carry_provenance(table, values)


def _count_lacking(
    numbers: FloatArray, is_member: BoolArray, threshold: float
) -> tuple[int, int, int, int, float]:
    """Count who lacks an item and who answered, within the group and outside it."""
    is_counted = ~np.isnan(numbers)
    is_lacking = is_counted & (numbers < threshold)
    without, counted, others_without, others_counted = (
        int(cells[side].sum())
        for side in (is_member, ~is_member)
        for cells in (is_lacking, is_counted)
    )
    # a side of which nobody answered has no share
    share = without / counted if counted else np.nan
    others_share = others_without / others_counted if others_counted else np.nan
    return without, counted, others_without, others_counted, share - others_share


def _is_item(column: pd.Series) -> bool:
    """Say whether a column holds answers: a number, or nothing at all."""
    has_numbers = pd.to_numeric(column, errors="coerce").notna().any()
    return bool(has_numbers or column.isna().all())
