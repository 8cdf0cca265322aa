"""Whom to ask next: which municipalities are like those that take part already, and lie in the same area?"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import ChoiceError, shorten

AREA_BONUS = 0.5


def similar(
    municipalities: pd.DataFrame,
    adopters: Iterable[str] | str,
    *,
    n: int = 5,
    by: Sequence[str] = ("people_2020", "elderly_2020", "area_km2"),
    area_bonus: float = AREA_BONUS,
) -> pd.DataFrame:
    """Order the municipalities that do not take part yet by how near they are to one that does.

    Distance is Euclidean on the logarithms of the columns, each standardised over all municipalities; the same area counts as
    ``area_bonus`` nearer. It says who is alike, not who is willing.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code, area``, the columns of ``by`` (above 0); ``name`` where known.
    adopters
        Codes of those that take part.
    n
        How many to name.
    by
        Columns that make two municipalities alike.
    area_bonus
        In standard deviations; 0 leaves the area out.

    Returns
    -------
    pandas.DataFrame
        One row a municipality, the first to ask first: ``rank, code, name, area, like`` (code of the nearest participant),
        ``distance, same_area, reason``.

    Raises
    ------
    TableError
        If a column is missing or cannot be used.
    ChoiceError
        If a code is not among the municipalities, or nobody takes part.
    """
    _checks.require_columns(municipalities, ["code", "area", *by], "municipalities")
    known = municipalities["code"].tolist()
    inside = _known([adopters] if isinstance(adopters, str) else list(adopters), known)
    bonus = _checks.require_number(area_bonus, "area_bonus")
    where = _standard(municipalities, by)
    area = municipalities["area"].to_numpy()
    rest = [row for row in range(len(known)) if row not in set(inside)]
    distance = np.linalg.norm(where[rest][:, None] - where[inside][None, :], axis=2)
    nearer = distance - bonus * (area[rest][:, None] == area[inside][None, :])
    best = nearer.argmin(axis=1)
    table = municipalities.iloc[rest][
        [column for column in ("code", "name", "area") if column in municipalities.columns]
    ]
    like = np.asarray(inside)[best]
    table = table.assign(
        like=np.asarray(known)[like],
        distance=distance[np.arange(len(rest)), best],
        same_area=pd.Index(table["area"]).isin(set(area[inside])),
        key=nearer.min(axis=1),
    )
    table = (
        table.sort_values(["key", "code"])
        .drop(columns="key")
        .head(int(_checks.require_number(n, "n", low=1)))
    )
    table["reason"] = _reasons(table, municipalities)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    table = table.reset_index(drop=True)
    table.attrs["settings"] = {
        "n": n,
        "by": list(by),
        "area_bonus": bonus,
        "adopters": [known[row] for row in inside],
    }
    return table


def _known(asked: list[str], known: list[str]) -> list[int]:
    if not asked:
        raise ChoiceError(
            "adopters が空です。参加している市町の団体コードを1つ以上あげてください。"
        )
    unknown = [code for code in asked if code not in known]
    if unknown:
        raise ChoiceError(
            f"adopters の「{shorten(unknown[0])}」は municipalities にありません。団体コード（5桁）で書いてください。"
        )
    return [known.index(code) for code in dict.fromkeys(asked)]


def _standard(table: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    """Give the logarithms of the columns, each with mean 0 and deviation 1."""
    columns = [
        np.log(_checks.read_numbers(table, column, "municipalities", low=np.nextafter(0, 1)))
        for column in by
    ]
    logs = np.column_stack(columns)
    spread = logs.std(axis=0)
    return np.asarray((logs - logs.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _reasons(table: pd.DataFrame, municipalities: pd.DataFrame) -> list[str]:
    name = municipalities["name"] if "name" in municipalities.columns else municipalities["code"]
    names = dict(zip(municipalities["code"], name, strict=True))
    return [
        f"{names[row.like]}と規模が近い"
        + (f"。同じ{row.area}に参加市町がある" if row.same_area else "")
        for row in table.itertuples(index=False)
    ]
