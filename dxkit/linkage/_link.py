"""Which records of two registers, or of one, are the same person?"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.linkage._backends import agreement, need, weigh
from dxkit.linkage._normalise import Surnames, check, keys_of
from dxkit.linkage._splink_model import COMPARISONS, UNKNOWN

Rows = NDArray[np.int32]
Numbers = NDArray[np.float64]
ROUNDS = 200
STEADY = 1e-9
# a register all of whose records have partners would leave no room for a doubt
MOST = 0.9999
Once = Literal["right", "both", "neither"]
LINK_COLUMNS = ("left_id", "right_id", "weight", "probability", "reason")


def shared_certainty(right: Rows, ratio: Numbers, lefts: int, rights: int) -> tuple[Numbers, float]:
    """Give each pair's probability where a right record has at most one partner, and the share of right records that have one.

    Parameters
    ----------
    right
        Row of each pair's right record.
    ratio
        Likelihood ratio of each pair.
    lefts, rights
        Number of records on each side.
    """
    sums = np.bincount(right, weights=ratio, minlength=rights)
    share = 0.5
    for _ in range(ROUNDS):
        matched = share / lefts * sums
        now = float(np.clip((matched / (1 - share + matched)).mean(), 1 / (rights + 1), MOST))
        if abs(now - share) < STEADY:
            break
        share = now
    each: Numbers = share / lefts * ratio / (1 - share + share / lefts * sums[right])
    return each, share


def own_certainty(ratio: Numbers, pairs: float) -> tuple[Numbers, float]:
    """Give each pair's probability where pairs stand for themselves, and the share of all pairs that are one person."""
    share = 1 / pairs
    for _ in range(ROUNDS):
        each = share * ratio / (1 - share + share * ratio)
        now = float(np.clip(each.sum() / pairs, 0.1 / pairs, MOST))
        if abs(now - share) * pairs < STEADY * pairs**0.5:
            break
        share = now
    final: Numbers = share * ratio / (1 - share + share * ratio)
    return final, share


def best(pairs: pd.DataFrame, *sides: str) -> pd.DataFrame:
    """Keep each record's best pair on the sides named; of equals, the first in order of rows."""
    kept = pairs.sort_values(
        ["weight", "left", "right"], ascending=[False, True, True], kind="stable"
    )
    if len(sides) == 1:
        return kept.drop_duplicates(sides[0])
    return _one_to_one(kept)


def _one_to_one(ordered: pd.DataFrame) -> pd.DataFrame:
    """Take pairs from the surest on; a record that is taken is taken."""
    left, right = ordered["left"].tolist(), ordered["right"].tolist()
    lefts: set[int] = set()
    rights: set[int] = set()
    keep = np.zeros(len(ordered), dtype=bool)
    for row, (one, other) in enumerate(zip(left, right, strict=True)):
        if one not in lefts and other not in rights:
            keep[row] = True
            lefts.add(one)
            rights.add(other)
    return ordered[keep]


def link(
    left: pd.DataFrame,
    right: pd.DataFrame,
    *,
    threshold: float = 0.5,
    backend: Literal["duckdb", "spark"] = "duckdb",
    once: Once = "right",
    seed: int = 0,
) -> pd.DataFrame:
    """Find which records of two registers are the same person.

    Parameters
    ----------
    left, right
        One row a person in one register, as for `normalise` (which is applied here): residents, and a shelter's list.
    threshold
        Least probability of a pair (0–1). With 0.01 the answer also holds what `review_plan` can put before clerks.
    backend
        ``duckdb`` on this machine, ``spark`` on a cluster.
    once
        ``right``: a record of ``right`` is at most one of ``left``, which may have been registered twice; ``both``: one to
        one; ``neither``: every pair on its own.
    seed
        The same seed gives the same links.

    Returns
    -------
    pandas.DataFrame
        One row a pair, surest first: ``left_id, right_id, weight`` (log2 of the likelihood ratio), ``probability``, ``reason``
        (what agrees, in Japanese). ``attrs["settings"]`` holds the settings, ``share`` among them: of the records of ``right``,
        those that have a partner, as found.

    Raises
    ------
    TableError
        If a register lacks columns, or a ``record_id`` is missing or stands twice; all faults of both at once.
    ChoiceError
        If an option does not exist.
    MissingExtraError
        If Splink, DuckDB or (for ``spark``) pyspark is not installed.

    Notes
    -----
    Fellegi–Sunter with rare names counting more, by Splink; shares of agreement are learnt from the registers themselves by
    expectation–maximisation on about two million sampled pairs, or stand as learnt from invented registers where there are
    fewer than two million pairs in all. Fields are taken to err independently; twins in one household are where that fails.
    Pairs that agree on no blocking rule (name, reading, address, or birthday with something else) are never looked at.
    """
    _choose(threshold, once)
    need(backend)
    check_both(left, right)
    lefts, rights = comparable_keys(left, right)
    settings = {"threshold": threshold, "backend": backend, "once": once, "seed": seed}
    if left.empty or right.empty:
        return _answer(_no_pairs(), lefts, rights, {**settings, "share": 0.0})
    prior = 1 / (len(left) + 1)
    pairs = weigh([lefts, rights], prior=prior, backend=backend, seed=seed)
    ratio = np.exp2(pairs["weight"].to_numpy()) * (1 - prior) / prior
    pairs["weight"] = np.log2(ratio)
    if once == "neither":
        pairs["probability"], share = own_certainty(ratio, float(len(left)) * len(right))
    else:
        pairs["probability"], share = shared_certainty(
            pairs["right"].to_numpy(), ratio, len(left), len(right)
        )
    pairs = pairs[pairs["probability"] >= threshold]
    if once != "neither":
        pairs = best(pairs, *(("right",) if once == "right" else ("left", "right")))
    return _answer(pairs, lefts, rights, {**settings, "share": share})


def dedupe(
    records: pd.DataFrame,
    *,
    threshold: float = 0.5,
    backend: Literal["duckdb", "spark"] = "duckdb",
    seed: int = 0,
) -> pd.DataFrame:
    """Find who stands more than once in one register.

    Parameters
    ----------
    records
        One row an entry, as for `normalise`.
    threshold
        Least probability of a pair (0–1).
    backend
        ``duckdb`` on this machine, ``spark`` on a cluster.
    seed
        The same seed gives the same answer.

    Returns
    -------
    pandas.DataFrame
        One row a pair of entries, surest first: ``left_id`` (the earlier one), ``right_id, weight, probability, reason`` and
        ``person``: the earliest entry of all that hang together. ``attrs["settings"]`` holds the settings.

    Raises
    ------
    TableError, ChoiceError, MissingExtraError
        As in `link`.
    """
    _choose(threshold, "neither")
    need(backend)
    keys = _keys(records)
    settings = {"threshold": threshold, "backend": backend, "seed": seed}
    if len(records) < 2:
        return _persons(_answer(_no_pairs(), keys, keys, settings), _no_pairs(), keys)
    prior = 1 / len(records)
    pairs = weigh([keys], prior=prior, backend=backend, seed=seed)
    ratio = np.exp2(pairs["weight"].to_numpy()) * (1 - prior) / prior
    pairs["weight"] = np.log2(ratio)
    pairs["probability"], _ = own_certainty(ratio, len(records) * (len(records) - 1) / 2)
    pairs = pairs[pairs["probability"] >= threshold]
    return _persons(_answer(pairs, keys, keys, settings), pairs, keys)


def _choose(threshold: float, once: str) -> None:
    if not 0 <= threshold <= 1:
        raise ChoiceError(f"threshold={shorten(threshold)} は0〜1の数（確率）にしてください。")
    if once not in ("right", "both", "neither"):
        raise ChoiceError(
            f"once「{shorten(once)}」はありません。right・both・neither から選んでください。"
        )


def check_both(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """Name all that is wrong with either register."""
    faults: list[Fault] = []
    for table, name in ((left, "left"), (right, "right")):
        try:
            check(table, name)
        except TableError as error:
            faults.extend(error.faults)
    if faults:
        raise TableError(faults)


def comparable_keys(left: pd.DataFrame, right: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the keys of both; where the right one leaves no blank in names, surnames of the left one part them."""
    lefts = _keys(left)
    return lefts, _keys(
        right, Surnames(set(lefts["surname"].dropna()), set(lefts["kana_surname"].dropna()))
    )


def _keys(records: pd.DataFrame, surnames: Surnames | None = None) -> pd.DataFrame:
    keys = keys_of(records, surnames)
    keys["place"] = keys["code"] + "/" + keys["town"]
    return keys


def _no_pairs() -> pd.DataFrame:
    kinds = {"left": "int32", "right": "int32", "weight": "float64", "probability": "float64"}
    return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in kinds.items()})


def _answer(
    pairs: pd.DataFrame, lefts: pd.DataFrame, rights: pd.DataFrame, settings: Mapping[str, object]
) -> pd.DataFrame:
    pairs = pairs.sort_values(["weight", "left", "right"], ascending=[False, True, True])
    table = pd.DataFrame(
        {
            "left_id": lefts["record_id"].take(pairs["left"].to_numpy()).to_numpy(),
            "right_id": rights["record_id"].take(pairs["right"].to_numpy()).to_numpy(),
            "weight": pairs["weight"].to_numpy(),
            "probability": pairs["probability"].to_numpy(),
            "reason": _reasons(agreement(pairs, lefts, rights)),
        }
    ).astype({"left_id": "str", "right_id": "str", "reason": "str"})
    table.attrs = {
        "settings": dict(settings),
        "made": bool(lefts.attrs.get("made") or rights.attrs.get("made")),
    }
    return table


def _reasons(levels: pd.DataFrame) -> list[str]:
    """Say what agrees; each combination of levels is put into words once."""
    rows = list(zip(*(levels[each.field].tolist() for each in COMPARISONS), strict=True))
    words = {
        row: "・".join(_word(index, level) for index, level in enumerate(row)) for row in set(rows)
    }
    return [words[row] for row in rows]


def _word(index: int, level: int) -> str:
    comparison = COMPARISONS[index]
    return UNKNOWN[comparison.field] if level < 0 else comparison.levels[level].label


def _persons(table: pd.DataFrame, pairs: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """Add the earliest entry of all that hang together."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    size = len(keys)
    links = coo_array((np.ones(len(pairs)), (pairs["left"], pairs["right"])), shape=(size, size))
    _, group = connected_components(links, directed=False)
    first = np.full(size, size)
    np.minimum.at(first, group, np.arange(size))
    row = pd.Series(np.arange(size), index=keys["record_id"].to_numpy())
    ids = keys["record_id"].to_numpy(dtype=object)
    table["person"] = pd.Series(
        ids[first[group[row[table["left_id"]].to_numpy()]]], index=table.index, dtype="str"
    )
    return table
