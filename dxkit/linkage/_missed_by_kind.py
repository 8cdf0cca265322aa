"""Which kinds of error make a link be missed?"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.linkage._backends import find_agreement, require_backend
from dxkit.linkage._comparisons import COMPARISONS, UNKNOWN_LABELS
from dxkit.linkage._evaluate import read_pairs
from dxkit.linkage._link_table import check_registers, fold_registers
from dxkit.linkage._name_variants import IGNORED
from dxkit.linkage._normalise import NAME_PARTS
from dxkit.schema import accepts_any_table, carry_provenance

FIELDS = {"name": "氏名", "birthday": "生年月日", "address": "住所"}
# a name that agrees after folding was written alike, or only spelt otherwise
SPELT_OTHERWISE = "氏名が同じ（字体などの表記は違う）"
WRITTEN_ALIKE = "氏名が同じ（表記も同じ）"


@accepts_any_table("links", "truth", "left", "right")
def missed_by_kind(
    links: pd.DataFrame, truth: pd.DataFrame, left: pd.DataFrame, right: pd.DataFrame
) -> pd.DataFrame:
    """Count true pairs, and those that were missed, by what was written differently.

    Parameters
    ----------
    links
        What was found: ``left_id, right_id``.
    truth
        What is true: ``left_id, right_id``; known only for invented registers, or for a sample
        that clerks have checked.
    left, right
        The registers that were linked.

    Returns
    -------
    pandas.DataFrame
        One row a field and kind, in the order of the model's levels: ``field, kind, pairs,
        missed, share`` (missed of pairs, 0–1). A pair stands once in every field, so kinds of
        different fields overlap.

    Raises
    ------
    TableError
        If a table lacks columns, or a pair of ``truth`` or ``links`` names a record that is not
        there.
    MissingExtraError
        If DuckDB is not installed.

    Examples
    --------
    >>> from dxkit.linkage import synth_registers
    >>> residents, shelter, truth = synth_registers(200, seed=1)
    >>> kinds = missed_by_kind(truth.iloc[10:], truth, residents, shelter)
    >>> kinds.groupby("field")[["pairs", "missed"]].sum().loc["氏名"].tolist()
    [65, 10]
    """
    require_backend("duckdb")
    check_registers(left, right)
    true_pairs = read_pairs(truth, "truth", left, right)
    lefts, rights = fold_registers(left, right)
    rows = pd.DataFrame(
        {
            "left": _find_rows(lefts, true_pairs["left_id"]),
            "right": _find_rows(rights, true_pairs["right_id"]),
        }
    )
    levels = find_agreement(rows, lefts, rights)
    linked = read_pairs(links, "links", left, right).assign(is_linked=True)
    compared = true_pairs.merge(linked, how="left", on=["left_id", "right_id"])
    pairs = levels.assign(
        missed=compared["is_linked"].isna().to_numpy(),
        is_written_alike=_read_names(left, rows["left"]) == _read_names(right, rows["right"]),
    )
    table = pd.concat(
        [
            _count_kinds(position, pairs)
            for position, comparison in enumerate(COMPARISONS)
            if comparison.field in FIELDS
        ]
    ).reset_index(drop=True)
    table.attrs = {"settings": dict(links.attrs.get("settings", {}))}
    return carry_provenance(table, left, right, truth, links)


def _find_rows(keys: pd.DataFrame, ids: pd.Series) -> list[int]:
    row_of_id = dict(zip(keys["record_id"], range(len(keys)), strict=True))
    return [row_of_id[record_id] for record_id in ids]


def _read_names(records: pd.DataFrame, rows: pd.Series) -> NDArray[np.object_]:
    """Read names as written, without blanks; the two parts of a name where they stand apart."""
    # a register may have readings only: nothing is then written alike
    columns = [column for column in NAME_PARTS if column in records]
    if "name" in records:
        columns = ["name"]
    names = np.full(len(rows), "", dtype=object)
    for column in columns:
        names += records[column].take(rows.to_numpy()).fillna("").map(str).to_numpy(dtype=object)
    names[:] = [IGNORED.sub("", name) for name in names]
    return names


def _count_kinds(position: int, pairs: pd.DataFrame) -> pd.DataFrame:
    """Count the pairs of each kind of one field."""
    comparison = COMPARISONS[position]
    kinds = [UNKNOWN_LABELS[comparison.field], *(level.label for level in comparison.levels)]
    kind = pairs[comparison.field].map(dict(enumerate(kinds, start=-1)))
    if comparison.field == "name":
        # the strongest level is split by how the name was written
        kinds[1:2] = [WRITTEN_ALIKE, SPELT_OTHERWISE]
        is_same_name = pairs["name"] == 0
        kind = kind.mask(is_same_name & pairs["is_written_alike"], WRITTEN_ALIKE)
        kind = kind.mask(is_same_name & ~pairs["is_written_alike"], SPELT_OTHERWISE)
    counts = pairs.groupby(kind)["missed"].agg(["size", "sum"])
    # what is not known comes last
    counts = counts.reindex([name for name in (*kinds[1:], kinds[0]) if name in counts.index])
    columns = {
        "kind": counts.index.astype("str"),
        "pairs": counts["size"].to_numpy(),
        "missed": counts["sum"].to_numpy(),
    }
    table = pd.DataFrame({"field": FIELDS[comparison.field], **columns})
    return table.assign(share=table["missed"] / table["pairs"])
