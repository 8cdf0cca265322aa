"""Can any grouping keep these rules, and which few of them already exclude each other?

A mixed-integer programme on HiGHS asks whether a grouping exists; rules are then left out one by one, and those without which the
rest becomes possible are the smallest conflicting set that is named (a deletion filter: Chinneck and Dravnieks 1991).
"""

from collections.abc import Sequence
from dataclasses import replace

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, shorten
from dxkit.groups._rules import Marked, Rules

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
# how long one question may take; a question without an answer counts as possible
SECONDS = 10.0


class Engine(highspy.Highs):
    """HiGHS without callbacks, the enabling of which prints a banner that no option stops."""

    def __init__(self) -> None:
        # the class above `highspy.Highs` is the solver itself
        super(highspy.Highs, self).__init__()


def engine(seconds: float) -> Engine:
    """Give a silent solver of one thread."""
    # HiGHS keeps its threads for the next run, and a process forked meanwhile would wait for them for ever
    highspy.Highs.resetGlobalScheduler(True)
    made = Engine()
    for option, setting in (
        ("output_flag", False),
        ("threads", 1),
        ("time_limit", seconds),
        ("mip_rel_gap", 0.0),
    ):
        made.setOptionValue(option, setting)
    return made


class Rows:
    """Constraints low ≤ row·x ≤ high, gathered one by one."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.entries: list[tuple[Whole, Floats]] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(
        self,
        at: Sequence[int] | Whole,
        factors: Sequence[float] | Floats | float,
        low: float,
        high: float,
    ) -> None:
        """Add one row."""
        places = np.asarray(at, dtype=np.intp)
        self.entries.append(
            (places, np.broadcast_to(np.asarray(factors, dtype=np.float64), places.shape))
        )
        self.low.append(low)
        self.high.append(high)

    def matrix(self) -> sp.csr_array:
        """Give the rows as one sparse table."""
        starts = np.cumsum([0, *(len(at) for at, _ in self.entries)])
        at = np.concatenate([at for at, _ in self.entries])
        factors = np.concatenate([each for _, each in self.entries])
        return sp.csr_array((factors, at, starts), shape=(len(self.entries), self.columns))


def solve(cost: Floats, rows: Rows, seconds: float = SECONDS) -> Floats | None:
    """Give the cheapest 0/1 answer; None if there is none.

    Raises
    ------
    TimeoutError
        If the search stopped before it knew.
    """
    model = highspy.HighsLp()
    matrix = rows.matrix()
    model.num_row_, model.num_col_ = matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = (
        cost,
        np.zeros(len(cost)),
        np.ones(len(cost)),
    )
    model.row_lower_, model.row_upper_ = np.asarray(rows.low), np.asarray(rows.high)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
        matrix.indptr,
        matrix.indices,
        matrix.data,
    )
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(cost)
    solver = engine(seconds)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    if solver.getInfo().primal_solution_status != highspy.kSolutionStatusFeasible:
        raise TimeoutError
    return np.asarray(solver.getSolution().col_value)


def rows_of(rules: Rules, *, empty: bool = False, more: int = 0) -> Rows:
    """Write rules as rows on x[member, group]; with ``empty``, a group may also have nobody (``more`` columns: in use or not)."""
    people, count = rules.people, rules.count
    rows = Rows(people * count + more)
    x = np.arange(people * count).reshape(people, count)
    for member in range(people):
        rows.add(x[member], 1.0, 1, 1)
    for group in range(count):
        if empty:
            used = people * count + group
            rows.add([*x[:, group], used], [1.0] * people + [-float(rules.low)], 0, np.inf)
            rows.add([*x[:, group], used], [1.0] * people + [-float(rules.high)], -np.inf, 0)
        else:
            rows.add(x[:, group], 1.0, rules.low, rules.high)
        _add_links(rows, rules, x, group)
    return rows


def grouping(rules: Rules) -> Whole | None:
    """Give any grouping that keeps the rules (a number from 0 for each member); None if there is none."""
    rows = rows_of(rules)
    found = solve(np.zeros(rows.columns), rows)
    return (
        None
        if found is None
        else np.asarray(found.reshape(rules.people, rules.count).argmax(axis=1), dtype=np.intp)
    )


def possible(rules: Rules) -> bool:
    """Tell whether a grouping keeps the rules; True also where the time is up before this is known."""
    blocks = [set(block) for block in _linked(rules)]
    if any(
        len(block) > rules.high or len(block & set(link)) > 1
        for block in blocks
        for link in rules.apart
    ):
        return False
    try:
        return grouping(rules) is not None
    except TimeoutError:
        return True


def refuse(rules: Rules, names: Sequence[str]) -> ChoiceError:
    """Give the error that names the smallest conflicting set of rules."""
    kept = conflicts(rules)
    lines = [
        f"{number}. {_said(option, rule, names)}"
        for number, (option, rule) in enumerate(kept, start=1)
    ]
    limits = f"{rules.low}〜{rules.high}人" if rules.low < rules.high else f"{rules.low}人"
    sizes = f"{limits}の{rules.count}グループ"
    alone = not kept
    if alone:
        return ChoiceError(
            f"{rules.people}人を{sizes}に分けられません。size か count を変えてください。"
        )
    head = f"次の{len(kept)}つの条件は、{rules.people}人を{sizes}に分けるとき同時には守れません。"
    return ChoiceError(
        "\n".join([head, *lines, "どれか1つを外すか、size・count を変えてください。"])
    )


def conflicts(rules: Rules) -> list[tuple[str, tuple[int, ...] | Marked]]:
    """Give a smallest set of rules that no grouping keeps: without any one of them, the others can be kept."""
    kept = _single(rules)
    at = 0
    while at < len(kept):
        fewer = kept[:at] + kept[at + 1 :]
        if possible(with_only(rules, fewer)):
            at += 1
        else:
            kept = fewer
    return kept


def _single(rules: Rules) -> list[tuple[str, tuple[int, ...] | Marked]]:
    """Take links apart into pairs, so that only what conflicts is named."""
    found: list[tuple[str, tuple[int, ...] | Marked]] = [("spread", kind) for kind in rules.spread]
    for option, links in (("apart", rules.apart), ("together", rules.together)):
        for link in links:
            if option == "together":
                found += [(option, (link[0], other)) for other in link[1:]]
            else:
                found += [
                    (option, (one, two)) for at, one in enumerate(link) for two in link[at + 1 :]
                ]
    return list(dict.fromkeys(found))


def with_only(rules: Rules, kept: Sequence[tuple[str, tuple[int, ...] | Marked]]) -> Rules:
    """Give the rules with only these links and kinds."""

    def links(option: str) -> tuple[tuple[int, ...], ...]:
        return tuple(rule for name, rule in kept if name == option and isinstance(rule, tuple))

    spread = tuple(rule for _, rule in kept if isinstance(rule, Marked))
    return replace(rules, together=links("together"), apart=links("apart"), spread=spread)


def _linked(rules: Rules) -> list[list[int]]:
    return [block for block in rules.blocks() if len(block) > 1]


def _add_links(rows: Rows, rules: Rules, x: Whole, group: int) -> None:
    for link in rules.together:
        for other in link[1:]:
            rows.add([x[link[0], group], x[other, group]], [1.0, -1.0], 0, 0)
    for link in rules.apart:
        rows.add(x[list(link), group], 1.0, 0, 1)
    for kind in rules.spread:
        low, high = kind.limits(rules.count)
        rows.add(x[list(kind.members), group], 1.0, low, high)


def _said(option: str, rule: tuple[int, ...] | Marked, names: Sequence[str]) -> str:
    if isinstance(rule, Marked):
        who = shorten("、".join(names[at] for at in rule.members), 80)
        return f"spread: {rule.label}の{len(rule.members)}人（{who}）を均等に分ける"
    who = "と".join(names[at] for at in rule)
    return (
        f"together: {who}を同じグループにする"
        if option == "together"
        else f"apart: {who}を別のグループにする"
    )
