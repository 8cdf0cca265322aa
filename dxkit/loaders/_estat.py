"""What does a CSV of the e-Stat API, or of the e-Stat site's own button, hold?"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.loaders._estat_site import find_site_table, read_site_table
from dxkit.loaders._official_layout import find_official_sheet
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._origin import set_origin

TITLE = "e-Stat（政府統計の総合窓口）のAPI"
# the API's own headings, and those of files made from it
AREA = ("@area", "area_code")
VALUE = ("$", "value")


@accepts_open_file
def read_estat(path: str | Path) -> pd.DataFrame:
    r"""Read a CSV of the e-Stat API, or of the download button of the e-Stat site.

    Parameters
    ----------
    path
        CSV of the API with a header such as ``@cat01,@area,@time,@unit,$``, or of the site with
        pairs of columns (``… コード``, ``…``); lines before it (parameters, table information) are
        passed over.

    Returns
    -------
    pandas.DataFrame
        One row a value: ``code`` (five digits from ``@area``; text of the source where it is no
        municipality or prefecture, e.g. a mesh), ``time, unit, value`` and the other dimensions
        under their name (``cat01`` …). ``-``, ``***`` and ``X`` are missing. Of the site's CSV one
        row a value as well: ``code, name, time, unit, value``, ``item`` (which of the columns of
        values) and each other dimension by its own heading.
        ``.attrs``: ``source, kind, file``; of the site's CSV ``preface`` (what stands above the
        table, with the meaning of its marks).

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "estat.csv"
    >>> rows = "A1101,28201,2020,530495\nA1101,28202,2020,-\n"
    >>> _ = path.write_text(f"@cat01,@area,@time,$\n{rows}")
    >>> read_estat(path)[["code", "value"]]
        code     value
    0  28201  530495.0
    1  28202       NaN
    """
    if (site := find_site_table(path)) is not None:
        return read_site_table(site)
    official = find_official_sheet(path, [AREA, VALUE], kind="e-StatのAPIか統計表のCSV")
    table: dict[str, Sequence[object]] = {"code": official.read_texts(*AREA)}
    # dimensions differ from table to table: all of them are kept as text
    for head in official.heads:
        dimension = head.removeprefix("@")
        if head and dimension not in ("area", "area_code", *VALUE):
            table[dimension] = official.read_texts(head)
    table["value"] = official.read_numbers(*VALUE)
    official.raise_faults()
    frame = pd.DataFrame(table)
    set_origin(frame, TITLE, official.sheet.file)
    return frame
