"""Does any answer about the measures of votes hang on how its tables lie?"""

import numpy as np
import pandas as pd
import pytest
from doubt_cases import Case, list_moved

from dxkit import store

VOTES = pd.DataFrame(
    np.where(np.add.outer(np.arange(14) % 2, np.arange(9)) % 3 == 0, 1.0, -1.0),
    index=pd.Index([f"v{number:02}" for number in range(14)], name="voter"),
    columns=[f"i{number}" for number in range(9)],
)
VOTES.iloc[3, 2] = VOTES.iloc[9, 7] = np.nan
VOTES.iloc[5:8, 0] = 0.0
RATINGS = pd.DataFrame(
    [[3, 2, 2, 1], [3, 3, 1, 1], [2, 3, 1, 2]], index=list("甲乙丙"), columns=list("wxyz")
)

CASES = {
    "store.kendall_w": Case({"ratings": RATINGS}, store.kendall_w),
    "store.opinion_groups": Case({"votes": VOTES}, store.opinion_groups),
    "store.opinion_plane": Case({"votes": VOTES}, store.opinion_plane),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""
