"""Which records of two registers are the same person?"""

from typing import Literal

import numpy as np
import pandas as pd

from dxkit.linkage._backends import require_backend, weigh_pairs
from dxkit.linkage._link_table import (
    build_empty_pairs,
    build_links,
    check_options,
    check_registers,
    fold_registers,
)
from dxkit.linkage._pair_probability import (
    Once,
    keep_best_pairs,
    pair_probability,
    share_probability,
)
from dxkit.schema import accepts_any_table


@accepts_any_table("left", "right")
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
        One row a person in one register, as for `normalise` (which is applied here): residents,
        and a shelter's list.
    threshold
        Least probability of a pair (0–1). With 0.01 the answer also holds what `review_plan` can
        put before clerks.
    backend
        ``duckdb`` on this machine, ``spark`` on a cluster.
    once
        ``right``: a record of ``right`` is at most one of ``left``, which may have been
        registered twice; ``both``: one to one; ``neither``: every pair on its own.
    seed
        The same seed gives the same links.

    Returns
    -------
    pandas.DataFrame
        One row a pair, surest first: ``left_id, right_id, weight`` (log2 of the likelihood
        ratio), ``probability``, ``reason`` (what agrees, in Japanese). ``attrs["settings"]`` holds
        the settings, ``share`` among them: of the records of ``right``, those that have a partner
        (with ``neither``: of all pairs that could be formed, those that are one person).

    Raises
    ------
    TableError
        If a register has no name or no ``record_id``, or one is missing or stands twice; all
        faults of both at once. Other columns may be missing, as in `normalise`.
    ChoiceError
        If an option does not exist.
    MissingExtraError
        If Splink, DuckDB or (for ``spark``) pyspark is not installed.

    Notes
    -----
    Fellegi–Sunter with rare names counting more, by Splink; shares of agreement are learnt from
    the registers themselves by expectation–maximisation, from shares that invented registers
    showed (`agreement_levels`) and that count as a few pairs. A pair is one person, two people of
    one house, or two strangers; how frequent people of one house are is learnt too
    (``settings["housemates"]``: per record, of the other register). Fields are taken to err
    independently; twins in one household are where that fails. Pairs that agree on no blocking
    rule (name, reading, address, or birthday with something else) are never looked at. A birthday,
    name or address that far more different people bear than people do (1900-01-01) counts as
    unknown, with a `TableWarning` that names it and its share: a day beyond twice an ordinary day
    of the busiest year, a name or door beyond 2 % of the register (chance of error 1e-6).

    Examples
    --------
    >>> from dxkit.linkage import synth_registers
    >>> residents, shelter, truth = synth_registers(60, seed=1)
    >>> links = link(residents, shelter)
    >>> len(truth), len(links.merge(truth, on=["left_id", "right_id"]))
    (13, 13)
    >>> links["reason"].iloc[0]
    '氏名が同じ・生年月日が同じ・住所が同じ・性別が同じ'
    """
    check_options(threshold, once)
    require_backend(backend)
    check_registers(left, right)
    lefts, rights = fold_registers(left, right)
    settings = {"threshold": threshold, "backend": backend, "once": once, "seed": seed}
    if left.empty or right.empty:
        return build_links(build_empty_pairs(), lefts, rights, {**settings, "share": 0.0})
    # Splink weighs odds, the prior in them; without it the weight is the likelihood ratio
    prior = 1 / (len(left) + 1)
    pairs = weigh_pairs([lefts, rights], prior=prior, backend=backend, seed=seed)
    ratio = np.exp2(pairs["weight"].to_numpy()) * (1 - prior) / prior
    pairs["weight"] = np.log2(ratio)
    settings["housemates"] = float(pairs.attrs["house_share"] * len(left))
    if once == "neither":
        pairs["probability"], share = pair_probability(ratio, float(len(left)) * len(right))
    else:
        pairs["probability"], share = share_probability(
            pairs["right"].to_numpy(), ratio, len(left), len(right)
        )
    pairs = pairs[pairs["probability"] >= threshold]
    if once != "neither":
        pairs = keep_best_pairs(pairs, *(("right",) if once == "right" else ("left", "right")))
    return build_links(pairs, lefts, rights, {**settings, "share": share})
