"""Which number of a scenario is from where, and which is assumed?

Every number of every file becomes one row of the list of figures.
"""

from collections.abc import Sequence
from math import isnan

import pandas as pd

from dxkit.sharing._csv_reader import Line
from dxkit.sharing._field_values import NUMBER_KINDS, TEXT_KINDS, Field, normalise_width
from dxkit.sharing._scenario_fields import ASSUMED, FILES

FIGURE_COLUMNS = ["file", "row", "item", "column", "value", "unit", "source", "assumed"]
Figure = dict[str, object]


def list_line_figures(name: str, lines: list[Line]) -> list[Figure]:
    """List the numbers of one CSV file; what is missing is no figure."""
    # texts and flags are no figures
    number_fields = [field for field in FILES[name] if field.kind in NUMBER_KINDS]
    label_fields = [
        field for field in FILES[name] if field.kind in TEXT_KINDS and field.name != "source"
    ]
    figures = []
    for line in lines:
        # the texts of a row say what its numbers are about
        item = " ".join(str(line.cells[field.name]) for field in label_fields)
        source = str(line.cells["source"])
        figures += [
            make_figure((f"{name}.csv", line.row, item), field, line.cells[field.name], source)
            for field in number_fields
        ]
    return [figure for figure in figures if not isnan(float(str(figure["value"])))]


def make_figure(location: tuple[str, int, str], field: Field, value: object, source: str) -> Figure:
    """Make the row of one number; ``location`` is its file, its line and what it is about."""
    file, row, item = location
    return {
        "file": file,
        "row": row,
        "item": item,
        "column": field.label,
        "value": float(value) if isinstance(value, int | float) else float("nan"),
        "unit": field.unit,
        "source": source,
        "assumed": is_assumed(source),
    }


def build_figure_table(figures: Sequence[Figure]) -> pd.DataFrame:
    """Build the table of figures, one row a number."""
    table = pd.DataFrame(figures, columns=FIGURE_COLUMNS)
    return table.astype({"item": "str", "source": "str"})


def is_assumed(source: str) -> bool:
    """Check whether a source says that the number is an assumption."""
    return normalise_width(source).startswith(ASSUMED)


def mark_assumptions(table: pd.DataFrame, title: str) -> pd.DataFrame:
    """Note the origin of a scenario's table: made where any of its numbers is an assumption."""
    table.attrs["source"] = f"シナリオ「{title}」"
    # the catalogue says the same of the shipped lists of figures: assumptions are invented data
    is_made = any(is_assumed(source) for source in table["source"])
    table.attrs["kind"] = "made" if is_made else "published"
    if is_made:
        table.attrs["made"] = True
    return table
