"""What stops reaching another system while one has moved and the other has not?

`broken_links` goes through the matrix of which system feeds which: either for systems that would
move first, or for the dates on which each municipality cuts over.
"""

from collections.abc import Sequence

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.progress._follow_up import read_cutovers

GIVES = "渡す側が先に移る"
TAKES = "受ける側が先に移る"
LINK_COLUMNS = ["from_system", "to_system", "data"]


@accepts_any_table("links", "cutovers")
def broken_links(
    links: pd.DataFrame,
    *,
    first: Sequence[str] = (),
    cutovers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List the links between systems that need a bridge while only one end has moved.

    Parameters
    ----------
    links
        Which system feeds which: ``from_system, to_system, data`` (table ``system_links``, of
        which each row says that it is assumed, or your own).
    first
        The systems that move first, the others staying behind.
    cutovers
        From the form ``cutover``: ``code, system, cutover_date``; then the answer has a row for
        each municipality and link whose two ends move on different days.

    Returns
    -------
    pandas.DataFrame
        With ``first``: one row a link with one end among them: ``from_system, to_system, data,
        moved, waits`` (which end moves first, which waits), ``side``. With ``cutovers``: the same
        with ``code, moves_on, waits_until, days`` (how long a bridge is needed; missing where one
        end has no date), the longest first; ``attrs["settings"]["undated"]``: links of which an
        end has no date. Where the form asks of both systems, links of which a municipality gave
        one end only are named in a warning.

    Raises
    ------
    TableError
        If a table cannot be used.
    ChoiceError
        If neither or both are given, or a system of ``first`` is in no link.

    Examples
    --------
    >>> import dxkit
    >>> broken = broken_links(dxkit.load("system_links"), first=["介護保険"])
    >>> len(broken), broken.loc[0, ["from_system", "to_system", "side"]].tolist()
    (6, ['住民基本台帳', '介護保険', '受ける側が先に移る'])
    """
    plain = read_plain_table(links)
    _checks.require_columns(plain, LINK_COLUMNS, "連携の表")
    _checks.require_unique_rows(plain, LINK_COLUMNS, "連携の表")
    moved_first = _checks.read_list(first, "first")
    if bool(moved_first) == (cutovers is not None):
        raise ChoiceError(
            "first=（先に移る業務）か cutovers=（切替の様式）の、どちらか1つを渡してください。"
        )
    if cutovers is not None:
        return _compare_dates(plain, links, cutovers)
    systems = [*plain["from_system"], *plain["to_system"]]
    choices = sorted(set(systems), key=str)
    moving = {_checks.require_choice(name, choices, "first") for name in moved_first}
    gives = plain["from_system"].isin(moving)
    takes = plain["to_system"].isin(moving)
    broken = plain[gives != takes]
    is_giver = gives[broken.index]
    table = broken[LINK_COLUMNS].assign(
        moved=broken["from_system"].where(is_giver, broken["to_system"]),
        waits=broken["to_system"].where(is_giver, broken["from_system"]),
        side=[GIVES if giver else TAKES for giver in is_giver],
    )
    table = table.reset_index(drop=True)
    table.attrs["settings"] = {"first": sorted(moving)}
    return carry_provenance(table, links)


def _compare_dates(
    plain: pd.DataFrame, links: pd.DataFrame, cutovers: pd.DataFrame
) -> pd.DataFrame:
    """Compare the days of both ends of each link, municipality by municipality."""
    dates = read_cutovers(cutovers)[["code", "system", "cutover_date"]]
    both = _join_ends(plain, dates)
    is_known = both["gives_on"].notna() & both["takes_on"].notna()
    is_giver = both["gives_on"] < both["takes_on"]
    days = (both["takes_on"] - both["gives_on"]).dt.days.abs()
    table = pd.DataFrame(
        {
            "code": both["code"],
            "from_system": both["from_system"],
            "to_system": both["to_system"],
            "data": both["data"],
            "moved": both["from_system"].where(is_giver, both["to_system"]),
            "waits": both["to_system"].where(is_giver, both["from_system"]),
            "side": [GIVES if giver else TAKES for giver in is_giver],
            "moves_on": both[["gives_on", "takes_on"]].min(axis=1),
            "waits_until": both[["gives_on", "takes_on"]].max(axis=1),
            "days": days,
        }
    )
    table = table[is_known & (days > 0)]
    table = table.sort_values(
        ["days", "code", "from_system", "to_system"],
        ascending=[False, True, True, True],
        kind="stable",
        ignore_index=True,
    )
    table.attrs["settings"] = {"undated": int((~is_known).sum()), "links": len(both)}
    return carry_provenance(table, links, cutovers)


def _join_ends(links: pd.DataFrame, dates: pd.DataFrame) -> pd.DataFrame:
    """Join each link with the days of both its ends; say which municipalities gave one end only."""
    gives = dates.rename(columns={"system": "from_system", "cutover_date": "gives_on"})
    takes = dates.rename(columns={"system": "to_system", "cutover_date": "takes_on"})
    pairs = dates[["code"]].drop_duplicates().merge(links[LINK_COLUMNS], how="cross")
    pairs = pairs.merge(gives, on=["code", "from_system"], how="left", indicator="gives_row")
    pairs = pairs.merge(takes, on=["code", "to_system"], how="left", indicator="takes_row")
    has_giver, has_taker = pairs["gives_row"] == "both", pairs["takes_row"] == "both"
    # a form may ask of a few systems only: an end of which nobody was asked is no gap in it
    is_asked = pairs[["from_system", "to_system"]].isin(set(dates["system"])).all(axis=1)
    lone = pairs[(has_giver != has_taker) & is_asked]
    if len(lone):
        # a bridge that nobody planned for would be missing here without a word
        first = lone.iloc[0]
        _checks.warn_caller(
            f"片方の業務の切替日が様式にない連携が{len(lone)}件あり、比べていません"
            f"（例: {first['code']} の {first['from_system']}→{first['to_system']}）。"
            "もう片方の行も様式に足してください。"
        )
    return pairs[has_giver & has_taker].drop(columns=["gives_row", "takes_row"])
