"""Where does a table come from, and what do its rows and columns mean?"""

import pandas as pd

from dxkit import schema
from dxkit.loaders._catalog import find_catalog_row


def describe(name: str) -> pd.Series:
    """Describe where a table comes from and what its rows and columns mean.

    Parameters
    ----------
    name
        A name in `catalog`.

    Returns
    -------
    pandas.Series
        Japanese keys: 表, 1行が表すもの, 行数, 列, 出典, 公表者, 時点, 鮮度の期限,
        次のファイル, 利用条件, 種類, URL, ファイル.

    Raises
    ------
    CatalogError
        If there is no such table.

    Examples
    --------
    >>> describe("areas")[["1行が表すもの", "公表者", "種類"]].tolist()
    ['1圏域（県民局・県民センターの所管区域）', '兵庫県', '公表値']
    """
    row = find_catalog_row(name)
    # the catalogue lists column names; people read their headings
    columns = "、".join(schema.heading(column) for column in str(row["columns"]).split())
    facts = {
        "表": name,
        "1行が表すもの": row["grain"],
        "行数": row["rows"],
        "列": columns,
        "出典": row["source"],
        "公表者": row["publisher"],
        "時点": row["as_of"],
        "鮮度の期限": row["fresh_until"],
        "次のファイル": row["next_file"],
        "利用条件": row["licence"],
        "種類": schema.VALUE_LABELS["kind"][row["kind"]],
        "URL": row["url"],
        "ファイル": row["file"],
    }
    return pd.Series(facts, name=name)
