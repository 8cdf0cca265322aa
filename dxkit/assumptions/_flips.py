"""Which assumption turns the conclusion, and how far must it change?

`flips` moves one assumption at a time away from its value until the conclusion changes, and draws
all of them at once to say how often the conclusion stands.
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from dxkit._checks import require_flag, require_function, require_seed, require_whole_number
from dxkit._plain_tables import order_of_labels
from dxkit.assumptions._conclusion import is_same_conclusion
from dxkit.assumptions._table import table
from dxkit.errors import ChoiceError
from dxkit.schema import carry_provenance

Decide = Callable[[dict[str, float]], Hashable]
# steps from low to high: a flip is found to within one of them before it is narrowed down
STEPS = 100
# halvings of the step in which the conclusion turns: a thousandth of the range is left
HALVINGS = 4
MOST_DRAWS = 1_000_000
# of the 95 % interval of a share (Wilson 1927)
Z_95 = 1.959963984540054


def flips(
    decide: Decide,
    assumptions: pd.DataFrame | Sequence[Mapping[str, object]],
    *,
    draws: int = 200,
    seed: int = 0,
    show_progress: bool = False,
) -> pd.DataFrame:
    """Find for each assumption the smallest change that turns the conclusion.

    Parameters
    ----------
    decide
        Takes the assumptions' values by name and returns a hashable conclusion, for example the
        name of the best policy. It is called often: keep it quick and free of randomness (a fixed
        seed inside), or chance will pass for a flip.
    assumptions
        As for `table`: ``assumption, value, low, high, source``.
    draws
        How many times all assumptions are drawn at once, uniformly between low and high; 0 leaves
        this out.
    seed
        Of the draws.
    show_progress
        Show a bar.

    Returns
    -------
    pandas.DataFrame
        One row an assumption: ``assumption, value, low, high, source, flips_at`` (the value nearest
        to the study's at which the conclusion is second, the others unchanged, to within 1 % of
        the range; NaN where it never is), ``relative_change`` (to the value; NaN for a value of 0),
        ``before, after`` (the conclusions; ``after`` is None where nothing turns).
        ``.attrs["stands"]``: share of draws in which the conclusion stands, with
        ``stands_low, stands_high`` (95 %, Wilson) and ``conclusions`` (share of each, as text).

    Raises
    ------
    TableError
        If the assumptions cannot be used.
    ChoiceError
        If the conclusion is not hashable or ``draws`` is not a count.

    Notes
    -----
    Each assumption is moved in steps of a hundredth of its range in both directions; the first step
    that turns the conclusion is halved four times. A conclusion that turns and turns back within
    one step may be missed. One-at-a-time changes say nothing of several changes together: for that
    are the draws.

    Examples
    --------
    >>> rows = [
    ...     {"assumption": "price", "value": 100, "low": 50, "high": 200, "source": "見積"},
    ...     {"assumption": "users", "value": 30, "low": 25, "high": 40, "source": "仮定"},
    ... ]
    >>> def decide(values):
    ...     return "join" if values["price"] * values["users"] < 3600 else "stay"
    >>> changes = flips(decide, rows, draws=0)
    >>> changes[["assumption", "flips_at", "before", "after"]].round(1)
      assumption  flips_at before after
    0      price     120.1   join  stay
    1      users      36.0   join  stay
    """
    require_function(decide, "decide")
    require_flag(show_progress, "show_progress")
    require_whole_number(draws, "draws", low=0, high=MOST_DRAWS)
    require_seed(seed)
    ledger = table(assumptions)
    base = dict(zip(ledger["assumption"], ledger["value"], strict=True))
    conclude = partial(_conclude, decide)
    before = conclude(base)
    rows = [
        _nearest_flip(conclude, base, row, before)
        for row in tqdm(
            ledger.itertuples(index=False), total=len(ledger), disable=not show_progress
        )
    ]
    changes = pd.DataFrame(rows, columns=["flips_at", "relative_change", "before", "after"])
    # conclusions stay objects: a True must not become 1.0 beside a missing one
    changes = changes.astype({"before": object, "after": object})
    result = ledger.join(changes)
    result.attrs = {"settings": {"draws": int(draws), "seed": seed, "steps": STEPS}}
    result.attrs.update(_measure_stability(conclude, ledger, before, draws=int(draws), seed=seed))
    return carry_provenance(result, ledger)


def _conclude(decide: Decide, values: Mapping[str, float]) -> Hashable:
    """Call ``decide`` with a copy of its own, and refuse a conclusion that cannot be compared."""
    conclusion = decide(dict(values))
    try:
        hash(conclusion)
    except TypeError:
        kind = type(conclusion).__name__
        raise ChoiceError(
            f"decide が返した {kind} は比べられません。"
            "名前・数・タプルなど、ハッシュできる結論を返してください。"
        ) from None
    return conclusion


def _nearest_flip(
    conclude: Callable[[Mapping[str, float]], Hashable],
    base: dict[str, float],
    row: "tuple[object, ...]",
    before: Hashable,
) -> tuple[float, float, Hashable, Hashable]:
    """Move one assumption both ways and return the nearer flip with its conclusions."""
    name = str(row[0])
    value, low, high = (float(str(cell)) for cell in row[1:4])
    # a turn back within one step goes unseen
    step = (high - low) / STEPS
    ends = {low, high} - {value}
    paths = [_walk(value, end, step) for end in sorted(ends)]
    # both ways at once, the nearer point first, so that the first change met is the smallest
    points = sorted((abs(point - value), point) for path in paths for point in path)
    for _, point in points:
        after = conclude(base | {name: point})
        if not is_same_conclusion(after, before):
            towards = math.copysign(min(step, abs(point - value)), point - value)
            conclude_at = partial(_conclude_at, conclude, base, name)
            flip, after = _narrow(conclude_at, (point - towards, point), before, after)
            change = (flip - value) / abs(value) if value else math.nan
            return flip, change, before, after
    return math.nan, math.nan, before, None


def _walk(value: float, end: float, step: float) -> list[float]:
    """Return the points from ``value`` (left out) to ``end`` (included), a step apart."""
    count = math.ceil(abs(end - value) / step - 1e-9)
    direction = math.copysign(step, end - value)
    return [*(value + direction * number for number in range(1, count)), end]


def _conclude_at(
    conclude: Callable[[Mapping[str, float]], Hashable],
    base: Mapping[str, float],
    name: str,
    value: float,
) -> Hashable:
    """Conclude with one assumption at another value."""
    return conclude({**base, name: value})


def _narrow(
    conclude_at: Callable[[float], Hashable],
    interval: tuple[float, float],
    before: Hashable,
    after: Hashable,
) -> tuple[float, Hashable]:
    """Halve the step in which the conclusion turns; return its far end and the conclusion there."""
    near, far = interval
    # where one step holds several turns, one of them is found
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        conclusion = conclude_at(middle)
        if is_same_conclusion(conclusion, before):
            near = middle
        else:
            far = middle
            after = conclusion
    return far, after


def _measure_stability(
    conclude: Callable[[Mapping[str, float]], Hashable],
    ledger: pd.DataFrame,
    before: Hashable,
    *,
    draws: int,
    seed: int,
) -> dict[str, object]:
    """Draw all assumptions at once, and count how often the conclusion stands."""
    if draws == 0:
        return {"stands": math.nan}
    random = np.random.default_rng(seed)
    # the same draws for the same assumption, in whatever order they are listed
    ledger = ledger.iloc[order_of_labels(ledger["assumption"])]
    low = ledger["low"].to_numpy()
    high = ledger["high"].to_numpy()
    names = ledger["assumption"].tolist()
    samples = low + (high - low) * random.random((draws, len(names)))
    conclusions = [conclude(dict(zip(names, row.tolist(), strict=True))) for row in samples]
    # how often it stands is itself a count of draws, and has an interval
    stands = sum(is_same_conclusion(conclusion, before) for conclusion in conclusions) / draws
    counts = Counter(map(str, conclusions))
    interval = _wilson(stands, draws)
    return {
        "stands": stands,
        "stands_low": interval[0],
        "stands_high": interval[1],
        "conclusions": {name: count / draws for name, count in counts.most_common()},
    }


def _wilson(share: float, count: int) -> tuple[float, float]:
    """Compute the 95 % interval of a share that was counted."""
    weight = Z_95**2 / count
    centre = (share + weight / 2) / (1 + weight)
    half = Z_95 * math.sqrt(share * (1 - share) / count + weight / (4 * count)) / (1 + weight)
    return max(0.0, centre - half), min(1.0, centre + half)
