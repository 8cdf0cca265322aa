"""How much did trainees find on a municipality's own website, field by field?"""

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import TableError
from dxkit.schema import accepts_any_table, carry_provenance

FOUND = "あった"
NOT_FOUND = "なかった"
UNSURE = "判断できない"
ANSWERS = (FOUND, NOT_FOUND, UNSURE)


def read_checks(checks: pd.DataFrame) -> pd.DataFrame:
    """Read the rows of the form ``portal``; ``seen`` is 1, 0 or missing (could not judge).

    Raises
    ------
    TableError
        Naming every answer that is none.
    """
    plain = read_plain_table(checks)
    _checks.require_columns(plain, ["code", "item", "rater", "found"], "点検の様式")
    _checks.require_unique_rows(plain, ["code", "item", "rater"], "点検の様式")
    if faults := _checks.find_stray_words(plain, "found", ANSWERS, "点検の様式"):
        raise TableError(faults)
    return plain.assign(seen=plain["found"].map({FOUND: 1.0, NOT_FOUND: 0.0}))


@accepts_any_table("checks", "items")
def portal_scores(checks: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Compute the share of items that were found, by municipality and field.

    An item counts as found if all who could judge found it: what one of two does not find is not
    easy to find.

    Parameters
    ----------
    checks
        From the form ``portal`` (`dxkit.loaders.read_form`): ``code, item, rater, found``.
    items
        The items and their fields: ``item, group, group_label`` (table ``portal_items``).

    Returns
    -------
    pandas.DataFrame
        One row a municipality and field, and one for all (``group`` is ``all``): ``code, group,
        group_label, found`` (items), ``judged`` (that somebody could judge), ``items`` (in all),
        ``share`` (found of judged; missing where nobody could judge), ``raters``.

    Raises
    ------
    TableError
        If a table cannot be used or an item is unknown.

    Notes
    -----
    Modelled on the UN's Local Online Service Index, which asks whether something is there (1 or
    0); the items are this project's, so that shares compare with other checks by this form only.

    Examples
    --------
    >>> import dxkit, pandas as pd
    >>> checks = pd.DataFrame({"code": "28201", "item": ["search", "mobile"], "rater": "A"})
    >>> checks["found"] = ["あった", "なかった"]
    >>> scores = portal_scores(checks, dxkit.load("portal_items"))
    >>> scores[["group", "found", "judged", "share"]].to_numpy().tolist()
    [['content', 1, 2, 0.5], ['all', 1, 2, 0.5]]
    """
    rows = read_checks(checks)
    plain = read_plain_table(items)
    _checks.require_filled(plain, ["item", "group", "group_label"], "点検の項目")
    _checks.require_unique_rows(plain, ["item"], "点検の項目")
    for item in dict.fromkeys(rows["item"]):
        _checks.require_choice(item, plain["item"].tolist(), "item")
    # what nobody could judge stays, without a share
    judged = rows.groupby(["code", "item"])["seen"].min().reset_index()
    joined = judged.merge(plain, on="item")
    every = joined.assign(group="all", group_label="全体")
    sizes = plain["group"].value_counts().to_dict() | {"all": len(plain)}
    places = {group: place for place, group in enumerate([*dict.fromkeys(plain["group"]), "all"])}
    groups = pd.concat([joined, every]).groupby(["code", "group", "group_label"])["seen"]
    table = pd.DataFrame({"found": groups.sum().astype(int), "judged": groups.count()})
    table = table.reset_index().assign(items=lambda frame: frame["group"].map(sizes))
    table["share"] = table["found"] / table["judged"]
    table["raters"] = table["code"].map(rows.groupby("code")["rater"].nunique())
    order = table.assign(place=table["group"].map(places)).sort_values(["code", "place"])
    return carry_provenance(order.drop(columns="place").reset_index(drop=True), checks, items)
