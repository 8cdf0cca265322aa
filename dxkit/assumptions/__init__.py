"""What does a conclusion stand on, and what would turn it?

`table` writes down what a study assumes, `flips` finds for each assumption the smallest change that
turns the conclusion, `multiverse` tries every combination of its choices, and `doubt` reruns an answer over other layouts of the same data.
"""

from dxkit.assumptions._doubt import doubt
from dxkit.assumptions._flips import flips
from dxkit.assumptions._multiverse import multiverse
from dxkit.assumptions._table import table

__all__ = ["doubt", "flips", "multiverse", "table"]
