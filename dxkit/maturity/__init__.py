"""How does each municipality's digital transformation stand, and how firm is any order among them?

The ten steps of the OECD/JRC handbook on composite indicators, with what a hearing adds:
interviewers' severity, missing answers and the error of an answer go into one interval. Tables in,
tables out.
"""

from dxkit.maturity._agreement import agreement
from dxkit.maturity._answer_values import values_of
from dxkit.maturity._benefit_of_doubt import benefit_of_doubt
from dxkit.maturity._change import change
from dxkit.maturity._competition_ranks import competition_ranks
from dxkit.maturity._consistency import consistency
from dxkit.maturity._correlations import correlations
from dxkit.maturity._describe_value import describe_value
from dxkit.maturity._draw_weights import draw_weights
from dxkit.maturity._hearing_trial import Trial, hearing_trial
from dxkit.maturity._leave_one_out import leave_one_out
from dxkit.maturity._next_steps import next_steps
from dxkit.maturity._outranking_matrix import outranking
from dxkit.maturity._peers import peers
from dxkit.maturity._plain_framework import plain_framework
from dxkit.maturity._population_band import population_band
from dxkit.maturity._rank_intervals import RankIntervals, rank_intervals
from dxkit.maturity._rater_severity import Severity, rater_severity
from dxkit.maturity._reweight import reweight
from dxkit.maturity._robust_order import RobustOrder, robust_order
from dxkit.maturity._score import Scores, score
from dxkit.maturity._sensitivity import sensitivity
from dxkit.maturity._typology import Typology, typology

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
    "competition_ranks",
    "consistency",
    "correlations",
    "describe_value",
    "draw_weights",
    "hearing_trial",
    "leave_one_out",
    "next_steps",
    "outranking",
    "peers",
    "plain_framework",
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
