"""Where do a map's data come from, and are they invented?

Maps read source, time and kind from the ``.attrs`` of the tables that they draw. The keywords
``source`` and ``made`` of the map functions replace the source and add the mark of invented data;
neither can take a mark away. Land that is drawn below the data is no data: its source stands apart,
and no ``source`` takes it away, for its licence asks for it.
"""

from typing import TypedDict

import pandas as pd

from dxkit._checks import require_flag
from dxkit.schema import MADE_MARK, merge_provenance, write_age_note

ESTIMATED_MARK = "推計"
SOURCE_PREFIX = "出典: "
TIME_PREFIX = "時点: "
BACKGROUND_PREFIX = "背景の境界: "
# kinds of data that a title must name; published and derived figures carry no mark
MARKS = {"made": MADE_MARK, "estimated": ESTIMATED_MARK}


class Origin(TypedDict):
    """Keywords of `Map` that say where its data come from."""

    source: str
    as_of: str
    kind: str
    age_note: str


def read_origin(*tables: object, source: str | None = None, made: bool = False) -> Origin:
    """Read where these tables come from.

    Parameters
    ----------
    tables
        Everything whose values are drawn; boundaries that are mere background are left out.
    source
        Replaces what the tables say; None keeps it.
    made
        Adds the mark of invented data; False takes none away.
    """
    require_flag(made, "made")
    merged = merge_provenance(*tables, {"made": True} if made else None)
    # some sources in the catalogue open with the prefix that the page writes itself
    recorded = str(merged.get("source", "")).replace(SOURCE_PREFIX, "")
    return Origin(
        source=recorded if source is None else source,
        as_of=str(merged.get("as_of", "")),
        kind=str(merged.get("kind", "")),
        age_note=write_age_note(merged),
    )


def read_background_source(shapes: pd.DataFrame) -> str:
    """Read whom the land below the data comes from, and that it was altered: the first sentence.

    What follows is on the precision of borders, which are drawn here with fewer points.
    """
    return str(shapes.attrs["source"]).removeprefix(SOURCE_PREFIX).partition("。")[0]


def read_caption(text: object) -> str:
    """Read a title, a source or a unit as text; None says nothing."""
    return "" if text is None else str(text)


def mark_title(title: str, kind: str) -> str:
    """Write a title that names the kind of data where they are invented or estimated."""
    mark = MARKS.get(kind, "")
    # only the exact suffix counts as marked: 「架空データではない」 in a title must not pass for it
    if not mark or title.endswith(f"（{mark}）"):
        return title
    return f"{title}（{mark}）"


def write_footer(source: str, as_of: str, age_note: str = "", background_source: str = "") -> str:
    """Write the line below a map: source, time, whether it is too old, and the land's source."""
    parts = [
        f"{SOURCE_PREFIX}{source.removeprefix(SOURCE_PREFIX)}" if source else "",
        f"{TIME_PREFIX}{as_of}" if as_of else "",
        age_note,
        f"{BACKGROUND_PREFIX}{background_source}" if background_source else "",
    ]
    return "　".join(part for part in parts if part)


def join_texts(*texts: str) -> str:
    """Join the texts that are not empty, each once, in their order."""
    return "、".join(dict.fromkeys(text for text in texts if text))
