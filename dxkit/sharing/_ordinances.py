"""Which municipality may hand out its list of people who need help without their consent?

`ordinances` loads what is known of the ordinances of the 41 municipalities
(教材であり法的助言ではない); what was not found is 要確認, never なし.
"""

from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit.codes import short_code
from dxkit.errors import ChoiceError, shorten
from dxkit.loaders import load
from dxkit.schema import carry_provenance
from dxkit.sharing._bodies_categories_phases import CATEGORIES, NOTICE, ORDINANCE_STATES

# category → the column that says whether an ordinance covers it
COLUMN_OF_CATEGORY = {"support_list": "support_list", "plan": "evacuation_plan"}


def ordinances() -> pd.DataFrame:
    """Load what is known of each municipality's ordinance on its lists for evacuation.

    Returns
    -------
    pandas.DataFrame
        One row a municipality of Hyogo: ``notice, code, name``; ``support_list,
        evacuation_plan`` (あり: an
        ordinance lets the list, or the individual evacuation plans, go to supporters without the
        person's express consent; 要確認: not found or not read), ``title, treatment, certainty``;
        ``purposes`` (あり: the municipality has published its purposes of use in a disaster);
        ``as_of, source``.

    Examples
    --------
    >>> table = ordinances()
    >>> table["support_list"].value_counts().to_dict()
    {'要確認': 36, 'あり': 5}
    """
    loaded = load("ordinances")
    # where nothing was found, title and treatment are empty
    table = carry_provenance(loaded.fillna(""), loaded)
    table.attrs["notice"] = NOTICE
    return table


def find_ordinance_states(code: Any, category: Any) -> IntArray:
    """Find each home municipality's state among `ORDINANCE_STATES` for the category asked.

    Without a code nothing is known; categories that no ordinance covers stay unknown, too.
    """
    if code is None:
        return np.zeros((), dtype=np.intp)
    table = ordinances().set_index("code")
    is_scalar = isinstance(code, str | int | np.integer)
    # in the order in which they come: codes of several kinds have no other
    asked = pd.Series(np.atleast_1d(np.asarray(code, dtype=object)).ravel(), dtype=object)
    texts = asked.map(str)
    codes, _ = pd.factorize(texts)
    names = asked[~texts.duplicated()].tolist()
    home_codes = pd.Index([str(short_code(name)) for name in names])
    places = table.index.get_indexer(home_codes)
    if (places < 0).any():
        unknown = names[int(np.argmin(places))]
        raise ChoiceError(
            f"code の「{shorten(unknown)}」の条例は表にありません。"
            "兵庫県の市町のコード（5桁）にしてください。"
        )
    positions = np.asarray(places[codes], dtype=np.intp)
    states = np.zeros((2, len(table)), dtype=np.intp)
    for row, column in enumerate(COLUMN_OF_CATEGORY.values()):
        states[row] = [ORDINANCE_STATES.index(state) for state in table[column]]
    positions = positions.reshape(()) if is_scalar else positions
    return _choose_states(states, positions, category)


def _choose_states(states: IntArray, positions: IntArray, category: Any) -> IntArray:
    """Choose the column of states that belongs to each category."""
    columns = {
        word: column
        for column, name in enumerate(COLUMN_OF_CATEGORY)
        for word in (name, CATEGORIES[name])
    }
    if isinstance(category, str):
        columns_asked = np.asarray(columns.get(category, -1))
    else:
        columns_asked = pd.Series(category).map(columns).fillna(-1).to_numpy(dtype=np.intp)
    try:
        columns_asked, positions = np.broadcast_arrays(columns_asked, positions)
    except ValueError as error:
        raise ChoiceError(
            f"code は{positions.size}件、category は{columns_asked.size}件です。"
            "1つの値か、同じ長さの列にしてください。"
        ) from error
    known_states = states[np.maximum(columns_asked, 0), positions]
    return np.asarray(np.where(columns_asked >= 0, known_states, 0), dtype=np.intp)
