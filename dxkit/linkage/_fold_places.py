"""In which municipality, town and block does each record of a register live?"""

import re
import warnings
from collections import Counter

import numpy as np

from dxkit.errors import Fault, TableWarning
from dxkit.linkage._address import AddressReader, is_ambiguous, split_words
from dxkit.linkage._spellings import Spellings, pair_spellings

# a town in letters that come before kana and kanji
FOREIGN = re.compile(r"[\x00-\u2fff]+")
# a word of more addresses than these says nothing of a place: street, road, the state
MAX_WORD_SHARE = 0.02
MIN_COMMON_WORD = 10


def fold_places(addresses: Spellings, codes: Spellings, sheet: str) -> dict[str, Spellings]:
    """Fold addresses with the code that stands beside them.

    Where an address names neither prefecture nor a municipality of its own name, the prefecture
    to which most other records belong decides.
    """
    five_digits = Spellings([_fold_code(text) for text in codes.texts], codes.rows)
    cells, rows = pair_spellings(addresses, five_digits)
    places = _read_addresses(cells, AddressReader())
    row_counts = np.bincount(rows, minlength=len(cells)).tolist()
    prefectures: Counter[str] = Counter()
    for (code, _, _), count in zip(places, row_counts, strict=True):
        if code:
            prefectures[code[:2]] += count
    home, home_records = (prefectures.most_common(1) or [("", 0)])[0]
    unplaced = [
        position for position, place in enumerate(places) if not place[0] and cells[position][0]
    ]
    if unplaced and home_records > prefectures.total() / 2:
        again = _read_addresses([cells[position] for position in unplaced], AddressReader(home))
        for position, place in zip(unplaced, again, strict=True):
            places[position] = place
    open_addresses: Counter[str] = Counter()
    for position in unplaced:
        if not places[position][0]:
            open_addresses[cells[position][0]] += row_counts[position]
    _warn_of_ambiguous(open_addresses, sheet)
    columns = zip(*places, strict=True) if places else ((), (), ())
    texts = dict(zip(("code", "town", "block"), map(list, columns), strict=True))
    texts["words"] = _list_words([address for address, _ in cells], texts["town"], row_counts)
    return {column: Spellings(values, rows) for column, values in texts.items()}


def _list_words(addresses: list[str], towns: list[str], row_counts: list[int]) -> list[str]:
    """List the words of addresses in other letters; those of many addresses tell nothing."""
    # only towns without a kanji or kana are written in words
    foreign_towns = {town for town in set(towns) if FOREIGN.fullmatch(town)}
    lists = {
        position: sorted(set(split_words(address)))
        for position, (address, town) in enumerate(zip(addresses, towns, strict=True))
        if town in foreign_towns
    }
    counts: Counter[str] = Counter()
    for position, words in lists.items():
        for word in words:
            counts[word] += row_counts[position]
    n_foreign = sum(row_counts[position] for position in lists)
    limit = max(MIN_COMMON_WORD, MAX_WORD_SHARE * n_foreign)
    texts = [""] * len(addresses)
    for position, words in lists.items():
        texts[position] = " ".join(word for word in words if counts[word] <= limit)
    return texts


def _read_addresses(
    cells: list[tuple[str, str]], read_address: AddressReader
) -> list[tuple[str, str, str]]:
    return [read_address(text, code) for text, code in cells]


def _warn_of_ambiguous(row_counts: dict[str, int], sheet: str) -> None:
    """Say how many addresses may lie in several municipalities of one name."""
    ambiguous = {text: count for text, count in row_counts.items() if is_ambiguous(text)}
    if ambiguous:
        fault = Fault(
            f"同じ名前の市区町村が複数あり、どこか決まらない住所が{sum(ambiguous.values()):,}件あります"
            "（市区町村は不明として扱います）",
            "都道府県から書くか、code 列に団体コードを入れてください",
            sheet=sheet,
            column="address",
            value=next(iter(ambiguous)),
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)


def _fold_code(code: str) -> str:
    """Fold a code to five digits: six with the check digit, and four after a lost zero, occur."""
    return code.strip().removesuffix(".0").zfill(5)[:5] if code.strip() else ""
