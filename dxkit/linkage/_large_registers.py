"""How are the pairs of two large registers weighed without looking closely at most of them?

Pairs, levels and weights are those that Splink would give (`_backends`). Here every text is a
number while pairs are sought, and a pair is written down only if the agreements that numbers show
leave it room for the least weight. What is left is compared as text, the name first: of two
strangers of one town who were born on one day, nothing is kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit.linkage._blocking_rules import list_blocking_rules
from dxkit.linkage._comparisons import COMPARISONS, Comparison
from dxkit.linkage._learn_shares import build_array
from dxkit.linkage._level_weights import (
    FREQUENCY_COLUMNS,
    LevelWeights,
    measure_rarity,
    write_bound,
)
from dxkit.linkage._spellings import RowArray, cut_column
from dxkit.linkage._splink_model import Shares, write_case

# keys whose numbers are enough for blocking and for bounds
CODED_KEYS = (
    "name",
    "surname",
    "given",
    "kana_plain",
    "kana_surname",
    "kana_given",
    "code",
    "town",
    "block",
    "place",
    "sex",
    "digits",
)
NUMBER_KEYS = ("year", "month", "day")
TEXT_KEYS = (*CODED_KEYS, *NUMBER_KEYS, "words")
INITIALS = {"surname_initial": "surname", "given_initial": "given"}
# pairs whose texts are compared at a time: some hundred megabytes
MAX_PAIRS_AT_ONCE = 1_000_000


class WeighedPairs(NamedTuple):
    """Pairs of rows, one entry a pair.

    Attributes
    ----------
    left, right
        Row numbers.
    weight
        Log2 of the odds.
    levels
        One column a comparison: position of the level, -1 for unknown.
    """

    left: RowArray
    right: RowArray
    weight: FloatArray
    levels: IntArray


def weigh_large_registers(
    connection: Any,
    tables: Sequence[pd.DataFrame],
    shares: Shares,
    *,
    prior: float,
    least_weight: float,
) -> WeighedPairs:
    """Weigh the plausible pairs of two registers.

    Parameters
    ----------
    connection
        A database of DuckDB.
    tables
        Keys of the two registers.
    shares
        Of the levels.
    prior
        Probability that two records drawn at random are one person.
    least_weight
        Weaker pairs (log2 of the odds) are left out.
    """
    rarities = _register_numbers(connection, tables)
    weights = {
        comparison.field: LevelWeights.compute(comparison, shares) for comparison in COMPARISONS
    }
    needed = least_weight - float(np.log2(prior) - np.log2(1 - prior))
    texts = [{key: build_array(table[key]) for key in TEXT_KEYS} for table in tables]
    compare = _TextComparison(connection.cursor(), texts, weights, rarities, needed)
    no_rows = np.empty(0, dtype=np.int32)
    no_levels = np.empty((0, len(COMPARISONS)), dtype=np.int64)
    nothing = WeighedPairs(no_rows, no_rows, np.empty(0), no_levels)
    parts = [nothing]
    for query in _list_queries((len(tables[0]), len(tables[1])), weights, needed):
        for batch in connection.sql(query).to_arrow_reader(MAX_PAIRS_AT_ONCE):
            left, right, rest = (column.to_numpy(zero_copy_only=False) for column in batch)
            parts.append(compare.weigh(left, right, rest))
    pairs = WeighedPairs(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    return pairs._replace(weight=pairs.weight + (least_weight - needed))


def _register_numbers(
    connection: Any, tables: Sequence[pd.DataFrame]
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Hand both registers to the database as numbers; give the rarity of each row's values."""
    pa: Any = import_module("pyarrow")
    columns: list[dict[str, Any]] = [
        {"row": pa.array(np.arange(len(table), dtype=np.int32))} for table in tables
    ]
    rarities = {}
    for key in (*CODED_KEYS, *INITIALS):
        texts = [
            cut_column(table[INITIALS[key]], 1) if key in INITIALS else table[key]
            for table in tables
        ]
        codes = _number_texts(*texts)
        for side, side_codes in enumerate(codes):
            columns[side][key] = pa.array(side_codes, mask=side_codes < 0)
        if key in FREQUENCY_COLUMNS:
            rarities[key] = measure_rarity(*codes)
            for side, rarity in enumerate(rarities[key]):
                columns[side][f"{key}_rarity"] = pa.array(rarity, mask=np.isnan(rarity))
    for name, table, side_columns in zip("lr", tables, columns, strict=True):
        side_columns |= {key: build_array(table[key]) for key in NUMBER_KEYS}
        connection.register("numbers", pa.table(side_columns))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM numbers")  # noqa: S608
        connection.unregister("numbers")
    return rarities


def _number_texts(left: pd.Series, right: pd.Series) -> tuple[RowArray, RowArray]:
    """Give equal texts of two columns of categories equal numbers, and -1 to what is missing."""
    numbers, _ = pd.factorize(left.cat.categories.append(right.cat.categories))
    # row -1 is the last entry: missing
    left_numbers = np.append(numbers[: len(left.cat.categories)], -1).astype(np.int32)
    right_numbers = np.append(numbers[len(left.cat.categories) :], -1).astype(np.int32)
    return left_numbers[left.cat.codes.to_numpy()], right_numbers[right.cat.codes.to_numpy()]


def _list_queries(
    records: tuple[int, int], weights: dict[str, LevelWeights], needed: float
) -> list[str]:
    """Write one query a blocking rule: its pairs that no earlier rule found and that may weigh."""
    name_bound = write_bound(weights["name"])
    rest_bound = " + ".join(
        write_bound(weights[comparison.field]) for comparison in COMPARISONS[1:]
    )
    rules = list_blocking_rules(records)
    queries = []
    for position, rule in enumerate(rules):
        earlier = "".join(f" AND NOT coalesce(({other}), FALSE)" for other in rules[:position])
        queries.append(
            f"SELECT l.row AS a, r.row AS b, {rest_bound} AS rest"  # noqa: S608
            f" FROM l JOIN r ON {rule} WHERE {name_bound} + {rest_bound} >= {needed}{earlier}"
        )
    return queries


@dataclass(frozen=True, slots=True)
class _TextComparison:
    """Compares the texts of pairs: the names of all, the rest where the name leaves room for it.

    Attributes
    ----------
    connection
        A connection of its own: the other one is being read.
    texts
        Of either register, the column of each key.
    weights
        Of the levels, by field.
    rarities
        By frequency column, of each row of either register.
    needed
        Weight without the prior below which a pair is left out.
    """

    connection: Any
    texts: list[dict[str, Any]]
    weights: dict[str, LevelWeights]
    rarities: dict[str, tuple[FloatArray, FloatArray]]
    needed: float

    def weigh(self, left: RowArray, right: RowArray, rest: FloatArray) -> WeighedPairs:
        """Weigh pairs; ``rest`` is the most that all fields but the name can weigh."""
        levels = self._find_levels(COMPARISONS[:1], left, right)
        weight = self._add_weights(levels, left, right)
        is_near: BoolArray = weight + rest >= self.needed
        left = left[is_near]
        right = right[is_near]
        others = self._find_levels(COMPARISONS[1:], left, right)
        levels = np.column_stack([levels[is_near], others])
        weight = self._add_weights(levels, left, right)
        is_kept: BoolArray = weight >= self.needed
        return WeighedPairs(left[is_kept], right[is_kept], weight[is_kept], levels[is_kept])

    def _find_levels(
        self, comparisons: Sequence[Comparison], left: RowArray, right: RowArray
    ) -> IntArray:
        """Find the level of each pair in each comparison."""
        pa: Any = import_module("pyarrow")
        cases = {comparison.field: write_case(comparison) for comparison in comparisons}
        words = set(re.findall(r"\w+", " ".join(cases.values())))
        sides = (("l", self.texts[0], pa.array(left)), ("r", self.texts[1], pa.array(right)))
        columns = {"pair": pa.array(np.arange(len(left), dtype=np.int32))} | {
            f"{key}_{side}": array.take(rows)
            for side, arrays, rows in sides
            for key, array in arrays.items()
            if f"{key}_{side}" in words
        }
        self.connection.register("pairs_of_texts", pa.table(columns))
        fields = ", ".join(f"{case} AS {field}" for field, case in cases.items())
        query = f"SELECT pair, {fields} FROM pairs_of_texts"  # noqa: S608
        answer = self.connection.execute(query).fetchnumpy()
        levels = np.empty((len(left), len(cases)), dtype=np.int64)
        levels[np.asarray(answer["pair"])] = np.column_stack([answer[field] for field in cases])
        return levels

    def _add_weights(self, levels: IntArray, left: RowArray, right: RowArray) -> FloatArray:
        """Add the weights of the first fields, as many as levels are handed over."""
        weight = np.zeros(len(left))
        for comparison, field_levels in zip(COMPARISONS, levels.T, strict=False):
            of_field = self.weights[comparison.field]
            weight = weight + of_field.weigh(field_levels, (left, right), self.rarities)
        return weight
