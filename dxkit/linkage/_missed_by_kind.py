"""Which kinds of error make a link be missed?"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.linkage._backends import agreement, need
from dxkit.linkage._evaluate import pairs_of
from dxkit.linkage._link import check_both, comparable_keys
from dxkit.linkage._name_spelling import IGNORED
from dxkit.linkage._splink_model import COMPARISONS, UNKNOWN

FIELDS = {"name": "氏名", "birthday": "生年月日", "address": "住所"}
SPELT, AS_WRITTEN = "氏名が同じ（字体などの表記は違う）", "氏名が同じ（表記も同じ）"


def missed_by_kind(
    links: pd.DataFrame, truth: pd.DataFrame, left: pd.DataFrame, right: pd.DataFrame
) -> pd.DataFrame:
    """Count true pairs, and those that were missed, by what was written differently.

    Parameters
    ----------
    links
        What was found: ``left_id, right_id``.
    truth
        What is true: ``left_id, right_id``; known only for invented registers, or for a sample that clerks have checked.
    left, right
        The registers that were linked.

    Returns
    -------
    pandas.DataFrame
        One row a field and kind, in the order of the model's levels: ``field, kind, pairs, missed, share`` (missed of pairs,
        0–1). A pair stands once in every field, so kinds of different fields overlap.

    Raises
    ------
    TableError
        If a table lacks columns; or a pair of ``truth`` names a record that is not there.
    """
    need("duckdb")
    check_both(left, right)
    true = pairs_of(truth, "truth", left, right)
    lefts, rights = comparable_keys(left, right)
    at = pd.DataFrame(
        {"left": _rows(lefts, true["left_id"]), "right": _rows(rights, true["right_id"])}
    )
    levels = agreement(at, lefts, rights)
    found = true.merge(
        pairs_of(links, "links").assign(found=True), how="left", on=["left_id", "right_id"]
    )
    same = _written(left, at["left"]) == _written(right, at["right"])
    pairs = levels.assign(missed=found["found"].isna().to_numpy(), same=same)
    table = pd.concat(
        [_counted(place, pairs) for place, each in enumerate(COMPARISONS) if each.field in FIELDS]
    )
    table = table.reset_index(drop=True)
    table.attrs = {
        "made": bool(left.attrs.get("made")),
        "settings": dict(links.attrs.get("settings", {})),
    }
    return table


def _rows(keys: pd.DataFrame, ids: pd.Series) -> list[int]:
    row = dict(zip(keys["record_id"], range(len(keys)), strict=True))
    return [row[each] for each in ids]


def _written(records: pd.DataFrame, rows: pd.Series) -> NDArray[np.object_]:
    """Give names as written, without blanks."""
    written: NDArray[np.object_] = (
        records["name"].take(rows.to_numpy()).fillna("").map(str).to_numpy(dtype=object)
    )
    written[:] = [IGNORED.sub("", name) for name in written]
    return written


def _counted(place: int, pairs: pd.DataFrame) -> pd.DataFrame:
    """Count the pairs of each kind of one field."""
    comparison = COMPARISONS[place]
    kinds = [UNKNOWN[comparison.field], *(level.label for level in comparison.levels)]
    kind = pairs[comparison.field].map(dict(enumerate(kinds, start=-1)))
    if comparison.field == "name":
        kinds[1:2] = [AS_WRITTEN, SPELT]
        kind = kind.mask((pairs["name"] == 0) & pairs["same"], AS_WRITTEN).mask(
            (pairs["name"] == 0) & ~pairs["same"], SPELT
        )
    counts = pairs.groupby(kind)["missed"].agg(["size", "sum"])
    counts = counts.reindex([name for name in (*kinds[1:], kinds[0]) if name in counts.index])
    columns = {
        "kind": counts.index.astype("str"),
        "pairs": counts["size"].to_numpy(),
        "missed": counts["sum"].to_numpy(),
    }
    table = pd.DataFrame({"field": FIELDS[comparison.field], **columns})
    return table.assign(share=table["missed"] / table["pairs"])
