"""How are a table's columns turned into colours, tooltips and legends?

What `choropleth` and `points` have in common.
"""

from collections.abc import Sequence

import pandas as pd

from dxkit.maps._classes import Classes, classify_numbers, classify_texts
from dxkit.maps._colours import Colours
from dxkit.maps._inputs import (
    Columns,
    format_value,
    has_numbers,
    read_tooltip_columns,
    to_categories,
    to_finite_numbers,
)
from dxkit.maps._layers import Notes, Spec
from dxkit.schema import replace_surrogates

# Leaflet path options of areas that only show where the data lie
BACKGROUND: Spec = {"color": "#c4c4c4", "weight": 1, "fillColor": "#f2f2ee", "fillOpacity": 1}
MUNICIPALITIES: Spec = BACKGROUND | {"fillColor": "#fafaf7"}

# heading, values and unit of a column that a tooltip shows
DrawnColumn = tuple[str, pd.Series, str]


def classify_column(
    values: pd.Series,
    names: Sequence[str],
    *,
    bins: int | Sequence[float],
    scheme: str,
    colours: Colours | None,
) -> Classes:
    """Sort a column into classes or categories, whichever it holds.

    Parameters
    ----------
    values
        Numbers or texts.
    names
        Of the rows, for messages.
    bins, scheme, colours
        As for `choropleth`.
    """
    # a column of blanks only is neither; as numbers it needs no category
    if has_numbers(values) or values.isna().all():
        numbers = to_finite_numbers(values, names)
        return classify_numbers(numbers, bins=bins, scheme=scheme, colours=colours)
    texts, order = to_categories(values)
    return classify_texts(texts, order=order, colours=colours)


def make_notes(
    table: pd.DataFrame,
    names: list[str],
    drawn_columns: Sequence[DrawnColumn],
    tooltip: Columns,
    missing: str,
) -> Notes:
    """Make tooltips: the name, the drawn columns with their units, then the further columns."""
    headings, further_texts = read_tooltip_columns(table, tooltip, missing)
    drawn_texts = [
        [format_value(value, missing, unit) for value in values]
        for _, values, unit in drawn_columns
    ]
    fields = [replace_surrogates(heading) for heading, _, _ in drawn_columns] + headings
    rows = [
        [*(column[row] for column in drawn_texts), *further_texts[row]] for row in range(len(table))
    ]
    return Notes(names, fields, rows)
