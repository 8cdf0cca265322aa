"""How does OR-tools' CP-SAT answer alike on every machine?

One worker and a limit in its deterministic time, which counts work: with several workers the one
that is first decides, and with a limit in seconds the speed of the machine does.
"""

from types import ModuleType
from typing import Any


def make_solver(
    cp_model: ModuleType,
    *,
    seed: int = 0,
    deterministic_limit: float = 20.0,
    time_limit_s: float | None = None,
) -> Any:
    """Make a solver.

    Parameters
    ----------
    cp_model
        The module ``ortools.sat.python.cp_model``, imported by the caller as it is optional.
    seed
        Of the search.
    deterministic_limit
        In OR-tools' units of work, of which a core does one in some three seconds.
    time_limit_s
        Where given, seconds by the clock limit the search instead.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.random_seed = seed
    parameters.num_workers = 1
    # the full linear relaxation: with one worker no other one looks at it, and it is what proves
    # that nothing is better
    parameters.linearization_level = 2
    if time_limit_s is None:
        parameters.max_deterministic_time = deterministic_limit
    else:
        parameters.max_time_in_seconds = time_limit_s
    return solver
