"""How does a register look once the spelling of names, dates and addresses no longer matters?

Each spelling is folded once: names by their parts, addresses by town and by numbers, so that a million records cost about as
much as the few ten thousand parts they are made of.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import Fault, TableError
from dxkit.linkage._address import KANJI_NUMBER, Addresses, number
from dxkit.linkage._name_spelling import UNVOICED, fold_kana, fold_kanji, parts

# the year before the first of each era, and the era's last year
ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
STARTS = (
    ERAS
    | {name[0]: start for name, start in ERAS.items()}
    | dict(zip("MTSHR", ERAS.values(), strict=True))
)
LAST_YEARS = {1867: 45, 1911: 15, 1925: 64, 1988: 31, 2018: 60}
WESTERN = re.compile(r"(\d{4})(?:[年/.\-](?:(\d{1,2})(?:[月/.\-](?:(\d{1,2})日?)?)?)?)?")
SOLID = re.compile(r"(\d{4})(\d\d)(\d\d)?")
ERA = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR明大昭平令])(\d{1,2}|元)[年/.\-]?"
    r"(?:(?<=[年/.\-])(\d{1,2})(?:[月/.\-](?:(\d{1,2})日?)?)?)?"
)
ERA_SOLID = re.compile(r"([MTSHR])(\d\d)(\d\d)(\d\d)")
NOISE = re.compile(r"[\s()]|生まれ|うまれ|生$|\d\d:\d\d(?::\d\d)?(?:\.0+)?$|[-–?？*不明]+$")
HYPHENS = re.compile(r"[‐‑–—−ー]")
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
Texts = list[str]
COLUMNS = ("record_id", "name", "kana", "birthday", "sex", "address", "code")
MEN, WOMEN = ("男", "男性", "M", "MALE", "1"), ("女", "女性", "F", "FEMALE", "2")
SEXES = dict.fromkeys(MEN, "男") | dict.fromkeys(WOMEN, "女")
SURNAME_LENGTHS = (2, 3, 1, 4, 5)
# a given name that begins so hangs together with what stands before it (long vowels, 々, composing marks)
LOOSE_STARTS = (("ア", "ヲ"), ("あ", "を"), ("一", "龥"))
STICKY = "オエおえォェぉぇ"


def birthday(text: str) -> tuple[int, int, int]:
    """Give year, month and day; 0 for what is not known."""
    plain = text
    if not (text.isascii() and WESTERN.fullmatch(text)):
        plain = unicodedata.normalize("NFKC", text[:40]).upper()
        plain = KANJI_NUMBER.sub(lambda found: str(number(found[0])), plain)
        plain = NOISE.sub("", HYPHENS.sub("-", plain)).rstrip("-/.")
    if found := SOLID.fullmatch(plain) or WESTERN.fullmatch(plain):
        return _held(int(found[1]), found[2], found[3])
    found = ERA_SOLID.fullmatch(plain) or ERA.fullmatch(plain)
    if not found:
        return (0, 0, 0)
    start, year = STARTS[found[1]], 1 if found[2] == "元" else int(found[2])
    return _held(start + year, found[3], found[4]) if 1 <= year <= LAST_YEARS[start] else (0, 0, 0)


def _held(year: int, month: str | None, day: str | None) -> tuple[int, int, int]:
    """Keep what a date can be: a 13th month takes the day with it."""
    if not 1868 <= year <= 2100:
        return (0, 0, 0)
    months, days = int(month or 0), int(day or 0)
    if not 1 <= months <= 12:
        return (year, 0, 0)
    return (year, months, days if 1 <= days <= DAYS[months - 1] else 0)


class Surnames(NamedTuple):
    """Surnames that are known from elsewhere, in kanji and in kana."""

    kanji: Collection[str] = frozenset()
    kana: Collection[str] = frozenset()


def normalise(records: pd.DataFrame) -> pd.DataFrame:
    """Give a register in the one spelling in which its records can be compared.

    Parameters
    ----------
    records
        One row a person in one register: ``record_id, name, kana, birthday, sex, address, code``; cells may be missing or
        hold anything.

    Returns
    -------
    pandas.DataFrame
        One row a record, in the same order: ``record_id``; ``name, surname, given`` (variants folded, no blanks; missing where
        only kana were written); ``kana, kana_plain, kana_given`` (one spelling; the second without voicing, the third the given
        name's); ``birthday`` (ISO, only where whole), ``year, month, day`` (as far as known); ``sex`` (男, 女); ``code``;
        ``town``; ``block`` (2-3-4); ``household`` (surname and address). Keys are for comparing, not for showing.

    Raises
    ------
    TableError
        If columns are missing, or a ``record_id`` is missing or stands twice; all faults at once.
    """
    return keys_of(records)


def keys_of(
    records: pd.DataFrame, surnames: Surnames | None = None, *, sheet: str = ""
) -> pd.DataFrame:
    """Put the keys of all fields together; ``surnames`` known from elsewhere help where no blank parts a name."""
    check(records, sheet)
    index = records.index
    names = _names(_texts(records["name"]), _texts(records["kana"]), surnames or Surnames())
    born, numbers = _births(_texts(records["birthday"]))
    places = _places(_texts(records["address"]), _texts(records["code"]))
    texts = names | {"birthday": born, "sex": _each(_texts(records["sex"]), _sex)} | places
    texts["household"] = _households(names, places)
    columns = {"record_id": pd.Series(_texts(records["record_id"]), index=index, dtype="str")}
    columns |= {column: _column(values, index) for column, values in texts.items()}
    columns |= {
        column: pd.Series(pd.array(values, dtype="Int32"), index=index)
        for column, values in numbers.items()
    }
    for column in numbers:
        columns[column] = columns[column].mask(columns[column] == 0)
    table = pd.DataFrame(columns)
    table.attrs = {**records.attrs, "settings": {"normalised": True}}
    return table


def _column(values: Texts, index: pd.Index) -> pd.Series:
    """Give texts as a column in which nothing is a missing value."""
    return pd.Series([value or None for value in values], index=index, dtype="str")


def check(records: pd.DataFrame, sheet: str = "") -> None:
    """Name all that keeps a table from being a register."""
    absent = [column for column in COLUMNS if column not in records]
    remedy = f"列は {'、'.join(COLUMNS)} にしてください（空欄は構いません）"
    faults = [Fault("列がありません", remedy, sheet=sheet, column=column) for column in absent]
    if "record_id" in records:
        ids = records["record_id"]
        said = "record_id が空欄か、2度使われています"
        for at in np.flatnonzero((ids.isna() | ids.map(str).duplicated()).to_numpy()):
            row, value = int(at) + 2, None if pd.isna(ids.iloc[at]) else ids.iloc[at]
            faults.append(
                Fault(
                    said,
                    "1人1行で別の番号を付けてください",
                    sheet=sheet,
                    row=row,
                    column="record_id",
                    value=value,
                )
            )
    if faults:
        raise TableError(faults)


def _texts(column: pd.Series) -> list[str]:
    """Give every cell as text, a missing one as nothing."""
    values: list[Any] = column.astype("object").where(column.notna(), "").tolist()
    return values if isinstance(column.dtype, pd.StringDtype) else [str(value) for value in values]


class _Once(dict[str, str]):
    """Fold each spelling once."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self.fold = fold

    def __missing__(self, text: str) -> str:
        self[text] = self.fold(text)
        return self[text]


def _each(texts: Iterable[str], fold: Callable[[str], str]) -> list[str]:
    once = _Once(fold)
    return [once[text] for text in texts]


def _sex(text: str) -> str:
    return SEXES.get(text.strip().upper().removesuffix(".0"), "")


@dataclass(frozen=True, slots=True)
class _Parted:
    """Names as a whole and in their two parts."""

    whole: Texts
    first: Texts
    second: Texts


def _part(texts: Iterable[str], fold: Callable[[str], str], known: Collection[str]) -> _Parted:
    """Fold names; part them at their blank, or else after a surname that others of the register bear."""
    once, tail = _Once(fold), _Once(lambda text: fold(text) if _loose(text) else "")
    names = _Parted([], [], [])
    for text in texts:
        pieces = text.split()
        # by the parts alone wherever the parts do not hang together
        if (
            len(pieces) == 2
            and len(text) < 40
            and (first := once[pieces[0]])
            and (second := tail[pieces[1]])
        ):
            whole = first + second
        else:
            whole = once[text]
            first, second = map(fold, parts(text)) if whole and len(pieces) != 1 else ("", "")
        names.whole.append(whole)
        names.first.append(first)
        names.second.append(second)
    _guess(names, set(known) or set(names.first) - {""})
    return names


def _guess(names: _Parted, bearers: Collection[str]) -> None:
    """Part those written without a blank after the first surname that fits, two characters first."""
    for row, whole in enumerate(names.whole):
        if whole and not names.first[row]:
            length = next(
                (
                    length
                    for length in SURNAME_LENGTHS
                    if length < len(whole) and whole[:length] in bearers
                ),
                0,
            )
            names.first[row], names.second[row] = whole[:length], whole[length:] if length else ""


def _loose(text: str) -> bool:
    """Say whether a text folds the same whatever stands before it."""
    return text[0] not in STICKY and any(low <= text[0] <= high for low, high in LOOSE_STARTS)


def _names(names: list[str], kanas: list[str], surnames: Surnames) -> dict[str, Texts]:
    """Fold names and readings; a name written in kana alone is a reading."""
    reading = _Once(fold_kana)
    starts = {name[:1] for name in names}
    kana_starts = {
        start for start in starts if start and (not fold_kanji(start) or fold_kana(start))
    }
    alone = [name[:1] in kana_starts and bool(reading[name]) for name in names]
    written = _part(
        ("" if only else name for name, only in zip(names, alone, strict=True)),
        fold_kanji,
        surnames.kanji,
    )
    spelt = (
        name if only and not kana.strip() else kana
        for name, kana, only in zip(names, kanas, alone, strict=True)
    )
    read = _part(spelt, fold_kana, surnames.kana)
    plain = [kana.translate(UNVOICED) for kana in read.whole]
    keys = {"name": written.whole, "surname": written.first, "given": written.second}
    return keys | {
        "kana": read.whole,
        "kana_surname": read.first,
        "kana_given": read.second,
        "kana_plain": plain,
    }


def _births(texts: list[str]) -> tuple[Texts, dict[str, NDArray[np.int32]]]:
    """Give birthdays where whole, and year, month and day as far as they are known."""
    codes, spellings = pd.factorize(np.array(texts, dtype=object))
    read = [birthday(spelling) for spelling in spellings]
    whole = np.array(
        [f"{year:04d}-{month:02d}-{day:02d}" if day else "" for year, month, day in read],
        dtype=object,
    )
    numbers = np.array(read, dtype=np.int32).reshape(-1, 3)[codes]
    return whole[codes].tolist(), {
        name: numbers[:, at] for at, name in enumerate(("year", "month", "day"))
    }


def _places(texts: list[str], codes: list[str]) -> dict[str, Texts]:
    """Read addresses; a code is five digits, so those of other lengths are looked at again (six digits, a lost zero)."""
    short = _each(
        codes, lambda code: code.strip().removesuffix(".0").zfill(5)[:5] if code.strip() else ""
    )
    read = Addresses()
    places: dict[str, Texts] = {"code": [], "town": [], "block": []}
    for text, code in zip(texts, short, strict=True):
        found, town, block = read(text, code)
        places["code"].append(found)
        places["town"].append(town)
        places["block"].append(block)
    return places


def _households(names: dict[str, Texts], places: dict[str, Texts]) -> Texts:
    rows = zip(
        names["surname"],
        names["kana"],
        places["code"],
        places["town"],
        places["block"],
        strict=True,
    )
    return [
        f"{surname or kana[:2]}/{code}/{town}/{block}" if block and (surname or kana) else ""
        for surname, kana, code, town, block in rows
    ]
