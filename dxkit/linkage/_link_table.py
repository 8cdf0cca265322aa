"""What does an answer of the linkage hold, and what agrees in each pair?"""

from collections.abc import Mapping

import pandas as pd

from dxkit._checks import is_number, require_choice
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.linkage._backends import find_agreement
from dxkit.linkage._comparisons import COMPARISONS, UNKNOWN_LABELS
from dxkit.linkage._normalise import Surnames, check_register, fold_register
from dxkit.linkage._placeholders import forget_placeholders
from dxkit.linkage._spellings import join_columns
from dxkit.schema import carry_provenance


def check_options(threshold: float, once: str) -> None:
    """Refuse options that do not exist."""
    if not (is_number(threshold) and 0 <= threshold <= 1):
        raise ChoiceError(f"threshold={shorten(threshold)} は0〜1の数（確率）にしてください。")
    require_choice(once, ("right", "both", "neither"), "once")


def check_registers(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """Name all that is wrong with either register."""
    faults: list[Fault] = []
    for table, name in ((left, "left"), (right, "right")):
        try:
            check_register(table, name)
        except TableError as error:
            faults.extend(error.faults)
    if faults:
        raise TableError(faults)


def fold_registers(left: pd.DataFrame, right: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fold both registers; surnames of the left one part names without a blank in the right."""
    left_keys = fold_keys(left, sheet="left")
    surnames = Surnames(*(_list_values(left_keys[key]) for key in ("surname", "kana_surname")))
    return left_keys, fold_keys(right, surnames, "right")


def _list_values(column: pd.Series) -> set[str]:
    return set(column.cat.remove_unused_categories().cat.categories)


def fold_keys(
    records: pd.DataFrame, surnames: Surnames | None = None, sheet: str = ""
) -> pd.DataFrame:
    """Fold a register and add its place (municipality and town)."""
    keys = forget_placeholders(fold_register(records, surnames, sheet=sheet), sheet)
    keys["place"] = join_columns(keys["code"], keys["town"], "/")
    return keys


def build_empty_pairs() -> pd.DataFrame:
    """Build a table of pairs without a row."""
    kinds = {"left": "int32", "right": "int32", "weight": "float64", "probability": "float64"}
    return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in kinds.items()})


def build_links(
    pairs: pd.DataFrame, lefts: pd.DataFrame, rights: pd.DataFrame, settings: Mapping[str, object]
) -> pd.DataFrame:
    """Build the answer, one row a pair, surest first."""
    pairs = pairs.sort_values(["weight", "left", "right"], ascending=[False, True, True])
    table = pd.DataFrame(
        {
            "left_id": lefts["record_id"].take(pairs["left"].to_numpy()).to_numpy(),
            "right_id": rights["record_id"].take(pairs["right"].to_numpy()).to_numpy(),
            "weight": pairs["weight"].to_numpy(),
            "probability": pairs["probability"].to_numpy(),
            "reason": _write_reasons(find_agreement(pairs, lefts, rights)),
        }
    ).astype({"left_id": "str", "right_id": "str", "reason": "str"})
    table.attrs = {"settings": dict(settings)}
    return carry_provenance(table, lefts, rights)


def _write_reasons(levels: pd.DataFrame) -> list[str]:
    """Say what agrees; each combination of levels is put into words once."""
    fields = [levels[comparison.field].tolist() for comparison in COMPARISONS]
    rows = list(zip(*fields, strict=True))
    reasons = {
        row: "・".join(_write_reason(field, level) for field, level in enumerate(row))
        for row in set(rows)
    }
    return [reasons[row] for row in rows]


def _write_reason(field: int, level: int) -> str:
    comparison = COMPARISONS[field]
    return UNKNOWN_LABELS[comparison.field] if level < 0 else comparison.levels[level].label
