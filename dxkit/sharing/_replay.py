"""Does the model give back what was counted in Noto 2024, Japan 2011 and Kobe 1995?

`replay` fits one or two parameters to the published figures marked 当てはめ and predicts those
marked 予測, which were not used in fitting and test the model. Few figures were ever published, and
a model that passes has not been shown to be right: other assumptions could give the same few
points, and the assumed strengths of contact were chosen by people who knew the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from dxkit._arrays import FloatArray
from dxkit._checks import is_among, require_number
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import MethodText, TableResult, merge_provenance
from dxkit.sharing._cohort_engine import run_cohort_engine
from dxkit.sharing._model import HOURS_A_DAY, PLACE_COUNT, build_model
from dxkit.sharing._outages import draw_outages
from dxkit.sharing._policy_rules import build_rules
from dxkit.sharing._read_scenario import read_scenario
from dxkit.sharing._replay_plans import PLANS, ReplayPlan
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._trace import Trace

FITTED = "当てはめ"
PREDICTED = "予測"
# points of the base within which a predicted figure is to lie
GOAL_POINTS = 10.0
# draws of outages over which every figure is averaged
DRAWS = 8
# the first places, in which people are counted as being in a shelter
SHELTER_COUNT = 2
# relative change of a parameter for its derivative; hours are whole, so a smaller one is not felt
DERIVATIVE_STEP = 0.02
PARAMETER_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Replay(TableResult):
    """What was fitted, what was predicted, and the misses.

    Attributes
    ----------
    name
        Of the scenario.
    table
        One row a published figure: ``hour, measure, use`` (当てはめ or 予測), ``people, base,
        observed, simulated`` (shares), ``miss_points`` (simulated − observed, in points of the
        base), ``within_goal``, ``source``. Its ``.attrs`` carry the origin of the published
        figures; what the model adds makes it an estimate.
    fitted
        Parameter → fitted value.
    note
        What limits this test.
    curve
        One row a measure and day: ``measure, hour, simulated``; from the model's first hour to the
        last published figure.
    """

    name: str
    table: pd.DataFrame
    fitted: dict[str, float]
    note: str
    curve: pd.DataFrame

    def _describe_method(self) -> MethodText:
        fitted = [f"{label} = {value:.4g}" for label, value in self.fitted.items()]
        return MethodText(
            ja=(
                f"災害「{self.name}」を、当てはめと記した数に"
                f"{'、'.join(fitted)} "
                "を最小二乗法で合わせ、"
                "予測と記した数を予測した。",
                f"予測の最大のずれは{self.worst_points:.1f}ポイント。{self.note}",
            ),
            en=(
                f"{self.name} was played back: "
                f"{', '.join(fitted)} fitted by least "
                "squares to the figures marked for fitting; the others were predicted.",
                f"The largest miss of a predicted figure is {self.worst_points:.1f} points.",
            ),
            constants={
                "goal_points": GOAL_POINTS,
                "draws": DRAWS,
                "derivative_step": DERIVATIVE_STEP,
                "parameter_tolerance": PARAMETER_TOLERANCE,
            },
            software=("scipy",),
        )

    @property
    def worst_points(self) -> float:
        """The largest miss, in points, among the figures that were predicted."""
        return float(self.table.loc[self.table["use"] == PREDICTED, "miss_points"].abs().max())

    def __repr__(self) -> str:
        values = "、".join(f"{label} {value:.4g}" for label, value in self.fitted.items())
        return (
            f"<再現 {self.name}: 当てはめ {values}。"
            f"予測の最大のずれ {self.worst_points:.1f}ポイント。{self.note}>"
        )

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.table


def replay(name: str | Scenario, *, fit_until_hour: float | None = None) -> Replay:
    """Play a past disaster back: fit to the figures marked 当てはめ, predict the others.

    Parameters
    ----------
    name
        ``"noto_2024"``, ``"japan_2011"`` or ``"kobe_1995"``; or such a scenario as read and
        changed.
    fit_until_hour
        Use only the figures up to this hour for fitting, and treat all later ones as predicted.

    Returns
    -------
    Replay

    Raises
    ------
    ChoiceError
        If there is no such replay, or no figure is left to fit.

    Notes
    -----
    Parameters are fitted by least squares of shares (SciPy's trust region, from a fixed first
    guess); the result is the same on every run.

    Examples
    --------
    The first three figures of Noto 2024: two in shelters to fit, one to predict:

    >>> from dxkit import sharing
    >>> noto = sharing.read_scenario("noto_2024")
    >>> early = noto.with_table("observed", noto.tables["observed"].head(3))
    >>> played = replay(early.change(hours=384))
    >>> {label: round(value, 3) for label, value in played.fitted.items()}
    {'避難所を出る割合（1日）': 0.061}
    >>> predicted = played.table.query("use == '予測'")
    >>> predicted[["hour", "measure", "miss_points"]].round(1).to_numpy().tolist()
    [[384, '所在不明', 1.9]]
    """
    # a changed scenario keeps its name, by which its plan is found
    scenario_name = name.name if isinstance(name, Scenario) else name
    if not is_among(scenario_name, PLANS):
        raise ChoiceError(
            f"再現「{shorten(scenario_name)}」はありません。{'・'.join(PLANS)} から選んでください。"
        )
    scenario = name if isinstance(name, Scenario) else read_scenario(name)
    plan = PLANS[scenario_name]
    observed = scenario.tables["observed"].copy()
    if fit_until_hour is not None:
        # without end: all figures are fitted
        if not (isinstance(fit_until_hour, float) and fit_until_hour == np.inf):
            require_number(fit_until_hour, "fit_until_hour")
        # the roles written in the scenario give way to the hour
        is_early = observed["hour"] <= fit_until_hour
        observed["use"] = np.where(is_early, FITTED, PREDICTED)
    fit_figures = observed[observed["use"] == FITTED]
    if len(fit_figures) < len(plan.parameters):
        raise ChoiceError(
            f"fit_until_hour={fit_until_hour} では当てはめる数値が足りません。"
            "もっと後の時間にしてください。"
        )
    values = _fit_parameters(scenario, plan, fit_figures)
    fitted_scenario = _apply_parameters(scenario, plan, values)
    settings = {"fit_until_hour": fit_until_hour, "draws": DRAWS, "policy": plan.policy}
    settings["seed"] = int(scenario.settings["seed"])
    tables = (
        _compare_figures(fitted_scenario, plan, observed),
        _simulate_days(fitted_scenario, plan, observed),
    )
    for table in tables:
        # a simulated share is an estimate, of invented figures an invented one
        origin = merge_provenance(observed, {"kind": "estimated"})
        table.attrs |= {**origin, "settings": settings}
    labels = [parameter.label for parameter in plan.parameters]
    fitted = dict(zip(labels, values.tolist(), strict=True))
    return Replay(scenario_name, tables[0], fitted, plan.note, tables[1])


def _fit_parameters(scenario: Scenario, plan: ReplayPlan, figures: pd.DataFrame) -> FloatArray:
    """Fit the parameters by least squares of shares."""
    # hours after the last fitted figure need not be run
    shortened = scenario.change(hours=int(figures["hour"].max()))
    observed = (figures["people"] / figures["base"]).to_numpy()

    def compute_misses(values: FloatArray) -> FloatArray:
        simulated = _simulate_figures(_apply_parameters(shortened, plan, values), plan, figures)
        return np.asarray(simulated - observed, dtype=float)

    first_guess = [parameter.first_guess for parameter in plan.parameters]
    fit = least_squares(
        compute_misses,
        first_guess,
        bounds=(
            [parameter.low for parameter in plan.parameters],
            [parameter.high for parameter in plan.parameters],
        ),
        diff_step=DERIVATIVE_STEP,
        x_scale=first_guess,
        xtol=PARAMETER_TOLERANCE,
    )
    # the optimum lies within the bounds, which keep every rate a probability
    return np.asarray(fit.x, dtype=float)


def _apply_parameters(
    scenario: Scenario, plan: ReplayPlan, values: Sequence[float] | FloatArray
) -> Scenario:
    for parameter, value in zip(plan.parameters, values, strict=True):
        scenario = parameter.apply_value(scenario, float(value))
    return scenario


def _compare_figures(scenario: Scenario, plan: ReplayPlan, observed: pd.DataFrame) -> pd.DataFrame:
    """Put every published figure beside the simulated one."""
    table = observed[["hour", "measure", "use", "people", "base"]].copy()
    table["observed"] = table["people"] / table["base"]
    table["simulated"] = _simulate_figures(scenario, plan, observed)
    table["miss_points"] = (table["simulated"] - table["observed"]) * 100
    table["within_goal"] = table["miss_points"].abs() <= GOAL_POINTS
    return table.assign(source=observed["source"])


def _simulate_days(scenario: Scenario, plan: ReplayPlan, observed: pd.DataFrame) -> pd.DataFrame:
    """Simulate each measure at the end of every day, up to the last figure of any."""
    hours = np.arange(HOURS_A_DAY, int(observed["hour"].max()) + 1, HOURS_A_DAY)
    measures = list(dict.fromkeys(observed["measure"]))
    table = pd.DataFrame(
        {"measure": np.repeat(measures, len(hours)), "hour": np.tile(hours, len(measures))}
    )
    return table.assign(simulated=_simulate_figures(scenario, plan, table))


def _simulate_figures(scenario: Scenario, plan: ReplayPlan, figures: pd.DataFrame) -> FloatArray:
    """Simulate the share of every figure, in the mean over draws of outages."""
    # the model is built anew: parameters may change any of its tables
    model = build_model(scenario)
    marks = tuple(sorted(set(figures["hour"].astype(int))))
    policy = scenario.policies[scenario.policies["policy"] == plan.policy].iloc[0]
    restored = draw_outages(model, DRAWS, int(scenario.settings["seed"]))
    trace = run_cohort_engine(model, build_rules(model, policy), restored, marks)
    total_people = float(model.people.sum())
    return np.array(
        [
            _read_share(trace, marks, int(row["hour"]), str(row["measure"]), total_people)
            for row in figures.to_dict("records")
        ]
    )


def _read_share(
    trace: Trace, marks: tuple[int, ...], hour: int, measure: str, total_people: float
) -> float:
    """Read the simulated share of a measure at the end of an hour."""
    # places and those waiting are kept at the hours of the figures only
    mark = marks.index(hour)
    if measure == "避難所":
        by_place = trace.places[mark].sum(axis=0).reshape(-1, PLACE_COUNT)
        return float(by_place[:, :SHELTER_COUNT].sum() / total_people)
    # whereabouts unknown: outside the shelters and not registered
    unknown_share = float(trace.waiting[mark][SHELTER_COUNT:].sum() / total_people)
    if measure == "所在不明":
        return unknown_share
    if measure == "把握":
        return 1 - unknown_share
    return float(trace.hourly["prefecture"][hour - 1].mean())
