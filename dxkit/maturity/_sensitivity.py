"""Which choice moves the order most: a weight, a method, a missing answer, or an interviewer?

Variance-based sensitivity (Sobol', through SALib) of how far municipalities move from their nominal places, and what
happens when one indicator is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError
from dxkit.maturity import _rank_intervals
from dxkit.maturity._aggregate import aggregated
from dxkit.maturity._framework import TOTAL, Floats, Framework, Heading, build, figures
from dxkit.maturity._impute import imputed
from dxkit.maturity._monte_carlo import FLOOR, Noise
from dxkit.maturity._normalise import normalised
from dxkit.maturity._ranks import ranks_of

# how many fillings of missing answers, and draws of severity and error, one factor chooses among
ALTERNATIVES = 64
NAMES = {
    "normalise": "正規化の方法",
    "aggregate": "集計の方法",
    "missing": "未回答の補い方",
    "severity": "聞き取り者の厳しさと回答の誤差",
}


def sensitivity(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    draws: int = 512,
    seed: int = 0,
    vary: Sequence[str] = _rank_intervals.VARY,
    answers: pd.DataFrame | None = None,
    code: str | None = None,
    weight_noise: float = _rank_intervals.WEIGHT_NOISE,
    levels: tuple[float, float] = (0.0, 5.0),
) -> pd.DataFrame:
    """Give Sobol' indices of each choice for the places of municipalities.

    Parameters
    ----------
    values, indicators, vary, answers, weight_noise, levels
        As for `rank_intervals`.
    draws
        Base sample; the model is run ``draws`` × (factors + 2) times. A power of 2 keeps Sobol's sequence balanced.
    seed
        Of the sample.
    code
        A municipality whose rank is looked at; by default the mean absolute shift of all ranks from their nominal places.

    Returns
    -------
    pandas.DataFrame
        One row a factor: ``factor`` (key), ``label`` (Japanese), ``S1`` (what varies with this choice alone), ``ST``
        (together with others), each with ``S1_conf, ST_conf`` (half width of the 95 % interval). ``.attrs["mean"]`` is the
        mean of the output.

    Raises
    ------
    ChoiceError
        If there is no such municipality or nothing varies.
    TableError
        If tables do not fit.

    Notes
    -----
    Saltelli's estimators (2010) in SALib. Where normalisation and aggregation both vary, z-scores are left out, because they
    have no geometric mean and the factors must be independent.
    """
    # SALib and scipy's statistics take seconds to load: only who asks for them pays
    from SALib.analyze import sobol as analyse  # noqa: PLC0415
    from SALib.sample import sobol as sample  # noqa: PLC0415

    model = _model(
        values,
        indicators,
        seed=seed,
        vary=vary,
        answers=answers,
        weight_noise=weight_noise,
        levels=levels,
    )
    column = _column(model.codes, code)
    problem = {
        "num_vars": len(model.factors),
        "names": list(model.factors),
        "bounds": [[0.0, 1.0]] * len(model.factors),
    }
    points = sample.sample(problem, draws, calc_second_order=False, seed=seed)
    outputs = np.array([model.output(point, column) for point in points])
    if np.ptp(outputs) == 0:
        raise ChoiceError(
            "どの選択を変えても順位が動きません（市町か指標が少なすぎるか、差が大きすぎます）。"
        )
    found = analyse.analyze(problem, outputs, calc_second_order=False, seed=seed)
    table = pd.DataFrame({key: found[key] for key in ("S1", "S1_conf", "ST", "ST_conf")})
    table.insert(0, "label", [model.labels.get(name, name) for name in model.factors])
    table.insert(0, "factor", list(model.factors))
    table.attrs = {
        "mean": float(outputs.mean()),
        "settings": {"draws": draws, "seed": seed, "vary": tuple(vary), "code": code},
    }
    return table


def leave_one_out(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    normalise: str = "goalposts",
    aggregate: str = "arithmetic",
) -> pd.DataFrame:
    """Give what leaving one indicator out does to the places of municipalities.

    Parameters
    ----------
    values, indicators
        As for `score`.
    normalise, aggregate
        The methods.

    Returns
    -------
    pandas.DataFrame
        One row an indicator, the one that moves most first: ``indicator, label, mean_shift`` (mean absolute change of
        rank), ``largest`` (greatest change), ``code`` (of the municipality that it moves most).

    Raises
    ------
    TableError
        If tables do not fit.
    """
    framework = build(indicators)
    numbers, codes = figures(values, framework)
    scaled = normalised(numbers, framework, normalise, (FLOOR, 1.0))
    nominal = _ranks(scaled, framework, aggregate)
    rows = []
    for at, name in enumerate(framework.leaves):
        without = scaled.copy()
        without[:, at] = np.nan
        shift = np.abs(_ranks(without, framework, aggregate) - nominal)
        moved = int(shift.argmax())
        rows.append(
            (name, framework.labels()[name], float(shift.mean()), int(shift[moved]), codes[moved])
        )
    table = pd.DataFrame(rows, columns=["indicator", "label", "mean_shift", "largest", "code"])
    return table.sort_values("mean_shift", ascending=False, ignore_index=True, kind="stable")


@dataclass(frozen=True)
class _Model:
    """The index as a function of factors between 0 and 1."""

    codes: pd.Index
    factors: dict[str, Callable[[float], Any]]
    labels: dict[str, str]
    framework: Framework
    answers: Sequence[Sequence[Floats]]
    nominal: NDArray[np.float64]

    def output(self, point: Floats, column: int | None) -> float:
        """Give the mean shift of ranks, or one municipality's rank."""
        chosen = {
            name: factor(float(u))
            for (name, factor), u in zip(self.factors.items(), point, strict=True)
        }
        numbers = self.answers[chosen.get("severity", 0)][chosen.get("missing", 0)]
        scaled = normalised(
            numbers, self.framework, chosen.get("normalise", "goalposts"), (FLOOR, 1.0)
        )
        framework = _reweighted(self.framework, chosen)
        ranks = _ranks(scaled, framework, chosen.get("aggregate", "arithmetic"))
        return (
            float(np.abs(ranks - self.nominal).mean()) if column is None else float(ranks[column])
        )


def _ranks(scaled: Floats, framework: Framework, aggregate: str) -> NDArray[np.float64]:
    total = aggregated(scaled, framework, aggregate, 0.0)[:, -1]
    return np.asarray(ranks_of(total[None, :])[0], dtype=float)


def _model(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    seed: int,
    vary: Sequence[str],
    answers: pd.DataFrame | None,
    weight_noise: float,
    levels: tuple[float, float],
) -> _Model:
    if unknown := [name for name in vary if name not in _rank_intervals.VARY]:
        raise ChoiceError(
            f"vary の「{unknown[0]}」は使えません。{'・'.join(_rank_intervals.VARY)} から選んでください。"
        )
    framework = build(indicators)
    numbers, codes = figures(values, framework)
    noise = _rank_intervals.noise_of(numbers, codes, answers=answers, vary=vary, levels=levels)
    drawn = _alternatives(
        imputed(numbers, framework, "neighbours"), noise, np.random.default_rng(seed)
    )
    factors = _factors(framework, noise, vary, weight_noise)
    if not factors:
        raise ChoiceError("変えるものがありません。vary に1つ以上書いてください。")
    nominal = _ranks(
        normalised(drawn[0][0], framework, "goalposts", (FLOOR, 1.0)), framework, "arithmetic"
    )
    labels = NAMES | {
        f"weight_{name}": f"重み: {framework.labels().get(name, name)}"
        for name in framework.dimensions
    }
    return _Model(codes, factors, labels, framework, drawn, nominal)


def _factors(
    framework: Framework, noise: Noise | None, vary: Sequence[str], weight_noise: float
) -> dict[str, Callable[[float], Any]]:
    """Give what each factor means for a number between 0 and 1."""
    ways = [
        name
        for name in _rank_intervals.NORMALISATIONS
        if name != "zscore" or "aggregate" not in vary
    ]
    factors: dict[str, Callable[[float], Any]] = {}
    if "weights" in vary:
        factors |= {
            f"weight_{name}": lambda u: 1 + weight_noise * (2 * u - 1)
            for name in framework.dimensions
        }
    if "normalise" in vary:
        factors["normalise"] = lambda u: ways[min(int(u * len(ways)), len(ways) - 1)]
    if "aggregate" in vary:
        factors["aggregate"] = lambda u: _rank_intervals.AGGREGATIONS[min(int(u * 2), 1)]
    if noise is not None and noise.rows.size and "missing" in vary:
        factors["missing"] = _pick
    if noise is not None and noise.severity.size:
        factors["severity"] = _pick
    return factors


def _pick(u: float) -> int:
    return min(int(u * ALTERNATIVES), ALTERNATIVES - 1)


def _alternatives(
    filled: Floats, noise: Noise | None, random: np.random.Generator
) -> list[list[Floats]]:
    """Give answers for each draw of severity and error × each filling; the first of each is the nominal one."""
    holes = ALTERNATIVES if noise is not None and noise.rows.size else 1
    severe = ALTERNATIVES if noise is not None and noise.severity.size else 1
    fillings = [filled]
    for _ in range(1, holes):
        other = filled.copy()
        if noise is not None:
            pick = random.integers(0, noise.given.shape[1], noise.rows.size)
            other[noise.rows, noise.columns] = noise.given[np.arange(noise.rows.size), pick]
        fillings.append(other)
    off = [np.zeros_like(filled)]
    for _ in range(1, severe):
        if noise is not None:
            drawn = noise.severity + noise.severity_se * random.standard_normal(noise.severity.size)
            error = noise.error * random.standard_normal(filled.shape)
            off.append(error - np.append(drawn, 0.0)[noise.rater][:, None])
    if noise is None:
        return [fillings]
    return [[np.clip(filling + each, *noise.ends) for filling in fillings] for each in off]


def _reweighted(framework: Framework, chosen: dict[str, Any]) -> Framework:
    """Give the framework with drawn weights of its dimensions."""
    top = framework.headings[-1]
    names = [*framework.leaves, *(heading.name for heading in framework.headings)]
    times = np.array([chosen.get(f"weight_{names[member]}", 1.0) for member in top.members])
    weights = top.weights * times
    headings = (*framework.headings[:-1], Heading(TOTAL, top.members, weights / weights.sum()))
    return Framework(
        framework.table,
        framework.leaves,
        headings,
        framework.direction,
        framework.low,
        framework.high,
    )


def _column(codes: pd.Index, code: str | None) -> int | None:
    if code is None:
        return None
    if code not in codes:
        raise ChoiceError(
            f"「{code}」の行はありません。{'、'.join(map(str, codes[:5]))} のように書いてください。"
        )
    return int(codes.get_indexer(pd.Index([code]))[0])
