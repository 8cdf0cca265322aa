"""How does a file say where its table comes from, so that it can be read back?

In a CSV it is the line below the rows, in a workbook a sheet of its own.
"""

from typing import Any

import pandas as pd

from dxkit.schema._made_mark import read_attrs

# title of the sheet, and how the line of a CSV begins
SOURCE_SHEET = "出典"
SOURCE_NOTE_START = f"※{SOURCE_SHEET}: "
# key of ``.attrs`` → its heading in a file
SOURCE_HEADINGS = {"source": SOURCE_SHEET, "as_of": "時点", "licence": "利用条件", "kind": "種別"}
SEPARATOR = "｜"


def write_source_note(origin: object) -> str:
    """Write the line that says where a table comes from; empty where nobody knows.

    Examples
    --------
    >>> write_source_note({"source": "国勢調査", "as_of": "2020-10-01"})
    '※出典: 国勢調査｜時点: 2020-10-01'
    """
    parts = [f"{heading}: {text}" for heading, text in list_source_texts(origin).items()]
    return f"※{SEPARATOR.join(parts)}" if parts else ""


def read_source_note(note: str) -> dict[str, str]:
    """Read what `write_source_note` wrote as keys of ``.attrs``; empty for any other text.

    Examples
    --------
    >>> read_source_note("※出典: 国勢調査｜時点: 2020-10-01")
    {'source': '国勢調査', 'as_of': '2020-10-01'}
    """
    if not note.startswith(SOURCE_NOTE_START):
        return {}
    pairs = [part.partition(": ") for part in note.removeprefix("※").split(SEPARATOR)]
    texts = {heading: text for heading, _, text in pairs}
    return {key: texts[heading] for key, heading in SOURCE_HEADINGS.items() if texts.get(heading)}


def make_source_sheet(origin: object) -> pd.DataFrame | None:
    """Make the sheet that says where a workbook's table comes from; None where nobody knows."""
    texts = list_source_texts(origin)
    return pd.DataFrame([texts]) if texts else None


def list_source_texts(origin: object) -> dict[str, Any]:
    """List what a table says of its origin under the headings of a file."""
    attrs = read_attrs(origin)
    if not attrs.get("source"):
        return {}
    # one line of the file: a line break in a source would end it
    return {
        heading: " ".join(str(attrs[key]).split()).replace(SEPARATOR, "|")
        for key, heading in SOURCE_HEADINGS.items()
        if attrs.get(key)
    }
