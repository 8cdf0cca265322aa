"""Which check digit belongs to a municipality code?"""

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

    Notes
    -----
    総務省「全国地方公共団体コード仕様」: multiply by 6, 5, 4, 3, 2, add, divide by 11 and subtract the
    rest from 11; the last digit of that.

    Examples
    --------
    >>> check_digit("28201")
    '4'
    """
    total = sum(int(digit) * weight for digit, weight in zip(code, CHECK_WEIGHTS, strict=True))
    # 11 and 10 have two digits: the standard takes the last one
    return str((CHECK_MODULUS - total % CHECK_MODULUS) % 10)
