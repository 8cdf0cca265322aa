"""How does a register look once the spelling of names, dates and addresses no longer matters?

Each spelling is folded once: names by their parts, addresses by town and by numbers, so that a
million records cost about as much as the few ten thousand parts they are made of.
"""

import gc
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.linkage._address import AddressReader, is_ambiguous, split_words
from dxkit.linkage._birthday import is_blank_date, read_birthday
from dxkit.linkage._name_parts import fold_names
from dxkit.linkage._spellings import Spellings, build_column, find_spellings, pair_spellings
from dxkit.schema import carry_provenance

COLUMNS = ("record_id", "name", "kana", "birthday", "sex", "address", "code")
MEN = ("男", "男性", "M", "MALE", "1")
WOMEN = ("女", "女性", "F", "FEMALE", "2")
# a name may also stand in two columns
NAME_PARTS = ("surname", "given")
# half of a pair that stands for one character: no character at all
SURROGATE = re.compile("[\ud800-\udfff]")
DATE_MARKS = re.compile(r"[/.\-]")
EIGHT_DIGITS = re.compile("[0-9]{8}")
# a town in letters that come before kana and kanji
FOREIGN = re.compile(r"[\x00-\u2fff]+")
# a word of more addresses than these says nothing of a place: street, road, the state
MAX_WORD_SHARE = 0.02
MIN_COMMON_WORD = 10
SEXES = dict.fromkeys(MEN, "男") | dict.fromkeys(WOMEN, "女")


class Surnames(NamedTuple):
    """Surnames that are known from elsewhere, in kanji and in kana."""

    kanji: Collection[str] = frozenset()
    kana: Collection[str] = frozenset()


def normalise(records: pd.DataFrame) -> pd.DataFrame:
    """Write a register in the one spelling in which its records can be compared.

    Parameters
    ----------
    records
        One row a person in one register: ``record_id, name, kana, birthday, sex, address, code``;
        cells may be missing or hold anything. ``surname`` and ``given`` may stand in place of
        ``name``. Other columns than ``record_id`` and a name may be missing: what they would say
        is then unknown of everybody, with a `TableWarning`. Names and addresses may be in any
        letters.

    Returns
    -------
    pandas.DataFrame
        One row a record, in the same order: ``record_id``; ``name, surname, given`` (variants
        folded, no blanks; missing where only kana were written); ``kana, kana_plain,
        kana_given`` (one spelling; the second without voicing, the third the given name's);
        ``birthday`` (ISO, only where whole), ``year, month, day`` (as far as known); ``sex``
        (男, 女); ``code``; ``town``; ``block`` (2-3-4); ``household`` (surname and address). Keys
        are for comparing, not for showing.

    Raises
    ------
    TableError
        If there is no ``record_id`` or no name, or a ``record_id`` is missing or stands twice; all
        faults at once.

    Notes
    -----
    Variants of kanji follow the MJ縮退マップ (IPA); readings are folded to one kana. Different
    families can become one key (斎藤 and 斉藤), and a name without a blank is parted only after a
    surname that others of the register bear. An address without a prefecture is placed by a name
    that one municipality of Japan alone bears (市・区, or 町・村 with its county), else in the
    prefecture to which most records of the register belong, else nowhere; how many stay without a
    place because several municipalities bear the name is said in a `TableWarning`, and so are
    birthdays that cannot be read and broken characters.

    Examples
    --------
    >>> import pandas as pd
    >>> sheet = pd.DataFrame(
    ...     [["H1", "髙橋　健", "", "S40.5.3", "男性", "神戸市浜町２の３の４", ""]],
    ...     columns=["record_id", "name", "kana", "birthday", "sex", "address", "code"],
    ... )
    >>> normalise(sheet)[["name", "birthday", "sex", "code", "town", "block"]].iloc[0].tolist()
    ['高橋健', '1965-05-03', '男', '28100', '浜町', '2-3-4']
    """
    check_register(records)
    table = fold_register(records).drop(columns=["digits", "words"])
    for column, kind in table.dtypes.items():
        if isinstance(kind, pd.CategoricalDtype):
            table[column] = table[column].astype("str")
    position = table.columns.tolist().index("block") + 1
    table.insert(position, "household", _join_households(table))
    return table


def fold_register(
    records: pd.DataFrame, surnames: Surnames | None = None, *, sheet: str = ""
) -> pd.DataFrame:
    """Fold all fields; ``surnames`` known from elsewhere help where no blank parts a name.

    Returns
    -------
    pandas.DataFrame
        One row a record; texts are categories, so that each is held once.
    """
    with _pause_collector():
        table = _fold_cells(_read_cells(records, sheet), records, surnames or Surnames(), sheet)
    table.attrs = {**records.attrs, "settings": {"normalised": True}}
    return carry_provenance(table, records)


@contextmanager
def _pause_collector() -> Iterator[None]:
    """Keep Python from walking through millions of texts again and again: none forms a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _fold_cells(
    cells: dict[str, Spellings], records: pd.DataFrame, known_surnames: Surnames, sheet: str
) -> pd.DataFrame:
    index = records.index
    names = fold_names(cells["name"], cells["kana"], known_surnames.kanji, known_surnames.kana)
    birthdays, numbers = _fold_birthdays(cells["birthday"], sheet)
    places = _fold_places(cells["address"], cells["code"], sheet)
    sexes = [_fold_sex(text) for text in cells["sex"].texts]
    texts = names | birthdays | {"sex": Spellings(sexes, cells["sex"].rows)} | places
    columns = {"record_id": _read_ids(records["record_id"], sheet)}
    columns |= {column: build_column(spellings, index) for column, spellings in texts.items()}
    # the reader of dates writes 0 for what is not known
    columns |= {
        column: pd.Series(pd.arrays.IntegerArray(values, values == 0), index=index)
        for column, values in numbers.items()
    }
    return pd.DataFrame(columns)


def _read_ids(ids: pd.Series, sheet: str) -> pd.Series:
    if isinstance(ids.dtype, pd.StringDtype):
        return ids.astype("str")
    return pd.Series(_read_texts(ids, sheet), index=ids.index, dtype="str")


def check_register(records: pd.DataFrame, sheet: str = "") -> None:
    """Refuse a table that is no register.

    Raises
    ------
    TableError
        If there is no name of any kind, or naming every ``record_id`` that is missing or stands
        twice.
    """
    remedy = f"列は {'、'.join(COLUMNS)} にしてください（空欄は構いません）"
    needed = ["record_id"]
    if not {"name", "kana"} & set(records.columns) and not set(NAME_PARTS) <= set(records.columns):
        needed.append("name")
    faults = find_missing_columns(records, needed, "名簿", remedy=remedy, sheet=sheet)
    if "record_id" in records:
        faults += _find_bad_ids(records["record_id"], sheet)
    if faults:
        raise TableError(faults)


def _read_cells(records: pd.DataFrame, sheet: str) -> dict[str, Spellings]:
    """Read every column as text; one that is missing is unknown everywhere, and that is said."""
    has_parts = "name" not in records and set(NAME_PARTS) <= set(records.columns)
    missing = [
        column
        for column in COLUMNS
        if column not in records and not (column == "name" and has_parts)
    ]
    # kana and code only help: what they say stands in the name and in the address too
    if missing:
        unread = [str(column) for column in records.columns if column not in COLUMNS + NAME_PARTS]
        note = f"（読まなかった列: {'、'.join(map(shorten, unread))}）" if unread else ""
        fault = Fault(
            f"列 {'、'.join(missing)} がないので、全員について不明として扱います{note}",
            "別の名前の列にあるなら、列名を直してください",
            sheet=sheet,
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)
    blank = Spellings([""], np.zeros(len(records), dtype=np.int32))
    cells = {
        column: blank if column in missing else _read_spellings(records[column], sheet)
        for column in COLUMNS[1:]
        if column in records or column in missing
    }
    if has_parts:
        parts = [_read_spellings(records[column], sheet) for column in NAME_PARTS]
        pairs = pair_spellings(*parts)
        cells["name"] = Spellings(
            [f"{surname} {given}".strip() for surname, given in pairs.pairs], pairs.rows
        )
    return cells


def _read_spellings(column: pd.Series, sheet: str) -> Spellings:
    """Read the different texts of a column; texts that pandas holds need no second look."""
    is_text = isinstance(column.dtype, pd.StringDtype) and column.dtype.storage == "pyarrow"
    return find_spellings(column if is_text else _read_texts(column, sheet))


def find_missing_columns(
    table: pd.DataFrame, needed: Iterable[str], what: str, *, remedy: str, sheet: str = ""
) -> list[Fault]:
    """Find columns that are missing, as faults to be reported together with others.

    A register may be empty, and so may the answer of a linkage: rows are not asked for.
    """
    one_row = pd.DataFrame(index=[0], columns=table.columns)
    try:
        require_columns(one_row, list(needed), what)
    except TableError as error:
        return [replace(fault, remedy=remedy, sheet=sheet) for fault in error.faults]
    return []


def _find_bad_ids(ids: pd.Series, sheet: str) -> list[Fault]:
    # pandas would take a column of texts for its own kind, which holds no broken character
    texts = pd.Series([str(record_id) for record_id in ids], index=ids.index, dtype="object")
    is_bad = (ids.isna() | texts.duplicated()).to_numpy()
    return [
        Fault(
            "record_id が空欄か、2度使われています",
            "1人1行で別の番号を付けてください",
            sheet=sheet,
            # a spreadsheet counts its heading as row 1
            row=int(row) + 2,
            column="record_id",
            value=None if pd.isna(ids.iloc[row]) else ids.iloc[row],
        )
        for row in np.flatnonzero(is_bad)
    ]


def _read_texts(column: pd.Series, sheet: str = "") -> list[str]:
    """Read every cell as text, a missing one as nothing, a broken character as unknown."""
    values: list[Any] = column.astype("object").where(column.notna(), "").tolist()
    texts = values if isinstance(column.dtype, pd.StringDtype) else [str(value) for value in values]
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        is_broken = [bool(SURROGATE.search(text)) for text in texts]
        texts = [SURROGATE.sub("\ufffd", text) for text in texts]
        first = is_broken.index(True)
        fault = Fault(
            f"文字として読めない符号（サロゲートの片割れ）のあるセルが{sum(is_broken):,}件あります"
            "（その文字は不明として扱います）",
            "元の名簿の文字コードを確かめてください",
            sheet=sheet,
            row=first + 2,
            column=str(column.name),
            value=texts[first],
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)
    return texts


def _fold_sex(text: str) -> str:
    return SEXES.get(text.strip().upper().removesuffix(".0"), "")


def _fold_birthdays(
    cells: Spellings, sheet: str
) -> tuple[dict[str, Spellings], dict[str, NDArray[np.int32]]]:
    """Fold birthdays where whole, and year, month and day as far as they are known."""
    dates = [read_birthday(text) for text in cells.texts]
    _warn_of_unread_birthdays(cells, dates, sheet)
    days = [f"{year:04d}-{month:02d}-{day:02d}" if day else "" for year, month, day in dates]
    digits = [
        day.replace("-", "") if day else _read_digits(text) if date[0] else ""
        for text, day, date in zip(cells.texts, days, dates, strict=True)
    ]
    numbers = np.array(dates, dtype=np.int32).reshape(-1, 3)[cells.rows]
    return {
        "birthday": Spellings(days, cells.rows),
        "digits": Spellings(digits, cells.rows),
    }, {part: numbers[:, column] for column, part in enumerate(("year", "month", "day"))}


def _read_digits(text: str) -> str:
    """Read the eight digits of a date that cannot be.

    1950-43-06 is no day, but one slip away from 1954-03-06.
    """
    plain = DATE_MARKS.sub("", text.strip())
    return plain if EIGHT_DIGITS.fullmatch(plain) else ""


def _warn_of_unread_birthdays(
    cells: Spellings, dates: list[tuple[int, int, int]], sheet: str
) -> None:
    """Say how many cells hold something that is read as no date."""
    is_unread = np.array(
        [
            not year and not is_blank_date(text)
            for text, (year, _, _) in zip(cells.texts, dates, strict=True)
        ],
        dtype=bool,
    )
    if is_unread.any():
        rows = np.flatnonzero(is_unread[cells.rows])
        fault = Fault(
            f"生年月日として読めないセルが{len(rows):,}件あります（不明として扱います）",
            "1965-05-03 や 昭和40年5月3日 のように年から書いてください",
            sheet=sheet,
            row=int(rows[0]) + 2,
            column="birthday",
            value=cells.texts[cells.rows[rows[0]]],
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)


def _fold_places(addresses: Spellings, codes: Spellings, sheet: str) -> dict[str, Spellings]:
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


def _join_households(table: pd.DataFrame) -> pd.Series:
    columns = ("surname", "kana", "code", "town", "block")
    rows = zip(*(table[column].fillna("").tolist() for column in columns), strict=True)
    # two kana of the reading stand in for a surname that is not known
    households = [
        f"{surname or kana[:2]}/{code}/{town}/{block}" if block and (surname or kana) else None
        for surname, kana, code, town, block in rows
    ]
    return pd.Series(households, index=table.index, dtype="str")
