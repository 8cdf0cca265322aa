"""Are the data of a chart invented or estimated, and where do they come from?

The answer stands in the ``.attrs`` of the tables that the chart is handed; keywords only add to it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from dxkit._checks import require_flag
from dxkit.schema import MADE_MARK, is_made, merge_provenance, write_age_note

ESTIMATED_MARK = "推計"
SOURCE_PREFIX = "出典: "


class Origin(NamedTuple):
    """What a chart says of its data.

    Attributes
    ----------
    mark
        Of invented or estimated data, for the title; else empty.
    source
        Who published them and for which date, for below the axes.
    age_note
        Which of them are older than good; else empty.
    """

    mark: str
    source: str
    age_note: str


def read_origin(data: Iterable[object], source: str | None, *, made: bool) -> Origin:
    """Read the origin of a chart's data.

    Parameters
    ----------
    data
        The tables and result objects that the chart was handed.
    source
        The caller's own words instead of those of the tables; None takes the tables' words.
    made
        The caller says that the data are invented. ``False`` never takes a table's own mark off.
    """
    require_flag(made, "made")
    attrs = merge_provenance(*(table for entry in data for table in _tables_of(entry)))
    # invented outweighs estimated
    if made or is_made(attrs):
        mark = MADE_MARK
    else:
        mark = ESTIMATED_MARK if attrs.get("kind") == "estimated" else ""
    return Origin(mark, _write_source(attrs, source), write_age_note(attrs))


def mark_title(title: str, mark: str) -> str:
    """Add the mark to a title that does not hold it yet."""
    return f"{title}（{mark}）" if mark and mark not in title else title


def _tables_of(entry: object) -> list[object]:
    """List the tables of a result object; a table stands for itself."""
    if entry is None or isinstance(entry, pd.DataFrame | pd.Series):
        return [entry]
    return [part for part in vars(entry).values() if isinstance(part, pd.DataFrame | pd.Series)]


def _write_source(attrs: dict[str, Any], source: str | None) -> str:
    """Write source and date in one line; the date only beside the source that it belongs to."""
    table_source = str(attrs.get("source", "")).replace(SOURCE_PREFIX, "")
    text = table_source if source is None else str(source).removeprefix(SOURCE_PREFIX)
    # an empty keyword leaves the line out; somebody else's words do not get the tables' date
    if (source is not None and not text) or table_source not in text:
        return text
    date = str(attrs.get("as_of", "")).replace("/", "・")
    if not date or date in text:
        return text
    return f"{text}（{date}時点）" if text else f"{date}時点"
