"""Which methods can a table be put through, and which of its columns can each of them use?"""

import warnings
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np

from dxkit._arrays import BoolArray, FloatArray
from dxkit._checks import read_list
from dxkit.errors import ChoiceError, Fault, TableError, TableWarning, shorten
from dxkit.maturity._framework import Framework, drop_leaves
from dxkit.maturity._monte_carlo import Method, Noise
from dxkit.maturity._normalise import NEEDS_SPREAD, find_flat_columns

NORMALISATIONS = ("goalposts", "minmax", "zscore")
AGGREGATIONS = ("arithmetic", "geometric")


def pair_methods(
    normalise: Sequence[str], aggregate: Sequence[str], vary: Sequence[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pair the methods that a draw may take, and list pairs that do not go together.

    Raises
    ------
    ChoiceError
        If a method does not exist or no pair is left.
    """
    # one word alone is a list of one
    normalisations = read_list(normalise, "normalise")
    aggregations = read_list(aggregate, "aggregate")
    for name in (*normalisations, *aggregations):
        if name not in (*NORMALISATIONS, *AGGREGATIONS):
            choices = (
                f"normalise は {'・'.join(NORMALISATIONS)}、aggregate は {'・'.join(AGGREGATIONS)}"
            )
            raise ChoiceError(
                f"「{shorten(name)}」は順位の幅の計算では使えません。{choices} から選んでください。"
            )
    normalisations = normalisations if "normalise" in vary else normalisations[:1]
    aggregations = aggregations if "aggregate" in vary else aggregations[:1]
    pairs = list(product(normalisations, aggregations))
    possible = [pair for pair in pairs if pair != ("zscore", "geometric")]
    if not possible:
        raise ChoiceError(
            "組み合わせられる方法がありません。zscore は geometric と組み合わせられません。"
        )
    return possible, [pair for pair in pairs if pair not in possible]


def find_kept(numbers: FloatArray, normalise: str, *, fills_blanks: bool) -> BoolArray:
    """Find the columns that a normalisation can use.

    Parameters
    ----------
    numbers
        Units × leaves.
    normalise
        Minmax and z-scores cannot stretch a column in which everybody is equal.
    fills_blanks
        Blanks are drawn from others' answers, which a column that nobody answered has none of.
    """
    is_kept = np.ones(numbers.shape[1], dtype=bool)
    if normalise in NEEDS_SPREAD:
        is_kept &= ~find_flat_columns(numbers)
    if fills_blanks:
        is_kept &= ~np.isnan(numbers).all(axis=0)
    return is_kept


def find_kept_columns(
    numbers: FloatArray, pairs: Sequence[tuple[str, str]], noise: Noise | None
) -> dict[str, BoolArray]:
    """Find the columns that each normalisation among pairs of methods can use."""
    fills_blanks = noise is not None and noise.missing is not None
    return {name: find_kept(numbers, name, fills_blanks=fills_blanks) for name, _ in pairs}


def plan_methods(
    pairs: Sequence[tuple[str, str]], kept: Mapping[str, BoolArray], framework: Framework
) -> list[Method]:
    """Plan what each pair of methods uses; pairs that can use nothing are left out.

    Raises
    ------
    TableError
        If no pair can use anything.
    """
    methods = [
        Method(normalise, aggregate, kept[normalise], drop_leaves(framework, kept[normalise]))
        for normalise, aggregate in pairs
        if kept[normalise].any()
    ]
    if not methods:
        problem = "どの指標も、すべての市町で同じ値か、値がありません"
        raise TableError([Fault(problem, "違いのある指標を加えてください")])
    return methods


def list_dropped(kept: Mapping[str, BoolArray], framework: Framework) -> dict[str, tuple[str, ...]]:
    """List the indicators that each normalisation does not use, and warn of them.

    Parameters
    ----------
    kept
        Normalisation → leaves that it uses.
    framework
        The tree.

    Returns
    -------
    dict
        Normalisation → names; only normalisations that drop something.
    """
    names = np.array(framework.leaves)
    dropped = {
        normalise: tuple(names[~is_kept].tolist())
        for normalise, is_kept in kept.items()
        if not is_kept.all()
    }
    for indicators in dict.fromkeys(dropped.values()):
        used = "・".join(name for name, columns in dropped.items() if columns == indicators)
        warnings.warn(
            f"{'、'.join(indicators)} は、すべての市町で同じ値か、値がないので、"
            f"{used} で計算する回では使いません。",
            TableWarning,
            stacklevel=3,
        )
    return dropped
