"""Where does a table come from, and how does that travel with what is computed from it?

`load` and the readers put ``source, as_of, licence, kind`` (and ``made=True`` for invented data)
into ``.attrs``. pandas drops them in most operations; what dxkit computes carries them on with
`carry_provenance`, and charts and maps read them.
"""

from typing import Any, TypeVar

import pandas as pd

from dxkit.schema._made_mark import is_made, read_attrs

# from most to least trustworthy: a result is of the weakest kind among its inputs
PROVENANCE_KINDS = ("published", "derived", "estimated", "made")
# texts that several inputs may differ in
PROVENANCE_KEYS = ("source", "as_of", "licence")

Table = TypeVar("Table", pd.DataFrame, pd.Series)


def merge_provenance(*inputs: object) -> dict[str, Any]:
    """Merge what several tables say of their origin.

    Parameters
    ----------
    inputs
        Tables or series with ``.attrs``, or mappings as ``.attrs`` are; anything else (``None``,
        a number) says nothing and is skipped.

    Returns
    -------
    dict
        ``source, as_of, licence`` (different ones joined by 、, in the order of the inputs),
        ``kind`` (the weakest: made, then estimated, derived, published) and ``made=True`` where
        any input is invented; ``inputs``: the files behind, one record each with its ``sha256``.
        What nobody says is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> census, example = pd.DataFrame(), pd.DataFrame()
    >>> census.attrs = {"source": "国勢調査", "kind": "published"}
    >>> example.attrs = {"source": "例", "kind": "made", "made": True}
    >>> merge_provenance(census, example)
    {'source': '国勢調査、例', 'kind': 'made', 'made': True}
    """
    origins = [read_attrs(table) for table in inputs]
    merged: dict[str, Any] = {}
    # what only one input says is kept, what several say differently is listed
    for key in PROVENANCE_KEYS:
        texts = [str(origin[key]) for origin in origins if origin.get(key)]
        # an input that is itself merged lists its parts: each part is named once
        parts = dict.fromkeys(part for text in texts for part in text.split("、"))
        if parts:
            merged[key] = "、".join(parts)
    kinds = [origin["kind"] for origin in origins if origin.get("kind") in PROVENANCE_KINDS]
    if kinds:
        merged["kind"] = max(kinds, key=PROVENANCE_KINDS.index)
    # the files behind, each once
    files = [record for origin in origins for record in origin.get("inputs", ())]
    if files:
        merged["inputs"] = list({tuple(record.items()): record for record in files}.values())
    if any(is_made(origin) for origin in origins):
        merged |= {"kind": "made", "made": True}
    return merged


def carry_provenance(result: Table, *inputs: object) -> Table:
    """Write the origin of the inputs into a result's ``.attrs``, beside what stands there.

    Parameters
    ----------
    result
        A table or series just computed; its ``.attrs`` are added to.
    inputs
        As for `merge_provenance`.

    Returns
    -------
    pandas.DataFrame or pandas.Series
        ``result`` itself.

    Examples
    --------
    >>> import pandas as pd
    >>> example = pd.DataFrame({"level": [1, 3]})
    >>> example.attrs = {"source": "例", "made": True}
    >>> carry_provenance(example.groupby("level").size(), example).attrs["made"]
    True
    """
    # what pandas has passed on already counts as one more input: it must not hide a weaker kind
    result.attrs.update(merge_provenance(*inputs, result))
    return result
