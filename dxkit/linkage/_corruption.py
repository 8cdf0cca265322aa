"""How does a shelter write down a person who stands in the residents' register?

Each kind of error is applied to the share of records that `ERRORS` says, one after another.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._arrays import BoolArray
from dxkit.linkage._name_variants import remove_voicing
from dxkit.linkage._synthetic_names import list_names

_PAIRS = "高髙 崎﨑 辺邊 斎齋 浜濵 吉𠮷 沢澤 桜櫻 広廣 国國 島嶋 富冨 桑桒 柳栁 滝瀧 黒黑 徳德"
OLD_FORMS = {pair[0]: pair[1] for pair in _PAIRS.split()}
# some characters have several old forms
RARE_FORMS = {"辺": "邉", "斎": "齊", "浜": "濱", "島": "嶌"}
# first year, name, letter and the year before the first
ERA_STARTS = (
    (2019, "令和", "R", 2018),
    (1989, "平成", "H", 1988),
    (1926, "昭和", "S", 1925),
    (1912, "大正", "T", 1911),
)
HALF_WIDTH = dict(zip(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォャュョッー",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ", strict=True))  # fmt: skip
VOICED = dict(
    zip(
        "カキクケコサシスセソタチツテトハヒフヘホ",
        "ガギグゲゴザジズゼゾダヂヅデドバビブベボ",
        strict=True,
    )
)
HALF_WIDTH |= {voiced: HALF_WIDTH[plain] + "ﾞ" for plain, voiced in VOICED.items()}
HALF_WIDTH |= {"パ": "ﾊﾟ", "ピ": "ﾋﾟ", "プ": "ﾌﾟ", "ペ": "ﾍﾟ", "ポ": "ﾎﾟ"}
KANJI_DIGITS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
# numbers of 丁目・番・号 are below
MAX_HOUSE_NUMBER = 32
PLACEHOLDER_DATE = "1900-01-01"
TextArray = NDArray[np.object_]


def write_residents(
    people: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Write people as the residents' register does.

    Old forms of surnames, full readings, ISO dates, whole addresses.
    """
    # a family writes its surname in one way
    has_old_form = (rng.random(people["home"].max() + 1) < shares["old_form"])[people["home"]]
    surname = _change_texts(_copy_texts(people["surname"]), has_old_form, _write_old_form)
    return pd.DataFrame(
        {
            "record_id": [f"J{number:07d}" for number in range(len(people))],
            "name": surname + "　" + _copy_texts(people["given"]),
            "kana": _copy_texts(people["surname_kana"]) + "　" + _copy_texts(people["given_kana"]),
            "birthday": people["born"].dt.strftime("%Y-%m-%d"),
            "sex": people["sex"],
            "address": _write_whole_addresses(people),
            "code": people["code"],
        }
    )


def write_shelter(
    people: pd.DataFrame, register: pd.Series, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Write people as a hurried desk does.

    Parameters
    ----------
    people
        The sheltered; ``person`` is their row in the residents' register, -1 for outsiders.
    register
        Names as the residents' register writes them.
    shares
        Of each kind of error.
    rng
        Where chance comes from; the order of draws is part of what a seed means.
    """
    surname, reading = _write_surnames(people, register, shares, rng)
    given_reading = _copy_texts(people["given_kana"])
    is_misread = _draw_flags(len(people), shares["misread"], rng)
    given_reading = _change_texts(given_reading, is_misread, _misread_name)
    is_mistyped = _draw_flags(len(people), shares["typo"], rng)
    given_name = _change_texts(_copy_texts(people["given"]), is_mistyped, _mistype_name)
    has_no_blank = _draw_flags(len(people), shares["no_blank"], rng)
    half_or_full = np.where(rng.random(len(people)) < 0.5, " ", "　")
    blank = np.where(has_no_blank, "", half_or_full).astype(object)
    is_restyled = _draw_flags(len(people), shares["kana_style"], rng)
    kana = _change_texts(reading + blank + given_reading, is_restyled, _restyle_kana)
    is_kana_only = _draw_flags(len(people), shares["kana_only"], rng)
    has_no_kana = is_kana_only | _draw_flags(len(people), shares["no_kana"], rng)
    table = pd.DataFrame(
        {
            "record_id": [f"H{number:07d}" for number in range(len(people))],
            "name": np.where(is_kana_only, kana, surname + blank + given_name),
            "kana": np.where(has_no_kana, "", kana),
            "birthday": _write_dates(people["born"], shares, rng),
            "sex": np.where(_draw_flags(len(people), shares["no_sex"], rng), "", people["sex"]),
            **_write_addresses(people, shares, rng),
        }
    )
    parts = (surname, given_name, is_kana_only)
    return _add_rarer_errors(table, people, parts, shares, rng)


def _add_rarer_errors(
    table: pd.DataFrame,
    people: pd.DataFrame,
    parts: tuple[TextArray, TextArray, BoolArray],
    shares: Mapping[str, float],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Add the kinds that do not happen by default, after all others: their draws come last."""
    surname, given_name, is_kana_only = parts
    count = len(people)
    is_swapped = _draw_flags(count, shares["swapped_name"], rng) & ~is_kana_only
    table["name"] = table["name"].mask(is_swapped, given_name + "　" + surname)
    has_one_part = _draw_flags(count, shares["one_part"], rng) & ~is_kana_only
    table["name"] = table["name"].mask(has_one_part, surname)
    table["kana"] = table["kana"].mask(has_one_part, "")
    born = people["born"].dt
    is_day_swapped = _draw_flags(count, shares["swapped_day"], rng) & (born.day <= 12).to_numpy()
    is_day_swapped &= (table["birthday"] != "").to_numpy()
    table["birthday"] = table["birthday"].mask(is_day_swapped, born.strftime("%Y-%d-%m"))
    has_placeholder = _draw_flags(count, shares["placeholder_date"], rng)
    table["birthday"] = table["birthday"].mask(has_placeholder, PLACEHOLDER_DATE)
    # who has moved writes an address of somebody else
    has_moved = _draw_flags(count, shares["moved"], rng)
    others = rng.permutation(count)
    for column in ("address", "code"):
        table[column] = table[column].mask(has_moved, table[column].to_numpy()[others])
    table["code"] = table["code"].mask(_draw_flags(count, shares["no_code"], rng), "")
    return table


def _draw_flags(count: int, share: float, rng: np.random.Generator) -> BoolArray:
    return rng.random(count) < share


def _write_surnames(
    people: pd.DataFrame, register: pd.Series, shares: Mapping[str, float], rng: np.random.Generator
) -> tuple[TextArray, TextArray]:
    """Write surnames and their readings: common forms, names of who married, voicing."""
    surname = _copy_texts(people["surname"])
    reading = _copy_texts(people["surname_kana"])
    has_common_form = _draw_flags(len(people), shares["common_form"], rng)
    is_formal = (people["person"] >= 0).to_numpy() & ~has_common_form
    formal_names = register.to_numpy()[people["person"][is_formal]]
    surname[is_formal] = [name.split("　")[0] for name in formal_names]
    # who married bears another surname at the shelter
    is_married = _draw_flags(len(people), shares["married"], rng)
    spellings, readings, name_shares = list_names("surname")
    position = np.searchsorted(name_shares, rng.random(len(people)))
    married_name = np.minimum(position, len(name_shares) - 1)
    surname = np.where(is_married, spellings[married_name], surname)
    reading = np.where(is_married, readings[married_name], reading)
    is_voiced = _draw_flags(len(people), shares["voicing"], rng)
    return surname, _change_texts(reading, is_voiced, _change_voicing)


def _copy_texts(column: pd.Series) -> TextArray:
    return column.to_numpy(dtype=object).copy()


def _change_texts(
    texts: TextArray, is_changed: BoolArray, change: Callable[[str], str]
) -> TextArray:
    texts = texts.copy()
    texts[is_changed] = [change(text) for text in texts[is_changed]]
    return texts


def _write_old_form(surname: str) -> str:
    """Write the first character that has an old form in it; longer names take the rarer forms."""
    forms = OLD_FORMS | RARE_FORMS if len(surname) > 2 else OLD_FORMS
    return next((surname.replace(new, forms[new], 1) for new in surname if new in forms), surname)


def _change_voicing(kana: str) -> str:
    """Voice a syllable of a surname, or remove all voicing if there is some."""
    plain = remove_voicing(kana[1:])
    if plain != kana[1:]:
        return kana[0] + plain
    return next(
        (
            kana[:index] + VOICED[kana[index]] + kana[index + 1 :]
            for index in range(1, len(kana))
            if kana[index] in VOICED
        ),
        kana,
    )


def _misread_name(kana: str) -> str:
    """Read the last character of a given name in another of its ways."""
    return kana[:-1] + {
        "オ": "ロウ",
        "コ": "",
        "キ": "ジュ",
        "ト": "ヒト",
        "ミ": "ヨシ",
        "シ": "ジ",
    }.get(kana[-1], "キ")


def _mistype_name(name: str) -> str:
    """Write a look-alike or another common character at the end."""
    return name[:-1] + {
        "子": "美",
        "美": "実",
        "夫": "雄",
        "雄": "男",
        "彦": "彥",
        "樹": "起",
        "也": "哉",
        "之": "幸",
        "香": "佳",
    }.get(name[-1], "子")


def _restyle_kana(kana: str) -> str:
    """Write a reading in hiragana or half-width, whichever its length says."""
    if len(kana) % 2:
        return "".join(
            chr(ord(character) - 0x60) if "ァ" <= character <= "ヴ" else character
            for character in kana
        )
    return "".join(HALF_WIDTH.get(character, character) for character in kana)


def _write_dates(
    born: pd.Series, shares: Mapping[str, float], rng: np.random.Generator
) -> TextArray:
    """Write birthdays in the ways of a shelter's sheet."""
    year, month, day = (
        part.to_numpy().copy() for part in (born.dt.year, born.dt.month, born.dt.day)
    )
    has_wrong_year = rng.random(len(born)) < shares["wrong_year"]
    # slips of one year, and of ten between eras
    year[has_wrong_year] += rng.choice([-1, 1, 10, -10], size=int(has_wrong_year.sum()))
    has_wrong_day = rng.random(len(born)) < shares["wrong_day"]
    day[has_wrong_day] = day[has_wrong_day] % 28 + 1
    bounds = np.cumsum([shares["no_date"], shares["partial_date"], shares["era_date"]])
    kind = np.searchsorted(bounds, rng.random(len(born)), side="right")
    style = rng.integers(0, 3, size=len(born))
    parts = (part.tolist() for part in (year, month, day, kind, style))
    return np.array([_write_date(*row) for row in zip(*parts, strict=True)], dtype=object)


def _write_date(year: int, month: int, day: int, kind: int, style: int) -> str:
    """Write a date; kind 0 is none, 1 without a day, 2 in years of an era, 3 Western."""
    if kind == 0:
        return ""
    _, name, letter, start = next((era for era in ERA_STARTS if year >= era[0]), ERA_STARTS[-1])
    era_year = year - start
    styles = {
        1: (
            f"{name}{era_year}年{month}月",
            f"{letter}{era_year}.{month}.-",
            f"{year}-{month:02d}",
        ),
        2: (
            f"{name}{era_year}年{month}月{day}日",
            f"{letter}{era_year}.{month}.{day}",
            f"{name}{era_year}.{month}.{day}",
        ),
        3: (
            f"{year}-{month:02d}-{day:02d}",
            f"{year}/{month}/{day}",
            f"{year}年{month}月{day}日",
        ),
    }
    return styles[kind][style]


def _write_whole_addresses(people: pd.DataFrame) -> TextArray:
    """Write addresses as the residents' register does, with the building."""
    chome, ban, go = (_copy_texts(people[part].astype(str)) for part in ("chome", "ban", "go"))
    building = np.where(people["building"] != "", "　" + people["building"], "").astype(object)
    place = _copy_texts(people["place"]) + _copy_texts(people["town"])
    addresses: TextArray = place + chome + "丁目" + ban + "番" + go + "号" + building
    return addresses


def _write_addresses(
    people: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> dict[str, TextArray]:
    """Write addresses short, in kanji, as a town alone, or not at all (then without code)."""
    town = _copy_texts(people["town"])
    place = _copy_texts(people["place"])
    bounds = np.cumsum(
        [
            shares["no_address"],
            shares["town_only"],
            shares["kanji_address"],
            shares["short_address"],
        ]
    )
    kind = np.searchsorted(bounds, rng.random(len(people)), side="right")
    chome, ban, go = (people[part].to_numpy() for part in ("chome", "ban", "go"))
    joint = rng.choice(np.array(["-", "の", "－", "ー"], dtype=object), size=len(people))
    digits = (numbers.astype(str).astype(object) for numbers in (chome, ban, go))
    chome_text, ban_text, go_text = digits
    short = chome_text + joint + ban_text + joint + go_text
    numerals = [_write_kanji_number(number) for number in range(MAX_HOUSE_NUMBER)]
    kanji_of = np.array(numerals, dtype=object)
    kanji = kanji_of[chome] + "丁目" + kanji_of[ban] + "番" + kanji_of[go] + "号"
    # without the prefecture, which is three characters here
    city = np.array([text[3:] for text in place], dtype=object)
    addresses = np.select(
        [kind == 0, kind == 1, kind == 2, kind == 3],
        ["", city + town, place + town + kanji, city + town + short],
        _write_whole_addresses(people),
    )
    return {"address": addresses, "code": np.where(kind == 0, "", _copy_texts(people["code"]))}


def _write_kanji_number(number: int) -> str:
    tens, ones = divmod(number, 10)
    # 一十 is never written
    ten = "" if tens == 0 else "十" if tens == 1 else KANJI_DIGITS[tens] + "十"
    return ten + KANJI_DIGITS[ones]
