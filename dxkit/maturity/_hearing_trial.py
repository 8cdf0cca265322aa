"""If the truth were known, would the intervals hold it?

An invented hearing with known levels: municipalities of like maturity share an interviewer (areas
do), interviewers differ in severity, answers err and are rounded to levels. `rank_intervals` can
then be held against the true places.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray, IntArray
from dxkit._checks import require_number, require_seed, require_whole_number
from dxkit._keywords import accepts_old_keywords
from dxkit.maturity._competition_ranks import rank_rows
from dxkit.maturity._method_texts import describe_hearing_trial
from dxkit.schema import MethodText, TableResult, carry_provenance

# ends of the levels of a hearing
LOWEST = 0.0
HIGHEST = 5.0
# standard deviations, in levels: of a dimension within a municipality, of an item's difficulty, and
# of an item within a municipality
DIMENSION_SD = 0.35
DIFFICULTY_SD = 0.4
ITEM_SD = 0.5
# of maturity among the municipalities that share an interviewer
NEIGHBOUR_SD = 0.3
# fictional towns are of middling maturity, where levels have room both ways
VIGNETTE_RANGE = (1, 3.5)


@dataclass(frozen=True)
class Trial(TableResult):
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

    def __repr__(self) -> str:
        return f"<作った聞き取り: {len(self.levels)}市町、答え {len(self.answers):,}件>"

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.answers

    def _describe_method(self) -> MethodText:
        constants = {
            "dimension_sd": DIMENSION_SD,
            "difficulty_sd": DIFFICULTY_SD,
            "item_sd": ITEM_SD,
            "neighbour_sd": NEIGHBOUR_SD,
            "lowest_level": LOWEST,
            "highest_level": HIGHEST,
            "vignette_range": VIGNETTE_RANGE,
        }
        return describe_hearing_trial(constants)

    def covered(self, table: pd.DataFrame) -> tuple[float, float]:
        """Measure how many intervals hold the true place, and how wide they are.

        Parameters
        ----------
        table
            Of `RankIntervals.table`; municipalities without an interval are left out.

        Returns
        -------
        tuple of float
            Share of true places inside their intervals (0–1), and the intervals' mean width in
            places.
        """
        # the ends are named by their quantiles: p05 and p95, or others
        ends = [str(name) for name in table.columns if str(name).startswith("p")]
        intervals = table[ends].astype(float).dropna()
        low, high = (intervals[name] for name in ends)
        places = self.places[intervals.index]
        return float(((low <= places) & (places <= high)).mean()), float((high - low).mean())


@accepts_old_keywords(
    municipalities="n_municipalities",
    items="n_items",
    dimensions="n_dimensions",
    raters="n_raters",
    vignettes="n_vignettes",
)
def hearing_trial(
    *,
    seed: int,
    n_municipalities: int = 40,
    n_items: int = 60,
    n_dimensions: int = 6,
    n_raters: int = 5,
    n_vignettes: int = 2,
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
    n_municipalities, n_items, n_dimensions, n_raters, n_vignettes
        How many of each; vignettes are fictional towns that all interviewers rate.
    mean, spread
        Of municipalities' maturity, in levels.
    severity, error
        Standard deviations of interviewers' severity and of an answer's error, in levels.

    Returns
    -------
    Trial

    Raises
    ------
    ChoiceError
        If a number of things is not whole, or a standard deviation is below 0.

    Notes
    -----
    All standard deviations are assumptions; neighbours share an interviewer, so that severity and
    maturity hang together as they do in areas.

    Examples
    --------
    >>> trial = hearing_trial(seed=1, n_municipalities=5, n_items=4, n_dimensions=2)
    >>> trial.levels.shape, trial.places.tolist()
    ((5, 4), [3, 4, 1, 5, 2])
    """
    require_seed(seed)
    _check_counts(
        n_municipalities=n_municipalities,
        n_items=n_items,
        n_dimensions=n_dimensions,
        n_raters=n_raters,
    )
    require_whole_number(n_vignettes, "n_vignettes", low=0)
    _check_figures(mean, spread=spread, severity=severity, error=error)
    random = np.random.default_rng(seed)
    codes = [f"{28000 + number}" for number in range(1, n_municipalities + 1)]
    names = [f"item_{number + 1:02d}" for number in range(n_items)]
    dimension = np.arange(n_items) * n_dimensions // n_items
    maturity = random.normal(mean, spread, n_municipalities)
    parts = random.normal(0, DIMENSION_SD, (n_municipalities, n_dimensions))[:, dimension]
    difficulty = random.normal(0, DIFFICULTY_SD, n_items)
    residual = random.normal(0, ITEM_SD, (n_municipalities, n_items))
    true_levels = np.clip(maturity[:, None] + parts + difficulty + residual, LOWEST, HIGHEST)
    # neighbours are alike, and one interviewer visits them
    neighbours = np.argsort(maturity + random.normal(0, NEIGHBOUR_SD, n_municipalities))
    rater = np.empty(n_municipalities, dtype=int)
    rater[neighbours] = np.arange(n_municipalities) * n_raters // n_municipalities
    severities = random.normal(0, severity, n_raters)
    vignettes = random.uniform(*VIGNETTE_RANGE, (n_vignettes, n_items))
    answers = _rate(true_levels, severities[rater][:, None], error, random)
    vignette_answers = _rate(vignettes[:, :, None], severities, error, random)
    levels = pd.DataFrame(answers, index=pd.Index(codes, name="code"), columns=names)
    places = rank_rows(true_levels.mean(axis=1)[None, :])[0].astype(int)
    raters = pd.Index([f"R{number + 1}" for number in range(n_raters)], name="rater")
    is_made = {"made": True}
    listed = _list_answers(levels, rater, vignette_answers)
    figures = {"mean": mean, "spread": spread, "severity": severity, "error": error}
    listed.attrs["settings"] = {"seed": seed, **figures}
    return Trial(
        carry_provenance(levels, is_made),
        carry_provenance(_build_flat_framework(names, dimension), is_made),
        carry_provenance(listed, is_made),
        carry_provenance(pd.Series(places, index=levels.index, name="place"), is_made),
        carry_provenance(pd.Series(severities, index=raters, name="severity"), is_made),
    )


def _check_counts(**counts: object) -> None:
    for option, count in counts.items():
        require_whole_number(count, option)


def _check_figures(mean: float, **deviations: float) -> None:
    """Refuse a mean that is no number, and standard deviations below 0."""
    require_number(mean, "mean", low=-np.finfo(float).max)
    for option, deviation in deviations.items():
        require_number(deviation, option)


def _rate(
    level: FloatArray, severity: FloatArray, error: float, random: np.random.Generator
) -> FloatArray:
    """Rate true levels as interviewers do: with severity, with an error, in whole levels."""
    shape = np.broadcast_shapes(level.shape, severity.shape)
    rated = np.round(level + severity + random.normal(0, error, shape))
    return np.asarray(np.clip(rated, LOWEST, HIGHEST))


def _build_flat_framework(names: list[str], dimension: IntArray) -> pd.DataFrame:
    """Build a framework of equal weights within equal dimensions."""
    headings = [
        (f"part_{number + 1}", "", f"分野{number + 1}", 1, 1.0, "", np.nan, np.nan)
        for number in np.unique(dimension)
    ]
    leaves = [
        (name, f"part_{number + 1}", name, 1, 1.0, "段階", LOWEST, HIGHEST)
        for name, number in zip(names, dimension, strict=True)
    ]
    columns = ["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"]
    return pd.DataFrame([*headings, *leaves], columns=columns)


def _list_answers(
    levels: pd.DataFrame, rater: IntArray, vignette_answers: FloatArray
) -> pd.DataFrame:
    """List all answers, those to the fictional towns (V1, V2 …) too."""
    answers = levels.reset_index().melt(id_vars="code", var_name="item", value_name="level")
    names = {code: f"R{number + 1}" for code, number in zip(levels.index, rater, strict=True)}
    answers["rater"] = answers["code"].map(names)
    # vignettes × items × interviewers, one row an answer
    vignette, item, vignette_rater = np.indices(vignette_answers.shape).reshape(3, -1)
    vignette_columns = {
        "code": [f"V{number + 1}" for number in vignette],
        "item": levels.columns[item],
        "level": vignette_answers.ravel(),
        "rater": [f"R{number + 1}" for number in vignette_rater],
    }
    combined: pd.DataFrame = pd.concat([answers, pd.DataFrame(vignette_columns)], ignore_index=True)
    return combined
