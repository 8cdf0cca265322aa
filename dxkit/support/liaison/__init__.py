"""Which liaison cares for whom, when is everybody visited, and what has changed since then?"""

from dxkit.support.liaison._assign import Assignment, assign
from dxkit.support.liaison._digest import digest
from dxkit.support.liaison._road_distance import distances
from dxkit.support.liaison._rounds import Rounds, rounds

__all__ = ["Assignment", "Rounds", "assign", "digest", "distances", "rounds"]
