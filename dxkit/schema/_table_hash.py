"""Have two people the same table?"""

import hashlib

import pandas as pd


def hash_table(table: pd.DataFrame) -> str:
    """Hash a table as a CSV in UTF-8, so that two people can tell whether they have the same one.

    Examples
    --------
    >>> hash_table(pd.DataFrame({"code": ["28201"]}))[:8]
    '2e8b17d8'
    """
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    return hashlib.sha256(plain.to_csv().encode("utf-8", "surrogatepass")).hexdigest()
