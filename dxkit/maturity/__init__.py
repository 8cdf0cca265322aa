"""How does each municipality's digital transformation stand, and how firm is any order among them?

The ten steps of the OECD/JRC handbook on composite indicators, with what a hearing adds: interviewers' severity, missing
answers and the error of an answer go into one interval. Tables in, tables out.
"""

from dxkit.maturity.answers import values_of
from dxkit.maturity.comparing import change, next_steps, peers, population_band
from dxkit.maturity.examining import consistency, correlations
from dxkit.maturity.grouping import Typology, typology
from dxkit.maturity.intervals import RankIntervals, rank_intervals
from dxkit.maturity.orders import RobustOrder, benefit_of_doubt, robust_order
from dxkit.maturity.raters import Severity, agreement, rater_severity
from dxkit.maturity.scoring import Scores, score
from dxkit.maturity.sensitivity import leave_one_out, sensitivity
from dxkit.maturity.trials import Trial, hearing_trial
from dxkit.maturity.weighting import reweight

__all__ = [
    "RankIntervals",
    "RobustOrder",
    "Scores",
    "Severity",
    "Trial",
    "Typology",
    "agreement",
    "benefit_of_doubt",
    "change",
    "consistency",
    "correlations",
    "hearing_trial",
    "leave_one_out",
    "next_steps",
    "peers",
    "population_band",
    "rank_intervals",
    "rater_severity",
    "reweight",
    "robust_order",
    "score",
    "sensitivity",
    "typology",
    "values_of",
]
