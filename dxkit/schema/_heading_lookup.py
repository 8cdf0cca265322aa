"""Which Japanese heading has a column, and which column does a heading mean?"""

from collections.abc import Hashable, Iterable

import pandera.pandas as pa

from dxkit.schema._headings import HEADINGS
from dxkit.schema._synonyms import SYNONYMS

# old name → the column that holds the same today; both stand in a table for one release
OLD_NAMES: dict[Hashable, str] = {"area": "area_name"}


def heading(column: str, schema: pa.DataFrameSchema | None = None) -> str:
    """Look up the Japanese heading of a column with its unit.

    Parameters
    ----------
    column
        A column name.
    schema
        A schema whose own headings come first.

    Returns
    -------
    str
        The heading; an unknown column keeps its name.

    Examples
    --------
    >>> heading("people_2020"), heading("own_column")
    ('人口（2020年）［人］', 'own_column')
    """
    title, unit = find_title_and_unit(column, schema)
    return f"{title}［{unit}］" if unit else title


def find_title_and_unit(column: str, schema: pa.DataFrameSchema | None = None) -> tuple[str, str]:
    """Look up heading and unit apart; an unknown column keeps its name and has no unit."""
    if schema is not None and column in schema.columns:
        # a schema of one's own may name its columns itself
        declared = schema.columns[column]
        return str(declared.title or column), str((declared.metadata or {}).get("unit", ""))
    return HEADINGS.get(column, (column, ""))


def drop_old_names(columns: Iterable[Hashable]) -> list[Hashable]:
    """List columns without those that repeat another one under its name of a release ago.

    Examples
    --------
    >>> drop_old_names(["code", "area_name", "area"])
    ['code', 'area_name']
    """
    names = list(columns)
    return [name for name in names if OLD_NAMES.get(name) not in names]


def map_headings(columns: Iterable[str] | None = None) -> dict[str, str]:
    """Map every name, heading and synonym of these columns to the column.

    Parameters
    ----------
    columns
        Column names; by default all of `HEADINGS`.

    Returns
    -------
    dict
        Heading → column name. Where two columns share a heading, the first one keeps it.

    Examples
    --------
    >>> map_headings(["people"])
    {'people': 'people', '人口': 'people', '人口［人］': 'people', '人口総数': 'people', '総人口': 'people'}
    """
    columns_by_heading: dict[str, str] = {}
    for column in HEADINGS if columns is None else columns:
        title, _ = find_title_and_unit(column)
        # the first column that a word stands for keeps it
        for word in (column, title, heading(column), *SYNONYMS.get(column, ())):
            columns_by_heading.setdefault(word, column)
    return columns_by_heading
