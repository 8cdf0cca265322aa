"""Which choice moves the order most: a weight, a method, a missing answer, or an interviewer?

Variance-based sensitivity (Sobol', through SALib) of how far municipalities move from their
nominal places.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit.errors import ChoiceError
from dxkit.maturity import _rank_intervals
from dxkit.maturity._aggregate import aggregate_headings
from dxkit.maturity._answer_noise import gather_noise
from dxkit.maturity._competition_ranks import rank_rows
from dxkit.maturity._draw_weights import WEIGHT_NOISE
from dxkit.maturity._framework import (
    TOTAL,
    Framework,
    Heading,
    build_framework,
    read_sorted_figures,
    require_code,
    sort_framework,
)
from dxkit.maturity._impute import impute_answers
from dxkit.maturity._monte_carlo import FLOOR, Noise
from dxkit.maturity._normalise import normalise_figures, normalise_kept
from dxkit.maturity._usable_methods import AGGREGATIONS, NORMALISATIONS, find_kept, list_dropped
from dxkit.schema import carry_provenance

# how many fillings of missing answers, and draws of severity and error, one factor chooses among
N_ALTERNATIVES = 64
# any seed that SALib takes for one
SEED_FOR_0 = 2**31 - 1
LABELS = {
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
    weight_noise: float = WEIGHT_NOISE,
    levels: tuple[float, float] = (0.0, 5.0),
) -> pd.DataFrame:
    """Compute Sobol' indices of each choice for the places of municipalities.

    Parameters
    ----------
    values, indicators, vary, answers, weight_noise, levels
        As for `rank_intervals`.
    draws
        Base sample; the model is run ``draws`` × (factors + 2) times. A power of 2 keeps Sobol's
        sequence balanced.
    seed
        Of the sample.
    code
        A municipality whose rank is looked at; by default the mean absolute shift of all ranks
        from their nominal places.

    Returns
    -------
    pandas.DataFrame
        One row a factor: ``factor`` (key), ``label`` (Japanese), ``S1`` (what varies with this
        choice alone), ``ST`` (together with others), each with ``S1_conf, ST_conf`` (half width of
        the 95 % interval). ``.attrs["mean"]`` is the mean of the output.

    Raises
    ------
    ChoiceError
        If there is no such municipality or nothing varies.
    TableError
        If tables do not fit.

    Notes
    -----
    Saltelli's estimators (2010) in SALib. Where normalisation and aggregation both vary, z-scores
    are left out, because they have no geometric mean and the factors must be independent.

    Examples
    --------
    >>> import dxkit
    >>> index = dxkit.load("technology_index").set_index("country")
    >>> framework = dxkit.load("indicators_technology")
    >>> table = sensitivity(index, framework, draws=32)
    >>> table.loc[table["ST"].idxmax(), "label"]
    '集計の方法'
    """
    # SALib and scipy's statistics take seconds to load: only who asks for them pays
    from SALib.analyze import sobol as analyse  # noqa: PLC0415
    from SALib.sample import sobol as sample  # noqa: PLC0415

    model = _build_model(
        values,
        indicators,
        seed=seed,
        vary=vary,
        answers=answers,
        weight_noise=weight_noise,
        levels=levels,
    )
    dropped = list_dropped(model.kept, model.framework)
    unit = _find_unit(model.codes, code)
    problem = {
        "num_vars": len(model.factors),
        "names": list(model.factors),
        "bounds": [[0.0, 1.0]] * len(model.factors),
    }
    points = sample.sample(problem, draws, calc_second_order=False, seed=seed)
    outputs = np.array([model.compute_output(point, unit) for point in points])
    if np.ptp(outputs) == 0:
        raise ChoiceError(
            "どの選択を変えても順位が動きません（市町か指標が少なすぎるか、差が大きすぎます）。"
        )
    # SALib takes the seed 0 for none at all, and intervals would differ from call to call
    indices = analyse.analyze(problem, outputs, calc_second_order=False, seed=seed or SEED_FOR_0)
    table = pd.DataFrame({key: indices[key] for key in ("S1", "S1_conf", "ST", "ST_conf")})
    table.insert(0, "label", [model.labels.get(name, name) for name in model.factors])
    table.insert(0, "factor", list(model.factors))
    table.attrs = {
        "mean": float(outputs.mean()),
        "settings": {
            "draws": draws,
            "seed": seed,
            "vary": tuple(vary),
            "code": code,
            "dropped": dropped,
        },
    }
    return carry_provenance(table, values, indicators, answers)


@dataclass(frozen=True)
class _Model:
    """The index as a function of factors between 0 and 1.

    Attributes
    ----------
    codes, framework, nominal
        Of the units: their codes, their index, their ranks without any variation.
    factors
        What each factor means for a number between 0 and 1.
    labels
        Japanese label of each factor.
    answers
        Answers for each draw of severity and error × each filling.
    kept
        Leaves that each normalisation can use.
    """

    codes: pd.Index
    factors: dict[str, Callable[[float], Any]]
    labels: dict[str, str]
    framework: Framework
    answers: Sequence[Sequence[FloatArray]]
    kept: dict[str, BoolArray]
    nominal: FloatArray

    def compute_output(self, point: FloatArray, unit: int | None) -> float:
        """Compute the mean shift of ranks, or one municipality's rank."""
        choices = {
            name: factor(float(share))
            for (name, factor), share in zip(self.factors.items(), point, strict=True)
        }
        numbers = self.answers[choices.get("severity", 0)][choices.get("missing", 0)]
        normalise = choices.get("normalise", "goalposts")
        scaled = normalise_kept(
            numbers, self.framework, normalise, (FLOOR, 1.0), self.kept[normalise]
        )
        framework = _reweight_dimensions(self.framework, choices)
        ranks = rank_totals(scaled, framework, choices.get("aggregate", "arithmetic"))
        return float(np.abs(ranks - self.nominal).mean()) if unit is None else float(ranks[unit])


def rank_totals(scaled: FloatArray, framework: Framework, aggregate: str) -> FloatArray:
    """Rank units by their total."""
    total = aggregate_headings(scaled, framework, aggregate, 0.0)[:, -1]
    return np.asarray(rank_rows(total[None, :])[0], dtype=float)


def _build_model(
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
        choices = "・".join(_rank_intervals.VARY)
        raise ChoiceError(f"vary の「{unknown[0]}」は使えません。{choices} から選んでください。")
    framework = sort_framework(build_framework(indicators))
    # draws go through municipalities and indicators in the order of their names
    numbers, codes, _ = read_sorted_figures(values, framework)
    noise = gather_noise(numbers, framework, codes, answers=answers, vary=vary, levels=levels)
    filled = impute_answers(numbers, framework, "neighbours")
    alternatives = _draw_alternatives(filled, noise, np.random.default_rng(seed))
    factors = _build_factors(framework, noise, vary, weight_noise)
    if not factors:
        raise ChoiceError("変えるものがありません。vary に1つ以上書いてください。")
    scaled = normalise_figures(alternatives[0][0], framework, "goalposts", (FLOOR, 1.0))
    nominal = rank_totals(scaled, framework, "arithmetic")
    labels = LABELS | {
        f"weight_{name}": f"重み: {framework.labels_by_name.get(name, name)}"
        for name in framework.dimensions
    }
    kept = {
        name: find_kept(filled, name, fills_blanks=True)
        for name in (NORMALISATIONS if "normalise" in factors else NORMALISATIONS[:1])
    }
    return _Model(codes, factors, labels, framework, alternatives, kept, nominal)


def _build_factors(
    framework: Framework, noise: Noise | None, vary: Sequence[str], weight_noise: float
) -> dict[str, Callable[[float], Any]]:
    """Build what each factor means for a number between 0 and 1."""
    normalisations = [
        name for name in NORMALISATIONS if name != "zscore" or "aggregate" not in vary
    ]
    factors: dict[str, Callable[[float], Any]] = {}
    if "weights" in vary:
        factors |= {
            f"weight_{name}": lambda share: 1 + weight_noise * (2 * share - 1)
            for name in framework.dimensions
        }
    if "normalise" in vary:
        factors["normalise"] = lambda share: normalisations[_pick(share, len(normalisations))]
    if "aggregate" in vary:
        factors["aggregate"] = lambda share: AGGREGATIONS[_pick(share, 2)]
    if noise is not None and noise.missing is not None:
        factors["missing"] = lambda share: _pick(share, N_ALTERNATIVES)
    if noise is not None and noise.severity.size:
        factors["severity"] = lambda share: _pick(share, N_ALTERNATIVES)
    return factors


def _pick(share: float, count: int) -> int:
    """Pick one of ``count`` by a number between 0 and 1; 1 itself picks the last."""
    return min(int(share * count), count - 1)


def _draw_alternatives(
    filled: FloatArray, noise: Noise | None, random: np.random.Generator
) -> list[list[FloatArray]]:
    """Draw answers for each severity and error × each filling; the first ones are nominal."""
    if noise is None:
        return [[filled]]
    fillings = [filled]
    if noise.missing is not None:
        # somebody's answer, as this unit's own interviewer would have put it
        severity = (noise.rater_shares @ noise.severity)[:, None]
        adjusted = filled - severity
        for _ in range(1, N_ALTERNATIVES):
            filling = adjusted.copy()
            drawn_cells = noise.missing.draw_cells(random)
            filling.ravel()[noise.missing.cells] = adjusted.ravel()[drawn_cells]
            fillings.append(filling + severity)
    shifts = [np.zeros_like(filled)]
    if noise.severity.size:
        for _ in range(1, N_ALTERNATIVES):
            severity = noise.draw_severity(random)
            error = noise.error * random.standard_normal(filled.shape)
            shifts.append(error - severity[:, None])
    return [[np.clip(filling + shift, *noise.ends) for filling in fillings] for shift in shifts]


def _reweight_dimensions(framework: Framework, choices: dict[str, Any]) -> Framework:
    """Build the framework with drawn weights of its dimensions."""
    top = framework.headings[-1]
    names = [*framework.leaves, *(heading.name for heading in framework.headings)]
    factors = np.array([choices.get(f"weight_{names[member]}", 1.0) for member in top.members])
    weights = top.weights * factors
    total = Heading(TOTAL, top.members, weights / weights.sum())
    return replace(framework, headings=(*framework.headings[:-1], total))


def _find_unit(codes: pd.Index, code: str | None) -> int | None:
    if code is None:
        return None
    require_code(code, codes)
    return int(codes.get_indexer(pd.Index([code]))[0])
