"""Can this be asked: these members, these columns, these rules?

Everything is checked before anything is sought: all faults of the tables together, then the sizes.
"""

import warnings
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit._optimise import annealing
from dxkit.errors import ChoiceError, TableError, shorten
from dxkit.groups import _distance
from dxkit.groups import _members as people
from dxkit.groups._distance import Columns, Criterion
from dxkit.groups._rules import Links, Rules, counts_of, links_of, sizes_of, spread_of

Floats = NDArray[np.float64]
OBJECTIVES = ("mean", "sum")


@dataclass(frozen=True)
class Question:
    """Checked members, columns and rules."""

    roster: people.Roster
    criteria: tuple[Criterion, ...]
    rules: Rules
    objective: str
    settings: dict[str, Any]

    @property
    def cost(self) -> Floats:
        """Members × members: what it costs that two meet."""
        return _distance.cost(self.criteria, self.rules.people)

    @property
    def factor(self) -> Floats:
        """By size of a group: what the sum of its pairs is multiplied by."""
        sizes = np.arange(self.rules.high + 1)
        if self.objective == "sum":
            return np.ones(len(sizes))
        return np.where(sizes > 1, 2.0 / (np.maximum(sizes - 1, 1) * self.rules.people), 0.0)

    def names(self) -> list[str]:
        """Give how each member is called."""
        return people.called(self.roster.table, self.roster.codes, self.roster.places)

    @property
    def sign(self) -> float:
        """-1 where a large quality is wanted."""
        return -1.0 if self.criteria and all(each.weight < 0 for each in self.criteria) else 1.0

    def task(self, extra: Floats | None = None) -> annealing.Task:
        """Give the annealer's task; ``extra`` is added to what meetings cost."""
        rules = self.rules
        cost = self.cost if extra is None else self.cost + extra
        limits = {"low": rules.low, "high": rules.high, "count": rules.count}
        least = rules.least_penalty()
        return annealing.task_of(
            cost, rules.penalties(), rules.blocks(), self.factor, **limits, least=least
        )


def ask(
    members: pd.DataFrame | Iterable[Hashable],
    *,
    size: int | Sequence[int] = (5, 7),
    alike: Columns = (),
    different: Columns = (),
    together: Links = (),
    apart: Links = (),
    spread: str | Iterable[str] = (),
    count: int | None = None,
    objective: str = "mean",
    scale: str = "spread",
    missing: str = "average",
    places: bool | None = None,
) -> Question:
    """Check everything that was asked; all faults of the tables come together, then the sizes, then the rules."""
    spread = [spread] if isinstance(spread, str) else list(spread)
    if objective not in OBJECTIVES:
        raise ChoiceError(
            f"objective={shorten(objective)} は使えません。{'・'.join(OBJECTIVES)} から選んでください。"
        )
    low, high = sizes_of(size)
    roster, faults = people.read(members, places=places)
    if roster is None:
        raise TableError(faults)
    faults = _distance.faults_of(roster.table, alike, different, scale, missing)
    near, near_faults = links_of(together, roster, "together")
    far, far_faults = links_of(apart, roster, "apart")
    kinds, kind_faults = spread_of(spread, roster)
    if faults := [*faults, *near_faults, *far_faults, *kind_faults]:
        raise TableError(faults)
    for warning in people.warn_of(roster):
        warnings.warn(warning, stacklevel=4)
    number = counts_of(len(roster.codes), low, high, count)
    rules = Rules(len(roster.codes), low, high, number, near, far, kinds)
    criteria = _distance.criteria_of(roster.table, alike, different, scale)
    told = {"size": (low, high), "count": number, "columns": _distance.describe(criteria), "objective": objective, "scale": scale,
            "missing": missing, "spread": [kind.label for kind in kinds], "spread_by": spread, "places": roster.places,
            "renamed": roster.renamed, "together": _codes(roster, near), "apart": _codes(roster, far)}  # fmt: skip
    return Question(roster, criteria, rules, objective, told)


def _codes(roster: people.Roster, links: tuple[tuple[int, ...], ...]) -> list[tuple[str, ...]]:
    return [tuple(str(roster.codes[at]) for at in link) for link in links]
