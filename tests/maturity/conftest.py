"""The Technology Achievement Index: published figures, weights and results."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

# goalposts of the Human Development Report 2001 (technical note 2), logarithms of base 10 where the table has them; telephones
# and electricity end at the OECD average
POSTS = {
    "patents": (0, 994),
    "royalties": (0, 272.6),
    "internet": (0, 232.4),
    "exports": (0, 80.8),
    "telephones": (0, np.log10(901)),
    "electricity": (np.log10(22), np.log10(6969)),
    "schooling": (0.8, 12.0),
    "university": (0.1, 27.4),
}
HEADINGS = ("creation", "recent", "old", "skills")
COLUMNS = ["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"]


@pytest.fixture(scope="session")
def tai():
    """23 countries: eight indicators as printed in the OECD/JRC handbook (2008), table A.2, with the ranks of its tables 23 and 38.

    ``published`` is the index as in the Human Development Report 2001, two decimals (Singapore is printed nowhere that was read).
    """
    return pd.read_csv(Path(__file__).with_name("tai.csv")).set_index("country")


@pytest.fixture(scope="session")
def figures(tai):
    return tai[list(POSTS)]


@pytest.fixture(scope="session")
def framework():
    """Four headings of two indicators each, all of equal weight."""
    rows = [(name, "", name, 1, 1.0, "", np.nan, np.nan) for name in HEADINGS]
    rows += [(name, HEADINGS[at // 2], name, 1, 1.0, "", *POSTS[name]) for at, name in enumerate(POSTS)]
    return pd.DataFrame(rows, columns=COLUMNS)


@pytest.fixture(scope="session")
def flat(framework):
    """Give the same indicators without headings, with the weights asked for."""

    def make(weights=(1.0,) * 8):
        leaves = framework[framework["parent"] != ""]
        return leaves.assign(parent="", weight=list(weights)).reset_index(drop=True)

    return make
