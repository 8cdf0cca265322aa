"""How much of a linkage is right?"""

import warnings
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import find_blank_cells, is_number, read_numbers
from dxkit.errors import ChoiceError, Fault, TableError, TableWarning, shorten
from dxkit.linkage._linkage_scores import LinkageScores
from dxkit.linkage._normalise import find_missing_columns, restore_whole_numbers
from dxkit.schema import accepts_any_table, carry_provenance

PAIR_COLUMNS = ("left_id", "right_id")
# classes of probability; most pairs are nearly sure, and there a class is narrow
CLASS_BOUNDS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999, 1.0)


@accepts_any_table("links", "truth")
def evaluate(links: pd.DataFrame, truth: pd.DataFrame, *, level: float = 0.95) -> LinkageScores:
    """Count how many linked pairs are right and how many true pairs were found.

    Parameters
    ----------
    links, truth
        One row a pair: ``left_id, right_id``; ``links`` may hold ``probability``.
    level
        Of the intervals (0–1).

    Returns
    -------
    LinkageScores
        A mapping: ``precision, recall, f1`` (0–1; precision is 1 where nothing was linked, recall
        1 where nothing was to be found) and the counts ``true_positive, false_positive,
        false_negative``. Its ``intervals`` and ``calibration`` are tables.

    Raises
    ------
    TableError
        If one of the tables lacks a column.
    ChoiceError
        If the level is not between 0 and 1.

    Notes
    -----
    Wilson (1927) intervals. F1 / (2 − F1) is the share of true positives among all pairs that were
    linked or true, so that its interval is Wilson's too, carried over. Pairs are taken as
    independent draws; those of one household are not quite, and the intervals are then too narrow.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"left_id": ["J1", "J2"], "right_id": ["H1", "H2"]})
    >>> truth = pd.DataFrame({"left_id": ["J1", "J2", "J3"], "right_id": ["H1", "H9", "H3"]})
    >>> counts = evaluate(links, truth)
    >>> counts["precision"], round(counts["recall"], 2), counts["false_negative"]
    (0.5, 0.33, 2)
    >>> counts.intervals.loc["precision", ["low", "high"]].round(2).tolist()
    [0.09, 0.91]
    """
    if not (is_number(level) and 0 < level < 1):
        raise ChoiceError(f"level={shorten(level)} は0と1のあいだの数にしてください。")
    linked_pairs = read_pairs(links, "links")
    true_pairs = read_pairs(truth, "truth")
    _warn_of_strangers(linked_pairs, true_pairs)
    true_positive = len(linked_pairs.merge(true_pairs, on=list(PAIR_COLUMNS)))
    precision = true_positive / len(linked_pairs) if len(linked_pairs) else 1.0
    recall = true_positive / len(true_pairs) if len(true_pairs) else 1.0
    # nothing linked where nothing was to be found is a perfect answer
    is_empty = not len(linked_pairs) and not len(true_pairs)
    f1 = 2 * precision * recall / (precision + recall) if true_positive else float(is_empty)
    counts = {
        "true_positive": true_positive,
        "false_positive": len(linked_pairs) - true_positive,
        "false_negative": len(true_pairs) - true_positive,
    }
    scores = LinkageScores({"precision": precision, "recall": recall, "f1": f1, **counts})
    scores.settings = {"level": level}
    scores.intervals = carry_provenance(_build_intervals(scores, level), links, truth)
    scores.calibration = carry_provenance(_calibrate(links, true_pairs, level), links, truth)
    return scores


def _build_intervals(scores: Mapping[str, float], level: float) -> pd.DataFrame:
    """Compute the intervals of precision, recall and F1."""
    right = scores["true_positive"]
    linked = right + scores["false_positive"]
    true = right + scores["false_negative"]
    rows = {
        "precision": _compute_wilson(right, linked, level),
        "recall": _compute_wilson(right, true, level),
        # Jaccard's share j of the union has F1 = 2 j / (1 + j)
        "f1": tuple(
            2 * share / (1 + share)
            for share in _compute_wilson(right, linked + true - right, level)
        ),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high"])
    table.insert(0, "estimate", [scores[figure] for figure in rows])
    return table


def _compute_wilson(successes: float, trials: float, level: float) -> tuple[float, float]:
    """Compute Wilson's interval of a share; nothing is known without a trial."""
    if not trials:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / trials
    middle = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    spread = z / (1 + z**2 / trials)
    spread *= (share * (1 - share) / trials + z**2 / (4 * trials**2)) ** 0.5
    return (max(0.0, middle - spread), min(1.0, middle + spread))


def _calibrate(links: pd.DataFrame, true_pairs: pd.DataFrame, level: float) -> pd.DataFrame:
    """Compare the probability of linked pairs with the share that is true."""
    columns = ["from", "to", "pairs", "expected", "right", "low", "high"]
    if "probability" not in links:
        return pd.DataFrame(columns=columns, dtype=float)
    pairs = _read_ids(links).assign(probability=read_probabilities(links))
    pairs = pairs.drop_duplicates(list(PAIR_COLUMNS)).merge(
        true_pairs.assign(is_true=1.0), how="left", on=list(PAIR_COLUMNS)
    )
    rows = []
    # the last class holds its upper bound, too
    position = np.searchsorted(CLASS_BOUNDS[1:-1], pairs["probability"], side="right")
    for number in np.unique(position):
        members = pairs[position == number]
        right = members["is_true"].sum()
        rows.append(
            [
                CLASS_BOUNDS[number],
                CLASS_BOUNDS[number + 1],
                len(members),
                members["probability"].mean(),
                right / len(members),
                *_compute_wilson(right, len(members), level),
            ]
        )
    return pd.DataFrame(rows, columns=columns)


def _read_ids(pairs: pd.DataFrame) -> pd.DataFrame:
    """Read both ids as text, as the registers' own are read."""
    return pd.DataFrame(
        {side: restore_whole_numbers(pairs[side]).astype("str") for side in PAIR_COLUMNS}
    )


def _warn_of_strangers(linked_pairs: pd.DataFrame, true_pairs: pd.DataFrame) -> None:
    """Say where both tables have no id of a side in common: they are hardly of one register."""
    if linked_pairs.empty or true_pairs.empty:
        return
    for side in PAIR_COLUMNS:
        if not linked_pairs[side].isin(true_pairs[side]).any():
            fault = Fault(
                "links と truth に同じ番号が1つもありません（すべて誤りと数えます）",
                "left_id と right_id が逆でないか、同じ名簿の番号かを確かめてください",
                column=side,
                value=linked_pairs[side].iloc[0],
            )
            warnings.warn(str(fault), TableWarning, stacklevel=4)


def read_probabilities(links: pd.DataFrame) -> FloatArray:
    """Read the probability of each pair; a linkage may have found no pair at all.

    Raises
    ------
    TableError
        Naming every cell that is no probability.
    """
    if not len(links):
        return np.zeros(0)
    return read_numbers(links, "probability", "links", high=1.0)


def read_pairs(
    table: pd.DataFrame,
    name: str,
    left: pd.DataFrame | None = None,
    right: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Read the pairs of a table once each, as text.

    Parameters
    ----------
    table, name
        One row a pair: ``left_id, right_id``; what to call it in a message.
    left, right
        Registers in which the records must stand; ``None`` for any.

    Raises
    ------
    TableError
        If a column is missing, an id is blank, or a record stands in no register.
    """
    remedy = f"{name} は left_id と right_id を持つ表にしてください"
    if faults := find_missing_columns(table, PAIR_COLUMNS, name, remedy=remedy):
        raise TableError(faults)
    faults = [fault for side in PAIR_COLUMNS for fault in find_blank_cells(table, side, name)]
    pairs = _read_ids(table).drop_duplicates(ignore_index=True)
    for side, register in (("left_id", left), ("right_id", right)):
        if register is None:
            continue
        unknown_ids = pairs.loc[~pairs[side].isin(register["record_id"].map(str)), side]
        remedy = "突き合わせた名簿にある record_id にしてください"
        faults += [
            Fault("その記録はありません", remedy, sheet=name, column=side, value=value)
            for value in unknown_ids
        ]
    if faults:
        raise TableError(faults)
    return pairs
