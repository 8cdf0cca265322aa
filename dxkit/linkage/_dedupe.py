"""Who stands more than once in one register?"""

from typing import Literal

import numpy as np
import pandas as pd

from dxkit.linkage._backends import require_backend, weigh_pairs
from dxkit.linkage._join_entries import join_entries
from dxkit.linkage._link_table import build_empty_pairs, build_links, check_options, fold_keys
from dxkit.linkage._normalise import check_register
from dxkit.linkage._pair_probability import pair_probability
from dxkit.schema import accepts_any_table

# weaker pairs say nothing of a group, unless a lower threshold asks for them
LEAST_PROBABILITY = 0.01
# weaker groups are never joined: at 0 the whole register would be one person
LEAST_THRESHOLD = 0.001


@accepts_any_table("records")
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
        Least probability of a pair (0–1); below 0.001 nothing is joined.
    backend
        ``duckdb`` on this machine, ``spark`` on a cluster.
    seed
        The same seed gives the same answer.

    Returns
    -------
    pandas.DataFrame
        One row a pair of entries of one person, surest first: ``left_id`` (the earlier one),
        ``right_id, weight, probability, reason`` and ``person``: the earliest entry of all that
        are the same person. ``attrs["settings"]`` holds the settings.

    Raises
    ------
    TableError, ChoiceError, MissingExtraError
        As in `link`.

    Warns
    -----
    TableWarning
        As `link` does, and if more than 200 entries count as one person: of such a group only
        single pairs are listed that hold it together.

    Notes
    -----
    The model of `link` within one register. Entries are joined to groups, the surest first, by
    the mean likelihood ratio of all pairs between two groups (average linkage), in which a pair
    that shares next to nothing counts as 0: entries that hang together through others are one
    person, even where two of them alone would not be linked, and one doubtful pair does not join
    two groups that share nothing else. ``weight`` and ``probability`` of a pair are those with
    which the groups of its two entries were joined; for a person with two entries, the pair's own.

    Examples
    --------
    >>> import pandas as pd
    >>> sheet = pd.DataFrame(
    ...     [["H1", "山田　太郎", "", "1965-05-03", "男", "神戸市浜町2丁目3番4号", "28100"],
    ...      ["H2", "鈴木　健", "", "1990-12-31", "男", "姫路市本町1番1号", "28201"],
    ...      ["H3", "山田太郎", "", "S40.5.3", "", "浜町2-3-4", ""]],
    ...     columns=["record_id", "name", "kana", "birthday", "sex", "address", "code"],
    ... )
    >>> dedupe(sheet)[["left_id", "right_id", "person"]].to_numpy().tolist()
    [['H1', 'H3', 'H1']]
    """
    check_options(threshold, "neither")
    require_backend(backend)
    check_register(records)
    keys = fold_keys(records)
    settings = {"threshold": threshold, "backend": backend, "seed": seed}
    if len(records) < 2:
        pairs = build_empty_pairs()
        return _add_persons(build_links(pairs, keys, keys, settings), pairs, keys)
    prior = 1 / len(records)
    pairs = weigh_pairs([keys], prior=prior, backend=backend, seed=seed)
    ratio = np.exp2(pairs["weight"].to_numpy()) * (1 - prior) / prior
    pairs["weight"] = np.log2(ratio)
    settings["housemates"] = float(pairs.attrs["house_share"] * len(records))
    probability, share = pair_probability(ratio, len(records) * (len(records) - 1) / 2)
    # at threshold 1, what is nearer to it than a number can say still counts
    least = float(np.clip(threshold, LEAST_THRESHOLD, np.nextafter(1.0, 0.0)))
    is_near = probability >= min(least, LEAST_PROBABILITY)
    prior_odds = share / (1 - share)
    pairs = join_entries(pairs[is_near], least / (1 - least) / prior_odds)
    odds = prior_odds * np.exp2(pairs["weight"].to_numpy())
    pairs["probability"] = odds / (1 + odds)
    pairs = pairs[pairs["probability"] >= threshold]
    return _add_persons(build_links(pairs, keys, keys, settings), pairs, keys)


def _add_persons(table: pd.DataFrame, pairs: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """Add the earliest entry of all that hang together."""
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    size = len(keys)
    links = coo_array((np.ones(len(pairs)), (pairs["left"], pairs["right"])), shape=(size, size))
    _, group_of_row = connected_components(links, directed=False)
    first_row = np.full(size, size)
    np.minimum.at(first_row, group_of_row, np.arange(size))
    row_of_id = pd.Series(np.arange(size), index=keys["record_id"].to_numpy())
    ids = keys["record_id"].to_numpy(dtype=object)
    groups = group_of_row[row_of_id[table["left_id"]].to_numpy()]
    table["person"] = pd.Series(ids[first_row[groups]], index=table.index, dtype="str")
    return table
