"""Which municipality does a person mean who types its name as they like?

`resolve_municipality` reads cells of tables, where a guess would be a fault. A person who types the
name of their own municipality sees at once what was understood, so kana, a name from before a
merger, a ward and 市役所 count as well.
"""

import difflib
import unicodedata
from typing import Any

import pandas as pd

from dxkit.errors import PlaceNameError, shorten
from dxkit.loaders._load import load
from dxkit.loaders._municipalities import map_municipalities
from dxkit.loaders._place_names import FORMER_NAMES, find_successors, to_plain_name
from dxkit.loaders._resolve_municipality import resolve_municipality
from dxkit.loaders._resolve_prefecture import name_municipalities, resolve_prefecture

# katakana, in the order of Unicode, stand this far behind hiragana
KATAKANA = range(ord("ァ"), ord("ヶ") + 1)
KANA_DISTANCE = ord("ァ") - ord("ぁ")
# how 市, 区, 町 and 村 are read at the end of a name
KANA_ENDINGS = {"し": "市", "く": "区", "ちょう": "町", "まち": "町", "そん": "村", "むら": "村"}
OFFICES = ("役所", "役場", "市役所", "町役場")
# how like a reading must be to be suggested
LIKENESS = 0.6
SUGGESTED = 3
NAME_LETTERS = 40


def find_municipality(text: object, *, prefecture: str | None = "") -> "pd.Series[Any]":
    """Find the municipality that a person means.

    Parameters
    ----------
    text
        Its name as people type it: 豊岡市, 豊岡, 兵庫県豊岡市, とよおか, トヨオカシ, a name from before
        a merger (篠山市, 城崎町), a ward (垂水区: its city), 豊岡市役所, or a code.
    prefecture
        As for `dxkit.load`: by default the room's, or Hyogo.

    Returns
    -------
    pandas.Series
        Its row of the table ``municipalities``: ``code, name, kana, area, people_2020`` and more.

    Raises
    ------
    PlaceNameError
        If nothing or several municipalities are meant; names those that are spelt nearly so.

    Examples
    --------
    >>> find_municipality("とよおか")["name"], find_municipality("篠山市")["code"]
    ('豊岡市', '28221')
    """
    table = load("municipalities", prefecture)
    number = resolve_prefecture(prefecture)
    code = _find_code(text, number, table)
    # a ward is no municipality of its own; the table holds its city
    place = map_municipalities().get(code)
    rows = table[table["code"].isin([code, place.parent if place else ""])]
    if rows.empty:
        raise PlaceNameError(
            f"「{shorten(text, NAME_LETTERS)}」は{name_municipalities(prefecture)}にありません",
            "市町名を確かめてください",
        )
    return rows.iloc[0]


def _find_code(text: object, number: str | None, table: pd.DataFrame) -> str:
    name = to_plain_name(text)
    try:
        return resolve_municipality(name, prefecture=number)
    except PlaceNameError as error:
        reading = fold_kana(name)
        read_so = table[table["kana"].map(lambda kana: reading in _list_readings(kana))]
        if len(read_so) == 1:
            return str(read_so["code"].iloc[0])
        successors = find_successors(name, number)
        if len(successors) == 1:
            return successors[0].code
        # 篠山 for 篠山市: resolved with the ending it had, unless it has one
        if name and name[-1] not in "市町村" and (code := _find_old_names(name, number)):
            return code
        for office in OFFICES:
            # 市役所 belongs to 市, 役場 to 町: the ending is taken off with and without it
            if name.endswith(office) and name != office:
                return _find_code(name.removesuffix(office), number, table)
        raise _name_near_readings(error, reading, table) from None


def _find_old_names(name: str, number: str | None) -> str:
    """Find who a former name without its 市 or 町 can mean; empty unless it is one."""
    codes = {FORMER_NAMES[f"{name}市"]} if f"{name}市" in FORMER_NAMES else set()
    for ending in "市町村":
        codes |= {place.code for place in find_successors(name + ending, number)}
    return codes.pop() if len(codes) == 1 else ""


def fold_kana(text: str) -> str:
    """Turn katakana, also half-width ones, into hiragana."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(
        chr(ord(letter) - KANA_DISTANCE) if ord(letter) in KATAKANA else letter for letter in wide
    )


def _list_readings(kana: str) -> set[str]:
    """List how a name can be typed in kana: without its ending, and with it in kana or kanji."""
    endings = [ending for ending in KANA_ENDINGS if kana.endswith(ending)]
    stems = {kana.removesuffix(ending) for ending in endings}
    half = {kana.removesuffix(ending) + KANA_ENDINGS[ending] for ending in endings}
    # 町 is read まち in one town and ちょう in the next: both are typed
    typed = {stem + ending for stem in stems for ending in ("ちょう", "まち")}
    return {kana, *stems, *half, *(typed if kana.endswith(("ちょう", "まち")) else ())}


def _name_near_readings(error: PlaceNameError, reading: str, table: pd.DataFrame) -> PlaceNameError:
    """Add the municipalities that are read nearly so to an error that names none."""
    if "もしかして" in error.remedy or "です。" in error.remedy:
        return error
    names = dict(zip(table["kana"], table["name"], strict=True))
    names |= {kana.removesuffix("し"): name for kana, name in names.items()}
    near = difflib.get_close_matches(reading, names, n=SUGGESTED, cutoff=LIKENESS)
    listed = "、".join(dict.fromkeys(names[kana] for kana in near))
    remedy = f"もしかして: {listed}" if near else "市町名を漢字かひらがなで書いてください"
    return PlaceNameError(error.problem, remedy)
