"""Which liaison cares for whom, when is everybody visited, and what has changed since then?

`cases` sums up the log of consultations, `route` finds the field of a question, and `briefings`
writes to each municipality what others did that concerns it.
"""

from dxkit.support.liaison._assign import Assignment, assign
from dxkit.support.liaison._briefings import briefings
from dxkit.support.liaison._cases import cases
from dxkit.support.liaison._digest import digest
from dxkit.support.liaison._road_distance import distances
from dxkit.support.liaison._rounds import Rounds, rounds
from dxkit.support.liaison._route import route

__all__ = [
    "Assignment",
    "Rounds",
    "assign",
    "briefings",
    "cases",
    "digest",
    "distances",
    "rounds",
    "route",
]
