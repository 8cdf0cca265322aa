"""What does each shipped scenario assume, and how is the illustrative Nankai Trough shared out?

The scenarios themselves are folders that people edit (``data/scenarios/``); here every number of
one becomes a row with its source or the mark 仮定. ``legal_grounds``, ``ordinances``,
``law_questions``, ``disaster_practice``, ``raci``, ``policies``, ``policy_switches`` and ``policy_assumptions`` are written by hand and only checked.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from dxkit import assumptions
from dxkit import sharing as dxsharing
from dxkit.errors import TableError
from dxkit.sharing import check_policies, grounds, read_scenario
from making.workplace import MakeError, Workplace

NANKAI_EVACUEES = 500_000
# how often all assumptions are drawn at once for one conclusion
FLIP_DRAWS = 40
COAST_WEIGHT = 3
# the 15 municipalities on the Seto Inland Sea, Osaka Bay and the Kii Channel
COAST = (
    *("28100", "28201", "28202", "28203", "28204", "28205", "28206", "28208"),
    *("28210", "28212", "28216", "28224", "28226", "28229", "28382"),
)


def figures(name: str) -> Callable[[Workplace], pd.DataFrame]:
    """Give the job that lists every number of a scenario with its source."""

    def job(work: Workplace) -> pd.DataFrame:
        try:
            # the policies of this run, which need not be those that are shipped
            policies = check_policies(work.read("policies"))
            return read_scenario(work.data / "scenarios" / name, policies=policies).figures
        except TableError as error:
            raise MakeError(str(error)) from error

    return job


def legal_grounds(work: Workplace) -> pd.DataFrame:
    """Check the hand-written law table and give it as it is."""
    try:
        return grounds(work.read("legal_grounds"))
    except TableError as error:
        raise MakeError(str(error)) from error


def ordinances(work: Workplace) -> pd.DataFrame:
    """Check that each municipality has its row, and that what was found has its source."""
    table = work.read("ordinances")
    codes = work.read("municipalities")["code"].astype(str)
    if sorted(table["code"].astype(str)) != sorted(codes):
        raise MakeError("ordinances は、兵庫県の41市町を1行ずつにしてください。")
    unknown = set(table["support_list"]) | set(table["evacuation_plan"]) | set(table["purposes"])
    if unknown - {"あり", "なし", "要確認"} or table["source"].isna().any():
        raise MakeError("ordinances は、あり・なし・要確認のどれかと、出典を書いてください。")
    return table


def law_questions(work: Workplace) -> pd.DataFrame:
    """Give the hand-written questions and answers as they are; the tests compare them with the law."""
    table = work.read("law_questions")
    if table["read"].isna().any() or table["question"].duplicated().any():
        raise MakeError("law_questions は、同じ問いを2度書かず、何を読んだかを書いてください。")
    return table


def disaster_practice(work: Workplace) -> pd.DataFrame:
    """Give the hand-written cases as they are; each names its source and its date."""
    table = work.read("disaster_practice")
    if table[["practice", "source", "url", "as_of"]].isna().any(axis=None):
        raise MakeError("disaster_practice は、どの例にも出典・アドレス・時点を書いてください。")
    return table


def raci(work: Workplace) -> pd.DataFrame:
    """Give the hand-written table of tasks and bodies as it is; nobody answers for a task twice."""
    table = work.read("raci")
    answering = (
        table[["host", "home", "prefecture", "state", "group"]]
        .fillna("")
        .apply(lambda roles: roles.str.contains("A"))
    )
    if (answering.sum(axis=1) != 1).any():
        raise MakeError(
            f"raci に、責任を持つ団体（A）が1つでない業務があります: {table['task'][answering.sum(axis=1) != 1].tolist()}"
        )
    return table


def policies(work: Workplace) -> pd.DataFrame:
    """Check the hand-written policies and give them as they are."""
    table = work.read("policies")
    try:
        check_policies(table)
    except TableError as error:
        raise MakeError(str(error)) from error
    return table


def drill_cards(work: Workplace) -> pd.DataFrame:
    """Check the hand-written cards of the table-top drill and give them as they are."""
    table = work.read("drill_cards")
    scenario = read_scenario(
        work.data / "scenarios" / "nankai_illustrative",
        policies=check_policies(work.read("policies")),
    )
    unknown = set(table["setting"].dropna()) - set(scenario.settings)
    if unknown or not table["hour"].is_monotonic_increasing:
        raise MakeError(f"drill_cards の設定か時間の順が使えません: {sorted(unknown)}")
    return table


def policy_switches(work: Workplace) -> pd.DataFrame:
    """Check the hand-written switches and give them as they are."""
    table = work.read("policy_switches")
    try:
        dxsharing.policy_switches(table)
    except TableError as error:
        raise MakeError(str(error)) from error
    return table


def policy_assumptions(work: Workplace) -> pd.DataFrame:
    """Check the hand-written assumptions and give them as they are."""
    try:
        assumptions.table(work.read("policy_assumptions"))
    except TableError as error:
        raise MakeError(str(error)) from error
    return work.read("policy_assumptions")


def policy_flips(work: Workplace) -> pd.DataFrame:
    """Find for every conclusion about the policies which assumption turns it; takes minutes."""
    scenario = read_scenario(
        work.data / "scenarios" / "nankai_illustrative",
        policies=check_policies(work.read("policies")),
    )
    ledger = work.read("policy_assumptions")
    parts = []
    for conclusion, decide in dxsharing.build_policy_conclusions(scenario).items():
        found = assumptions.flips(decide, ledger, draws=FLIP_DRAWS, seed=0)
        found = found.drop(columns=["relative_change"])
        found = found.rename(columns={"before": "holds", "after": "turns_to"})
        found.insert(0, "conclusion", conclusion)
        parts.append(found.assign(stands_share=round(found.attrs["stands"], 3)))
    return pd.concat(parts, ignore_index=True)


def nankai_evacuees(towns: pd.DataFrame) -> pd.Series:
    """Share out the prefecture's 500,000 by population, the coast threefold: an assumption."""
    weight = towns["people_2025"] * np.where(towns["code"].isin(COAST), COAST_WEIGHT, 1)
    people = (NANKAI_EVACUEES * weight / weight.sum()).round().astype(int)
    people.iloc[0] += NANKAI_EVACUEES - people.sum()
    return people.set_axis(towns["code"])
