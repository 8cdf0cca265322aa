"""Which prefecture is meant: the one that was asked for, the room's, or Hyogo?"""

import os
import unicodedata
from functools import lru_cache
from typing import Any, cast

import pandas as pd

from dxkit.errors import ChoiceError, shorten
from dxkit.loaders._shipped_table import read_shipped_table

# prefecture code of 兵庫県 in JIS X 0401, for which the toolkit was made
HYOGO = "28"
# names a room's prefecture in the environment
VARIABLE = "DXKIT_PREFECTURE"
ALL_JAPAN = ("全国", "日本")
# what municipalities end in, in the order in which they are spoken of
KINDS = "市区町村"
# the last three digits of a prefecture's own code
PREFECTURE_ENDING = "000"


def resolve_prefecture(prefecture: str | None = "") -> str | None:
    """Find the two-digit number of the prefecture that is meant.

    Parameters
    ----------
    prefecture
        A name (鳥取県, 鳥取) or JIS number as text ("31", "31000"); empty: the one that the
        environment variable ``DXKIT_PREFECTURE`` names, or else Hyogo; ``None`` or 全国: all Japan.

    Returns
    -------
    str or None
        Two digits; ``None`` for all Japan.

    Raises
    ------
    ChoiceError
        If there is no such prefecture.

    Examples
    --------
    >>> resolve_prefecture("鳥取県"), resolve_prefecture("31"), resolve_prefecture()
    ('31', '31', '28')
    """
    if prefecture is None:
        return None
    text = unicodedata.normalize("NFKC", str(prefecture)).strip()
    is_of_room = not text
    if is_of_room:
        text = unicodedata.normalize("NFKC", os.environ.get(VARIABLE, "")).strip()
    # the usual case looks nothing up
    if text in ("", HYOGO):
        return HYOGO
    if text in ALL_JAPAN:
        return None
    numbers = _map_prefecture_words()
    # 1 stands for 01, whose zero is easily lost
    word = text.zfill(2) if text.isdigit() else text
    if word not in numbers:
        where = f"環境変数 {VARIABLE} の" if is_of_room else ""
        raise ChoiceError(
            f"{where}都道府県「{shorten(text)}」はありません。"
            "名前（鳥取県）かJISの番号（31）で書いてください。全国は prefecture=None です。"
        )
    return numbers[word]


def find_prefecture(prefecture: str | None = "") -> "pd.Series[Any]":
    """Find the facts of a prefecture: its row of the table ``prefectures``.

    Parameters
    ----------
    prefecture
        As for `resolve_prefecture`.

    Returns
    -------
    pandas.Series
        ``prefecture_code, code, name, municipalities, seat, seat_lat, seat_lon, epsg, unvisited``.

    Raises
    ------
    ChoiceError
        If there is no such prefecture, or all Japan is meant.

    Examples
    --------
    >>> find_prefecture("31")[["name", "seat"]].tolist()
    ['鳥取県', '31201']
    """
    number = resolve_prefecture(prefecture)
    if number is None:
        raise ChoiceError("全国ではなく、都道府県を1つ選んでください（鳥取県、31 など）。")
    table, _ = read_shipped_table("prefectures")
    by_number = table.set_index("prefecture_code", drop=False)
    return cast("pd.Series[Any]", by_number.loc[number])


def name_prefecture(number: str | None) -> str:
    """Name a prefecture by its two digits; None is all Japan."""
    return ALL_JAPAN[0] if number is None else str(find_prefecture(number)["name"])


def name_municipalities(prefecture: str | None = "") -> str:
    """Name all municipalities of a prefecture in a few words, for messages and headings.

    Parameters
    ----------
    prefecture
        As for `resolve_prefecture`.

    Returns
    -------
    str

    Examples
    --------
    >>> name_municipalities(), name_municipalities("東京都"), name_municipalities(None)
    ('兵庫県の41市町', '東京都の62市区町村', '全国の1,741市区町村')
    """
    number = resolve_prefecture(prefecture)
    table, _ = read_shipped_table("municipality_codes")
    whole = table[table["parent"].isna()]
    if number is not None:
        whole = whole[whole["code"].str[:2] == number]
    kinds = set(whole["name"].str[-1])
    endings = "".join(ending for ending in KINDS if ending in kinds)
    return f"{name_prefecture(number)}の{len(whole):,}{endings}"


def list_unvisited(prefecture: str | None = "") -> list[str]:
    """List the codes that a prefecture's hearing and rounds leave out.

    Parameters
    ----------
    prefecture
        As for `resolve_prefecture`.

    Returns
    -------
    list of str

    Examples
    --------
    >>> list_unvisited(), list_unvisited("鳥取県")
    (['28100'], [])
    """
    number = resolve_prefecture(prefecture)
    table, _ = read_shipped_table("prefectures")
    if number is not None:
        table = table[table["prefecture_code"] == number]
    return [code for codes in table["unvisited"].dropna() for code in str(codes).split()]


@lru_cache(maxsize=1)
def _map_prefecture_words() -> dict[str, str]:
    """Map names with and without 都・府・県 and numbers to the two digits."""
    table, _ = read_shipped_table("prefectures")
    words: dict[str, str] = {}
    for number, name in zip(table["prefecture_code"], table["name"], strict=True):
        # 北海道 keeps its last character: 北海 is no name
        stem = name if name.endswith("道") else name[:-1]
        for word in (number, f"{number}{PREFECTURE_ENDING}", name, stem):
            words[word] = number
    return words
