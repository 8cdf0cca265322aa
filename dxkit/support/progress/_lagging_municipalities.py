"""Whom should the prefecture approach of itself (プッシュ型), why, and what should it ask?

`lagging` holds each municipality's figures against the rules of
`dxkit.support.progress.rules` and puts the reasons into words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._keywords import accepts_old_keywords
from dxkit._plain_tables import read_plain_table
from dxkit.errors import list_first
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.progress import _progress_table
from dxkit.support.progress._forecast_result import Forecast
from dxkit.support.progress._lagging_rules import LaggingRule, fill_reason, read_rules
from dxkit.support.progress._progress_table import PROGRESS_CAUTION, STEPS

# names of systems in a sentence before it says "and others"
NAMES_SHOWN = 3
# municipalities that a warning lists
SILENT_SHOWN = 5
COLUMNS = ["code", "name", "share_done", "reasons_count", "labels", "reasons", "ask", "systems"]

# what a rule's template is filled with; None where the rule does not hold
Words = dict[str, object]


@accepts_old_keywords(towns="municipalities", least="min_reasons")
@accepts_any_table("progress", "extensions", "municipalities", "rules")
def lagging(
    progress: pd.DataFrame,
    extensions: pd.DataFrame | None = None,
    *,
    forecast: Forecast | None = None,
    municipalities: pd.DataFrame | None = None,
    rules: pd.DataFrame | None = None,
    min_reasons: int = 1,
) -> pd.DataFrame:
    """List the municipalities that the prefecture might approach, with reasons and questions.

    Parameters
    ----------
    progress, extensions
        As for `forecast`.
    forecast
        Its chances of being in time stand beside the rule of the unlisted.
    municipalities
        One row a municipality: ``code``, and if known ``name`` and ``staff`` (how many are in
        charge of systems).
    rules
        Of `rules`, changed or shortened.
    min_reasons
        How many reasons a municipality must have to be listed.

    Returns
    -------
    pandas.DataFrame
        One row a municipality that has a reason, most reasons first, then least done, then by
        code: ``code, name, share_done, reasons_count, labels, reasons, ask, systems`` (those of
        which less than half is done). The order is that of urgency to talk, no rank of merit:
        ``attrs["settings"]["caution"]`` says what a share means.

    Raises
    ------
    TableError
        If a table cannot be used, or a rule or its template is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> progress = pd.DataFrame({"code": ["28201", "28202"], "system": "戸籍"})
    >>> lagging(progress.assign(share_done=[0.9, 0.4]))["labels"].tolist()
    ['全体が遅れている、半分に届かない業務がある、一覧にない業務に手順が多く残る']
    """
    rows = _progress_table.select_latest(_progress_table.read_progress(progress))
    rows = rows.assign(extended=_progress_table.flag_extended(rows, extensions))
    chosen_rules = read_rules(rules)
    facts = _read_facts(municipalities)
    chances = _read_chances(forecast)
    # the mean of municipalities, each counting once, as the table's reader sees it
    mean = float(rows.groupby("code")["share_done"].mean().mean())
    _warn_of_silence(rows)
    lines = []
    for code, systems in rows.groupby("code", sort=True):
        figures = _Figures(systems, mean, chances.get(str(code)), facts.get(str(code), {}))
        reasons = [
            (rule, words)
            for rule in chosen_rules
            if (words := figures.find_words(rule.rule, rule.threshold)) is not None
        ]
        if len(reasons) >= max(1, min_reasons):
            lines.append(_describe_municipality(str(code), figures, reasons))
    # municipalities are in the order of the codes; a stable sort keeps it where all else is equal
    result = pd.DataFrame(lines, columns=COLUMNS).sort_values(
        ["reasons_count", "share_done"], ascending=[False, True], kind="stable", ignore_index=True
    )
    result.attrs = {
        "settings": {
            "rules": {rule.rule: rule.threshold for rule in chosen_rules},
            "caution": PROGRESS_CAUTION,
        }
    }
    forecast_table = None if forecast is None else forecast.table
    inputs = (progress, extensions, municipalities, rules, forecast_table)
    return carry_provenance(result, *inputs)


def _warn_of_silence(rows: pd.DataFrame) -> None:
    """Say of which municipalities no share is known: no rule finds anything in them."""
    counts = rows.groupby("code", sort=True)["share_done"].count()
    silent = [str(code) for code in counts.index[counts == 0]]
    if silent:
        listed = list_first(silent, SILENT_SHOWN, count=len(silent))
        text = (
            f"進捗が1つも書かれていない{len(silent)}市町（{listed}）は、遅れているかどうか"
            "分かりません → 進捗を入れてください。"
        )
        _checks.warn_caller(text)


@dataclass(frozen=True)
class _Figures:
    """One municipality's figures, and what each rule finds in them.

    Attributes
    ----------
    systems
        Its rows of the progress table.
    mean
        The mean share of all municipalities.
    chance
        That its systems that are not listed are in time; None where there is no forecast.
    facts
        ``name`` and ``staff``, where known.
    """

    systems: pd.DataFrame
    mean: float
    chance: float | None
    facts: Mapping[str, Any]

    @property
    def mean_share(self) -> float:
        """The mean share of steps done."""
        return float(self.systems["share_done"].mean())

    @property
    def open_systems(self) -> pd.DataFrame:
        """The systems that are not through."""
        return self.systems[self.systems["share_done"] < 1]

    def list_stuck_systems(self, limit: float) -> list[str]:
        """List the systems of which no more than this share is done, the least done first."""
        stuck = self.systems[self.systems["share_done"] <= limit]
        return [str(name) for name in stuck.sort_values("share_done", kind="stable")["system"]]

    def find_words(self, rule: str, limit: float) -> Words | None:
        """Find what a rule's template is filled with; None if the rule does not hold."""
        # the rules' names are checked when they are read
        words: Words | None = getattr(self, f"_find_{rule}")(limit)
        return words

    def _find_far_behind(self, limit: float) -> Words | None:
        gap = self.mean - self.mean_share
        words: Words = {"share": self.mean_share, "mean": self.mean, "gap": 100 * gap}
        return words if gap >= limit else None

    def _find_stuck(self, limit: float) -> Words | None:
        names = self.list_stuck_systems(limit)
        others = "など" if len(names) > NAMES_SHOWN else ""
        first = "・".join(names[:NAMES_SHOWN]) + others
        return {"names": first, "count": len(names), "limit": limit} if names else None

    def _find_unlisted(self, limit: float) -> Words | None:
        systems = self.open_systems
        steps_left = STEPS * (1 - systems["share_done"])
        count = int((~systems["extended"] & (steps_left >= limit)).sum())
        # without a forecast the sentence ends before it
        chance = (
            ""
            if self.chance is None
            else f"（一覧にない業務がそろって期限に間に合う確率{self.chance:.0%}）"
        )
        return {"count": count, "limit": limit, "chance": chance} if count else None

    def _find_listed(self, limit: float) -> Words | None:
        count = int(self.open_systems["extended"].sum())
        return {"count": count} if count >= limit else None

    def _find_uneven(self, limit: float) -> Words | None:
        shares = self.systems.dropna(subset=["share_done"]).sort_values("share_done", kind="stable")
        if shares.empty:
            return None
        lowest = shares.iloc[0]
        highest = shares.iloc[-1]
        if highest["share_done"] - lowest["share_done"] < limit:
            return None
        return {
            "first": highest["system"],
            "most": highest["share_done"],
            "last": lowest["system"],
            "least": lowest["share_done"],
        }

    def _find_few_staff(self, limit: float) -> Words | None:
        staff = float(self.facts.get("staff", np.nan))
        return {"staff": staff} if staff <= limit else None


def _describe_municipality(
    code: str, figures: _Figures, reasons: list[tuple[LaggingRule, Words]]
) -> dict[str, object]:
    """Put the reasons of one municipality into words."""
    # the systems shown are those that the rule found, at its own threshold
    limits = [rule.threshold for rule, _ in reasons if rule.rule == "stuck"]
    return {
        "code": code,
        "name": figures.facts.get("name", code),
        "share_done": figures.mean_share,
        "reasons_count": len(reasons),
        "labels": "、".join(rule.label for rule, _ in reasons),
        "reasons": "。".join(fill_reason(rule, words) for rule, words in reasons) + "。",
        "ask": " ".join(rule.ask for rule, _ in reasons),
        "systems": "、".join(figures.list_stuck_systems(limits[0])) if limits else "",
    }


def _read_facts(municipalities: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    """Read code → name and staff, where known."""
    if municipalities is None:
        return {}
    # codes may stand in the index
    has_code = "code" in municipalities.columns
    table = read_plain_table(municipalities if has_code else municipalities.reset_index())
    _checks.require_columns(table, ["code"], "市町")
    facts = table[[column for column in ("code", "name", "staff") if column in table.columns]]
    if "staff" in facts:
        facts = facts.assign(staff=_checks.read_numbers(facts, "staff", "市町", blank=True))
    columns = [column for column in facts.columns if column != "code"]
    return {
        str(row["code"]): {column: row[column] for column in columns}
        for row in facts.to_dict("records")
    }


def _read_chances(forecast: Forecast | None) -> dict[str, float]:
    """Read code → chance that the systems that are not listed are in time, where known."""
    # a chance of being in time is no longer one after the deadline
    if forecast is None or forecast.settings["after_deadline"]:
        return {}
    chances = forecast.table.set_index("code")["in_time_others"].dropna()
    return {str(code): float(chance) for code, chance in chances.items()}
