"""What does e-ひょうご cost a small municipality, and how much hangs on who counts as small?

The package says (page 8): municipalities below 50,000 people pay 12,100 yen a month however many
use it, at most a quarter of what they pay now. It names neither the register nor the date of the
people, nor the fee of larger ones: `fee` takes the basis as a choice, `fee_limits` shows its
effect, and what a larger municipality pays stays unknown. "At most a quarter" turns into a lower
limit of the saving: fee · (1 / share − 1).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table, sort_by_keys
from dxkit.errors import ChoiceError
from dxkit.schema import accepts_any_table, carry_provenance

MONTHLY_YEN = 12_100
# people; the flat fee is for fewer
PEOPLE_LIMIT = 50_000
SHARE_OF_PRESENT = 0.25
MONTHS_A_YEAR = 12


@accepts_any_table("municipalities")
def fee(
    municipalities: pd.DataFrame,
    *,
    people: str = "people_2020",
    limit: int = PEOPLE_LIMIT,
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
        One row a municipality, in the order given: ``code, name, kind, people, below, to_limit``
        (people below the limit; negative when above), ``fee_yen_month, fee_yen_year,
        present_least_yen_year, saved_least_yen_year``: empty for those at or above the limit,
        whose fee the package does not give. ``.attrs["settings"]`` holds the sums over those
        below.

    Raises
    ------
    TableError
        If a column is missing or people are no whole numbers.
    ChoiceError
        If a figure is out of its limits.

    Examples
    --------
    >>> import dxkit
    >>> table = fee(dxkit.load("municipalities"))
    >>> table.attrs["settings"]["count"], table.attrs["settings"]["saved_least_yen_year"]
    (25, 10890000)
    """
    monthly = _checks.require_number(monthly_yen, "monthly_yen", above=True)
    share = _checks.require_number(share_of_present, "share_of_present", high=1.0, above=True)
    limit_people = _checks.require_number(limit, "limit", above=True)
    plain = read_plain_table(municipalities)
    _checks.require_unique_rows(plain, ["code"], "municipalities")
    # people are counted whole; a share of a person is a mistake in the table
    counts = _checks.read_numbers(plain, people, "municipalities", whole=True).astype(int)
    below = counts < limit_people
    # an amount is paid below the limit, and unknown from there on
    paid_yen = np.where(below, monthly, np.nan)
    table = plain[[column for column in ("code", "name", "kind") if column in plain]].assign(
        people=counts,
        below=below,
        to_limit=(np.ceil(limit_people) - counts).astype(int),
        fee_yen_month=paid_yen,
        fee_yen_year=paid_yen * MONTHS_A_YEAR,
        present_least_yen_year=paid_yen * MONTHS_A_YEAR / share,
        saved_least_yen_year=paid_yen * MONTHS_A_YEAR * (1 / share - 1),
    )
    settings = {
        "people": people,
        "limit": limit,
        "monthly_yen": monthly_yen,
        "share_of_present": share_of_present,
    }
    table.attrs = {"settings": settings | _sum_below_limit(table)}
    return carry_provenance(table, municipalities)


@accepts_any_table("municipalities")
def fee_limits(
    municipalities: pd.DataFrame,
    *,
    people: Sequence[str] = ("people_2020", "people_2025"),
    limits: Sequence[int] = (45_000, PEOPLE_LIMIT, 55_000),
    monthly_yen: float = MONTHLY_YEN,
    share_of_present: float = SHARE_OF_PRESENT,
) -> pd.DataFrame:
    """Show how the number of municipalities and the saving change with the basis and the limit.

    Parameters
    ----------
    municipalities, monthly_yen, share_of_present
        As for `fee`.
    people
        Columns that count the people; the first, with the 50,000 of the package, is what others
        are compared with.
    limits
        Limits of people.

    Returns
    -------
    pandas.DataFrame
        One row a basis and limit: ``basis, limit, count, people, fee_yen_year,
        saved_least_yen_year``, ``gained`` and ``lost`` (names, or codes, in the order of the
        codes, of those that come below or rise above, beside the first basis at the package's
        limit).

    Raises
    ------
    TableError, ChoiceError
        As for `fee`.

    Examples
    --------
    >>> import dxkit
    >>> print(*fee_limits(dxkit.load("municipalities")).iloc[0][["limit", "count", "lost"]])
    45000 23 赤穂市、小野市
    """
    # the package's own limit is what every other choice is compared with
    bases = _checks.read_list(people, "people")
    steps = _checks.read_list(limits, "limits")
    if not bases or not steps:
        raise ChoiceError("people= と limits= に1つ以上書いてください。")
    base = _list_below_limit(fee(municipalities, people=bases[0]))
    rows: list[dict[str, Any]] = []
    for basis in bases:
        for limit in steps:
            table = fee(
                municipalities,
                people=basis,
                limit=limit,
                monthly_yen=monthly_yen,
                share_of_present=share_of_present,
            )
            below = _list_below_limit(table)
            rows.append(
                {"basis": basis, "limit": limit}
                | _sum_below_limit(table)
                | {
                    "gained": "、".join(name for name in below if name not in base),
                    "lost": "、".join(name for name in base if name not in below),
                }
            )
    result = pd.DataFrame(rows)
    result.attrs = {
        "settings": {
            "monthly_yen": monthly_yen,
            "share_of_present": share_of_present,
            "compared_with": (people[0], PEOPLE_LIMIT),
        }
    }
    return carry_provenance(result, municipalities)


def _list_below_limit(table: pd.DataFrame) -> list[str]:
    below = sort_by_keys(table[table["below"]], "code")
    return list(below["name" if "name" in table else "code"].astype(str))


def _sum_below_limit(table: pd.DataFrame) -> dict[str, int]:
    below = table[table["below"]]
    sums = {
        column: round(float(below[column].sum()))
        for column in ("people", "fee_yen_year", "saved_least_yen_year")
    }
    return {"count": len(below), **sums}
