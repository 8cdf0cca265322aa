"""What would the ranks be under any combination of choices?

The index as a function of factors between 0 and 1: one number picks a weight, a method, a filling
of the missing answers or a draw of severity and error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import require_number
from dxkit.errors import ChoiceError, shorten
from dxkit.maturity._aggregate import aggregate_headings
from dxkit.maturity._answer_noise import gather_noise
from dxkit.maturity._competition_ranks import rank_rows
from dxkit.maturity._framework import (
    TOTAL,
    Framework,
    Heading,
    parse_framework,
    read_sorted_figures,
    sort_framework,
)
from dxkit.maturity._impute import impute_answers
from dxkit.maturity._monte_carlo import MAX_FLOOR, Noise
from dxkit.maturity._normalise import normalise_figures, normalise_kept
from dxkit.maturity._usable_methods import AGGREGATIONS, NORMALISATIONS, find_kept

# the two ends between which the floor of the scale is drawn
FloorRange = tuple[float, float]
LABELS = {
    "normalise": "正規化の方法",
    "aggregate": "集計の方法",
    "floor": "幾何平均の下端",
    "missing": "未回答の補い方",
    "severity": "聞き取り者の厳しさと回答の誤差",
}


@dataclass(frozen=True)
class ChoiceModel:
    """The index as a function of factors between 0 and 1.

    Attributes
    ----------
    codes, framework, nominal, is_answered
        Of the units: their codes, their index, their ranks without any variation, and whether they
        have answered anything.
    factors
        What each factor means for a number between 0 and 1.
    labels
        Japanese label of each factor.
    fillings
        Answers for each filling of the blanks.
    shifts
        What each draw of severity and error adds to the answers, nothing first.
    ends
        Lowest and highest level of drawn answers; ``None`` where none are drawn.
    kept
        Leaves that each normalisation can use.
    floor
        Lower end of the scale, where it is no factor.
    min_answered
        Share of a heading's weight that must be there.
    """

    codes: pd.Index
    framework: Framework
    nominal: FloatArray
    is_answered: BoolArray
    factors: dict[str, Callable[[float], Any]]
    labels: dict[str, str]
    fillings: Sequence[FloatArray]
    shifts: Sequence[FloatArray]
    ends: tuple[FloatArray, FloatArray] | None
    kept: dict[str, BoolArray]
    floor: float
    min_answered: float

    @property
    def varied(self) -> tuple[str, ...]:
        """What of the analysis is a factor, weights taken together."""
        names = ("weights" if name.startswith("weight_") else name for name in self.factors)
        return tuple(dict.fromkeys(names))

    def compute_output(self, point: FloatArray, unit: int | None) -> float:
        """Compute the mean shift of ranks, or one municipality's rank."""
        choices = {
            name: factor(float(share))
            for (name, factor), share in zip(self.factors.items(), point, strict=True)
        }
        numbers = self.fillings[choices.get("missing", 0)]
        if self.ends is not None:
            numbers = np.clip(numbers + self.shifts[choices.get("severity", 0)], *self.ends)
        normalise = choices.get("normalise", NORMALISATIONS[0])
        scale = (choices.get("floor", self.floor), 1.0)
        scaled = normalise_kept(numbers, self.framework, normalise, scale, self.kept[normalise])
        framework = _reweight_dimensions(self.framework, choices)
        aggregate = choices.get("aggregate", AGGREGATIONS[0])
        ranks = rank_totals(scaled, framework, aggregate, self.min_answered)
        return float(np.abs(ranks - self.nominal).mean()) if unit is None else float(ranks[unit])


def rank_totals(
    scaled: FloatArray, framework: Framework, aggregate: str, min_answered: float
) -> FloatArray:
    """Rank units by their total; those without one rank behind everybody."""
    total = aggregate_headings(scaled, framework, aggregate, min_answered)[:, -1]
    return np.asarray(rank_rows(total[None, :])[0], dtype=float)


def build_choice_model(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    seed: int,
    vary: Sequence[str],
    answers: pd.DataFrame | None,
    weight_noise: float,
    levels: tuple[float, float],
    floor: float | FloorRange,
    n_alternatives: int,
    n_donors: int,
    min_answered: float,
) -> ChoiceModel:
    """Build the model; parameters are those of `sensitivity`.

    Raises
    ------
    ChoiceError
        If nothing varies or a floor is out of its limits.
    TableError
        If tables do not fit.
    """
    floors = _read_floors(floor)
    framework = sort_framework(parse_framework(indicators))
    # draws go through municipalities and indicators in the order of their names
    numbers, codes, _ = read_sorted_figures(values, framework)
    noise = gather_noise(
        numbers, framework, codes, answers=answers, vary=vary, levels=levels, n_donors=n_donors
    )
    # blanks that are not drawn are left out heading by heading, as `score` does
    is_filled = noise is not None and noise.missing is not None
    filled = impute_answers(numbers, framework, "neighbours", n_donors) if is_filled else numbers
    random = np.random.default_rng(seed)
    fillings = _draw_fillings(filled, noise, n_alternatives, random)
    shifts = _draw_shifts(filled, noise, n_alternatives, random)
    normalisations = _list_normalisations(vary)
    kept = {name: find_kept(filled, name, fills_blanks=False) for name in normalisations}
    # a normalisation that can use nothing is no choice
    kept = {name: is_kept for name, is_kept in kept.items() if is_kept.any()}
    factors = _build_weight_factors(framework, weight_noise if "weights" in vary else 0.0)
    factors |= _build_method_factors(list(kept), vary, floors)
    if len(fillings) > 1:
        factors["missing"] = partial(_pick, count=len(fillings))
    if len(shifts) > 1:
        factors["severity"] = partial(_pick, count=len(shifts))
    if not factors:
        raise ChoiceError("変えるものがありません。vary に1つ以上書いてください。")
    scaled = normalise_figures(numbers, framework, NORMALISATIONS[0], (floors[0], 1.0))
    return ChoiceModel(
        codes=codes,
        framework=framework,
        nominal=rank_totals(scaled, framework, AGGREGATIONS[0], min_answered),
        is_answered=np.asarray(~np.isnan(numbers).all(axis=1)),
        factors=factors,
        labels=_label_factors(framework),
        fillings=fillings,
        shifts=shifts,
        ends=noise.ends if noise is not None else None,
        kept=kept,
        floor=floors[0],
        min_answered=min_answered,
    )


def _label_factors(framework: Framework) -> dict[str, str]:
    """Label every factor in Japanese."""
    weights = {
        f"weight_{name}": f"重み: {framework.labels_by_name.get(name, name)}"
        for name in framework.dimensions
    }
    return LABELS | weights


def _read_floors(floor: float | FloorRange) -> FloorRange:
    """Read the floor as two ends; one number is both."""
    ends = list(floor) if isinstance(floor, tuple | list) else [floor, floor]
    if len(ends) != 2:
        raise ChoiceError(
            f"floor={shorten(floor)} は使えません。数を1つか2つ、小さい方から書いてください。"
        )
    low, high = ends
    require_number(low, "floor", high=MAX_FLOOR, above=True)
    require_number(high, "floor", low=low, high=MAX_FLOOR)
    return float(low), float(high)


def _list_normalisations(vary: Sequence[str]) -> list[str]:
    """List the normalisations to choose among; z-scores have no geometric mean."""
    if "normalise" not in vary:
        return [NORMALISATIONS[0]]
    return [name for name in NORMALISATIONS if name != "zscore" or "aggregate" not in vary]


def _build_weight_factors(
    framework: Framework, weight_noise: float
) -> dict[str, Callable[[float], Any]]:
    """Build a factor for each dimension's weight; a lone one has nothing to be weighed against."""
    if weight_noise == 0 or framework.headings[-1].members.size < 2:
        return {}
    return {
        f"weight_{name}": partial(_compute_weight_factor, weight_noise=weight_noise)
        for name in framework.dimensions
    }


def _build_method_factors(
    normalisations: Sequence[str], vary: Sequence[str], floors: FloorRange
) -> dict[str, Callable[[float], Any]]:
    """Build what a number between 0 and 1 means for methods and for the floor."""
    factors: dict[str, Callable[[float], Any]] = {}
    if "normalise" in vary and len(normalisations) > 1:
        factors["normalise"] = partial(_pick_method, methods=tuple(normalisations))
    if "aggregate" in vary:
        factors["aggregate"] = partial(_pick_method, methods=tuple(AGGREGATIONS))
        # arithmetic means do not feel the floor
        if floors[0] < floors[1]:
            factors["floor"] = partial(_pick_floor, floors=floors)
    return factors


def _compute_weight_factor(share: float, weight_noise: float) -> float:
    """Compute by what a weight is multiplied; a named function can be sent to a process."""
    return 1 + weight_noise * (2 * share - 1)


def _pick_method(share: float, methods: Sequence[str]) -> str:
    return methods[_pick(share, len(methods))]


def _pick_floor(share: float, floors: FloorRange) -> float:
    """Pick a floor evenly on the scale of logarithms."""
    return float(floors[0] * (floors[1] / floors[0]) ** share)


def _pick(share: float, count: int) -> int:
    """Pick one of ``count`` by a number between 0 and 1; 1 itself picks the last."""
    return min(int(share * count), count - 1)


def _draw_fillings(
    filled: FloatArray, noise: Noise | None, n_alternatives: int, random: np.random.Generator
) -> list[FloatArray]:
    """Draw fillings of the blanks, the mean of like municipalities first."""
    if noise is None or noise.missing is None:
        return [filled]
    fillings = [filled]
    # somebody's answer, as this unit's own interviewer would have put it
    severity = (noise.rater_shares @ noise.severity)[:, None]
    adjusted = filled - severity
    for _ in range(1, n_alternatives):
        filling = adjusted.copy()
        drawn_cells = noise.missing.draw_cells(random)
        filling.ravel()[noise.missing.cells] = adjusted.ravel()[drawn_cells]
        fillings.append(filling + severity)
    return fillings


def _draw_shifts(
    filled: FloatArray, noise: Noise | None, n_alternatives: int, random: np.random.Generator
) -> list[FloatArray]:
    """Draw what severity and error add to the answers; the first adds nothing."""
    shifts = [np.zeros_like(filled)]
    if noise is not None and noise.severity.size:
        for _ in range(1, n_alternatives):
            severity = noise.draw_severity(random)
            error = noise.error * random.standard_normal(filled.shape)
            shifts.append(error - severity[:, None])
    return shifts


def _reweight_dimensions(framework: Framework, choices: dict[str, Any]) -> Framework:
    """Build the framework with drawn weights of its dimensions."""
    top = framework.headings[-1]
    names = [*framework.leaves, *(heading.name for heading in framework.headings)]
    factors = np.array([choices.get(f"weight_{names[member]}", 1.0) for member in top.members])
    weights = top.weights * factors
    total = Heading(TOTAL, top.members, weights / weights.sum())
    return replace(framework, headings=(*framework.headings[:-1], total))
