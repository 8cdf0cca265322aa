"""How does a register look once the spelling of names, dates and addresses no longer matters?

Each spelling is folded once: names by their parts, addresses by town and by numbers, so that a
million records cost about as much as the few ten thousand parts they are made of.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError
from dxkit.linkage._address import AddressReader
from dxkit.linkage._birthday import read_birthday
from dxkit.linkage._name_parts import Texts, fold_names, fold_once
from dxkit.schema import carry_provenance

COLUMNS = ("record_id", "name", "kana", "birthday", "sex", "address", "code")
MEN = ("男", "男性", "M", "MALE", "1")
WOMEN = ("女", "女性", "F", "FEMALE", "2")
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
        cells may be missing or hold anything.

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
        If columns are missing, or a ``record_id`` is missing or stands twice; all faults at once.

    Notes
    -----
    Variants of kanji follow the MJ縮退マップ (IPA); readings are folded to one kana. Different
    families can become one key (斎藤 and 斉藤), and a name without a blank is parted only after a
    surname that others of the register bear.

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
    names = fold_names(
        _read_texts(records["name"]),
        _read_texts(records["kana"]),
        known_surnames.kanji,
        known_surnames.kana,
    )
    birthdays, numbers = _fold_birthdays(_read_texts(records["birthday"]))
    places = _fold_places(_read_texts(records["address"]), _read_texts(records["code"]))
    sexes = fold_once(_read_texts(records["sex"]), _fold_sex)
    texts = names | {"birthday": birthdays, "sex": sexes} | places
    texts["household"] = _join_households(names, places)
    columns = {"record_id": pd.Series(_read_texts(records["record_id"]), index=index, dtype="str")}
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
        Naming every missing column and every ``record_id`` that is missing or stands twice.
    """
    remedy = f"列は {'、'.join(COLUMNS)} にしてください（空欄は構いません）"
    faults = find_missing_columns(records, COLUMNS, "名簿", remedy=remedy, sheet=sheet)
    if "record_id" in records:
        faults += _find_bad_ids(records["record_id"], sheet)
    if faults:
        raise TableError(faults)


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
    is_bad = (ids.isna() | ids.map(str).duplicated()).to_numpy()
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


def _read_texts(column: pd.Series) -> list[str]:
    """Read every cell as text, a missing one as nothing."""
    values: list[Any] = column.astype("object").where(column.notna(), "").tolist()
    return values if isinstance(column.dtype, pd.StringDtype) else [str(value) for value in values]


def _fold_sex(text: str) -> str:
    return SEXES.get(text.strip().upper().removesuffix(".0"), "")


def _fold_birthdays(texts: list[str]) -> tuple[Texts, dict[str, NDArray[np.int32]]]:
    """Fold birthdays where whole, and year, month and day as far as they are known."""
    # a register has far fewer birthdays than records: each spelling is read once
    spelling_of_row, spellings = pd.factorize(np.array(texts, dtype=object))
    dates = [read_birthday(spelling) for spelling in spellings]
    iso_dates = np.array(
        [f"{year:04d}-{month:02d}-{day:02d}" if day else "" for year, month, day in dates],
        dtype=object,
    )
    numbers = np.array(dates, dtype=np.int32).reshape(-1, 3)[spelling_of_row]
    return iso_dates[spelling_of_row].tolist(), {
        part: numbers[:, column] for column, part in enumerate(("year", "month", "day"))
    }


def _fold_places(texts: list[str], codes: list[str]) -> dict[str, Texts]:
    """Fold addresses with the code that stands beside them."""
    five_digits = fold_once(codes, _fold_code)
    read_address = AddressReader()
    places: dict[str, Texts] = {"code": [], "town": [], "block": []}
    for text, written_code in zip(texts, five_digits, strict=True):
        code, town, block = read_address(text, written_code)
        places["code"].append(code)
        places["town"].append(town)
        places["block"].append(block)
    return places


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
