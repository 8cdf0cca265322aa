"""Where does a process of one's own section wait, and what would a change of one step do?

`flow_times` adds up minutes of work and of waiting over the steps, repeats counted; `simulate` lets
cases queue for the people who do the steps; `change_steps`, `compare_changes`, `compare_plans`
and `compare_volumes` try changes, with the plain sum of the means beside the simulation.
"""

from dxkit.support.process._change_steps import change_steps
from dxkit.support.process._compare_changes import compare_changes
from dxkit.support.process._compare_plans import compare_plans
from dxkit.support.process._compare_volumes import compare_volumes
from dxkit.support.process._flow_times import flow_times
from dxkit.support.process._simulate import Simulation, simulate

__all__ = [
    "Simulation",
    "change_steps",
    "compare_changes",
    "compare_plans",
    "compare_volumes",
    "flow_times",
    "simulate",
]
