"""Who does what with evacuees' records?

`raci` loads the table of tasks and bodies (教材であり法的助言ではない).
"""

import pandas as pd

from dxkit.loaders import load
from dxkit.schema import carry_provenance
from dxkit.sharing._bodies_categories_phases import NOTICE

HEADINGS = {
    "task": "業務",
    "host": "避難先市町",
    "home": "避難元市町",
    "prefecture": "県",
    "state": "国",
    "group": "支援団体",
    "notice": "注意",
    "ground": "根拠",
    "certainty": "確かさ",
}


def raci() -> pd.DataFrame:
    """Load who does what with evacuees' records.

    R does it, A answers for it, C is consulted, I is informed.

    Returns
    -------
    pandas.DataFrame
        One row a task: ``notice, task, host, home, prefecture, state, group, ground, certainty,
        note``. ``.attrs["labels"]`` holds Japanese headings.

    Examples
    --------
    >>> table = raci()
    >>> table.loc[table["host"].str.contains("A"), "task"].iloc[0]
    '登録（避難者の名前と居場所を聞き取る）'
    """
    loaded = load("raci")
    # who has nothing to do with a task has an empty cell
    table = carry_provenance(loaded.fillna(""), loaded)
    table.attrs["notice"] = NOTICE
    table.attrs["labels"] = dict(HEADINGS)
    return table
