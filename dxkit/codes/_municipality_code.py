"""Which five- or six-digit code does somebody mean who typed this?"""

import math
import re
import unicodedata

import numpy as np

from dxkit.codes._check_digit import check_digit
from dxkit.errors import CodeError, shorten

PREFECTURE_COUNT = 47
# numbers below belong to no municipality (000 is the prefecture itself)
LOWEST_MUNICIPALITY = 100
# a hostile cell may be megabytes long; a code with blanks and quotes is far shorter
LONGEST_TYPED = 100


def short_code(x: object) -> str:
    """Read the five-digit code of a municipality or prefecture.

    Parameters
    ----------
    x
        A code as people type it and spreadsheets store it: ``"28201"``, ``"２８２０１"``, ``28201``,
        ``282014``, ``282014.0``, ``"28,201"``, ``1100`` (the leading zero lost).

    Returns
    -------
    str
        Five half-width digits.

    Raises
    ------
    CodeError
        If it is no code, or the check digit of a six-digit code is wrong; the right one is named.

    Notes
    -----
    Shape and check digit are verified, not whether such a municipality exists. Five digits are
    always read as a code without check digit: ``11002`` is not taken for 札幌市's ``011002`` with
    its zero lost.

    Examples
    --------
    >>> short_code("２８２０１４")
    '28201'
    """
    digits = _read_digits(x)
    body = digits[:5]
    typed_check = digits[5:]
    if not 1 <= int(body[:2]) <= PREFECTURE_COUNT:
        raise CodeError(
            f"「{shorten(x)}」の先頭2桁「{body[:2]}」は都道府県コード（01〜47）ではありません。"
        )
    # 5 digits whose zero is lost look like a code of another place
    if body[2:] != "000" and int(body[2:]) < LOWEST_MUNICIPALITY:
        raise CodeError(
            f"「{shorten(x)}」の市区町村番号「{body[2:]}」は100以上のはずです。"
            f"先頭の0が落ちた6桁コードなら「{digits.zfill(6)}」と書いてください。"
        )
    if typed_check and typed_check != check_digit(body):
        raise CodeError(
            f"「{shorten(x)}」の検査数字「{typed_check}」が合いません。"
            f"正しくは「{check_digit(body)}」（{body}{check_digit(body)}）です。"
        )
    return body


def full_code(x: object) -> str:
    """Read the six-digit code with check digit; accepts and rejects what `short_code` does.

    Parameters
    ----------
    x
        As for `short_code`.

    Returns
    -------
    str
        Six half-width digits.

    Raises
    ------
    CodeError
        As `short_code` does.

    Examples
    --------
    >>> full_code(28201)
    '282014'
    """
    body = short_code(x)
    return body + check_digit(body)


def _read_digits(x: object) -> str:
    """Read five or six half-width digits, or raise."""
    if isinstance(x, float | np.floating):
        text = str(int(x)) if math.isfinite(x) and x == int(x) else str(x)
    else:
        text = unicodedata.normalize("NFKC", str(x)[:LONGEST_TYPED]).strip().strip("'\"")
        # 28201.0 as pandas writes it, 28,201 as Excel's thousands format does
        text = text.removesuffix(".0")
        text = text.replace(",", "") if re.fullmatch(r"[0-9]{1,3},[0-9]{3}", text) else text
    if text.isascii() and text.isdigit():
        # only the zero of 01–09 (北海道〜栃木県) can be lost: 1100 → 01100
        text = text.zfill(5) if len(text) == 4 else text
        if len(text) in (5, 6):
            return text
    raise CodeError(
        f"「{shorten(x)}」は市区町村コードではありません。"
        "5桁（28201）か6桁（282014）の数字で書いてください。"
    )
