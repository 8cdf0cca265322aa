"""What may a key or a column hold, and which value does a written text mean?

`Field` describes a key of a YAML file or a column of a CSV file; `convert_text` turns what is
written there into a value of the field's kind. Faults are gathered, not raised one by one.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from dxkit.errors import Fault

TEXT_KINDS = ("text", "word", "code")
NUMBER_KINDS = ("number", "integer")
YES_WORDS = ("1", "はい", "○", "有", "true", "yes")
NO_WORDS = ("0", "いいえ", "×", "無", "false", "no")
CODE_DIGITS = 5
# how alike two keys must be for one to be proposed in place of the other (difflib's ratio)
LIKENESS = 0.5


@dataclass(frozen=True, slots=True)
class Field:
    """What a key or a column may hold.

    Attributes
    ----------
    name, label
        English name in the program, Japanese heading in the file; both are accepted.
    kind
        ``text`` (as written), ``word`` (to be compared), ``number``, ``integer``, ``flag`` or
        ``code``.
    low, high
        Bounds of a number, both allowed.
    default
        What an absent or empty value means; ``...`` if it may not be absent.
    unit
        For the list of figures.
    """

    name: str
    label: str
    kind: str = "number"
    low: float = 0.0
    high: float = float("inf")
    default: object = ...
    unit: str = ""


def normalise_width(text: object) -> str:
    """Bring full-width letters and digits to half width, and strip blanks from both ends."""
    return unicodedata.normalize("NFKC", str(text)).strip()


def convert_text(raw: object, field: Field, *, file: str, row: int, faults: list[Fault]) -> object:
    """Turn what was written into a value of the field's kind.

    After a fault the result is a value that no further check blames again.
    """
    text = "" if raw is None else str(raw).strip()
    # names and sources stay as written; what is compared or counted is brought to half width
    if field.kind != "text":
        text = normalise_width(text)
    if text == "":
        if field.default is not ...:
            return field.default
        faults.append(
            Fault("空欄です", "値を入れてください", file=file, row=row, column=field.label)
        )
        return make_empty_value(field)
    value, problem, remedy = _parse_text(text, field)
    if problem:
        faults.append(Fault(problem, remedy, file=file, row=row, column=field.label, value=raw))
        return make_empty_value(field)
    return value


def make_empty_value(field: Field) -> object:
    """Make the value that stands for a missing or faulty one."""
    if field.kind in TEXT_KINDS:
        return ""
    return False if field.kind == "flag" else float("nan")


def explain_unknown_key(key: str, known_keys: Iterable[str]) -> tuple[str, str]:
    """Write the problem that there is no such key, and the remedy: the most similar one or all."""
    names = list(known_keys)
    # most unknown keys are misspelt ones
    similar = difflib.get_close_matches(key, names, n=1, cutoff=LIKENESS)
    remedy = (
        f"「{similar[0]}」のことではありませんか" if similar else f"使える項目: {'、'.join(names)}"
    )
    return "知らない項目です", remedy


def _parse_text(text: str, field: Field) -> tuple[object, str, str]:
    """Parse a text into its value, a problem (or nothing) and the problem's remedy."""
    if field.kind in ("text", "word"):
        return text, "", ""
    if field.kind == "code":
        # a code of six digits or with its zero cut off would match no municipality
        is_code = len(text) == CODE_DIGITS and text.isascii() and text.isdigit()
        problem = "" if is_code else "5桁の団体コードではありません"
        return text, problem, "28201 のように5桁で書いてください"
    if field.kind == "flag":
        word = text.lower()
        problem = "" if word in (*YES_WORDS, *NO_WORDS) else "はい・いいえではありません"
        return word in YES_WORDS, problem, "1 か 0 で書いてください"
    return _parse_number(text, field)


def _parse_number(text: str, field: Field) -> tuple[object, str, str]:
    try:
        value = float(text.rstrip("%").replace(",", ""))
    except ValueError:
        return None, "数ではありません", "数字だけを書いてください（例 0.3、30%、1,200）"
    # 30% and 0.3 mean the same
    if text.endswith("%"):
        value = value / 100
    # a field without an upper bound still refuses infinity
    if not field.low <= value <= field.high or value in (float("inf"), float("-inf")):
        upper = "" if field.high == float("inf") else f"{field.high:g}以下"
        return None, "範囲の外の数です", f"{field.low:g}以上{upper}にしてください"
    if field.kind == "integer":
        problem = "" if value == int(value) else "整数ではありません"
        return int(value), problem, "整数で書いてください"
    return value, "", ""
