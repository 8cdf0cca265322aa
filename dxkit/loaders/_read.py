"""How is any file read, whatever it is?"""

from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.loaders._identify import identify
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._table import read_table


@accepts_open_file
def read(path: str | Path, **options: Any) -> pd.DataFrame:
    r"""Read any file with the reader that fits it (`identify`).

    Parameters
    ----------
    path
        The file.
    options
        Keywords of that reader; with ``recipe=`` (see `read_table`) it is that of the recipe.

    Returns
    -------
    pandas.DataFrame
        As that reader returns it; ``.attrs["identity"]`` says in Japanese what the file is.

    Raises
    ------
    TableError
        If the file cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "a.csv"
    >>> _ = path.write_text("市町名,件数\n姫路市,12\n尼崎市,3\n", encoding="cp932")
    >>> read(path)["code"].tolist()
    ['28201', '28202']
    """
    identity = identify(path)
    # only `read_table` leaves recipes
    reader = identity.reader if options.get("recipe") is None else read_table
    table = reader(path, **options)
    table.attrs["identity"] = str(identity)
    return table
