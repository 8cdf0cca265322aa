"""How often does a shelter's register differ from the residents' register, and in what?

Every share is an assumption until somebody measures it; `synth_registers` takes others by
``errors=``.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from dxkit.schema import carry_provenance

ASSUMPTION = "仮定（測った公表値は見つかっていない）"
UNMEASURED = "仮定（測った公表値がなく、既定では起こさない）"


class ErrorKind(NamedTuple):
    """One kind of error.

    Attributes
    ----------
    kind
        As in ``errors=``.
    share
        How often it happens where nothing else is asked for (0–1).
    base
        Of what the share is.
    meaning
        What is written, in Japanese.
    """

    kind: str
    share: float
    base: str
    meaning: str


ERROR_KINDS = (
    ErrorKind("old_form", 0.12, "住民の世帯", "姓に旧字体があり、住民の名簿でそう書く"),
    ErrorKind("common_form", 0.85, "旧字体の姓", "避難所では常用の字体で書く"),
    ErrorKind("kana_only", 0.12, "氏名", "仮名だけで書く"),
    ErrorKind("no_kana", 0.35, "氏名", "読みを書かない"),
    ErrorKind("kana_style", 0.25, "読み", "ひらがなか半角で書く"),
    ErrorKind("no_blank", 0.5, "氏名", "氏と名のあいだを空けない"),
    ErrorKind("voicing", 0.05, "読み", "濁点の有無が違う（ナカジマとナカシマ）"),
    ErrorKind("misread", 0.02, "名の読み", "別の読みで書く"),
    ErrorKind("typo", 0.025, "名", "1字を書き誤る"),
    ErrorKind("married", 0.01, "人", "別の姓で書く（婚姻・旧姓）"),
    ErrorKind("swapped_name", 0.0, "氏名", "氏と名を逆に書く"),
    ErrorKind("one_part", 0.0, "氏名", "氏だけを書く"),
    ErrorKind("era_date", 0.3, "生年月日", "元号で書く"),
    ErrorKind("partial_date", 0.1, "生年月日", "日を書かない"),
    ErrorKind("no_date", 0.2, "生年月日", "書かない"),
    ErrorKind("wrong_year", 0.02, "生年月日", "年を1年か10年誤る"),
    ErrorKind("wrong_day", 0.01, "生年月日", "日を誤る"),
    ErrorKind("swapped_day", 0.0, "生年月日", "月と日を逆に書く（どちらも12以下のとき）"),
    ErrorKind("placeholder_date", 0.0, "生年月日", "不明の代わりに 1900-01-01 と書く"),
    ErrorKind("short_address", 0.3, "住所", "都道府県を省き、番地をつないで書く"),
    ErrorKind("kanji_address", 0.2, "住所", "番地を漢数字で書く"),
    ErrorKind("town_only", 0.1, "住所", "町までしか書かない"),
    ErrorKind("no_address", 0.15, "住所", "書かない（団体コードも空欄）"),
    ErrorKind("no_code", 0.0, "住所", "団体コードを書かない"),
    ErrorKind("moved", 0.0, "人", "前に住んだ別の住所を書く"),
    ErrorKind("no_sex", 0.05, "性別", "書かない"),
    ErrorKind("twins", 0.02, "子のいる世帯", "2人が双子"),
    ErrorKind("elsewhere", 0.05, "避難した人", "名簿の市町の外から来た"),
    ErrorKind("twice", 0.08, "避難した人", "2度登録される"),
)
# shares of people, of names, of dates or of addresses (0–1)
ERRORS: Mapping[str, float] = {error.kind: error.share for error in ERROR_KINDS}


def error_kinds() -> pd.DataFrame:
    """List the kinds of error that `synth_registers` makes.

    Returns
    -------
    pandas.DataFrame
        One row a kind: ``kind`` (as in ``errors=``), ``share`` (0–1, where nothing else is asked
        for), ``base`` (of what), ``meaning`` and ``source`` (in Japanese; 仮定 is an assumption).
        The table is the project's own (``attrs["made"]``).

    Notes
    -----
    No published measurement of Japanese registers was found. For real registers, take the shares
    from some hundred pairs that clerks have checked (`missed_by_kind` counts them).

    Examples
    --------
    >>> kinds = error_kinds().set_index("kind")
    >>> float(kinds.loc["no_date", "share"]), kinds.loc["no_date", "meaning"]
    (0.2, '書かない')
    """
    table = pd.DataFrame(ERROR_KINDS)
    table["source"] = [ASSUMPTION if error.share else UNMEASURED for error in ERROR_KINDS]
    return carry_provenance(table, {"made": True})
