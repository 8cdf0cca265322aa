"""How are names written once all spellings of the same person are folded together?

Folding is for comparing only: 齋藤 and 斉藤 become one key although they are different families, so
a key is never shown or sent. Variants of kanji follow the MJ縮退マップ and MJ文字一覧表 (IPA and the
Character Information Technology Promotion Council, CC BY-SA 2.1 JP) as the package
``jntajis-python`` (BSD-3-Clause) carries them; neither table is copied here. Own tables hold what
the map keeps apart and a search must not (斉 and 斎), and the commonest variants for machines
without the package.
"""

import re
import unicodedata
import warnings
from collections.abc import Callable
from functools import lru_cache

from dxkit.errors import TableWarning

# each word: the form compared, then what the official map keeps apart from it
KEPT_APART = "斎斉斊 崎碕 檜桧 遥遙 曽曾 尭堯 鴎鷗 凛凜 籠篭 諫諌 麹麴 倶俱 侠俠 頬頰 蘇蘓 渡渉"
# used where jntajis is not installed: the forms that family registers commonly hold
COMMON_VARIANTS = """高髙 崎﨑嵜 辺邊邉 斎齋齊 浜濱濵 吉𠮷 沢澤 桜櫻 広廣 国國圀 島嶋嶌 富冨 桑桒 柳栁 真眞 竜龍 滝瀧 関關 塩鹽 黒黑
徳德 恵惠 浅淺 豊豐 栄榮 円圓 峰峯 館舘 万萬 与與 条條 村邨 宝寶 寿壽 亀龜 鉄鐵 恒恆 静靜 涼凉 礼禮 清淸 青靑 緑綠 録錄 郎郞
弥彌 来來 実實 児兒 剣劍劔 図圖 団團 壮壯 将將 尚尙 巣巢 帯帶 応應 戸戶 暁曉 横橫 歩步 毎每 温溫 為爲 畳疊 穂穗 経經 絵繪
縁緣 聡聰 芦蘆 荘莊 薫薰 蔵藏 覚覺 諸諸 釈釋 鎌鐮 鶏鷄 麦麥 槙槇 舩船 瀬瀨 頼賴 単單 厳嚴 収收 双雙 台臺 号號 営營 学學 対對
専專 岳嶽 当當 従從 戦戰 楽樂 権權 気氣 浄淨 湾灣 総總 緒緖 継繼 芸藝 衛衞 証證 読讀 譲讓 鋭銳 随隨 駅驛 験驗 黄黃 点點 仏佛
園薗 刈苅 升舛"""
# characters of a name that are read; a hostile cell may be megabytes long
MAX_NAME_LENGTH = 100
# rounds until folding changes nothing: more are never needed, and a hostile text must not go
# round for ever
MAX_ROUNDS = 8
# flags of the map's sources: all four, and the notices on names in family registers alone
ALL_SCHEMES = 15
NAME_LAW = 8
# the first kanji of JIS level 2 in Shift_JIS: those before it are the everyday ones
LEVEL_TWO = 0x989F
NO_OFFICIAL_MAP = (
    "異体字の公的な対応表（jntajis-python）がないので、よくある異体字だけの小さな表でそろえます。"
    "dxkit のフォルダーで make full を実行するか、pip install 'dxkit[linkage]' を実行してください。"
)
# CJK radicals and kanji begin here; characters before have no variants
FIRST_KANJI = 0x2E80


def _map_variants(words: str) -> dict[str, str]:
    """Map each variant of a table to the form at the head of its word.

    Raises
    ------
    ValueError
        If a variant stands in two words: which form it means would depend on their order.
    """
    forms: dict[str, str] = {}
    for word in words.split():
        for variant in word[1:]:
            if variant in forms:
                raise ValueError(f"{variant} stands in the table twice")
            forms[variant] = word[0]
    return forms


@lru_cache(maxsize=1)
def _map_own_variants() -> dict[str, str]:
    # read together, so that a variant that stands in both tables is noticed
    _map_variants(f"{KEPT_APART} {COMMON_VARIANTS}")
    return _map_variants(COMMON_VARIANTS)


@lru_cache(maxsize=1)
def find_official_map() -> Callable[[str, int], list[str]] | None:
    """Return the lookup in the official map; without its package nothing, with a warning once."""
    try:
        from jntajis import mj_shrink_candidates  # noqa: PLC0415
    except ImportError:
        warnings.warn(NO_OFFICIAL_MAP, TableWarning, stacklevel=2)
        return None
    lookup: Callable[[str, int], list[str]] = mj_shrink_candidates
    return lookup


def _rank_everyday(character: str) -> int:
    """Rank characters as JIS X 0208 does (everyday ones first), those outside it last."""
    try:
        return int.from_bytes(character.encode("shift_jis"), "big")
    except UnicodeEncodeError:
        return 0x10000 + ord(character[0])


def _find_everyday_form(character: str) -> str:
    """Find the everyday form of a character.

    An everyday kanji moves only by the notices on names: 龍 to 竜, but 玉 not to 王.
    """
    official_map = find_official_map()
    if official_map is None:
        return _map_own_variants().get(character, character)
    schemes = NAME_LAW if _rank_everyday(character) < LEVEL_TWO else ALL_SCHEMES
    forms = [unicodedata.normalize("NFKC", form) for form in official_map(character, schemes)]
    return min([character, *(form for form in forms if len(form) == 1)], key=_rank_everyday)


def fold_accents(text: str) -> str:
    """Write Latin letters without their accents: José is Jose, Łódź is Lodz."""
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize("NFD", character)[0].translate(_STROKES)
        if 0xC0 <= ord(character) < 0x250 or 0x1E00 <= ord(character) < 0x1F00
        else character
        for character in text
    )


def fold_character(character: str) -> str:
    """Fold a character to the one form in which all its variants are compared."""
    if ord(character) < FIRST_KANJI:
        return fold_accents(character)
    # a variant of a variant takes several steps
    for _ in range(MAX_ROUNDS):
        everyday = _find_everyday_form(character)
        if everyday == character:
            break
        character = everyday
    return _KEPT_APART_FORMS.get(character, character)


_KEPT_APART_FORMS = _map_variants(KEPT_APART)


class _Folding(dict[int, str]):
    """Translation table that looks every character up once."""

    def __missing__(self, code: int) -> str:
        self[code] = fold_character(chr(code))
        return self[code]


VARIANTS = _Folding()
# letters with a stroke, which Unicode does not take apart
_STROKES = str.maketrans("ØøŁłĐđŦŧĦħ", "OoLlDdTtHh")
# heading marks of ideographic variation sequences, blanks of all kinds, what is put between names,
# and what stands for a character that could not be read
IGNORED = re.compile(
    r"[\s\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\ufffd\U000e0100-\U000e01ef,.、。・･'’\-‐–—_/()]+"
)
BREAKS = re.compile(r"[\s\u3000・･,、]+")
REPEAT = re.compile(r"(.)[々〻]")
KANA_ONLY = re.compile(r"[ァ-ヺー]+")

_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶヰヱヲヅヂ", "アイウエオツヤユヨワカケイエオズジ")
# hiragana is folded by way of katakana
_KANA = _SMALL | {code: chr(_SMALL.get(code + 0x60, code + 0x60)) for code in range(0x3041, 0x3097)}
UNVOICED = str.maketrans(
    "ガギグゲゴザジズゼゾダデドバビブベボパピプペポヴ",
    "カキクケコサシスセソタテトハヒフヘホハヒフヘホウ",
)
_VOWELS = {
    "ア": "アカサタナハマヤラワガザダバパ",
    "イ": "イキシチニヒミリギジビピ",
    "ウ": "ウクスツヌフムユルグズブプヴ",
    "エ": "エケセテネヘメレゲゼデベペ",
    "オ": "オコソトノホモヨロゴゾドボポ",
}
# how a long vowel goes on in writing: ケー is ケイ, オー and オオ are オウ
_LONG = {
    kana: {"エ": "イ", "オ": "ウ"}.get(vowel, vowel)
    for vowel, row in _VOWELS.items()
    for kana in row
}
_BAR = re.compile(f"([{''.join(_LONG)}])ー+")
_LONG_E = re.compile(f"([{_VOWELS['エ']}])エ")
_LONG_O = re.compile(f"([{_VOWELS['オ']}])オ")


def fold_kanji(text: str) -> str:
    """Fold a name to the one spelling in which it is compared: 𠮷田　太郎 is 吉田太郎."""
    folded = _fold_kanji_once(text[:MAX_NAME_LENGTH])
    for _ in range(MAX_ROUNDS):
        # what was taken out can bring together what then composes
        if unicodedata.is_normalized("NFKC", folded):
            break
        folded = _fold_kanji_once(folded)
    return folded


def fold_kana(text: str) -> str:
    """Fold a reading to full-width katakana; empty where it holds anything but kana.

    Small kana become large ones, long bars the vowel that they draw out, ヅ・ヂ・ヲ become ズ・ジ・オ.
    """
    one_width = unicodedata.normalize("NFKC", text[:MAX_NAME_LENGTH])
    folded = IGNORED.sub("", one_width).translate(_KANA)
    if not KANA_ONLY.fullmatch(folded):
        return ""
    if "ー" in folded:
        folded = _BAR.sub(lambda vowel: vowel[1] + _LONG[vowel[1]], folded).replace("ー", "")
    if "エ" in folded:
        folded = _LONG_E.sub(r"\1イ", folded)
    return _LONG_O.sub(r"\1ウ", folded) if "オ" in folded else folded


def _fold_kanji_once(text: str) -> str:
    folded = IGNORED.sub("", unicodedata.normalize("NFKC", text)).translate(VARIANTS)
    if "々" in folded or "〻" in folded:
        # 佐々木 and 佐佐木 are one name; a mark with nothing before it repeats nothing
        folded = REPEAT.sub(r"\1\1", folded).replace("々", "").replace("〻", "")
    return folded.upper()


def remove_voicing(kana: str) -> str:
    """Remove the voicing marks of a folded reading: 中島 is read ナカシマ and ナカジマ."""
    return kana.translate(UNVOICED)


def split_name(text: str) -> tuple[str, str]:
    """Split surname and given name at a blank or dot between them, else twice nothing.

    In other letters than Japanese ones, all words after the first are the given name.
    """
    one_width = unicodedata.normalize("NFKC", text[:MAX_NAME_LENGTH])
    pieces = [piece for piece in BREAKS.split(one_width) if piece]
    is_foreign = len(pieces) > 2 and all(ord(letter) < FIRST_KANJI for letter in one_width)
    if is_foreign or len(pieces) == 2:
        return pieces[0], "".join(pieces[1:])
    return "", ""
