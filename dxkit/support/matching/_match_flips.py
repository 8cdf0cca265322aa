"""At which weight would another service come first, and how near is a need to being refused?"""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from dxkit.assumptions import flips
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.matching._fit import MIN_FITS, NOTHING_FITS
from dxkit.support.matching._match import (
    MEANING_WEIGHT,
    SCORE_DIGITS,
    Needs,
    match,
    standardise_rows,
)

WEIGHT_NAME = "意味の重み（語の何倍か）"
FIT_NAME = "断る近さ（これより遠ければ「何も合いません」）"
# from words nearly alone to meaning nearly alone
WEIGHT_RANGE = (0.25, 8.0)
# the calibrated least fit, moved by a half either way
FIT_RANGE = (0.5, 1.5)
FLIP_DRAWS = 100


@accepts_any_table("services")
def match_flips(needs: Needs, services: pd.DataFrame, *, draws: int = FLIP_DRAWS) -> pd.DataFrame:
    """Find what turns the first proposal of each need.

    Parameters
    ----------
    needs, services
        As for `match`; both words and meaning are looked at.
    draws
        How often both assumptions are drawn at once.

    Returns
    -------
    pandas.DataFrame
        Two rows a need: ``need_id, need`` and the columns of `dxkit.assumptions.flips`, where the
        conclusion is the name of the first proposal; ``stands`` is the share of the draws with
        the same first proposal.

    Raises
    ------
    TableError, ChoiceError, MissingExtraError
        As `match` and `flips`.

    Examples
    --------
    >>> import dxkit
    >>> turns = match_flips("電話の問い合わせが多い", dxkit.load("services"), draws=20)
    >>> turns[["assumption", "before", "stands"]].round(1).values.tolist()[0]
    ['意味の重み（語の何倍か）', 'AIチャットボット', 1.0]
    """
    scores = match(needs, services, top=len(services), min_fit=None)
    # equal scores are told apart by code, as `match` does
    scores = scores.sort_values(["need_id", "service"], kind="stable")
    rows: list[dict[str, object]] = [
        {
            "assumption": WEIGHT_NAME,
            "value": MEANING_WEIGHT,
            "low": WEIGHT_RANGE[0],
            "high": WEIGHT_RANGE[1],
            "source": "仮定：51件の別の困りごとで選んだ重み",
        },
        {
            "assumption": FIT_NAME,
            "value": MIN_FITS["both"],
            "low": MIN_FITS["both"] * FIT_RANGE[0],
            "high": MIN_FITS["both"] * FIT_RANGE[1],
            "source": "65件の困りごとで選んだ値",
        },
    ]
    parts = []
    for need_id, offers in scores.groupby("need_id", sort=True):
        table = _flip_need(offers, rows, draws)
        need = [need_id] * len(table)
        parts.append(table.assign(need_id=need, need=offers["need"].iloc[0]))
    result = pd.concat(parts, ignore_index=True)
    # where nothing turns there is no other conclusion
    result["after"] = result["after"].astype(object).where(result["after"].notna(), None)
    result.attrs = {"settings": {"draws": draws}}
    columns = ["need_id", "need", *(name for name in result.columns if name[:4] != "need")]
    return carry_provenance(result[columns], needs, services)


def _flip_need(offers: pd.DataFrame, rows: list[dict[str, object]], draws: int) -> pd.DataFrame:
    """Flip the first proposal of one need."""
    words = standardise_rows(offers["words_score"].to_numpy(dtype=float)[None, :])[0]
    meaning = standardise_rows(offers["meaning_score"].to_numpy(dtype=float)[None, :])[0]
    best_fit = float(offers["fit"].max())
    names = offers["name"].tolist()

    def decide(values: dict[str, float]) -> Hashable:
        if best_fit < values[FIT_NAME]:
            return NOTHING_FITS
        total = np.round(words + values[WEIGHT_NAME] * meaning, SCORE_DIGITS)
        return str(names[int(total.argmax())])

    table = flips(decide, rows, draws=draws)
    return table.assign(stands=table.attrs["stands"])
