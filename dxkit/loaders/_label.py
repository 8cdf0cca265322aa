"""How does a table get Japanese headings and units?"""

import pandas as pd

from dxkit import schema
from dxkit._checks import require_table


def label(table: pd.DataFrame) -> pd.DataFrame:
    """Copy a table with Japanese headings and units.

    For reading on a page, `dxkit.show` also writes numbers, codes and missing cells for people.

    Parameters
    ----------
    table
        Any table with the project's column names; unknown columns keep theirs.

    Returns
    -------
    pandas.DataFrame
        The geometry column is left out, because it cannot be read. ``.attrs`` as those of the
        table.

    Examples
    --------
    >>> import pandas as pd
    >>> label(pd.DataFrame({"code": ["28201"], "people": [530495], "own": [1]}))
       団体コード   人口［人］  own
    0  28201  530495    1
    """
    require_table(table, "label の table")
    # a column that repeats another under its old name would give one heading twice
    columns = [name for name in schema.drop_old_names(table.columns) if name != "geometry"]
    readable = pd.DataFrame(table[columns])
    # a reader may have brought the official headings of its file along
    labels = {column: schema.heading(str(column)) for column in readable.columns}
    labels |= dict(table.attrs.get("labels", {}))
    labelled = readable.rename(columns=labels)
    labelled.index.names = [labels.get(str(name), name) for name in readable.index.names]
    labelled.attrs = dict(table.attrs)
    return labelled
