"""How does each municipality's digital transformation stand, and how firm is any order among them?

The ten steps of the OECD/JRC handbook on composite indicators, with what a hearing adds: interviewers' severity, missing
answers and the error of an answer go into one interval. Tables in, tables out.
"""

from dxkit.maturity._consistency import consistency, correlations
from dxkit.maturity._framework import values_of
from dxkit.maturity._peers import change, next_steps, peers, population_band
from dxkit.maturity._rank_intervals import RankIntervals, rank_intervals
from dxkit.maturity._raters import Severity, agreement, rater_severity
from dxkit.maturity._robust_order import RobustOrder, benefit_of_doubt, robust_order
from dxkit.maturity._score import Scores, score
from dxkit.maturity._sensitivity import leave_one_out, sensitivity
from dxkit.maturity._simulated_hearing import Trial, hearing_trial
from dxkit.maturity._typology import Typology, typology
from dxkit.maturity._weights import reweight

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
