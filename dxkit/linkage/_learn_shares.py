"""How much is each agreement worth in these registers?

Every pair is one person, two people of one house, or two strangers. The shares of the levels in
each of the three kinds, and how frequent the kinds are, are learnt from the registers by
expectation–maximisation, from starting shares that count as much as a few observed pairs: a
register of three rows keeps them, one of thousands has its own.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit.linkage._blocking_rules import list_blocking_rules
from dxkit.linkage._comparisons import COMPARISONS, Comparison
from dxkit.linkage._splink_model import Shares, write_case

# random pairs from which chance agreement is learnt
MAX_CHANCE_PAIRS = 400_000
# records of one side whose plausible pairs are looked at, and all pairs that may be in reach
MAX_SAMPLED_RECORDS = 10_000
MAX_PAIRS_IN_REACH = 5e7
# pairs that the starting shares count as
M_WEIGHT = 50.0
H_WEIGHT = 200.0
# mean number of people of a household beside oneself
HOUSEMATES = 1.3
MAX_ROUNDS = 200
# change of any share of true pairs below which learning has settled
TOLERANCE = 1e-6
# no level is impossible
LEAST_SHARE = 1e-9
FREQUENCY_LEVELS = {
    level.frequency_column: level
    for comparison in COMPARISONS
    for level in comparison.levels
    if level.frequency_column
}


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Combinations of levels and how many pairs show each.

    Attributes
    ----------
    levels
        One row a pattern, one column a comparison: position of the level, -1 for unknown.
    counts
        Number of pairs.
    """

    levels: IntArray
    counts: FloatArray


def learn_shares(tables: list[pd.DataFrame], keys: tuple[str, ...], seed: int) -> Shares:
    """Learn what the levels are worth.

    Parameters
    ----------
    tables
        Keys of one register or of two.
    keys
        Columns that are compared.
    seed
        Of the pairs and records that are sampled.
    """
    import duckdb  # noqa: PLC0415

    pa: Any = import_module("pyarrow")
    left = tables[0]
    right = tables[-1]
    rng = np.random.default_rng(seed)
    n_sampled = int(min(len(right), MAX_SAMPLED_RECORDS, max(1, MAX_PAIRS_IN_REACH / len(left))))
    sampled = np.sort(rng.choice(len(right), n_sampled, replace=False))
    with duckdb.connect(":memory:", config={"memory_limit": "40%"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        _register(connection, "lefts", left, keys)
        _register(connection, "sampled", right, keys, sampled)
        is_link = len(tables) == 2
        plausible = _count_plausible(connection, keys, (len(left), len(right)), is_link)
        if n_sampled < len(right):
            _register(connection, "sampled", right, keys)
        rows = _draw_pairs((len(left), len(right)), is_link, rng)
        connection.register("chance", pa.table(dict(zip("ab", rows, strict=True))))
        chance = _count_patterns(connection, "SELECT a, b FROM chance", keys)
    possible_pairs = float(len(left)) * n_sampled
    if not is_link:
        # every pair of two sampled records would be looked at from both sides, but is counted once
        possible_pairs -= n_sampled * (n_sampled + 1) / 2
    return _maximise_likelihood(plausible, chance, max(possible_pairs, 1.0), len(left), left)


def _register(
    connection: Any, name: str, table: pd.DataFrame, keys: tuple[str, ...], rows: Any = None
) -> None:
    """Hand a register, or some of its rows, to the database; records are known by their row."""
    pa: Any = import_module("pyarrow")
    rows = np.arange(len(table)) if rows is None else rows
    part = table if len(rows) == len(table) else table.take(rows)
    columns = {key: build_array(part[key]) for key in keys}
    connection.register(name, pa.table({"row": pa.array(rows), **columns}))


def build_array(column: pd.Series, *, is_plain: bool = False) -> Any:
    """Build the array of a column that a database reads.

    Texts stay a dictionary, which takes a quarter of the memory, unless plain texts are asked for
    or the dictionary is longer than the column.
    """
    pa: Any = import_module("pyarrow")
    array = pa.Array.from_pandas(column)
    is_dictionary = isinstance(array, pa.DictionaryArray)
    is_long = is_dictionary and len(array.dictionary) > len(array)
    return array.dictionary_decode() if is_dictionary and (is_plain or is_long) else array


def _count_plausible(
    connection: Any, keys: tuple[str, ...], records: tuple[int, int], is_link: bool
) -> _Patterns:
    """Count the patterns of all pairs that a blocking rule brings together."""
    # in one register, a pair whose two records are both sampled is looked at once
    order = (
        "TRUE"
        if is_link
        else "(l.row < r.row OR l.row > r.row AND l.row NOT IN (SELECT row FROM sampled))"
    )
    both = "lefts l JOIN sampled r"
    pairs = " UNION ".join(
        f"SELECT l.row AS a, r.row AS b FROM {both} ON {rule} AND {order}"  # noqa: S608
        for rule in list_blocking_rules(records)
    )
    return _count_patterns(connection, pairs, keys)


def _count_patterns(connection: Any, pairs: str, keys: tuple[str, ...]) -> _Patterns:
    fields = ", ".join(comparison.field for comparison in COMPARISONS)
    cases = ", ".join(
        f"{write_case(comparison)} AS {comparison.field}" for comparison in COMPARISONS
    )
    both = ", ".join(f"l.{key} AS {key}_l, r.{key} AS {key}_r" for key in keys)
    query = (
        f"WITH pairs AS ({pairs}), rows AS (SELECT {both} FROM pairs"  # noqa: S608
        f" JOIN lefts l ON l.row = pairs.a JOIN sampled r ON r.row = pairs.b)"
        f" SELECT {fields}, count(*) AS pairs FROM (SELECT {cases} FROM rows)"
        f" GROUP BY {fields} ORDER BY {fields}"
    )
    table = connection.execute(query).fetchnumpy()
    levels = [np.asarray(table[comparison.field], dtype=np.int64) for comparison in COMPARISONS]
    return _Patterns(np.column_stack(levels), np.asarray(table["pairs"], dtype=np.float64))


def _draw_pairs(
    size: tuple[int, int], is_link: bool, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Draw pairs of rows at random, or take all pairs where there are few."""
    if size[0] * size[1] <= MAX_CHANCE_PAIRS:
        left_rows, right_rows = np.divmod(np.arange(size[0] * size[1]), size[1])
    else:
        left_rows = rng.integers(0, size[0], MAX_CHANCE_PAIRS)
        right_rows = rng.integers(0, size[1], MAX_CHANCE_PAIRS)
    # in one register, a pair stands once and nobody is paired with themselves
    is_pair = left_rows < right_rows if not is_link else np.ones(len(left_rows), dtype=bool)
    return left_rows[is_pair], right_rows[is_pair]


def _maximise_likelihood(
    plausible: _Patterns, chance: _Patterns, possible_pairs: float, records: int, left: pd.DataFrame
) -> Shares:
    """Move the shares until the kinds of pair that they imply imply them."""
    m = [_read_start(comparison, "m") for comparison in COMPARISONS]
    u = [_read_start(comparison, "u") for comparison in COMPARISONS]
    h = [_read_start(comparison, "h") for comparison in COMPARISONS]
    starts = (m, u, h)
    match_share = 0.5 / records
    house_share = min(HOUSEMATES / records, 0.1)
    for _ in range(MAX_ROUNDS):
        kinds = (m, u, h, match_share, house_share)
        true_pairs, house_pairs, _ = _share_out(plausible, kinds)
        _, _, strangers = _share_out(chance, kinds)
        new_m = _divide(plausible.levels, true_pairs, starts[0], M_WEIGHT)
        h = _divide(plausible.levels, house_pairs, starts[2], H_WEIGHT)
        u = _divide_rare(chance.levels, strangers, starts[1])
        # half a pair is never ruled out
        match_share = min((true_pairs.sum() + 0.5) / possible_pairs, 0.5)
        house_share = min((house_pairs.sum() + 0.5) / possible_pairs, 0.3)
        change = max(np.abs(a - b).max() for a, b in zip(m, new_m, strict=True))
        m = new_m
        if change < TOLERANCE:
            break
    fields = [comparison.field for comparison in COMPARISONS]
    m_by_field, u_by_field, h_by_field = (
        dict(zip(fields, shares, strict=True)) for shares in (m, u, h)
    )
    frequency = {
        column: _estimate_collision(left[column], level.u)
        for column, level in FREQUENCY_LEVELS.items()
    }
    return Shares(
        m=m_by_field,
        u=u_by_field,
        h=h_by_field,
        frequency=frequency,
        house=house_share / (1 - match_share),
    )


def _read_start(comparison: Comparison, kind: str) -> FloatArray:
    shares = np.array([getattr(level, kind) for level in comparison.levels])
    normalised: FloatArray = shares / shares.sum()
    return normalised


def _share_out(
    patterns: _Patterns,
    kinds: tuple[list[FloatArray], list[FloatArray], list[FloatArray], float, float],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share the pairs of each pattern out to true pairs, pairs of one house, and strangers."""
    m, u, h, match_share, house_share = kinds
    true_odds = match_share * multiply_levels(patterns.levels, m)
    house_odds = house_share * multiply_levels(patterns.levels, h)
    stranger_odds = (1 - match_share - house_share) * multiply_levels(patterns.levels, u)
    scale = patterns.counts / (true_odds + house_odds + stranger_odds)
    return true_odds * scale, house_odds * scale, stranger_odds * scale


def multiply_levels(levels: IntArray, shares: list[FloatArray]) -> FloatArray:
    """Multiply the shares of the levels of each row; what is unknown says nothing."""
    product = np.ones(len(levels))
    for column, field_shares in enumerate(shares):
        # position -1 is the last entry: 1 for unknown
        product *= np.append(field_shares, 1.0)[levels[:, column]]
    return product


def _divide(
    levels: IntArray, pairs: FloatArray, starts: list[FloatArray], weight: float
) -> list[FloatArray]:
    """Compute shares of the levels; the starting shares count as ``weight`` pairs."""
    shares = []
    for column, start in enumerate(starts):
        counts = _sum_levels(levels[:, column], pairs, len(start)) + weight * start
        shares.append(counts / counts.sum())
    return shares


def _divide_rare(levels: IntArray, pairs: FloatArray, starts: list[FloatArray]) -> list[FloatArray]:
    """Compute shares of levels that chance reaches seldom.

    Each starting share counts as if one such pair had been seen: a share of a millionth is not
    learnt from a hundred thousand pairs among which it did not occur.
    """
    shares = []
    for column, start in enumerate(starts):
        counts = _sum_levels(levels[:, column], pairs, len(start))
        rates = np.maximum((counts + 1) / (counts.sum() + 1 / start), LEAST_SHARE)
        shares.append(rates / rates.sum())
    return shares


def _sum_levels(positions: IntArray, pairs: FloatArray, size: int) -> FloatArray:
    is_known = positions >= 0
    sums: FloatArray = np.zeros(size)
    np.add.at(sums, positions[is_known], pairs[is_known])
    return sums


def _estimate_collision(column: pd.Series, start: float) -> float:
    """Estimate how probably two different people share a value; the start counts as one pair."""
    counts = column.value_counts().to_numpy(dtype=float)
    total = counts.sum()
    pairs = total * (total - 1) / 2
    return float(((counts * (counts - 1) / 2).sum() + 1) / (pairs + 1 / start))
