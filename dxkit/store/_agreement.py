"""How far does a group agree, and which groups of opinion are there in it?

`measure_agreement` puts Kendall's W and the opinion groups together, with nobody's own votes in
them.
"""

import warnings
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from dxkit.errors import TableWarning
from dxkit.schema import (
    LEAST_PEERS,
    MADE_MARK,
    MethodText,
    TableResult,
    carry_provenance,
    is_made,
)
from dxkit.store._kendall_w import kendall_w
from dxkit.store._opinion_groups import opinion_groups

# share of missing votes above which groups are no longer to be relied on
MISSING_WARNED = 0.5
ROWS_SHOWN = 20


@dataclass(frozen=True)
class Agreement(TableResult):
    """How far voters agree.

    Attributes
    ----------
    w : float
        Kendall's W: 0 (no agreement on the order of the items) to 1 (the same order); missing if
        fewer than three voted on all.
    p_value : float
        By the chi-square approximation, which needs more than seven items.
    voters, complete, items : int
        How many voted, how many of them on every item (W uses only these), and on how many items.
    missing : float
        Share (0-1) of votes not given.
    groups : pandas.DataFrame
        One row an opinion group: ``group, voters``; none if fewer than three voted.
    opinions : pandas.DataFrame
        One row a group and item: ``group, item, votes, mean``; missing where fewer than three
        voted, or where the means of the others and of all would tell it.
    silhouette : float
        How clearly the groups stand apart (-1 to 1); below about 0.25 read them as one cloud.
    """

    w: float
    p_value: float
    voters: int
    complete: int
    items: int
    missing: float
    groups: pd.DataFrame
    opinions: pd.DataFrame
    silhouette: float

    @property
    def _main_table(self) -> pd.DataFrame:
        return self.opinions

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"{self.voters}人の{self.items}項目への投票について、全項目に投票した"
                f"{self.complete}人からケンドールの一致係数W（{self.w:.3f}）を求め、"
                "投票の近い人を意見グループに分けた。",
                f"{LEAST_PEERS}人に満たない値は出していない。",
            ),
            en=(
                f"Of {self.voters} voters on {self.items} items, Kendall's W ({self.w:.3f}) was "
                f"computed from the {self.complete} who voted on all, and voters of like votes "
                "were put into opinion groups.",
                f"Figures of fewer than {LEAST_PEERS} voters are not given.",
            ),
            constants={"least_voters": LEAST_PEERS, "missing_warned": MISSING_WARNED},
            references=("kendall1939", "small2021"),
            software=("scipy",),
        )

    def _repr_html_(self) -> str:
        """Write figures and opinions for a notebook; nothing in it can become markup."""
        mark = f"（{MADE_MARK}）" if is_made(self.opinions) else ""
        summary = escape(
            f"一致の度合い W={self.w:.2f}（{self.complete}人・{self.items}項目）。"
            f"意見グループ {len(self.groups)}（まとまり {self.silhouette:.2f}）{mark}"
        )
        # items are written by clients: a $ in one must not become a formula either
        classes = ["tex2jax_ignore", "mathjax_ignore"]
        cells = "".join(
            table.to_html(escape=True, max_rows=ROWS_SHOWN, index=False, classes=classes)
            for table in (self.groups, self.opinions)
        )
        return f'<div class="{" ".join(classes)}"><p>{summary}</p>{cells}</div>'


def measure_agreement(votes: pd.DataFrame, *, seed: int = 0) -> Agreement:
    """Compute W and the opinion groups of a table of votes; parameters as of `opinion_groups`.

    Warns
    -----
    TableWarning
        If more than half of the votes are missing.
    """
    missing = float(votes.isna().to_numpy().mean()) if votes.size else np.nan
    if missing > MISSING_WARNED:
        message = (
            f"票の{missing:.0%}が空欄です。半分を超えると意見グループは当てになりません（参考値）。"
        )
        # the line that asked the session, above `Session.agreement`
        warnings.warn(message, TableWarning, stacklevel=3)
    # W needs whole rankings; the groups take voters with gaps, too
    complete = votes.dropna()
    # of two voters each would read from W what the other thinks
    is_shown = len(complete) >= LEAST_PEERS
    w, p_value = kendall_w(complete.to_numpy(dtype=np.float64)) if is_shown else (np.nan, np.nan)
    # whether two voters are one group or two says whether they agree
    grouped = votes if len(votes) >= LEAST_PEERS else votes.head(0)
    labels, silhouette = opinion_groups(grouped, seed=seed)
    sizes = labels.value_counts().sort_index()
    groups = sizes.rename_axis("group").rename("voters").reset_index()
    return Agreement(
        w,
        p_value,
        len(votes),
        len(complete),
        votes.shape[1],
        missing,
        carry_provenance(groups, votes),
        carry_provenance(_average_opinions(grouped, labels), votes),
        silhouette,
    )


def _average_opinions(votes: pd.DataFrame, labels: pd.Series) -> pd.DataFrame:
    """Average each group's votes on each item where enough voted to hide single ones."""
    # one row a vote, with the group of who gave it
    long = votes.assign(group=labels).melt(id_vars="group", var_name="item", value_name="value")
    long = long.dropna(subset="value")
    by_group_and_item = long.dropna().groupby(["group", "item"], sort=True)["value"]
    counts = by_group_and_item.agg(votes="size", mean="mean").reset_index()
    # who belongs to no group counts in an item's own mean
    totals = long.groupby("item")["value"].size()
    is_shown = pd.Series(data=False, index=counts.index)
    for item, part in counts.groupby("item"):
        is_shown[part.index] = _find_safe_groups(part["votes"], int(totals[item]))
    return counts.assign(mean=counts["mean"].where(is_shown))


def _find_safe_groups(votes: "pd.Series[int]", total: int) -> "pd.Series[bool]":
    """Find the groups whose mean on an item may be shown beside the mean of all voters.

    What is shown must leave nobody or at least three others: the mean of one or two is otherwise
    the difference. A group more is hidden then, the smallest first.
    """
    is_shown = votes >= LEAST_PEERS
    for group in votes[is_shown].sort_values(kind="stable").index:
        rest = total - int(votes[is_shown].sum())
        if rest == 0 or rest >= LEAST_PEERS:
            break
        is_shown[group] = False
    return is_shown
