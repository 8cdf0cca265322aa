"""What does an answer of the linkage hold, and what agrees in each pair?"""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.linkage._address import split_words
from dxkit.linkage._backends import find_agreement
from dxkit.linkage._normalise import Surnames, check_register, fold_register
from dxkit.linkage._placeholders import forget_placeholders
from dxkit.linkage._splink_model import COMPARISONS, UNKNOWN_LABELS
from dxkit.schema import carry_provenance

# a word of more addresses than these says nothing of a place: street, road, the state
MAX_WORD_SHARE = 0.02
MIN_COMMON_WORD = 10


def check_options(threshold: float, once: str) -> None:
    """Refuse options that do not exist."""
    if not 0 <= threshold <= 1:
        raise ChoiceError(f"threshold={shorten(threshold)} は0〜1の数（確率）にしてください。")
    if once not in ("right", "both", "neither"):
        raise ChoiceError(
            f"once「{shorten(once)}」はありません。right・both・neither から選んでください。"
        )


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
    surnames = Surnames(set(left_keys["surname"].dropna()), set(left_keys["kana_surname"].dropna()))
    return left_keys, fold_keys(right, surnames, "right")


def fold_keys(
    records: pd.DataFrame, surnames: Surnames | None = None, sheet: str = ""
) -> pd.DataFrame:
    """Fold a register and add its place (municipality and town) and the words of its addresses."""
    keys = forget_placeholders(fold_register(records, surnames, sheet=sheet), sheet)
    keys["place"] = keys["code"] + "/" + keys["town"]
    keys["digits"] = _write_digits(records, keys)
    keys["words"] = _list_words(records, keys)
    return keys


def _write_digits(records: pd.DataFrame, keys: pd.DataFrame) -> pd.Series:
    """Write birthdays as digits, also those that cannot be, where eight digits are written.

    1950-43-06 is no day, but one slip away from 1954-03-06.
    """
    digits = keys["birthday"].str.replace("-", "")
    # what was forgotten as a placeholder stays so: it has no year either
    is_open = (digits.isna() & keys["year"].notna()).to_numpy()
    if is_open.any():
        texts = records["birthday"].astype("object").map(str).str.strip().to_numpy()[is_open]
        plain = pd.Series(texts).str.replace(r"[/.\-]", "", regex=True)
        written = plain.where(plain.str.fullmatch(r"[0-9]{8}")).to_numpy()
        digits = digits.astype("object")
        digits[is_open] = written
        digits = digits.astype("str")
    return digits.rename("digits")


def _list_words(records: pd.DataFrame, keys: pd.DataFrame) -> pd.Series:
    """List the words of addresses in other letters; those of many addresses tell nothing."""
    words = pd.Series([None] * len(keys), index=keys.index, dtype="object", name="words")
    # only towns without a kanji or kana are written in words
    is_foreign = keys["town"].str.fullmatch(r"[\x00-\u2fff]+", na=False).to_numpy(dtype=bool)
    if "address" not in records or not is_foreign.any():
        return words
    lists = [split_words(str(text)) for text in records["address"].to_numpy()[is_foreign]]
    counts = Counter(word for members in lists for word in set(members))
    limit = max(MIN_COMMON_WORD, MAX_WORD_SHARE * len(lists))
    rare = [sorted({word for word in members if counts[word] <= limit}) for members in lists]
    index = words[is_foreign].index
    words[is_foreign] = pd.Series([members or None for members in rare], index=index)
    return words


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
