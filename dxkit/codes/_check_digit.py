"""Which check digit belongs to a municipality code?"""

from dxkit.errors import CodeError, shorten

CHECK_WEIGHTS = (6, 5, 4, 3, 2)
CHECK_MODULUS = 11


def check_digit(code: str) -> str:
    """Compute the check digit of a five-digit code.

    Parameters
    ----------
    code
        Five half-width digits.

    Returns
    -------
    str
        One digit.

    Raises
    ------
    CodeError
        If it is no text of five digits.

    Notes
    -----
    総務省「全国地方公共団体コード仕様」: multiply by 6, 5, 4, 3, 2, add, divide by 11 and subtract the
    rest from 11; the last digit of that.

    Examples
    --------
    >>> check_digit("28201")
    '4'
    """
    if not (isinstance(code, str) and len(code) == len(CHECK_WEIGHTS) and code.isdecimal()):
        raise CodeError(
            f"「{shorten(code)}」は5桁の数字ではありません。28201 のように書いてください。"
        )
    total = sum(int(digit) * weight for digit, weight in zip(code, CHECK_WEIGHTS, strict=True))
    # 11 and 10 have two digits: the standard takes the last one
    return str((CHECK_MODULUS - total % CHECK_MODULUS) % 10)
