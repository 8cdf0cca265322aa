"""Which switch of a sharing policy decides how much is known?

`switch_effects` turns every switch alone, and shares out the variance over all combinations.
"""

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import is_among, read_numbers, require_columns, require_unique_rows
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.sharing._policy_design import PREFIX


@accepts_any_table("design", "results")
def switch_effects(
    design: pd.DataFrame, results: pd.DataFrame, *, measure: str, base: str
) -> pd.DataFrame:
    """Compute what each switch does to a measure, alone and over all combinations.

    Parameters
    ----------
    design
        From `design_policies`: every combination once.
    results
        One row a policy of the design: ``policy`` and the measure, as of `compare`.
    measure
        A column of the results, e.g. ``known_home_168``.
    base
        The policy of the design from which each switch is turned alone.

    Returns
    -------
    pandas.DataFrame
        One row a switch with more than one level, the largest share first: ``switch, level`` (at
        the base), ``worst_level, worst, best_level, best`` (of the measure, this switch alone
        turned from the base), ``alone`` (best − worst), ``main_share`` (share of the variance over
        all combinations that the switch explains by itself), ``total_share`` (with its
        interactions). ``.attrs["settings"]`` holds the measure, the base and its value.

    Raises
    ------
    TableError
        If a combination is missing or stands twice, or a value of the measure is no number.
    ChoiceError
        If the base is none of the design.

    Notes
    -----
    Shares are first-order and total indices of a variance decomposition on the full factorial
    design, each level with equal weight: they say which switch decides among *these* levels.

    Examples
    --------
    >>> design = pd.DataFrame(
    ...     {
    ...         "policy": ["ab", "aB", "Ab", "AB"],
    ...         "switch_first": ["a", "a", "A", "A"],
    ...         "switch_second": ["b", "B", "b", "B"],
    ...     }
    ... )
    >>> results = pd.DataFrame({"policy": ["ab", "aB", "Ab", "AB"], "known": [0.1, 0.2, 0.5, 0.6]})
    >>> effects = switch_effects(design, results, measure="known", base="ab")
    >>> effects[["switch", "alone", "main_share"]].round(3).to_numpy().tolist()
    [['first', 0.4, 0.941], ['second', 0.1, 0.059]]
    """
    require_columns(results, ["policy", measure], "results")
    require_columns(design, ["policy"], "design")
    require_unique_rows(design, ["policy"], "design")
    names = [name for name in design if str(name).startswith(PREFIX)]
    varied = [str(name) for name in names if len(set(design[name])) > 1]
    if not varied:
        remedy = f"値が2つ以上ある「{PREFIX}…」の列を入れてください"
        raise TableError([Fault("比べる選び方がありません", remedy, file="design")])
    values = _arrange_values(design, results, measure, varied)
    if not is_among(base, design["policy"]):
        raise ChoiceError(f"base の「{shorten(base)}」は design の policy にありません。")
    row = design.set_index("policy").loc[base]
    levels = [list(dict.fromkeys(design[name])) for name in varied]
    place = tuple(choices.index(row[name]) for choices, name in zip(levels, varied, strict=True))
    rows = [
        _describe_switch(name, choices, axis, values, place)
        for axis, (name, choices) in enumerate(zip(varied, levels, strict=True))
    ]
    table = pd.DataFrame(rows).sort_values("total_share", ascending=False, ignore_index=True)
    settings = {"measure": measure, "base": base, "value": float(values[place])}
    table.attrs["settings"] = settings | {"combinations": int(values.size)}
    return carry_provenance(table, design, results)


def _arrange_values(
    design: pd.DataFrame, results: pd.DataFrame, measure: str, varied: list[str]
) -> FloatArray:
    """Arrange the measure as an array with one axis a switch."""
    numbers = read_numbers(results, measure, "results", low=-np.inf)
    by_policy = pd.Series(numbers, index=results["policy"])
    sizes = [design[name].nunique() for name in varied]
    is_complete = len(design) == int(np.prod(sizes)) and not design[varied].duplicated().any()
    if not is_complete or by_policy.index.duplicated().any():
        remedy = "すべての組み合わせを1行ずつ入れてください"
        raise TableError([Fault("組み合わせがそろっていません", remedy, file="design")])
    if missing := sorted(set(design["policy"]) - set(by_policy.index)):
        remedy = "design のすべての施策を計算してください"
        raise TableError(
            [
                Fault("施策の行がありません", remedy, file="results", column="policy", value=name)
                for name in missing
            ]
        )
    codes = tuple(pd.factorize(design[name])[0] for name in varied)
    values = np.empty(sizes)
    values[codes] = by_policy.reindex(design["policy"]).to_numpy(dtype=float)
    return values


def _describe_switch(
    name: str, choices: list[str], axis: int, values: FloatArray, place: tuple[int, ...]
) -> dict[str, object]:
    """Describe one switch: turned alone from the base, and over all combinations."""
    alone = values[
        tuple(slice(None) if i == axis else position for i, position in enumerate(place))
    ]
    worst = int(alone.argmin())
    best = int(alone.argmax())
    others = tuple(i for i in range(values.ndim) if i != axis)
    variance = float(values.var())
    main = float(values.mean(axis=others).var())
    # what is left within the other switches' combinations belongs to this one
    total = float(values.var(axis=axis).mean())
    return {
        "switch": name.removeprefix(PREFIX),
        "level": choices[place[axis]],
        "worst_level": choices[worst],
        "worst": float(alone[worst]),
        "best_level": choices[best],
        "best": float(alone[best]),
        "alone": float(alone[best] - alone[worst]),
        "main_share": main / variance if variance else 0.0,
        "total_share": total / variance if variance else 0.0,
    }
