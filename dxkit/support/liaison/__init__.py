"""Which liaison cares for whom, when is everybody visited, and what has changed since the last visit?"""

from dxkit.support.liaison.assigning import Assignment, assign
from dxkit.support.liaison.digesting import digest
from dxkit.support.liaison.rounding import Rounds, rounds
from dxkit.support.liaison.travelling import distances

__all__ = ["Assignment", "Rounds", "assign", "digest", "distances", "rounds"]
