"""What if a file holds nothing of the prefecture that was asked for?"""

import pandas as pd

from dxkit.errors import TableError
from dxkit.loaders._municipalities import find_prefecture_name


def require_rows(table: pd.DataFrame, prefecture: str, file: str) -> None:
    """Refuse an empty answer: the data are another prefecture's.

    Raises
    ------
    TableError
        If nothing is left of a table after the rows of a prefecture were selected.
    """
    if len(table):
        return
    home = find_prefecture_name(prefecture)
    problem = f"{home}の行が1つもありません（ほかの都道府県のファイルのようです）"
    remedy = "ファイルを確かめるか、prefecture= をその都道府県（2桁）にしてください"
    raise TableError.one(problem, remedy, file=file)
