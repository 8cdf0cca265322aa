"""How much of a linkage is right?"""

from collections.abc import Mapping

import pandas as pd

from dxkit.errors import Fault, TableError
from dxkit.linkage._normalise import find_missing_columns

PAIR_COLUMNS = ("left_id", "right_id")


def evaluate(links: pd.DataFrame, truth: pd.DataFrame) -> Mapping[str, float]:
    """Count how many linked pairs are right and how many true pairs were found.

    Parameters
    ----------
    links, truth
        One row a pair: ``left_id, right_id``.

    Returns
    -------
    mapping
        ``precision, recall, f1`` (0–1; precision is 1 where nothing was linked, recall 1 where
        nothing was to be found) and the counts ``true_positive, false_positive,
        false_negative``.

    Raises
    ------
    TableError
        If one of the tables lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"left_id": ["J1", "J2"], "right_id": ["H1", "H2"]})
    >>> truth = pd.DataFrame({"left_id": ["J1", "J2", "J3"], "right_id": ["H1", "H9", "H3"]})
    >>> counts = evaluate(links, truth)
    >>> counts["precision"], round(counts["recall"], 2), counts["false_negative"]
    (0.5, 0.33, 2)
    """
    linked_pairs = read_pairs(links, "links")
    true_pairs = read_pairs(truth, "truth")
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
    return {"precision": precision, "recall": recall, "f1": f1, **counts}


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
        If a column is missing or a record stands in no register.
    """
    remedy = f"{name} は left_id と right_id を持つ表にしてください"
    if faults := find_missing_columns(table, PAIR_COLUMNS, name, remedy=remedy):
        raise TableError(faults)
    pairs = table[list(PAIR_COLUMNS)].astype("str").drop_duplicates(ignore_index=True)
    faults = []
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
