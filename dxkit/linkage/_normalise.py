"""How does a register look once the spelling of names, dates and addresses no longer matters?

Each spelling is folded once: names by their parts, addresses by town and by numbers, so that a
million records cost about as much as the few ten thousand parts they are made of.
"""

import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.linkage._address import AddressReader, is_ambiguous
from dxkit.linkage._birthday import is_blank_date, read_birthday
from dxkit.linkage._name_parts import Texts, fold_names, fold_once
from dxkit.schema import carry_provenance

COLUMNS = ("record_id", "name", "kana", "birthday", "sex", "address", "code")
MEN = ("男", "男性", "M", "MALE", "1")
WOMEN = ("女", "女性", "F", "FEMALE", "2")
# a name may also stand in two columns
NAME_PARTS = ("surname", "given")
# half of a pair that stands for one character: no character at all
SURROGATE = re.compile("[\ud800-\udfff]")
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
    return fold_register(records)


def fold_register(
    records: pd.DataFrame, surnames: Surnames | None = None, *, sheet: str = ""
) -> pd.DataFrame:
    """Fold all fields; ``surnames`` known from elsewhere help where no blank parts a name."""
    check_register(records, sheet)
    index = records.index
    known_surnames = surnames or Surnames()
    cells = _read_cells(records, sheet)
    names = fold_names(cells["name"], cells["kana"], known_surnames.kanji, known_surnames.kana)
    birthdays, numbers = _fold_birthdays(cells["birthday"], sheet)
    places = _fold_places(cells["address"], cells["code"], sheet)
    sexes = fold_once(cells["sex"], _fold_sex)
    texts = names | {"birthday": birthdays, "sex": sexes} | places
    texts["household"] = _join_households(names, places)
    columns = {"record_id": pd.Series(cells["record_id"], index=index, dtype="str")}
    columns |= {column: _blank_to_missing(values, index) for column, values in texts.items()}
    columns |= {
        column: pd.Series(pd.array(values, dtype="Int32"), index=index)
        for column, values in numbers.items()
    }
    # the reader of dates writes 0 for what is not known
    for column in numbers:
        columns[column] = columns[column].mask(columns[column] == 0)
    table = pd.DataFrame(columns)
    table.attrs = {**records.attrs, "settings": {"normalised": True}}
    return carry_provenance(table, records)


def _blank_to_missing(values: Texts, index: pd.Index) -> pd.Series:
    return pd.Series([value or None for value in values], index=index, dtype="str")


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


def _read_cells(records: pd.DataFrame, sheet: str) -> dict[str, list[str]]:
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
    blank = [""] * len(records)
    cells = {
        column: blank if column in missing else _read_texts(records[column], sheet)
        for column in COLUMNS
        if column in records or column in missing
    }
    if has_parts:
        parts = [_read_texts(records[column], sheet) for column in NAME_PARTS]
        cells["name"] = [
            f"{surname} {given}".strip() for surname, given in zip(*parts, strict=True)
        ]
    return cells


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


def _fold_birthdays(texts: list[str], sheet: str) -> tuple[Texts, dict[str, NDArray[np.int32]]]:
    """Fold birthdays where whole, and year, month and day as far as they are known."""
    # a register has far fewer birthdays than records: each spelling is read once
    spelling_of_row, spellings = pd.factorize(np.array(texts, dtype=object))
    dates = [read_birthday(spelling) for spelling in spellings]
    _warn_of_unread_birthdays(spellings, spelling_of_row, dates, sheet)
    iso_dates = np.array(
        [f"{year:04d}-{month:02d}-{day:02d}" if day else "" for year, month, day in dates],
        dtype=object,
    )
    numbers = np.array(dates, dtype=np.int32).reshape(-1, 3)[spelling_of_row]
    return iso_dates[spelling_of_row].tolist(), {
        part: numbers[:, column] for column, part in enumerate(("year", "month", "day"))
    }


def _warn_of_unread_birthdays(
    spellings: NDArray[np.object_],
    spelling_of_row: NDArray[np.intp],
    dates: list[tuple[int, int, int]],
    sheet: str,
) -> None:
    """Say how many cells hold something that is read as no date."""
    is_unread = np.array(
        [
            not year and not is_blank_date(text)
            for text, (year, _, _) in zip(spellings, dates, strict=True)
        ],
        dtype=bool,
    )
    if is_unread.any():
        rows = np.flatnonzero(is_unread[spelling_of_row])
        fault = Fault(
            f"生年月日として読めないセルが{len(rows):,}件あります（不明として扱います）",
            "1965-05-03 や 昭和40年5月3日 のように年から書いてください",
            sheet=sheet,
            row=int(rows[0]) + 2,
            column="birthday",
            value=spellings[spelling_of_row[rows[0]]],
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)


def _fold_places(texts: list[str], codes: list[str], sheet: str) -> dict[str, Texts]:
    """Fold addresses with the code that stands beside them.

    Where an address names neither prefecture nor a municipality of its own name, the prefecture
    to which most other records belong decides.
    """
    five_digits = fold_once(codes, _fold_code)
    rows = list(zip(texts, five_digits, strict=True))
    places = _read_addresses(rows, AddressReader())
    prefectures = Counter(code[:2] for code, _, _ in places if code)
    home, home_records = (prefectures.most_common(1) or [("", 0)])[0]
    unplaced = [row for row, (code, _, _) in enumerate(places) if not code and texts[row]]
    if unplaced and home_records > prefectures.total() / 2:
        again = _read_addresses([rows[row] for row in unplaced], AddressReader(home))
        for row, place in zip(unplaced, again, strict=True):
            places[row] = place
    _warn_of_ambiguous([texts[row] for row in unplaced if not places[row][0]], sheet)
    columns = zip(*places, strict=True) if places else ((), (), ())
    return dict(zip(("code", "town", "block"), map(list, columns), strict=True))


def _read_addresses(
    rows: list[tuple[str, str]], read_address: AddressReader
) -> list[tuple[str, str, str]]:
    return [read_address(text, code) for text, code in rows]


def _warn_of_ambiguous(texts: list[str], sheet: str) -> None:
    """Say how many addresses may lie in several municipalities of one name."""
    ambiguous = [text for text in texts if is_ambiguous(text)]
    if ambiguous:
        fault = Fault(
            f"同じ名前の市区町村が複数あり、どこか決まらない住所が{len(ambiguous):,}件あります"
            "（市区町村は不明として扱います）",
            "都道府県から書くか、code 列に団体コードを入れてください",
            sheet=sheet,
            column="address",
            value=ambiguous[0],
        )
        warnings.warn(str(fault), TableWarning, stacklevel=2)


def _fold_code(code: str) -> str:
    """Fold a code to five digits: six with the check digit, and four after a lost zero, occur."""
    return code.strip().removesuffix(".0").zfill(5)[:5] if code.strip() else ""


def _join_households(names: dict[str, Texts], places: dict[str, Texts]) -> Texts:
    rows = zip(
        names["surname"],
        names["kana"],
        places["code"],
        places["town"],
        places["block"],
        strict=True,
    )
    # two kana of the reading stand in for a surname that is not known
    return [
        f"{surname or kana[:2]}/{code}/{town}/{block}" if block and (surname or kana) else ""
        for surname, kana, code, town, block in rows
    ]
