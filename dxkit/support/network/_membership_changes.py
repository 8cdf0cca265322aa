"""Who has left a group since, who has come, and who has stayed?"""

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

CHANGES = ("離脱", "新規", "継続")


@accepts_any_table("before", "after")
def membership_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare two lists of members, by name.

    Parameters
    ----------
    before, after
        One row a seat: ``code, group`` (or ``theme, system``), as the table ``themes`` or the form
        ``membership`` has them. Lists that only count members cannot say who left.

    Returns
    -------
    pandas.DataFrame
        One row a seat of either list: ``group, code, change`` (離脱, 新規, 継続; a group that is
        in one list alone says so: 集まりがなくなった, 集まりが新しい), who left first.
        ``.attrs["settings"]``: how many of each.

    Raises
    ------
    TableError
        If a list has no ``code`` or group, no row, or a seat twice.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"group": ["教育DX", "教育DX"], "code": ["28201", "28204"]})
    >>> after = pd.DataFrame({"group": ["教育DX", "教育DX"], "code": ["28201", "28206"]})
    >>> membership_changes(before, after)
      group   code change
    0  教育DX  28204     離脱
    1  教育DX  28206     新規
    2  教育DX  28201     継続
    """
    first = _read_seats(before, "before")
    second = _read_seats(after, "after")
    keys = ["group", "code"]
    joined = first.merge(second, on=keys, how="outer", indicator="side")
    words = {"left_only": CHANGES[0], "right_only": CHANGES[1], "both": CHANGES[2]}
    joined["change"] = joined.pop("side").astype(str).map(words)
    # who leaves a group that has ended has not turned away from it
    has_ended = ~joined["group"].isin(second["group"])
    joined.loc[has_ended, "change"] = "集まりがなくなった"
    joined.loc[~joined["group"].isin(first["group"]), "change"] = "集まりが新しい"
    order = {CHANGES[0]: 0, CHANGES[1]: 1, "集まりがなくなった": 2, "集まりが新しい": 3}
    joined["order"] = joined["change"].map(order).fillna(len(order))
    table = joined.sort_values(["order", *keys], ignore_index=True).drop(columns="order")
    table.attrs = {"settings": table["change"].value_counts().sort_index().to_dict()}
    return carry_provenance(table, before, after)


def _read_seats(members: pd.DataFrame, name: str) -> pd.DataFrame:
    """Read the seats of one list as group and code."""
    plain = read_plain_table(members)
    if "group" not in plain.columns:
        plain = plain.rename(columns={"theme": "group", "system": "group"})
    _checks.require_columns(plain, ["code", "group"], name)
    if plain.empty:
        remedy = "参加団体を1行に1つ書いてください。数だけの一覧では、だれが離れたかは分かりません"
        raise TableError([Fault(f"{name} に行がありません", remedy)])
    _checks.require_unique_rows(plain, ["group", "code"], name)
    return plain[["group", "code"]].astype(str)
