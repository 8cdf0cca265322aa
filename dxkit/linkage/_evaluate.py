"""How many pairs were got wrong, and which should clerks look at with the hours they have?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError, shorten

MINUTES = 3.0
TAKEN, CHECKED, LEFT = "採用", "確認", "不採用"


def evaluate(links: pd.DataFrame, truth: pd.DataFrame) -> Mapping[str, float]:
    """Count how many linked pairs are right and how many true pairs were found.

    Parameters
    ----------
    links, truth
        One row a pair: ``left_id, right_id``.

    Returns
    -------
    mapping
        ``precision, recall, f1`` (0–1; precision is 1 where nothing was linked, recall 1 where nothing was to be found) and
        the counts ``true_positive, false_positive, false_negative``.

    Raises
    ------
    TableError
        If one of the tables lacks a column.
    """
    found, true = pairs_of(links, "links"), pairs_of(truth, "truth")
    right = len(found.merge(true, on=["left_id", "right_id"]))
    precision = right / len(found) if len(found) else 1.0
    recall = right / len(true) if len(true) else 1.0
    f1 = (
        2 * precision * recall / (precision + recall)
        if right
        else float(not len(found) and not len(true))
    )
    counts = {
        "true_positive": right,
        "false_positive": len(found) - right,
        "false_negative": len(true) - right,
    }
    return {"precision": precision, "recall": recall, "f1": f1, **counts}


def pairs_of(
    table: pd.DataFrame,
    name: str,
    left: pd.DataFrame | None = None,
    right: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the pairs of a table once each, as text; with registers given, of records that stand there."""
    absent = [column for column in ("left_id", "right_id") if column not in table]
    if absent:
        remedy = f"{name} は left_id と right_id を持つ表にしてください"
        raise TableError([Fault("列がありません", remedy, column=column) for column in absent])
    pairs = table[["left_id", "right_id"]].astype("str").drop_duplicates(ignore_index=True)
    faults = []
    for side, register in (("left_id", left), ("right_id", right)):
        known = pairs[side] if register is None else register["record_id"].map(str)
        unknown = pairs.loc[~pairs[side].isin(known), side]
        remedy = "突き合わせた名簿にある record_id にしてください"
        faults += [
            Fault("その記録はありません", remedy, sheet=name, column=side, value=value)
            for value in unknown
        ]
    if faults:
        raise TableError(faults)
    return pairs


def review_plan(
    links: pd.DataFrame, *, staff_hours: float, minutes: float = MINUTES
) -> pd.DataFrame:
    """Say which pairs clerks should check with the hours they have, and how many mistakes are to be expected.

    Parameters
    ----------
    links
        The answer of `link` with a low ``threshold`` (0.01, say): what was cut off cannot be checked.
    staff_hours
        Working hours in all.
    minutes
        Minutes that one pair takes; 3 is an assumption (no published measurement was found).

    Returns
    -------
    pandas.DataFrame
        One row a pair, most doubtful first: the columns of ``links``, ``decision`` (採用, 確認, 不採用) and ``doubt`` (chance
        that the decision without a check is wrong). ``attrs["expected"]``: ``pairs_checked, hours_used, wrong_without_review,
        missed_without_review, wrong, missed`` (the last two with the review).

    Notes
    -----
    Unchecked pairs are taken from probability 0.5. The figures hold as far as the probabilities do, and a clerk is taken to be
    always right. Pairs that no blocking rule brought together are in neither figure: the true number of misses is higher.
    """
    if not (np.isfinite(staff_hours) and staff_hours >= 0 and np.isfinite(minutes) and minutes > 0):
        asked = f"staff_hours={shorten(staff_hours)}、minutes={shorten(minutes)}"
        raise ChoiceError(
            f"{asked} では計画できません。時間は0以上、1組の分数は0より大きい数にしてください。"
        )
    absent = [column for column in ("left_id", "right_id", "probability") if column not in links]
    if absent:
        raise TableError(
            [
                Fault("列がありません", "link の答えを渡してください", column=column)
                for column in absent
            ]
        )
    table = links.assign(doubt=np.minimum(links["probability"], 1 - links["probability"]))
    table = table.sort_values(
        ["doubt", "left_id", "right_id"], ascending=[False, True, True], ignore_index=True
    )
    taken = (table["probability"] >= 0.5).to_numpy()
    checked = (np.arange(len(table)) < int(staff_hours * 60 / minutes + 1e-9)) & (
        table["doubt"].to_numpy() > 0
    )
    table["decision"] = np.where(checked, CHECKED, np.where(taken, TAKEN, LEFT))
    table.attrs = {
        "expected": _expected(table["doubt"].to_numpy(dtype=float), taken, checked, minutes),
        "settings": {"staff_hours": staff_hours, "minutes": minutes},
    }
    return table


def _expected(
    doubt: np.ndarray, taken: np.ndarray, checked: np.ndarray, minutes: float
) -> dict[str, float]:
    """Sum the chances of being wrong, over all pairs and over those that nobody checks."""
    return {
        "pairs_checked": int(checked.sum()),
        "hours_used": float(checked.sum() * minutes / 60),
        "wrong_without_review": float(doubt[taken].sum()),
        "missed_without_review": float(doubt[~taken].sum()),
        "wrong": float(doubt[taken & ~checked].sum()),
        "missed": float(doubt[~taken & ~checked].sum()),
    }
