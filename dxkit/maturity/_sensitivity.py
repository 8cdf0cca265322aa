"""Which choice moves the order most: a weight, a method, a missing answer, or an interviewer?

Variance-based sensitivity (Sobol', through SALib) of how far municipalities move from their
nominal places.
"""

import warnings
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import (
    require_executor,
    require_number,
    require_whole_number,
    warn_caller,
)
from dxkit.errors import ChoiceError, shorten
from dxkit.maturity._answer_noise import warn_of_unvisited
from dxkit.maturity._choice_model import ChoiceModel, FloorRange, build_choice_model
from dxkit.maturity._draw_weights import WEIGHT_NOISE
from dxkit.maturity._framework import find_unit
from dxkit.maturity._heading_rule import MIN_ANSWERED
from dxkit.maturity._missing_answers import N_DONORS
from dxkit.maturity._monte_carlo import FLOOR
from dxkit.maturity._plain_framework import complete_framework
from dxkit.maturity._usable_methods import list_dropped
from dxkit.maturity._varied_choices import VARY, check_vary, explain_not_varied
from dxkit.schema import accepts_any_table, carry_provenance

# how many fillings of missing answers, and draws of severity and error, one factor chooses among
N_ALTERNATIVES = 64
# into how many portions the runs of the model are split for workers
PORTIONS = 32


@accepts_any_table("values", "indicators", "answers")
def sensitivity(
    values: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
    *,
    draws: int = 512,
    seed: int = 0,
    vary: Sequence[str] = VARY,
    answers: pd.DataFrame | None = None,
    code: str | None = None,
    executor: Executor | None = None,
    weight_noise: float = WEIGHT_NOISE,
    levels: tuple[float, float] = (0.0, 5.0),
    floor: float | FloorRange = FLOOR,
    n_alternatives: int = N_ALTERNATIVES,
    n_donors: int = N_DONORS,
    min_answered: float = MIN_ANSWERED,
) -> pd.DataFrame:
    """Compute Sobol' indices of each choice for the places of municipalities.

    Parameters
    ----------
    values, indicators, vary, answers, weight_noise, levels, n_donors
        As for `rank_intervals`.
    draws
        Base sample; the model is run ``draws`` × (factors + 2) times. A power of 2 keeps Sobol's
        sequence balanced.
    seed
        Of the sample.
    code
        A municipality whose rank is looked at; by default the mean absolute shift of all ranks
        from their nominal places.
    executor
        Workers (any `concurrent.futures.Executor`, a Dask client's too) to share the runs of the
        model; the answer is the same.
    floor
        Lower end of the normalised scale (above 0, below 1), of which geometric means take the
        logarithm. Two numbers make it a factor of its own: it is drawn between them, evenly on the
        scale of logarithms. How much aggregation matters hangs on it.
    n_alternatives
        How many fillings of missing answers, and how many draws of severity and error, there are to
        choose among.
    min_answered
        Share of a heading's weight that must be answered (0–1), as in `score`.

    Returns
    -------
    pandas.DataFrame
        One row a factor: ``factor`` (key), ``label`` (Japanese), ``S1`` (what varies with this
        choice alone), ``ST`` (together with others), each with ``S1_conf, ST_conf`` (half width of
        the 95 % interval). ``.attrs["mean"]`` is the mean of the output; ``.attrs["settings"]``
        says what was really varied (``vary``), why the rest was not (``not_varied``), and every
        option as it was used.

    Raises
    ------
    ChoiceError
        If there is no such municipality, nothing varies or an option is out of its limits.
    TableError
        If tables do not fit.

    Warns
    -----
    TableWarning
        If ``draws`` is no power of 2.

    Notes
    -----
    Saltelli's estimators (2010) in SALib. Where normalisation and aggregation both vary, z-scores
    are left out, because they have no geometric mean and the factors must be independent. Missing
    answers that are not varied are left out heading by heading, as in `score`; so are those of the
    nominal places.

    Examples
    --------
    >>> import dxkit
    >>> index = dxkit.load("technology_index").set_index("country")
    >>> framework = dxkit.load("indicators_technology")
    >>> table = sensitivity(index, framework, draws=32)
    >>> table.loc[table["ST"].idxmax(), "label"]
    '集計の方法'
    """
    require_executor(executor, "map")
    indicators = complete_framework(values, indicators)
    check_vary(vary)
    require_whole_number(draws, "draws", high=10**9)
    require_number(weight_noise, "weight_noise", high=1)
    require_number(min_answered, "min_answered", high=1)
    _check_counts(n_alternatives, n_donors)
    _warn_of_unbalanced(draws)
    model = build_choice_model(
        values,
        indicators,
        seed=seed,
        vary=vary,
        answers=answers,
        weight_noise=weight_noise,
        levels=levels,
        floor=floor,
        n_alternatives=n_alternatives,
        n_donors=n_donors,
        min_answered=min_answered,
    )
    warn_of_unvisited(answers, model.codes, model.is_answered[:, None], vary)
    unit = _find_answering_unit(code, model)
    table = _analyse(model, unit, draws, seed, executor)
    varied = model.varied
    table.attrs["settings"] = {
        "draws": draws,
        "seed": seed,
        "vary": varied,
        "not_varied": explain_not_varied(vary, varied),
        "code": None if unit is None else str(model.codes[unit]),
        "dropped": list_dropped(model.kept, model.framework),
        "weight_noise": weight_noise if "weights" in varied else 0.0,
        "levels": levels if "severity" in varied else None,
        "floor": floor,
        "n_alternatives": n_alternatives,
        "n_donors": n_donors if "missing" in varied else None,
        "min_answered": min_answered,
    }
    return carry_provenance(table, values, indicators, answers)


def _find_answering_unit(code: str | None, model: ChoiceModel) -> int | None:
    """Find the row of a municipality whose rank can be looked at."""
    unit = None if code is None else find_unit(code, model.codes)
    if unit is not None and not model.is_answered[unit]:
        raise ChoiceError(
            f"code=「{shorten(code)}」は使えません。答えが1つもない市町の順位は、調べられません。"
        )
    return unit


def _check_counts(n_alternatives: int, n_donors: int) -> None:
    """Refuse counts that leave nothing to choose among."""
    require_whole_number(n_alternatives, "n_alternatives", low=2)
    require_whole_number(n_donors, "n_donors")


def _warn_of_unbalanced(draws: int) -> None:
    """Say that the sample is not balanced where its size is no power of 2."""
    if int(draws) & (int(draws) - 1):
        below = 1 << (int(draws).bit_length() - 1)
        warn_caller(
            f"draws={draws} は2の累乗でないので、標本がつり合わず、答えがやや荒くなります。"
            f"{below} か {2 * below} にしてください。"
        )


def _run_portion(model: ChoiceModel, unit: int | None, points: FloatArray) -> FloatArray:
    """Run the model at some points of its factors."""
    return np.array([model.compute_output(point, unit) for point in points])


def _analyse(
    model: ChoiceModel, unit: int | None, draws: int, seed: int, executor: Executor | None
) -> pd.DataFrame:
    """Run the model on a sample of its factors and split the output's variance among them."""
    # SALib and scipy's statistics take seconds to load: only who asks for them pays
    from SALib.analyze import sobol as analyse  # noqa: PLC0415
    from SALib.sample import sobol as sample  # noqa: PLC0415

    problem = {
        "num_vars": len(model.factors),
        "names": list(model.factors),
        "bounds": [[0.0, 1.0]] * len(model.factors),
    }
    with warnings.catch_warnings():
        # scipy's own words on the same are English
        warnings.filterwarnings("ignore", message="The balance properties")
        points = sample.sample(problem, draws, calc_second_order=False, seed=seed)
    # portions, so that the model is sent once a portion and not once a run
    run = partial(_run_portion, model, unit)
    portions = np.array_split(points, min(PORTIONS, len(points)))
    answers = map(run, portions) if executor is None else executor.map(run, portions)
    outputs = np.concatenate(list(answers))
    if np.ptp(outputs) == 0:
        raise ChoiceError(
            "どの選択を変えても順位が動きません（市町か指標が少なすぎるか、差が大きすぎます）。"
        )
    # SALib takes a seed of 0 for none, and draws intervals anew each time
    indices = analyse.analyze(problem, outputs, calc_second_order=False, seed=seed + 1)
    table = pd.DataFrame({key: indices[key] for key in ("S1", "S1_conf", "ST", "ST_conf")})
    table.insert(0, "label", [model.labels.get(name, name) for name in model.factors])
    table.insert(0, "factor", list(model.factors))
    table.attrs["mean"] = float(outputs.mean())
    return table
