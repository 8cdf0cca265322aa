"""Would the conclusion be the same, had every analytic choice of the study been another one?

`multiverse` tries each combination of the choices (Steegen et al. 2016) and says in which share of
them the conclusion stands. `flips` moves numbers between limits; here are choices between kinds:
which method, which data, which rule.
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import product
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from dxkit._checks import require_executor, require_flag, require_function, require_table
from dxkit.assumptions._conclusion import is_same_conclusion
from dxkit.errors import ChoiceError, DxkitError, shorten
from dxkit.schema import carry_provenance

Choices = Mapping[str, Sequence[object] | Mapping[str, object]]
# a combination's answer: conclusion, estimate, and why there is none
Answer = tuple[Any, float, str]

# combinations beyond which nobody reads the curve, and a slow study takes days
MAX_COMBINATIONS = 20_000
# columns that a choice may not be called
RESERVED = ("conclusion", "estimate", "stands", "refused")


def multiverse(
    decide: Callable[[dict[str, Any]], Any],
    choices: Choices,
    *,
    inputs: pd.DataFrame | Iterable[pd.DataFrame] = (),
    executor: Executor | None = None,
    show_progress: bool = False,
) -> pd.DataFrame:
    """Try every combination of a study's choices, and count in how many its conclusion stands.

    Parameters
    ----------
    decide
        Takes one option of each choice by name and returns a hashable conclusion (the foremost
        municipality, the best policy, True), or a dictionary ``{"conclusion": …, "estimate":
        number}``. A conclusion that is a number is its own estimate. Keep it free of randomness (a
        fixed seed inside), or chance will pass for a choice.
    choices
        Choice → its options, the study's own first; or choice → {label: option} where an option is
        nothing that can be read (a table, a function).
    inputs
        The table or tables that ``decide`` uses: the answer carries where they come from, and the
        mark of invented data.
    executor
        Workers (any `concurrent.futures.Executor`) to share the combinations; the answer is the
        same. Processes need a ``decide`` that can be pickled.
    show_progress
        Show a bar.

    Returns
    -------
    pandas.DataFrame
        One row a combination, the study's own first: a column a choice (the option, or its label),
        ``conclusion``, ``estimate`` (missing where there is none), ``stands`` (whether the
        conclusion is the study's; missing where refused) and ``refused`` (why two options do not go
        together; empty otherwise). ``.attrs``: ``stands`` (share of the combinations that are
        possible), ``conclusions`` (share of each, as text), ``combinations, refused`` (counts),
        ``by_option`` (one record an option: ``choice, option, combinations, stands``) and
        ``settings``.

    Raises
    ------
    ChoiceError
        If a choice has no option or a name that cannot be, there are too many combinations, the
        conclusion is not hashable, or the study's own combination is refused.
    TableError
        If ``inputs`` are no tables.

    Notes
    -----
    A specification curve (Simonsohn, Simmons and Nelson 2020), drawn by `dxkit.charts.multiverse`.
    The share is no probability: it counts combinations as if each were as sensible as any other. A
    combination that `dxkit` refuses (a geometric mean of z-scores) is listed and not counted; any
    other error stops.

    Examples
    --------
    >>> import dxkit
    >>> figures, framework = dxkit.load("dashboard"), dxkit.load("indicators_dashboard")
    >>> def foremost(choice):
    ...     total = dxkit.maturity.score(figures, framework, **choice).total
    ...     return {"conclusion": total.idxmax(), "estimate": total["28100"]}
    >>> table = multiverse(foremost, {
    ...     "normalise": ["goalposts", "minmax", "zscore", "rank"],
    ...     "aggregate": ["arithmetic", "geometric"],
    ... })
    >>> table.attrs["combinations"], table.attrs["refused"], round(table.attrs["stands"], 2)
    (8, 1, 0.43)
    """
    require_function(decide, "decide")
    require_flag(show_progress, "show_progress")
    require_executor(executor, "map")
    tables = _read_inputs(inputs)
    options = {name: _read_options(name, given) for name, given in _read_choices(choices).items()}
    count = math.prod(len(labels) for labels, _ in options.values())
    if count > MAX_COMBINATIONS:
        raise ChoiceError(
            f"選び方の組み合わせが{count:,}通りあります。"
            f"{MAX_COMBINATIONS:,}通りまでに減らしてください。"
        )
    combinations = list(product(*(range(len(labels)) for labels, _ in options.values())))
    arguments = [
        {name: options[name][1][index] for name, index in zip(options, indices, strict=True)}
        for indices in combinations
    ]
    answer = partial(_answer, decide)
    # an executor gives its answers in the order of the combinations
    found = executor.map(answer, arguments) if executor is not None else map(answer, arguments)
    answers = list(tqdm(found, total=len(arguments), disable=not show_progress))
    if answers[0][2]:
        raise ChoiceError(f"研究自身の選び方（各選択肢の1つ目）で計算できません: {answers[0][2]}")
    columns: dict[str, Any] = {
        name: [labels[indices[position]] for indices in combinations]
        for position, (name, (labels, _)) in enumerate(options.items())
    }
    return carry_provenance(_tabulate(columns, answers), *tables)


def _read_inputs(inputs: pd.DataFrame | Iterable[pd.DataFrame]) -> list[pd.DataFrame]:
    """Read the tables that are used; one table alone is no list of its headings."""
    tables: list[Any] = [inputs]
    if np.iterable(inputs) and not isinstance(inputs, pd.DataFrame | str):
        tables = list(inputs)
    for table in tables:
        require_table(table, "inputs")
    return tables


def _read_choices(choices: Choices) -> Choices:
    """Refuse choices that are none, have a reserved name, or are too many together."""
    if not isinstance(choices, Mapping) or not choices:
        raise ChoiceError(
            f"choices=「{shorten(choices)}」は使えません。"
            '{"normalise": ["goalposts", "rank"]} のように、選択の名前と選択肢を渡してください。'
        )
    if wrong := [name for name in choices if name in RESERVED or not isinstance(name, str)]:
        raise ChoiceError(
            f"選択の名前「{shorten(wrong[0])}」は使えません（{'・'.join(RESERVED)} は結果の列です）。"
            "別の名前の文字列にしてください。"
        )
    return choices


def _read_options(name: str, given: object) -> tuple[list[object], list[object]]:
    """Read the options of a choice: labels as they stand in the table, and what is handed over."""
    if isinstance(given, Mapping):
        labels, options = list(given), list(given.values())
    elif isinstance(given, str) or not isinstance(given, Sequence):
        # a word alone is no list of letters
        labels, options = [], []
    else:
        options = list(given)
        labels = [option if _is_readable(option) else str(option) for option in options]
    texts = list(map(str, labels))
    if not options or len(set(texts)) < len(texts):
        raise ChoiceError(
            f"選択「{shorten(name)}」の選択肢「{shorten(given)}」は使えません。"
            "違う選択肢を1つ以上、リストか {名前: 選択肢} で渡してください。"
        )
    return labels, options


def _is_readable(option: object) -> bool:
    return option is None or isinstance(option, str | bool | Real)


def _answer(decide: Callable[[dict[str, Any]], Any], arguments: dict[str, Any]) -> Answer:
    """Decide under one combination; what the house refuses is an answer, too."""
    try:
        decided = decide(dict(arguments))
    except DxkitError as error:
        return None, math.nan, str(error)
    estimate: Any = math.nan
    conclusion = decided
    if isinstance(decided, Mapping):
        if "conclusion" not in decided:
            raise ChoiceError(
                f"decide が返した辞書に conclusion がありません（{shorten(list(decided))}）。"
                '{"conclusion": 結論, "estimate": 数} の形で返してください。'
            )
        conclusion = decided["conclusion"]
        estimate = decided.get("estimate", math.nan)
    elif isinstance(decided, Real) and not isinstance(decided, bool):
        estimate = decided
    try:
        hash(conclusion)
    except TypeError:
        raise ChoiceError(
            f"decide が返した {type(conclusion).__name__} は比べられません。"
            "名前・数・タプルなど、ハッシュできる結論を返してください。"
        ) from None
    return conclusion, float(estimate), ""


def _tabulate(columns: dict[str, Any], answers: Sequence[Answer]) -> pd.DataFrame:
    """Tabulate the combinations, and count in which the study's conclusion stands."""
    conclusions: list[Hashable] = [conclusion for conclusion, _, _ in answers]
    refused = [reason for _, _, reason in answers]
    stands = [
        pd.NA if reason else bool(is_same_conclusion(conclusion, conclusions[0]))
        for conclusion, reason in zip(conclusions, refused, strict=True)
    ]
    names = list(columns)
    # options stay what they are: True and 1, or None, must not become one column of floats
    table = pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in columns.items()}
    )
    table["conclusion"] = pd.Series(conclusions, dtype=object)
    table["estimate"] = [estimate for _, estimate, _ in answers]
    table["stands"] = pd.array(stands, dtype="boolean")
    table["refused"] = pd.Series(refused, dtype=object)
    possible = table[table["refused"] == ""]
    counts = Counter(map(str, possible["conclusion"]))
    table.attrs = {
        "stands": float(possible["stands"].mean()),
        "conclusions": {name: count / len(possible) for name, count in counts.most_common()},
        "combinations": len(table),
        "refused": len(table) - len(possible),
        "by_option": _count_by_option(possible, names),
        "settings": {"choices": {name: list(dict.fromkeys(columns[name])) for name in names}},
    }
    return table


def _count_by_option(possible: pd.DataFrame, names: Sequence[str]) -> list[dict[str, object]]:
    """Count for each option in which share of its combinations the conclusion stands."""
    records: list[dict[str, object]] = []
    for name in names:
        for option in dict.fromkeys(possible[name]):
            is_option = possible[name].map(
                lambda value, option=option: value is option or value == option
            )
            rows = possible[is_option.to_numpy(dtype=bool)]
            share = float(rows["stands"].mean())
            records.append(
                {"choice": name, "option": option, "combinations": len(rows), "stands": share}
            )
    return records
