"""Which areas take part in none of the themes, and who in the others stands outside?"""

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

NO_AREA = "（圏域なし）"


@accepts_any_table("municipalities", "memberships")
def area_coverage(
    municipalities: pd.DataFrame, memberships: pd.DataFrame, *, area: str = "area_name"
) -> pd.DataFrame:
    """Count for each area how many of its municipalities sit in any group, and name the rest.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code, name`` and its area.
    memberships
        One row a seat: ``code`` and ``group`` (or ``theme``).
    area
        Which column holds the area.

    Returns
    -------
    pandas.DataFrame
        One row an area: ``area, members, seated, seats, groups`` (their names), ``outside`` (names
        of those in no group), areas in no group first. Municipalities without an area are one
        row, （圏域なし）.

    Raises
    ------
    TableError
        If a column is missing, or a seat belongs to no municipality of the table.

    Examples
    --------
    >>> import dxkit
    >>> towns, themes = dxkit.load("municipalities"), dxkit.load("themes")
    >>> areas = area_coverage(towns, themes)
    >>> areas.loc[areas["seated"] == 0, ["area", "members"]].to_numpy().tolist()
    [['丹波', 2], ['東播磨', 5], ['淡路', 3], ['神戸', 1]]
    """
    towns = read_plain_table(municipalities)
    seats = read_plain_table(memberships)
    if "theme" in seats.columns and "group" not in seats.columns:
        seats = seats.rename(columns={"theme": "group"})
    _checks.require_columns(towns, ["code", "name", area], "municipalities")
    _checks.require_filled(seats, ["code", "group"], "memberships")
    # one table may hold the codes as numbers, the other as texts
    written_codes = seats["code"]
    towns = towns.assign(code=towns["code"].astype(str))
    seats = seats.assign(code=seats["code"].astype(str))
    towns[area] = towns[area].astype(object).where(towns[area].notna(), NO_AREA)
    _checks.require_unique_rows(towns, ["code"], "municipalities")
    _require_known(seats["code"], towns["code"], written_codes)
    rows = []
    for name, members in towns.groupby(area, sort=True):
        own_seats = seats[seats["code"].isin(members["code"])]
        is_seated = members["code"].isin(own_seats["code"])
        rows.append(
            (
                name,
                len(members),
                int(is_seated.sum()),
                len(own_seats),
                "、".join(sorted(own_seats["group"].astype(str).unique())),
                "、".join(members.sort_values("code").loc[~is_seated, "name"].astype(str)),
            )
        )
    columns = ["area", "members", "seated", "seats", "groups", "outside"]
    table = pd.DataFrame(rows, columns=columns)
    order = (table["seated"] > 0).astype(int)
    table = table.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    return carry_provenance(table, municipalities, memberships)


def _require_known(codes: pd.Series, known_codes: pd.Series, written_codes: pd.Series) -> None:
    # a seat of somebody unknown would silently be nobody's
    is_unknown = ~codes.isin(known_codes)
    if is_unknown.any():
        raise TableError(
            Fault(
                "この団体コードは市町の表にありません",
                "5桁の団体コードで書いてください",
                row=int(row) + 1,
                column="code",
                value=written_codes.iloc[row],
            )
            for row in is_unknown.to_numpy().nonzero()[0]
        )
