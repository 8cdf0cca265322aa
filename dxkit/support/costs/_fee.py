"""What does e-ひょうご cost a small municipality, and how much hangs on how "fewer than 50,000 people" is counted?

The package says (page 8): municipalities below 50,000 people pay 12,100 yen a month however many use it, at most a quarter of
what they pay now. It names neither the register nor the date of the people, nor the fee of larger ones: the basis is therefore
a choice whose effect `fee_limits` shows, and what a larger municipality pays stays unknown. "At most a quarter" turns into a
lower limit of the saving: fee · (1 / share − 1).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dxkit import _checks

MONTHLY_YEN = 12_100
LIMIT = 50_000
SHARE_OF_PRESENT = 0.25
MONTHS = 12


def fee(
    municipalities: pd.DataFrame,
    *,
    people: str = "people_2020",
    limit: int = LIMIT,
    monthly_yen: float = MONTHLY_YEN,
    share_of_present: float = SHARE_OF_PRESENT,
) -> pd.DataFrame:
    """Compute the flat fee of each small municipality, and what it saves at least.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code`` and the column of people; ``name`` and ``kind`` are kept.
    people
        The column that counts the people: its register and date are the choice.
    limit
        Municipalities with fewer people pay the flat fee.
    monthly_yen
        The flat fee a month, tax included.
    share_of_present
        The flat fee is at most this share of the present fee (above 0, up to 1).

    Returns
    -------
    pandas.DataFrame
        One row a municipality: ``code, name, kind, people, below, to_limit`` (people left before the limit; negative when above),
        ``fee_yen_month, fee_yen_year, present_least_yen_year, saved_least_yen_year``: empty for those at or above the limit,
        whose fee the package does not give. ``.attrs["settings"]`` holds the sums over those below.

    Raises
    ------
    TableError
        If a column is missing or people are no whole numbers.
    ChoiceError
        If a figure is out of its limits.
    """
    monthly = _checks.require_number(monthly_yen, "monthly_yen", above=True)
    share = _checks.require_number(share_of_present, "share_of_present", high=1.0, above=True)
    most = _checks.require_number(limit, "limit", above=True)
    _checks.require_unique_rows(municipalities, ["code"], "municipalities")
    counted = _checks.read_numbers(municipalities, people, "municipalities", whole=True).astype(int)
    table = pd.DataFrame(municipalities)[
        [name for name in ("code", "name", "kind") if name in municipalities]
    ].copy()
    below = counted < most
    # an amount is paid below the limit, and unknown from there on
    paid = np.where(below, monthly, np.nan)
    table = table.assign(
        people=counted, below=below, to_limit=(np.ceil(most) - counted).astype(int)
    )
    table = table.assign(
        fee_yen_month=paid,
        fee_yen_year=paid * MONTHS,
        present_least_yen_year=paid * MONTHS / share,
        saved_least_yen_year=paid * MONTHS * (1 / share - 1),
    ).reset_index(drop=True)
    settings = {
        "people": people,
        "limit": limit,
        "monthly_yen": monthly_yen,
        "share_of_present": share_of_present,
    }
    table.attrs = {"settings": settings | _sums(table)}
    return table


def fee_limits(
    municipalities: pd.DataFrame,
    *,
    people: Sequence[str] = ("people_2020", "people_2025"),
    limits: Sequence[int] = (45_000, LIMIT, 55_000),
    monthly_yen: float = MONTHLY_YEN,
    share_of_present: float = SHARE_OF_PRESENT,
) -> pd.DataFrame:
    """Show how the number of municipalities and the saving change with the register, the date and the limit.

    Parameters
    ----------
    municipalities, monthly_yen, share_of_present
        As for `fee`.
    people
        Columns that count the people; the first, with the 50,000 of the package, is what others are compared with.
    limits
        Limits of people.

    Returns
    -------
    pandas.DataFrame
        One row a basis and limit: ``basis, limit, count, people, fee_yen_year, saved_least_yen_year``, ``gained`` and ``lost``
        (names, or codes, of those that come below or rise above, beside the first basis at the package's limit).

    Raises
    ------
    TableError, ChoiceError
        As for `fee`.
    """
    first = _below(fee(municipalities, people=people[0]))
    rows = []
    for basis in people:
        for limit in limits:
            table = fee(
                municipalities,
                people=basis,
                limit=limit,
                monthly_yen=monthly_yen,
                share_of_present=share_of_present,
            )
            now = _below(table)
            changes = {"gained": "、".join(each for each in now if each not in first)}
            changes["lost"] = "、".join(each for each in first if each not in now)
            rows.append({"basis": basis, "limit": limit, **_sums(table), **changes})
    found = pd.DataFrame(rows)
    settings = {
        "monthly_yen": monthly_yen,
        "share_of_present": share_of_present,
        "compared_with": (people[0], LIMIT),
    }
    found.attrs = {"settings": settings}
    return found


def _below(table: pd.DataFrame) -> list[str]:
    return list(table.loc[table["below"], "name" if "name" in table else "code"].astype(str))


def _sums(table: pd.DataFrame) -> dict[str, int]:
    below = table[table["below"]]
    sums = {
        name: round(float(below[name].sum()))
        for name in ("people", "fee_yen_year", "saved_least_yen_year")
    }
    return {"count": len(below), **sums}
