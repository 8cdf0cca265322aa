"""Is anything on this sheet invented or estimated, and where does it come from?

The answer stands in the ``.attrs`` of the tables that a report is handed.
"""

import pandas as pd

from dxkit.schema import MADE_MARK, is_made, merge_provenance

ESTIMATED_MARK = "推計"


def read_mark(*data: object) -> str:
    """Return the mark of invented or estimated data among tables and result objects, or nothing."""
    attrs = merge_provenance(*(table for entry in data for table in _tables_of(entry)))
    # invented outweighs estimated
    if is_made(attrs):
        return MADE_MARK
    return ESTIMATED_MARK if attrs.get("kind") == "estimated" else ""


def in_brackets(mark: str) -> str:
    """Write a mark behind a heading; nothing for no mark."""
    return f"（{mark}）" if mark else ""


def write_source(table: pd.DataFrame) -> str:
    """Write source and date of a table in one line; nothing where it does not say them."""
    source = str(table.attrs.get("source", "")).removeprefix("出典: ")
    date = str(table.attrs.get("as_of", "")).replace("/", "・")
    # a date says nothing without what it is the date of
    if not source:
        return ""
    return f"出典: {source}" + (f"（{date}時点）" if date and date not in source else "")


def _tables_of(entry: object) -> list[object]:
    """List the tables of a result object; a table stands for itself."""
    if isinstance(entry, pd.DataFrame | pd.Series):
        return [entry]
    parts = getattr(entry, "__dict__", {}).values()
    return [part for part in parts if isinstance(part, pd.DataFrame | pd.Series)]
