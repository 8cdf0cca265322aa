"""Whom to ask next: who is like the municipalities that take part already, in the same area?"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance

# in standard deviations
AREA_BONUS = 0.5
# distances are compared to this many digits, so that equal ones are equal on every processor
DISTANCE_DIGITS = 9


@accepts_old_keywords(n="count")
@accepts_any_table("municipalities")
def similar(
    municipalities: pd.DataFrame,
    adopters: Iterable[str] | str,
    *,
    count: int = 5,
    by: Sequence[str] = ("people_2020", "elderly_2020", "area_km2"),
    area_bonus: float = AREA_BONUS,
) -> pd.DataFrame:
    """Order the municipalities that do not take part yet by how near they are to one that does.

    Distance is Euclidean on the logarithms of the columns, each standardised over all
    municipalities; the same area counts as ``area_bonus`` nearer. It says who is alike, not who is
    willing. What is equally near is ordered by code.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code, area_name``, the columns of ``by`` (above 0); ``name`` where
        known.
    adopters
        Codes of those that take part.
    count
        How many to name.
    by
        Columns that make two municipalities alike.
    area_bonus
        In standard deviations; 0 leaves the area out.

    Returns
    -------
    pandas.DataFrame
        One row a municipality, the first to ask first: ``rank, code, name, area, like`` (code of
        the nearest participant), ``distance, same_area, reason``.

    Raises
    ------
    TableError
        If a column is missing or cannot be used.
    ChoiceError
        If a code is not among the municipalities, or nobody takes part.

    Examples
    --------
    >>> import dxkit
    >>> following = similar(dxkit.load("municipalities"), ["28225", "28222"], count=2)
    >>> following[["name", "like"]].values.tolist()
    [['香美町', '28222'], ['新温泉町', '28222']]
    >>> following.loc[0, "reason"]
    '養父市と規模が近い。同じ但馬に参加市町がある'
    """
    if "area_name" in municipalities:
        # the answer keeps the short name that it always had
        municipalities = municipalities.assign(area=municipalities["area_name"])
    by = _checks.read_list(by, "by")
    if not by:
        raise ChoiceError("by= に、比べる列を1つ以上書いてください。")
    _checks.require_columns(municipalities, ["code", "area", *by], "municipalities")
    _checks.require_filled(municipalities, ["code"], "municipalities")
    codes = municipalities["code"].tolist()
    adopter_rows = _find_rows(_checks.read_list(adopters, "adopters"), codes)
    bonus = _checks.require_number(area_bonus, "area_bonus")
    limit = int(_checks.require_number(count, "count", low=1))
    features = _standardise_columns(municipalities, by)
    # nobody shares an area with those whose area is blank: NaN equals nothing
    area = municipalities["area"].astype(object).fillna(np.nan).to_numpy()
    rest_rows = [row for row in range(len(codes)) if row not in set(adopter_rows)]
    # rest × adopters
    distance = np.linalg.norm(features[rest_rows][:, None] - features[adopter_rows], axis=2)
    same_area = area[rest_rows][:, None] == area[adopter_rows][None, :]
    nearness = np.round(distance - bonus * same_area, DISTANCE_DIGITS)
    nearest = nearness.argmin(axis=1)
    labels = [column for column in ("code", "name", "area") if column in municipalities.columns]
    table = municipalities.iloc[rest_rows][labels]
    table = table.assign(
        like=np.asarray(codes)[np.asarray(adopter_rows)[nearest]],
        distance=distance[np.arange(len(rest_rows)), nearest],
        same_area=same_area.any(axis=1),
        key=nearness.min(axis=1),
    )
    table = table.sort_values(["key", "code"]).drop(columns="key").head(limit)
    table["reason"] = _write_reasons(table, municipalities)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    table = table.reset_index(drop=True)
    table.attrs["settings"] = {
        "count": count,
        "by": list(by),
        "area_bonus": bonus,
        "adopters": [codes[row] for row in adopter_rows],
    }
    return carry_provenance(table, municipalities)


def _find_rows(adopters: list[str], codes: list[str]) -> list[int]:
    """Find the rows of the adopters, in the order of their codes."""
    if not adopters:
        raise ChoiceError(
            "adopters が空です。参加している市町の団体コードを1つ以上あげてください。"
        )
    unknown = [code for code in adopters if code not in codes]
    if unknown:
        raise ChoiceError(
            f"adopters の「{shorten(unknown[0])}」は municipalities にありません。"
            "団体コード（5桁）で書いてください。"
        )
    return [codes.index(code) for code in sorted(set(adopters))]


def _standardise_columns(table: pd.DataFrame, columns: Sequence[str]) -> FloatArray:
    """Standardise the logarithms of the columns to mean 0 and deviation 1."""
    smallest = np.nextafter(0, 1)
    logs = np.column_stack(
        [
            np.log(_checks.read_numbers(table, column, "municipalities", low=smallest))
            for column in columns
        ]
    )
    deviation = logs.std(axis=0)
    # a column in which all are equal makes nobody unlike anybody
    return np.asarray((logs - logs.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0))


def _write_reasons(table: pd.DataFrame, municipalities: pd.DataFrame) -> list[str]:
    """Write for each row why it is proposed."""
    names = municipalities["name" if "name" in municipalities.columns else "code"]
    name_of_code = dict(zip(municipalities["code"], names, strict=True))
    return [
        f"{name_of_code[row.like]}と規模が近い"
        + (f"。同じ{row.area}に参加市町がある" if row.same_area else "")
        for row in table.itertuples(index=False)
    ]
