"""Which names do invented people bear?

Common surnames and given names are facts that anybody knows; their order is roughly that of
everyday life, not of a census. A long tail is put together from the same parts (as most real
surnames are), so that a million people do not share two hundred names.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dxkit._arrays import FloatArray

# each word is a name and its reading in katakana
_COMMON = """佐藤サトウ 鈴木スズキ 高橋タカハシ 田中タナカ 伊藤イトウ 渡辺ワタナベ 山本ヤマモト 中村ナカムラ 小林コバヤシ
加藤カトウ 吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ 松本マツモト 井上イノウエ 木村キムラ 林ハヤシ 斎藤サイトウ
清水シミズ 山崎ヤマザキ 森モリ 池田イケダ 橋本ハシモト 阿部アベ 石川イシカワ 山下ヤマシタ 中島ナカジマ 石井イシイ 小川オガワ
前田マエダ 岡田オカダ 長谷川ハセガワ 藤田フジタ 後藤ゴトウ 近藤コンドウ 村上ムラカミ 遠藤エンドウ 青木アオキ 坂本サカモト
福田フクダ 太田オオタ 西村ニシムラ 藤井フジイ 金子カネコ 岡本オカモト 藤原フジワラ 三浦ミウラ 中野ナカノ 中川ナカガワ
原田ハラダ 松田マツダ 竹内タケウチ 小野オノ 田村タムラ 中山ナカヤマ 和田ワダ 石田イシダ 森田モリタ 上田ウエダ 原ハラ
内田ウチダ 柴田シバタ 酒井サカイ 宮崎ミヤザキ 横山ヨコヤマ 高木タカギ 安藤アンドウ 宮本ミヤモト 大野オオノ 小島コジマ
谷口タニグチ 工藤クドウ 今井イマイ 高田タカダ 増田マスダ 丸山マルヤマ 杉山スギヤマ 村田ムラタ 大塚オオツカ 新井アライ
小山コヤマ 平野ヒラノ 藤本フジモト 河野コウノ 上野ウエノ 野口ノグチ 武田タケダ 松井マツイ 千葉チバ 岩崎イワサキ 菅原スガワラ
木下キノシタ 久保クボ 佐野サノ 野村ノムラ 松尾マツオ 菊地キクチ 杉本スギモト 市川イチカワ 古川フルカワ 大西オオニシ
島田シマダ 水野ミズノ 桜井サクライ 高野タカノ 渡部ワタナベ 吉川ヨシカワ 山内ヤマウチ 西田ニシダ 飯田イイダ 菊池キクチ
西川ニシカワ 小松コマツ 北村キタムラ 安田ヤスダ 五十嵐イガラシ 川口カワグチ 平田ヒラタ 関セキ 中田ナカタ 久保田クボタ
服部ハットリ 東ヒガシ 岩田イワタ 土屋ツチヤ 川崎カワサキ 福島フクシマ 本田ホンダ 辻ツジ 樋口ヒグチ 秋山アキヤマ 田口タグチ
永井ナガイ 山中ヤマナカ 中西ナカニシ 吉村ヨシムラ 川上カワカミ 大橋オオハシ 石原イシハラ 松岡マツオカ 浜田ハマダ 馬場ババ
森本モリモト 矢野ヤノ 浅野アサノ 松下マツシタ 星野ホシノ 大久保オオクボ 吉岡ヨシオカ 小池コイケ 野田ノダ 荒木アラキ
大谷オオタニ 松浦マツウラ 熊谷クマガイ 黒田クロダ 尾崎オザキ 永田ナガタ 川村カワムラ 望月モチヅキ 田辺タナベ 広瀬ヒロセ
富田トミタ 沢田サワダ 滝川タキガワ 長沢ナガサワ 国分コクブ 桑原クワバラ 柳田ヤナギダ 辺見ヘンミ"""
_MALE = """誠マコト 健ケン 翔ショウ 大輔ダイスケ 拓也タクヤ 健太ケンタ 翔太ショウタ 大樹ダイキ 陽太ヨウタ 蓮レン 隆タカシ
茂シゲル 清キヨシ 稔ミノル 進ススム 勇イサム 実ミノル 昇ノボル 修オサム 博ヒロシ 豊ユタカ 勝マサル 弘ヒロシ 学マナブ
直樹ナオキ 剛ツヨシ 亮リョウ 悠斗ユウト 颯太ソウタ 大翔ヒロト"""
_FEMALE = """恵メグミ 愛アイ 舞マイ 葵アオイ 凛リン 結衣ユイ 陽菜ヒナ 美咲ミサキ 彩アヤ 明美アケミ 真由美マユミ 由美子ユミコ
久美子クミコ 香織カオリ 直美ナオミ 智子トモコ 千代チヨ 静シズカ 節子セツコ 薫カオル 桜サクラ 遥ハルカ 杏アン 楓カエデ
さくらサクラ ひなたヒナタ 美穂ミホ 裕子ユウコ 陽子ヨウコ 幸子サチコ"""
_HEADS = """山ヤマ 川カワ 田タ 中ナカ 松マツ 竹タケ 藤フジ 石イシ 木キ 森モリ 小コ 大オオ 西ニシ 東ヒガシ 北キタ 南ミナミ
上カミ 下シモ 高タカ 長ナガ 福フク 吉ヨシ 岡オカ 谷タニ 池イケ 井イ 宮ミヤ 村ムラ 島シマ 浜ハマ 水ミズ 滝タキ 沢サワ 青アオ
黒クロ 白シロ 赤アカ 金カネ 秋アキ 春ハル 夏ナツ 冬フユ 桜サクラ 梅ウメ 杉スギ 柳ヤナギ 桑クワ 栗クリ 荒アラ 細ホソ 広ヒロ
深フカ 浅アサ 古フル 新ニイ 前マエ 原ハラ 横ヨコ 平ヒラ 岩イワ 鳥トリ 鶴ツル 亀カメ 熊クマ 鹿シカ 奥オク 国クニ 富トミ
花ハナ 若ワカ 早ハヤ 遠トオ"""
_TAILS = """田ダ 川カワ 山ヤマ 本モト 村ムラ 野ノ 原ハラ 井イ 島シマ 崎サキ 沢ザワ 谷タニ 口グチ 岡オカ 木キ 浜ハマ 橋ハシ
瀬セ 尾オ 部ベ 内ウチ 上ウエ 下シタ 中ナカ 宮ミヤ 塚ツカ 池イケ 倉クラ 坂サカ 関ゼキ 垣ガキ 畑ハタ 根ネ 越コシ 見ミ 水ミズ
林バヤシ 森モリ 松マツ 滝タキ"""
_STEMS = """和カズ 正マサ 博ヒロ 英ヒデ 義ヨシ 孝タカ 直ナオ 明アキ 幸ユキ 哲テツ 信ノブ 秀ヒデ 文フミ 昭アキ 浩ヒロ 伸ノブ
敏トシ 康ヤス 邦クニ 良ヨシ 俊トシ 忠タダ 光ミツ 勝カツ 政マサ 雅マサ 晴ハル 智トモ 友トモ 真マサ 裕ヒロ 宏ヒロ 達タツ
武タケ 龍タツ 貴タカ 泰ヤス 清キヨ 克カツ 徳ノリ 寿トシ 恒ツネ 実サネ 豊トヨ 栄エイ 静シズ 美ミ 千チ 久ヒサ 節セツ 恵エ
澄スミ 弥ヤ"""
_MALE_ENDS = """夫オ 雄オ 彦ヒコ 之ユキ 也ヤ 樹キ 人ト 明アキ 司ジ 男オ 一カズ 志シ 治ハル 則ノリ
史フミ 弘ヒロ 行ユキ 輝キ 郎ロウ 広ヒロ 斗ト 馬マ"""
_FEMALE_ENDS = (
    "子コ 美ミ 代ヨ 江エ 恵エ 香カ 奈ナ 花カ 乃ノ 世ヨ 穂ホ 菜ナ 帆ホ 枝エ 音ネ 沙サ 月ヅキ 葉ハ"
)
_TOWN_HEADS = (
    "東 西 南 北 中 上 下 本 新 大 小 元 奥 今 旭 緑 桜 松 竹 梅 若 宝 幸 栄 朝 浜 港 磯 福 日"
)
_TOWN_TAILS = "町 浜町 山町 田 野 川町 ノ手 が丘 台 原 島 津 宮町 池 谷 坂 之内 条町 園町 口"
BUILDINGS = ("サンハイツ", "コーポ松", "メゾン浜", "県営住宅", "グリーンハイム", "第二青葉荘")


# exponents and shift of Zipf and Mandelbrot's law of frequencies
SURNAME_EXPONENT = 1.08
GIVEN_EXPONENT = 0.95
RANK_SHIFT = 14


def _split_readings(text: str) -> list[tuple[str, str]]:
    """Split 佐藤サトウ into how it is written and how it is read."""
    pairs = []
    for word in text.split():
        reading_start = next(
            position
            for position, character in enumerate(word)
            if "ァ" <= character <= "ヶ" and character != "々"
        )
        pairs.append((word[:reading_start], word[reading_start:]))
    return pairs


def _join_parts(heads: str, tails: str) -> list[tuple[str, str]]:
    """Put every head before every tail, those first that stand early in both."""
    pairs = [
        (row + column, (head[0] + tail[0], head[1] + tail[1]))
        for row, head in enumerate(_split_readings(heads))
        for column, tail in enumerate(_split_readings(tails))
        if head[0] != tail[0]
    ]
    return [pair for _, pair in sorted(pairs, key=lambda pair: pair[0])]


@lru_cache(maxsize=4)
def list_names(kind: str) -> tuple[NDArray[np.object_], NDArray[np.object_], FloatArray]:
    """List ``surname``, ``male`` or ``female`` names, the most frequent first.

    Returns
    -------
    spellings, readings : numpy.ndarray
    shares : numpy.ndarray
        Cumulative shares of people who bear them.
    """
    lists = {
        "surname": (_COMMON, _HEADS, _TAILS),
        "male": (_MALE, _STEMS, _MALE_ENDS),
        "female": (_FEMALE, _STEMS, _FEMALE_ENDS),
    }
    common, heads, tails = lists[kind]
    # the reading of a common name stands, whatever its parts would give: 井上 is not イウエ
    common_pairs = _split_readings(common)
    pairs = list((dict(common_pairs + _join_parts(heads, tails)) | dict(common_pairs)).items())
    spellings, readings = (np.array(side, dtype=object) for side in zip(*pairs, strict=True))
    # Zipf–Mandelbrot: the commonest surname is borne by about 1.5 % of people
    exponent = SURNAME_EXPONENT if kind == "surname" else GIVEN_EXPONENT
    shares = 1 / (np.arange(len(pairs)) + RANK_SHIFT) ** exponent
    return spellings, readings, np.cumsum(shares / shares.sum())


@lru_cache(maxsize=1)
def list_town_names() -> NDArray[np.object_]:
    """List invented town names."""
    return np.array(
        [head + tail for tail in _TOWN_TAILS.split() for head in _TOWN_HEADS.split()], dtype=object
    )
