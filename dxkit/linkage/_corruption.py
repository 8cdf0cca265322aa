"""How does a person stand in the residents' register, and how is the same person written down at a shelter?"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.linkage._name_spelling import unvoiced
from dxkit.linkage._synthetic_names import names

_PAIRS = "高髙 崎﨑 辺邊 斎齋 浜濵 吉𠮷 沢澤 桜櫻 広廣 国國 島嶋 富冨 桑桒 柳栁 滝瀧 黒黑 徳德"
OLD_FORMS = {pair[0]: pair[1] for pair in _PAIRS.split()}
# as a family writes itself in several old forms
RARE_FORMS = {"辺": "邉", "斎": "齊", "浜": "濱", "島": "嶌"}
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
Texts = NDArray[np.object_]
Flags = NDArray[np.bool_]


def official(
    people: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Write people as the residents' register does: old forms, full readings, ISO dates, whole addresses."""
    old = (rng.random(people["home"].max() + 1) < shares["old_form"])[people["home"]]
    surname = _change(_texts(people["surname"]), old, _old_form)
    return pd.DataFrame(
        {
            "record_id": [f"J{number:07d}" for number in range(len(people))],
            "name": surname + "　" + _texts(people["given"]),
            "kana": _texts(people["surname_kana"]) + "　" + _texts(people["given_kana"]),
            "birthday": people["born"].dt.strftime("%Y-%m-%d"),
            "sex": people["sex"],
            "address": _whole(people),
            "code": people["code"],
        }
    )


def shelter(
    people: pd.DataFrame, register: pd.Series, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Write people as a hurried desk does; ``register`` holds how the residents' register writes each ``who``."""

    def some(share: str) -> Flags:
        return rng.random(len(people)) < shares[share]

    surname, given = _texts(people["surname"]), _texts(people["given"])
    formal = (people["who"] >= 0).to_numpy() & ~some("common_form")
    surname[formal] = [name.split("　")[0] for name in register.to_numpy()[people["who"][formal]]]
    read, read_given = _texts(people["surname_kana"]), _texts(people["given_kana"])
    married = some("married")
    written, readings, shares_of = names("surname")
    other = np.minimum(np.searchsorted(shares_of, rng.random(len(people))), len(shares_of) - 1)
    surname, read = (
        np.where(married, written[other], surname),
        np.where(married, readings[other], read),
    )
    read = _change(read, some("voicing"), _voicing)
    read_given = _change(read_given, some("misread"), _misread)
    given = _change(given, some("typo"), _typo)
    blank = np.where(
        some("no_blank"), "", np.where(rng.random(len(people)) < 0.5, " ", "　")
    ).astype(object)
    kana = _change(read + blank + read_given, some("kana_style"), _style)
    alone = some("kana_only")
    return pd.DataFrame(
        {
            "record_id": [f"H{number:07d}" for number in range(len(people))],
            "name": np.where(alone, kana, surname + blank + given),
            "kana": np.where(alone | some("no_kana"), "", kana),
            "birthday": _dates(people["born"], shares, rng),
            "sex": np.where(some("no_sex"), "", people["sex"]),
            **_addresses(people, shares, rng),
        }
    )


def _texts(column: pd.Series) -> Texts:
    return column.to_numpy(dtype=object).copy()


def _change(texts: Texts, where: Flags, change: Callable[[str], str]) -> Texts:
    texts = texts.copy()
    texts[where] = [change(text) for text in texts[where]]
    return texts


def _old_form(surname: str) -> str:
    """Write the first character that has one in its old form; who bears it seldom is decided by the name's length."""
    forms = OLD_FORMS | RARE_FORMS if len(surname) > 2 else OLD_FORMS
    return next((surname.replace(new, forms[new], 1) for new in surname if new in forms), surname)


def _voicing(kana: str) -> str:
    """Read the last syllables of a surname with voicing where it had none, or the other way round."""
    plain = unvoiced(kana[1:])
    if plain != kana[1:]:
        return kana[0] + plain
    return next(
        (
            kana[:at] + VOICED[kana[at]] + kana[at + 1 :]
            for at in range(1, len(kana))
            if kana[at] in VOICED
        ),
        kana,
    )


def _misread(kana: str) -> str:
    """Read a given name in the Chinese way: ヒロシ becomes コウジ and the like; the last syllable changes."""
    return kana[:-1] + {
        "オ": "ロウ",
        "コ": "",
        "キ": "ジュ",
        "ト": "ヒト",
        "ミ": "ヨシ",
        "シ": "ジ",
    }.get(kana[-1], "キ")


def _typo(name: str) -> str:
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


def _style(kana: str) -> str:
    """Write a reading in hiragana or half-width, whichever its length says."""
    if len(kana) % 2:
        return "".join(
            chr(ord(character) - 0x60) if "ァ" <= character <= "ヴ" else character
            for character in kana
        )
    return "".join(HALF_WIDTH.get(character, character) for character in kana)


def _dates(born: pd.Series, shares: Mapping[str, float], rng: np.random.Generator) -> Texts:
    """Write birthdays in the ways of a shelter's sheet."""
    year, month, day = (
        part.to_numpy().copy() for part in (born.dt.year, born.dt.month, born.dt.day)
    )
    wrong = rng.random(len(born)) < shares["wrong_year"]
    year[wrong] += rng.choice([-1, 1, 10, -10], size=int(wrong.sum()))
    slipped = rng.random(len(born)) < shares["wrong_day"]
    day[slipped] = day[slipped] % 28 + 1
    bounds = np.cumsum([shares["no_date"], shares["partial_date"], shares["era_date"]])
    kind = np.searchsorted(bounds, rng.random(len(born)), side="right")
    style = rng.integers(0, 3, size=len(born))
    texts = [
        _date(*row)
        for row in zip(
            year.tolist(), month.tolist(), day.tolist(), kind.tolist(), style.tolist(), strict=True
        )
    ]
    return np.array(texts, dtype=object)


def _date(year: int, month: int, day: int, kind: int, style: int) -> str:
    if kind == 0:
        return ""
    _, name, letter, start = next((era for era in ERA_STARTS if year >= era[0]), ERA_STARTS[-1])
    if kind == 1:
        return (
            f"{name}{year - start}年{month}月",
            f"{letter}{year - start}.{month}.-",
            f"{year}-{month:02d}",
        )[style]
    if kind == 2:
        return (
            f"{name}{year - start}年{month}月{day}日",
            f"{letter}{year - start}.{month}.{day}",
            f"{name}{year - start}.{month}.{day}",
        )[style]
    return (f"{year}-{month:02d}-{day:02d}", f"{year}/{month}/{day}", f"{year}年{month}月{day}日")[
        style
    ]


def _whole(people: pd.DataFrame) -> Texts:
    numbers = (_texts(people[part].astype(str)) for part in ("chome", "ban", "go"))
    chome, ban, go = numbers
    building = np.where(people["building"] != "", "　" + people["building"], "").astype(object)
    whole: Texts = (
        _texts(people["place"])
        + _texts(people["town"])
        + chome
        + "丁目"
        + ban
        + "番"
        + go
        + "号"
        + building
    )
    return whole


def _addresses(
    people: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> dict[str, Texts]:
    """Write addresses short, in kanji or full width, as a town alone, or not at all (then without code)."""
    town, place = _texts(people["town"]), _texts(people["place"])
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
    wide = np.array([_kanji(number) for number in range(32)], dtype=object)
    short = (
        chome.astype(str).astype(object)
        + joint
        + ban.astype(str).astype(object)
        + joint
        + go.astype(str).astype(object)
    )
    kanji = wide[chome] + "丁目" + wide[ban] + "番" + wide[go] + "号"
    city = np.array([text[3:] for text in place], dtype=object)
    texts = np.select(
        [kind == 0, kind == 1, kind == 2, kind == 3],
        ["", city + town, place + town + kanji, city + town + short],
        _whole(people),
    )
    return {"address": texts, "code": np.where(kind == 0, "", _texts(people["code"]))}


def _kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else KANJI_DIGITS[tens] + "十") + KANJI_DIGITS[
        ones
    ]
