"""How often is the right service among the first that are proposed?"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit.errors import ChoiceError, TableError
from dxkit.schema import accepts_any_table

# stands for a need that nothing answers
NO_SERVICE = "none"


@accepts_any_table("proposals")
def found_share(proposals: pd.DataFrame, truth: Iterable[str], *, top: int = 3) -> float:
    """Compute the share of needs whose right service is among the first ``top`` proposals.

    Parameters
    ----------
    proposals
        From `match`, with at least ``top`` proposals a need.
    truth
        The right service of each need, in the needs' order; ``"none"`` or missing where nothing
        in the list answers, which is found where `match` says 何も合いません.
    top
        How many proposals count.

    Returns
    -------
    float
        0–1. With few needs it is uncertain: with 30, one need is 0.03.

    Raises
    ------
    TableError
        If the number of right services is not that of the needs.

    Examples
    --------
    >>> import pandas as pd
    >>> proposals = pd.DataFrame(
    ...     {"need_id": [1, 1, 2, 2], "rank": [1, 2, 1, 2], "service": ["a", "b", "c", "a"]}
    ... )
    >>> found_share(proposals, ["b", "c"], top=1), found_share(proposals, ["b", "c"], top=2)
    (0.5, 1.0)
    """
    limit = _checks.require_whole_number(top, "top")
    _checks.require_columns(proposals, ["need_id", "service", "rank"], "proposals")
    need_ids = _checks.read_numbers(proposals, "need_id", "proposals", low=1, whole=True)
    ranks = _checks.read_numbers(proposals, "rank", "proposals")
    # a blank stands for a need that nothing fits
    listed = [truth] if isinstance(truth, str) or not isinstance(truth, Iterable) else list(truth)
    services = [NO_SERVICE if pd.isna(service) else service for service in listed]
    if len(services) != proposals["need_id"].nunique():
        raise TableError.one(
            "正解の数が困りごとの数と違います",
            "1つの困りごとに1つの正解をつけてください",
            value=len(services),
        )
    is_first = ranks <= limit
    first = proposals[is_first].fillna({"service": NO_SERVICE})
    positions = need_ids[is_first].astype(np.int64) - 1
    if (positions >= len(services)).any():
        raise ChoiceError(f"need_id は1〜{len(services)}（正解の数）にしてください。")
    right = np.asarray(services, dtype=object)[positions]
    # a service is proposed once a need, so a need has at most one hit
    return float((first["service"].to_numpy() == right).sum()) / len(services)
