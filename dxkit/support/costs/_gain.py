"""Who would gain by joining a shared system, and from which present cost on?

`gain` sets the known fee and the cost of changing over beside what each municipality pays now.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table, sort_by_keys
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance

HORIZON_YEARS = 5


@accepts_any_table("fees")
def gain(
    fees: pd.DataFrame,
    present: pd.Series | Mapping[str, float] | None = None,
    *,
    joined: pd.Series | Mapping[str, float] | None = None,
    switch_yen: float = 0.0,
    years: int = HORIZON_YEARS,
) -> pd.DataFrame:
    """Compute who would gain by joining at a known fee, and from which present cost on.

    Parameters
    ----------
    fees
        One row a municipality: ``code, fee_yen_year`` (empty where unknown): the result of `fee`.
    present
        Code → what it pays now a year for the same work; leave out those not known.
    joined
        Code → chance (0–1) that it takes part already (of `participation`); 1 is left out of the
        gain.
    switch_yen
        What changing over costs once.
    years
        Over how many years it is shared out.

    Returns
    -------
    pandas.DataFrame
        One row a municipality: ``code, name`` (where given), ``fee_yen_year, now_yen_year``,
        ``break_even_yen_year`` (joining pays from this present cost on), ``saved_yen_year``
        (after sharing out the change), ``payback_years``, ``verdict`` (gain, loss, even, unknown,
        joined, no_fee) and ``reason`` in Japanese; the greatest saving first, then by code.

    Raises
    ------
    TableError
        If a column is missing or a figure is negative.
    ChoiceError
        If ``switch_yen`` or ``years`` are out of their limits.

    Examples
    --------
    >>> import pandas as pd
    >>> fees = pd.DataFrame({"code": ["28365", "28464"], "fee_yen_year": [145_200, 145_200]})
    >>> gain(fees, {"28365": 400_000}, switch_yen=500_000)[["code", "saved_yen_year", "verdict"]]
        code  saved_yen_year  verdict
    0  28365        154800.0     gain
    1  28464             NaN  unknown
    """
    once_yen = _checks.require_number(switch_yen, "switch_yen")
    n_years = _checks.require_number(years, "years", above=True)
    plain = read_plain_table(fees)
    _checks.require_unique_rows(plain, ["code"], "fees")
    table = plain[[column for column in ("code", "name") if column in plain]].copy()
    table["fee_yen_year"] = _checks.read_numbers(plain, "fee_yen_year", "fees", blank=True)
    # blank is unknown and no cost of 0
    now = read_plain_table(
        pd.DataFrame({"now_yen_year": _look_up(table["code"], present, "present")})
    )
    table["now_yen_year"] = _checks.read_numbers(now, "now_yen_year", "present", blank=True)
    table["break_even_yen_year"] = table["fee_yen_year"] + once_yen / n_years
    table["saved_yen_year"] = table["now_yen_year"] - table["break_even_yen_year"]
    # the change pays back only if each year is cheaper; else there is no such number of years
    yearly_yen = (table["now_yen_year"] - table["fee_yen_year"]).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        table["payback_years"] = np.where(yearly_yen > 0, once_yen / yearly_yen, np.nan)
    chances = _look_up(table["code"], joined, "joined").astype(float).fillna(0.0)
    table[["verdict", "reason"]] = [
        _judge_saving(row, float(chance), n_years)
        for row, chance in zip(table.to_dict("records"), chances, strict=True)
    ]
    # equal savings stand in the order of the codes
    table = sort_by_keys(table, "code").sort_values(
        "saved_yen_year", ascending=False, kind="stable", na_position="last", ignore_index=True
    )
    table.attrs = {
        "settings": {
            "switch_yen": switch_yen,
            "years": years,
            "present_known": int(table["now_yen_year"].notna().sum()),
        }
    }
    return carry_provenance(table, fees, present, joined)


def _look_up(
    codes: pd.Series, figures: pd.Series | Mapping[str, float] | None, option: str
) -> pd.Series:
    """Look up the figure of each code; NaN where there is none."""
    if isinstance(figures, pd.Series):
        plain = read_plain_table(figures.to_frame(name="figure"))["figure"]
        by_code = dict(zip(figures.index, plain, strict=True))
    else:
        by_code = _checks.read_mapping(figures, option)
    # 28201 and "28201" are one municipality
    by_text = {str(code): figure for code, figure in by_code.items()}
    if by_text and not codes.astype(str).isin(list(by_text)).any():
        raise ChoiceError(
            f"{option} のコード「{shorten(next(iter(by_text)))}」は fees にありません。fees の code と"
            "同じ書き方にしてください。"
        )
    lone = {option: set(by_text) - set(codes.astype(str))}
    _checks.warn_of_lone_labels(lone, "市町", "使っていません")
    return codes.astype(str).map(by_text)


def _judge_saving(row: Mapping[Any, Any], chance: float, years: float) -> tuple[str, str]:
    """Judge whether joining pays, and say why."""
    even_yen = row["break_even_yen_year"]
    # who takes part for certain has nothing to gain by joining
    if chance >= 1:
        return "joined", "すでに参加している"
    maybe = f"（すでに参加している見込み {chance:.0%}）" if chance > 0 else ""
    if pd.isna(row["fee_yen_year"]):
        return "no_fee", f"利用料が示されていない{maybe}"
    if pd.isna(row["now_yen_year"]):
        return "unknown", f"いまの費用が年{even_yen:,.0f}円を超えていれば得になる{maybe}"
    saved_yen = row["now_yen_year"] - even_yen
    if saved_yen == 0:
        return "even", f"いまの費用とちょうど同じ（{years:g}年でならして）{maybe}"
    spread = f"（切替費を{years:g}年でならして）{maybe}"
    if saved_yen > 0:
        return "gain", f"年{saved_yen:,.0f}円安くなる{spread}"
    return "loss", f"年{-saved_yen:,.0f}円高くなる{spread}"
