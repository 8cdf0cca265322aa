"""Which name was probably meant: a near spelling, or the official name of a municipality?"""

import difflib
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

import pandas as pd

from dxkit.errors import PlaceNameError, shorten
from dxkit.loaders import find_municipality
from dxkit.schema import heading

# how like a name must be to be suggested, how many are suggested, how many are compared
LIKENESS = 0.6
SUGGESTED = 3
COMPARED = 5_000
NAME_LETTERS = 24


def find_near_names(name: object, names: Iterable[object]) -> list[str]:
    """Find names that are spelt nearly like this one, or hold it, or mean the same municipality."""
    texts = list(dict.fromkeys(map(str, islice(names, COMPARED))))
    wanted = str(name)
    official = find_official_name(wanted)
    near = [official] if official in texts and official != wanted else []
    lower = {text.lower(): text for text in reversed(texts)}
    spelt = difflib.get_close_matches(wanted.lower(), lower, n=SUGGESTED, cutoff=LIKENESS)
    near += [lower[text] for text in spelt]
    # 人口 for people_2020, whose heading in the schema is 人口（2020年）
    near += [text for text in texts if len(wanted) > 1 and wanted in f"{text} {heading(text)}"]
    return [text for text in dict.fromkeys(near) if text and text != wanted][:SUGGESTED]


@lru_cache(maxsize=256)
def find_official_name(text: str) -> str:
    """Find the official name of the municipality that a text means; empty if it means none."""
    if text.isascii():
        return ""
    try:
        return str(find_municipality(text)["name"])
    except PlaceNameError:
        return ""


def list_names(names: Iterable[object]) -> str:
    """List names in a sentence."""
    return "、".join(f"「{shorten(name, NAME_LETTERS)}」" for name in names)


def list_labels(container: Any) -> list[object]:
    """List the names by which a table, series, index or dictionary is asked."""
    if isinstance(container, pd.DataFrame):
        return [*container.columns, *container.index[:COMPARED]]
    if isinstance(container, pd.Series):
        return list(container.index[:COMPARED])
    if isinstance(container, pd.Index):
        return list(container[:COMPARED])
    return list(container)[:COMPARED] if isinstance(container, dict) else []
