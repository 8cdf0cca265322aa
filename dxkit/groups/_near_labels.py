"""Are two labels that differ as text perhaps one and the same, as 「Ａ社」 and 「A社」 are?

What a list says twice in two spellings would count as two: two bodies that may sit apart, two
vendors that are unlike. Nothing is changed; the user is told.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterable

import pandas as pd

from dxkit.errors import PlaceNameError, TableWarning, shorten
from dxkit.loaders import resolve_municipality

# forms of a company, as they stand before or behind its name
COMPANY_FORMS = re.compile(r"株式会社|有限会社|合同会社|\(株\)|\(有\)|\(同\)")
# blanks, dots and dashes, in all the shapes that an input method offers
SEPARATORS = re.compile(r"[\s・･.,、。_‐-―−－\-]+")
# titles behind a person's name
HONORIFICS = re.compile(r"(さん|様|氏)$")
# katakana lie so far behind hiragana
KANA_DISTANCE = ord("ア") - ord("あ")
LISTED_PAIRS = 5


def fold_label(label: object) -> str:
    """Write a label without what people write now so, now so."""
    text = unicodedata.normalize("NFKC", str(label)).casefold()
    short = SEPARATORS.sub("", COMPANY_FORMS.sub("", text))
    # a label of nothing but separators or a form stays what it is
    return HONORIFICS.sub("", _fold_kana(short)) or text


def find_near_label(label: Hashable, labels: Iterable[Hashable]) -> str:
    """Find the first label that is perhaps meant; empty where there is none."""
    folded = fold_label(label)
    return next((str(other) for other in labels if fold_label(other) == folded), "")


def find_near_pairs(labels: Iterable[object]) -> list[tuple[str, ...]]:
    """Find sets of labels that are perhaps one, in the order of their text."""
    spellings: dict[str, set[str]] = {}
    for label in labels:
        spellings.setdefault(_find_meaning(str(label)), set()).add(str(label))
    return sorted(tuple(sorted(same)) for same in spellings.values() if len(same) > 1)


def list_near_warnings(table: pd.DataFrame, columns: Iterable[str]) -> list[TableWarning]:
    """List a warning for each column of words in which labels are nearly equal."""
    warnings = []
    for column in dict.fromkeys(columns):
        values = table[column].dropna()
        # numbers, dates and yes/no have no spelling
        words = [value for value in values if isinstance(value, str)]
        if column == "person" and "code" in table.columns:
            pairs = [
                pair
                for _, rows in table[table["person"].notna()].groupby("code", sort=True)
                for pair in find_near_pairs(rows["person"])
            ]
        else:
            pairs = find_near_pairs(words)
        if pairs:
            warnings.append(TableWarning(_write_warning(column, pairs)))
    return warnings


def _write_warning(column: str, pairs: list[tuple[str, ...]]) -> str:
    listed = "、".join(
        "と".join(f"「{shorten(label, 30)}」" for label in pair) for pair in pairs[:LISTED_PAIRS]
    )
    more = f" など{len(pairs)}件" if len(pairs) > LISTED_PAIRS else ""
    return (
        f"列 {column} の{listed}{more}は、書き方だけが違う同じものかもしれません"
        "（別のものとして扱いました）→ 同じなら、表の書き方をそろえてください。"
    )


def _find_meaning(label: str) -> str:
    """Find what a label means: a municipality however it is written, else its folded text."""
    try:
        return f"code {resolve_municipality(label)}"
    except PlaceNameError:
        return fold_label(label)


def _fold_kana(text: str) -> str:
    """Write katakana as hiragana."""
    return "".join(
        chr(ord(letter) - KANA_DISTANCE) if "ァ" <= letter <= "ヶ" else letter for letter in text
    )
