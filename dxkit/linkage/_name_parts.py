"""Which part of a name is the surname, and what do the parts fold to?

A blank parts most names; the others are parted after a surname that somebody else of the register
bears. Each part is folded once, however many records hold it.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np

from dxkit._arrays import BoolArray
from dxkit.linkage._name_variants import UNVOICED, fold_kana, fold_kanji, split_name
from dxkit.linkage._spellings import Spellings

Texts = list[str]
# lengths of a surname in characters, the most frequent first
SURNAME_LENGTHS = (2, 3, 1, 4, 5)
# a given name that begins with anything else hangs together with what stands before it: long
# vowels, 々 and composing marks
FREE_STARTS = (("ア", "ヲ"), ("あ", "を"), ("一", "龥"))
# vowels that draw out the syllable before them
DRAWN_OUT = "オエおえォェぉぇ"
# longer names are cut when they are folded as a whole, so they are not folded in parts
MAX_PARTED_LENGTH = 40


class FoldCache(dict[str, str]):
    """Fold each spelling once."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self.fold = fold

    def __missing__(self, text: str) -> str:
        self[text] = self.fold(text)
        return self[text]


@dataclass(frozen=True, slots=True)
class PartedNames:
    """Names in full and in their two parts."""

    full: Texts
    surname: Texts
    given_name: Texts


def fold_names(
    names: Spellings,
    readings: Spellings,
    known_surnames: Collection[str],
    known_kana: Collection[str],
) -> dict[str, Spellings]:
    """Fold names and readings; a name written in kana alone is a reading."""
    fold_reading = FoldCache(fold_kana)
    # only names of which the first character is kana need to be looked at as a whole
    starts = {name[:1] for name in names.texts}
    kana_starts = {
        start for start in starts if start and (not fold_kanji(start) or fold_kana(start))
    }
    is_kana = [name[:1] in kana_starts and bool(fold_reading[name]) for name in names.texts]
    written = _part_names(
        ("" if only_kana else name for name, only_kana in zip(names.texts, is_kana, strict=True)),
        fold_kanji,
        known_surnames,
    )
    spoken_names = _choose_readings(names, readings, np.array(is_kana, dtype=bool))
    spoken = _part_names(spoken_names.texts, fold_kana, known_kana)
    texts = {"name": written.full, "surname": written.surname, "given": written.given_name}
    kana = {
        "kana": spoken.full,
        "kana_surname": spoken.surname,
        "kana_given": spoken.given_name,
        "kana_plain": [kana.translate(UNVOICED) for kana in spoken.full],
    }
    return {key: Spellings(values, names.rows) for key, values in texts.items()} | {
        key: Spellings(values, spoken_names.rows) for key, values in kana.items()
    }


def _choose_readings(names: Spellings, readings: Spellings, is_kana: BoolArray) -> Spellings:
    """Take each row's reading, or its name where that is in kana and no reading stands beside."""
    is_spoken = is_kana[names.rows] & readings.is_blank()[readings.rows]
    is_used = np.zeros(len(names.texts), dtype=bool)
    is_used[names.rows[is_spoken]] = True
    # names that are no reading anywhere are left out: they bear no surnames in kana
    texts = [name if used else "" for name, used in zip(names.texts, is_used, strict=True)]
    rows = np.where(is_spoken, names.rows + len(readings.texts), readings.rows)
    return Spellings([*readings.texts, *texts], rows.astype(np.int32))


def _part_names(
    texts: Iterable[str], fold: Callable[[str], str], known_surnames: Collection[str]
) -> PartedNames:
    """Fold names and part them at their blank, or else after a surname that others bear."""
    fold_surname = FoldCache(fold)
    fold_given = FoldCache(lambda text: fold(text) if _folds_alone(text) else "")
    names = PartedNames([], [], [])
    for text in texts:
        pieces = text.split()
        surname = given_name = ""
        if len(pieces) == 2 and len(text) < MAX_PARTED_LENGTH:
            surname = fold_surname[pieces[0]]
            given_name = fold_given[pieces[1]]
        if surname and given_name:
            full = surname + given_name
        else:
            # the parts hang together, or there are not two: the whole is folded
            full = fold_surname[text]
            has_parts = full and len(pieces) != 1
            surname, given_name = map(fold, split_name(text)) if has_parts else ("", "")
        names.full.append(full)
        names.surname.append(surname)
        names.given_name.append(given_name)
    _guess_surnames(names, set(known_surnames) or set(names.surname) - {""})
    return names


def _guess_surnames(names: PartedNames, bearers: Collection[str]) -> None:
    """Part names without a blank after the first surname that fits, two characters first."""
    for row, full in enumerate(names.full):
        if full and not names.surname[row]:
            fitting = (
                length
                for length in SURNAME_LENGTHS
                if length < len(full) and full[:length] in bearers
            )
            length = next(fitting, 0)
            names.surname[row] = full[:length]
            names.given_name[row] = full[length:] if length else ""


def _folds_alone(text: str) -> bool:
    """Say whether a text folds the same whatever stands before it."""
    return text[0] not in DRAWN_OUT and any(low <= text[0] <= high for low, high in FREE_STARTS)
