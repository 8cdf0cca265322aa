"""If the truth were known, would the intervals hold it?

An invented hearing with known levels: municipalities of like maturity share an interviewer (areas do), interviewers differ in
severity, answers err and are rounded to levels. `rank_intervals` can then be held against the true places.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit.maturity._framework import Floats
from dxkit.maturity._ranks import ranks_of

LOWEST, HIGHEST = 0.0, 5.0


@dataclass(frozen=True)
class Trial:
    """An invented hearing (架空データ).

    Attributes
    ----------
    levels, indicators, answers
        As a real hearing gives them; ``levels`` is one row a municipality, one column an item.
    places
        Index ``code``: the true rank, by true levels and given weights.
    severity
        Index ``rater``: the true severity.
    """

    levels: pd.DataFrame
    indicators: pd.DataFrame
    answers: pd.DataFrame
    places: pd.Series
    severity: pd.Series

    def covered(self, table: pd.DataFrame) -> tuple[float, float]:
        """Give the share of true places inside the intervals ``p05``–``p95``, and the intervals' mean width.

        Parameters
        ----------
        table
            Of `RankIntervals.table`.

        Returns
        -------
        tuple of float
        """
        inside = (table["p05"] <= self.places) & (self.places <= table["p95"])
        return float(inside.mean()), float((table["p95"] - table["p05"]).mean())


def hearing_trial(
    *,
    seed: int,
    municipalities: int = 40,
    items: int = 60,
    dimensions: int = 6,
    raters: int = 5,
    vignettes: int = 2,
    mean: float = 1.3,
    spread: float = 0.8,
    severity: float = 0.3,
    error: float = 0.6,
) -> Trial:
    """Invent a hearing whose truth is known.

    Parameters
    ----------
    seed
        Of everything drawn.
    municipalities, items, dimensions, raters, vignettes
        How many of each.
    mean, spread
        Of municipalities' maturity, in levels.
    severity, error
        Standard deviations of interviewers' severity and of an answer's error, in levels.

    Returns
    -------
    Trial
    """
    random = np.random.default_rng(seed)
    codes = [f"{28000 + at}" for at in range(1, municipalities + 1)]
    names = [f"item_{at + 1:02d}" for at in range(items)]
    above = np.arange(items) * dimensions // items
    town = random.normal(mean, spread, municipalities)
    part = random.normal(0, 0.35, (municipalities, dimensions))[:, above]
    true = np.clip(
        town[:, None]
        + part
        + random.normal(0, 0.4, items)
        + random.normal(0, 0.5, (municipalities, items)),
        LOWEST,
        HIGHEST,
    )
    # neighbours are alike, and one interviewer visits them: severity and maturity hang together
    who = np.empty(municipalities, dtype=int)
    who[np.argsort(town + random.normal(0, 0.3, municipalities))] = (
        np.arange(municipalities) * raters // municipalities
    )
    strict = random.normal(0, severity, raters)
    stories = random.uniform(1, 3.5, (vignettes, items))
    seen = _rated(true, strict[who][:, None], error, random)
    told = _rated(stories[:, :, None], strict, error, random)
    values = pd.DataFrame(seen, index=pd.Index(codes, name="code"), columns=names)
    return Trial(
        values,
        _flat(names, above),
        _answers(values, who, told),
        pd.Series(
            ranks_of(true.mean(axis=1)[None, :])[0].astype(int), index=values.index, name="place"
        ),
        pd.Series(
            strict, index=[f"R{at + 1}" for at in range(raters)], name="severity"
        ).rename_axis("rater"),
    )


def _rated(level: Floats, strict: Floats, error: float, random: np.random.Generator) -> Floats:
    shape = np.broadcast_shapes(level.shape, strict.shape)
    return np.asarray(
        np.clip(np.round(level + strict + random.normal(0, error, shape)), LOWEST, HIGHEST)
    )


def _flat(names: list[str], above: "np.ndarray[tuple[int], np.dtype[np.int_]]") -> pd.DataFrame:
    """Give a framework of equal weights within equal dimensions."""
    heads = [
        (f"part_{at + 1}", "", f"分野{at + 1}", 1, 1.0, "", np.nan, np.nan)
        for at in np.unique(above)
    ]
    rows = [
        (name, f"part_{at + 1}", name, 1, 1.0, "段階", LOWEST, HIGHEST)
        for name, at in zip(names, above, strict=True)
    ]
    return pd.DataFrame(
        [*heads, *rows],
        columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"],
    )


def _answers(
    values: pd.DataFrame, who: "np.ndarray[tuple[int], np.dtype[np.int_]]", told: Floats
) -> pd.DataFrame:
    """Give all answers, those to the fictional towns (V1, V2 …) too."""
    long = values.reset_index().melt(id_vars="code", var_name="item", value_name="level")
    long["rater"] = long["code"].map(
        {code: f"R{at + 1}" for code, at in zip(values.index, who, strict=True)}
    )
    town, item, rater = np.indices(told.shape).reshape(3, -1)
    stories = {
        "code": [f"V{at + 1}" for at in town],
        "item": values.columns[item],
        "level": told.ravel(),
        "rater": [f"R{at + 1}" for at in rater],
    }
    both: pd.DataFrame = pd.concat([long, pd.DataFrame(stories)], ignore_index=True)
    return both
