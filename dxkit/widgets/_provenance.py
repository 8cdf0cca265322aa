"""Where do a widget's data come from, and are they invented?"""

import html
from collections.abc import Hashable, Mapping
from typing import Any

from dxkit.schema import MADE_MARK, merge_provenance, write_age_note

SOURCE_PREFIX = "出典: "
# kinds of data that a widget must name; published and derived figures carry no mark
MARKS = {"made": MADE_MARK, "estimated": "推計"}


def read_provenance(
    *tables: object, source: str | None = None, made: bool = False
) -> dict[Hashable | None, Any]:
    """Merge the provenance of several tables with what the caller says.

    Parameters
    ----------
    tables
        Everything whose values are shown; boundaries that are mere background are left out.
    source
        Replaces what the tables say; None keeps it.
    made
        Adds the mark of invented data; False takes none away.

    Returns
    -------
    dict
        As a table's ``.attrs``.
    """
    provenance: dict[Hashable | None, Any] = {}
    provenance.update(merge_provenance(*tables, {"made": True} if made else None))
    if source is not None:
        provenance["source"] = source
    return provenance


def write_footer(provenance: Mapping[Any, Any], subject: str) -> str:
    """Write below a widget whether its data are invented, and where they come from.

    Parameters
    ----------
    provenance
        As `read_provenance` returns it.
    subject
        What is invented or estimated, for example 人の置き場所.

    Returns
    -------
    str
        HTML; empty where there is nothing to say.
    """
    mark = MARKS.get(str(provenance.get("kind", "")), "")
    # some sources in the catalogue open with the prefix themselves
    source = str(provenance.get("source", "")).replace(SOURCE_PREFIX, "")
    as_of = str(provenance.get("as_of", ""))
    parts = [
        f"{html.escape(subject)}は<b>{mark}</b>です。" if mark else "",
        f"{SOURCE_PREFIX}{html.escape(source)}" if source else "",
        f"時点: {html.escape(as_of)}" if as_of else "",
        html.escape(write_age_note(provenance)),
    ]
    # parts that say nothing leave no gap
    text = "　".join(part for part in parts if part)
    return f'<div style="color:#444;font-size:12px">{text}</div>' if text else ""
