"""How does a register look once the spelling of names, dates and addresses no longer matters?

Each spelling is folded once: names by their parts, addresses by town and by numbers, so that a
million records cost about as much as the few ten thousand parts they are made of.
"""

import gc
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.linkage._fold_birthdays import fold_birthdays
from dxkit.linkage._fold_places import fold_places
from dxkit.linkage._name_parts import fold_names
from dxkit.linkage._spellings import Spellings, build_column, find_spellings, pair_spellings
from dxkit.schema import accepts_any_table, carry_provenance, replace_surrogates

COLUMNS = ("record_id", "name", "kana", "birthday", "sex", "address", "code")
MEN = ("男", "男性", "M", "MALE", "1")
WOMEN = ("女", "女性", "F", "FEMALE", "2")
# a name may also stand in two columns
NAME_PARTS = ("surname", "given")
SEXES = dict.fromkeys(MEN, "男") | dict.fromkeys(WOMEN, "女")


class Surnames(NamedTuple):
    """Surnames that are known from elsewhere, in kanji and in kana."""

    kanji: Collection[str] = frozenset()
    kana: Collection[str] = frozenset()


@accepts_any_table("records")
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
    birthdays, numbers = fold_birthdays(cells["birthday"], sheet)
    places = fold_places(cells["address"], cells["code"], sheet)
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
    column = restore_whole_numbers(column)
    values: list[Any] = column.astype("object").where(column.notna(), "").tolist()
    texts = values if isinstance(column.dtype, pd.StringDtype) else [str(value) for value in values]
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        readable = [replace_surrogates(text, "\ufffd") for text in texts]
        is_broken = [before != after for before, after in zip(texts, readable, strict=True)]
        texts = readable
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


def restore_whole_numbers(column: pd.Series) -> pd.Series:
    """Write 19650503.0 as 19650503 again: one gap makes a column of whole numbers such numbers."""
    if not pd.api.types.is_float_dtype(column.dtype) or (column.dropna() % 1).any():
        return column
    return column.astype("Int64")


def _fold_sex(text: str) -> str:
    return SEXES.get(text.strip().upper().removesuffix(".0"), "")


def _join_households(table: pd.DataFrame) -> pd.Series:
    columns = ("surname", "kana", "code", "town", "block")
    rows = zip(*(table[column].fillna("").tolist() for column in columns), strict=True)
    # two kana of the reading stand in for a surname that is not known
    households = [
        f"{surname or kana[:2]}/{code}/{town}/{block}" if block and (surname or kana) else None
        for surname, kana, code, town, block in rows
    ]
    return pd.Series(households, index=table.index, dtype="str")
