"""How often is the right service among the first that are proposed?"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from dxkit.errors import TableError

# stands for a need that nothing answers
NO_SERVICE = "none"


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
    services = [NO_SERVICE if pd.isna(service) else service for service in truth]
    if len(services) != proposals["need_id"].nunique():
        raise TableError.one(
            "正解の数が困りごとの数と違います",
            "1つの困りごとに1つの正解をつけてください",
            value=len(services),
        )
    first = proposals[proposals["rank"] <= top].fillna({"service": NO_SERVICE})
    right = np.asarray(services, dtype=object)[first["need_id"].to_numpy(dtype=np.int64) - 1]
    # a service is proposed once a need, so a need has at most one hit
    return float((first["service"].to_numpy() == right).sum()) / len(services)
