"""Which number does a person mean who types 約３３市町, 千二百 or 7割?"""

import re
import unicodedata

# before an answer: about, in all; behind it: polite endings
ABOUT = re.compile(
    r"^(約|およそ|おおよそ|おおむね|だいたい|大体|ほぼ|たぶん|答えは?[:、]?|はい、?|合計|全部で|全|計|第"
    r"|番号|上から|選択肢|No\.?|\+|=)+"
)
POLITE = re.compile(
    r"(です|でした|だと思います|と思います|だと思う|と思う|でしょう|かな|くらい|ぐらい|程度|ほど|ちょうど"
    r"|あります|ある|だ|か|[。.!?、,]|ね|よ)+$"
)
# what an answer may stand between
BRACKETS = "「」『』\"'()[]"
# minus signs as accounts and keyboards write them
MINUS = re.compile(r"^(マイナス|▲|△|−|―|‐|–|—|ー|-)")
DIGITS = {letter: str(value) for value, letter in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "壱": "1",
    "弐": "2",
    "参": "3",
}
TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10}
MYRIADS = {"万": 10**4, "億": 10**8, "兆": 10**12}
NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
# 1,234 and 12,345,678, but not 12,34
GROUPED = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
PERCENT = ("%", "パーセント", "ポイント")
# units that say the same
SAME_UNITS = (
    {"市町", "市町村", "市区町村", "団体", "自治体"},
    {"人", "名"},
    {*PERCENT},
    {"か所", "ヶ所", "ケ所", "カ所", "箇所", "個所"},
    {"km", "キロ", "キロメートル"},
    {"業務", "システム"},
    {"番", "番目", "号", "ばん", "つ目", "個目"},
    {"位分", "位"},
)  # fmt: skip
# counters that fit anything, and all other units that people type
ANY_UNITS = {"", "つ", "個", "こ", "コ", "ケ", "ヶ"}
OTHER_UNITS = {
    "件", "回", "割", "kg", "キロ", "円", "時間", "日", "分", "年", "か月", "世帯", "組", "機", "台", "枚", "m", "秒",
    "通", "手順", "本", "校", "通り",
}  # fmt: skip
UNITS = set().union(ANY_UNITS, OTHER_UNITS, *SAME_UNITS)
PER_TENTH = 10.0
# what is said where no single number of the unit was typed
NO_NUMBER = "数で答えてください（例: 12）。文字だけでは答え合わせができません。"
ONE_NUMBER = "1つの数だけを入力してください（例: 12）。"
OTHER_UNIT = "単位が違います。「{}」で数えた数を入力してください。"


class TypedAnswerError(ValueError):
    """What was typed is no number; the message says so in Japanese."""


def read_typed_number(typed: str, unit: str = "") -> float:
    """Read a number as people type it.

    Parameters
    ----------
    typed
        Full-width or kanji numerals, commas, 約, a unit behind it.
    unit
        The unit that is asked for; 7割 is 70 where it is a percentage.

    Raises
    ------
    TypedAnswerError
        If it is no single number, or one of another unit.
    """
    text = strip_manners(typed)
    sign = -1.0 if MINUS.match(text) else 1.0
    text = GROUPED.sub("", MINUS.sub("", text))
    value, rest = _split_number(text)
    # 24（市町）
    rest = rest.strip(BRACKETS)
    if value is None:
        raise TypedAnswerError(NO_NUMBER)
    asked = unicodedata.normalize("NFKC", unit)
    if rest.startswith("割") and (asked in PERCENT or not asked):
        # 7割5分 is 75 %
        part = re.fullmatch(f"割(?:([0-9{''.join(DIGITS)}])分)?", rest)
        if part:
            hundredths = DIGITS.get(part[1], part[1]) or "0"
            return sign * (value * PER_TENTH + float(hundredths))
    if rest.lower() not in UNITS and rest != asked:
        raise TypedAnswerError(ONE_NUMBER)
    if not _is_same_unit(rest, asked):
        raise TypedAnswerError(OTHER_UNIT.format(unit))
    return sign * value


def strip_manners(typed: str) -> str:
    """Strip what people write around an answer: quotes, 答えは, だと思います; in one width."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    plain = POLITE.sub("", ABOUT.sub("", text.strip(BRACKETS))).strip(BRACKETS)
    # of what is nothing but manners everything stays
    return POLITE.sub("", plain) or text


def export_rule() -> dict[str, object]:
    """Write down the tables and patterns of this module, for a reader in another language."""
    return {
        "about": ABOUT.pattern,
        "polite": POLITE.pattern,
        "brackets": BRACKETS,
        "minus": MINUS.pattern,
        "number": NUMBER.pattern,
        "grouped": GROUPED.pattern,
        "digits": DIGITS,
        "tens": TENS,
        "myriads": MYRIADS,
        "percent": list(PERCENT),
        "same": [sorted(units) for units in SAME_UNITS],
        "any": sorted(ANY_UNITS),
        "units": sorted(UNITS),
        "per_tenth": PER_TENTH,
        "no_number": NO_NUMBER,
        "one_number": ONE_NUMBER,
        "other_unit": OTHER_UNIT,
    }


def _split_number(text: str) -> tuple[float | None, str]:
    """Split a text into the number at its beginning and the rest."""
    total = 0.0
    # what stands before 万 or 億, and before 十, 百 or 千
    section = 0.0
    number: float | None = None
    has_number = False
    position = 0
    while position < len(text):
        letter = text[position]
        if match := NUMBER.match(text, position):
            if number is not None:
                break
            number = float(match[0])
            position = match.end() - 1
        elif letter in DIGITS:
            # 三三 is 33, as 二〇二〇 is 2020
            number = (number or 0.0) * 10 + int(DIGITS[letter])
        elif letter in TENS:
            section += (1.0 if number is None else number) * TENS[letter]
            number = None
        elif letter in MYRIADS and (has_number or number is not None):
            total += (section + (number or 0.0)) * MYRIADS[letter]
            section, number = 0.0, None
        else:
            break
        has_number = True
        position += 1
    value = total + section + (number or 0.0) if has_number else None
    return value, text[position:]


def _is_same_unit(typed: str, asked: str) -> bool:
    if not asked or typed in ANY_UNITS or typed.lower() == asked.lower():
        return True
    return any(typed.lower() in units and asked in units for units in SAME_UNITS)
