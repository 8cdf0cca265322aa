"""Which row of the law table decides a disclosure?

Every combination of sender, recipient, category, phase, consent and state of the ordinance is
decided once in an array of six axes, so that a million questions are a million lookups.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import IntArray
from dxkit._checks import require_flag
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import carry_provenance
from dxkit.sharing._bodies_categories_phases import (
    ALLOWED,
    CERTAINTIES,
    CONSENTS,
    DIMENSIONS,
    NO_GROUND,
    NOTICE,
    ORDINANCE_NEEDS,
    ORDINANCE_STATES,
    TO_BE_CHECKED,
)

ROW_COLUMNS = ("ground", "condition", "certainty", "row")


def find_deciding_rows(
    law: pd.DataFrame, disclosures: Sequence[Any], consent: Any, states: IntArray | None = None
) -> IntArray:
    """Find the label (see `label_rows`) that decides each disclosure.

    ``disclosures`` holds sender, recipient, category and phase, each one value or a column;
    ``states`` what is known of the ordinance, as positions in `ORDINANCE_STATES`.
    """
    codes = [
        _encode_words(values, words, dimension)
        for values, (dimension, words) in zip(disclosures, DIMENSIONS, strict=True)
    ]
    # single values stretch to the length of the columns beside them
    consents = _read_consents(consent)
    try:
        index = np.broadcast_arrays(*codes, consents, 0 if states is None else states)
    except ValueError as error:
        parts = [*codes, consents] if states is None else [*codes, consents, states]
        names = "・".join((*(name for name, _ in DIMENSIONS), "consent", "code")[: len(parts)])
        lengths = "・".join(str(np.size(part)) for part in parts)
        raise ChoiceError(
            f"{names} の長さがそろっていません（{lengths}）。"
            "1つの値か、同じ長さの列にしてください。"
        ) from error
    return np.asarray(_tabulate_rows(law)[tuple(index)], dtype=np.intp)


def label_rows(law: pd.DataFrame) -> dict[str, Sequence[str]]:
    """List verdict, ground, condition, certainty and row name of each label.

    First the rows of the law, then the label that means none, then the rows that need an ordinance
    once more, for municipalities that have one.
    """
    verdicts = [TO_BE_CHECKED if word == CERTAINTIES[-1] else ALLOWED for word in law["certainty"]]
    with_ordinance = law[law["ordinance"] == ORDINANCE_NEEDS[1]]
    labels = {
        name: [*law[name].astype(str), "", *with_ordinance[name].astype(str)]
        for name in ROW_COLUMNS
    }
    none = len(law)
    labels["ground"][none] = NO_GROUND
    # of an ordinance that was found, the rules were read in part
    labels["certainty"][none + 1 :] = [CERTAINTIES[1]] * len(with_ordinance)
    return {"verdict": [*verdicts, NO_GROUND, *[ALLOWED] * len(with_ordinance)], **labels}


def list_decisions(law: pd.DataFrame, rows: IntArray) -> pd.DataFrame:
    """List what each deciding row says, as categories: a million rows take little memory."""
    columns = {}
    for name, words in label_rows(law).items():
        # many rows of the law share a ground or condition: categories hold each text once
        kinds = list(dict.fromkeys(words))
        codes = np.array([kinds.index(word) for word in words], dtype=np.int16)
        columns[name] = pd.Categorical.from_codes(codes[rows], categories=pd.Index(kinds))
    table = pd.DataFrame(columns)
    table.attrs["notice"] = NOTICE
    return carry_provenance(table, law)


def _read_consents(consent: Any) -> IntArray:
    """Read yes and no, one or a column; a word such as "いいえ" is neither, nor is a blank."""
    # lists of different lengths are no array of numbers
    has_flags = str(getattr(consent, "dtype", "")) == "bool"
    array = np.asarray(consent, dtype=bool if has_flags else object)
    if array.ndim > 1:
        raise ChoiceError(f"consent={shorten(consent)} は使えません。1列の並びにしてください。")
    values = [] if array.dtype == bool else array.ravel().tolist()
    # a column of plain yes and no, or 1 and 0, needs no look at each cell
    if not (set(map(type, values)) <= {bool, int} and set(values) <= {0, 1}):
        for value in values:
            require_flag(value, "consent")
    return array.astype(bool).astype(np.intp)


def _encode_words(values: Any, words: dict[str, str], dimension: str) -> IntArray:
    """Turn names into positions along their axis; unknown ones are refused by name."""
    # both the English and the Japanese name lead to the same position
    positions = {name: i for i, pair in enumerate(words.items()) for name in pair}
    is_scalar = not pd.api.types.is_list_like(values)
    is_column = not isinstance(values, Mapping | set | frozenset | pd.DataFrame)
    try:
        # each different word is looked up once, however long the column is
        cells = pd.Series([values] if is_scalar or not is_column else values)
        codes, names = pd.factorize(cells, use_na_sentinel=False)
    except (TypeError, ValueError) as error:
        raise ChoiceError(
            f"{dimension}={shorten(values)} は使えません。名前1つか、1列の並びにしてください。"
        ) from error
    codes_of_names = np.array([positions.get(str(name), -1) for name in names], dtype=np.intp)
    if (codes_of_names < 0).any():
        unknown = names[int(np.argmin(codes_of_names))]
        raise ChoiceError(
            f"{dimension} の「{shorten(unknown)}」は知りません。"
            f"{'・'.join(words.values())} から選んでください。"
        )
    encoded = codes_of_names[codes] if len(codes) else np.zeros(0, dtype=np.intp)
    return np.asarray(encoded[0] if is_scalar else encoded, dtype=np.intp)


def _tabulate_rows(law: pd.DataFrame) -> IntArray:
    """Tabulate the deciding label of every combination; the number of rows means none."""
    sizes = [len(words) for _, words in DIMENSIONS]
    deciding = np.full((*sizes, 2, len(ORDINANCE_STATES)), len(law), dtype=np.intp)
    needs_ordinance = (law["ordinance"] == ORDINANCE_NEEDS[1]).to_numpy()
    # where the label of the row's second life stands, see `label_rows`
    confirmed = len(law) + np.cumsum(needs_ordinance)
    columns = [
        _find_positions(law[dimension].astype(str).tolist(), list(words.values()))
        for dimension, words in DIMENSIONS
    ]
    needs_consent = (law["consent"] == CONSENTS[1]).tolist()
    # later rows first, so that the first row that fits overwrites them
    for i in range(len(law) - 1, -1, -1):
        cells = [column[i] for column in columns]
        consents = [1] if needs_consent[i] else [0, 1]
        if needs_ordinance[i]:
            # unknown or in force; where there is none the row says nothing
            deciding[np.ix_(*cells, consents, [0])] = i
            deciding[np.ix_(*cells, consents, [1])] = confirmed[i]
        else:
            deciding[np.ix_(*cells, consents, range(len(ORDINANCE_STATES)))] = i
    return deciding


def _find_positions(cells: Sequence[str], words: list[str]) -> list[list[int]]:
    """Find where the words of each cell stand along their axis."""
    positions = {word: i for i, word in enumerate(words)}
    return [[positions[word] for word in cell.split()] for cell in cells]
