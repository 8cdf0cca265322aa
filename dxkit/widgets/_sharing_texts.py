"""What do tables and sentences say of simulated sharing policies?"""

import pandas as pd

from dxkit.sharing import Outcome
from dxkit.widgets._html import NEUTRAL, write_message, write_table

# whose knowledge is looked at, and its column in the results
ROLE_MEASURES = {
    "避難元の市町": "known_home",
    "避難先の市町": "known_host",
    "県（集約先）": "known_prefecture",
}
VERDICTS = ("可", "要確認", "根拠なし")
NOTICE = "教材であり法的助言ではありません"


def write_ranking(compared: pd.DataFrame, role: str, hour: int) -> str:
    """Write which policy lets this body know most, and whether that is sure.

    Parameters
    ----------
    compared
        As `sharing.compare` returns it.
    role, hour
        Whose knowledge, and when.

    Returns
    -------
    str
        Plain text.
    """
    column = f"{ROLE_MEASURES[role]}_{hour}"
    ordered = compared.sort_values(column, ascending=False, kind="stable")
    best = ordered.iloc[0]
    sentence = (
        f"{hour}時間後、{role}が居場所を知る割合: いちばん高いのは「{best['policy']}」の"
        f"{best[column]:.0%}"
        f"（90%の幅 {best[column + '_p05']:.0%}〜{best[column + '_p95']:.0%}）。"
    )
    if len(ordered) == 1:
        return sentence
    second = ordered.iloc[1]
    # only intervals that do not overlap make the order more than chance
    is_apart = second[f"{column}_p95"] < best[f"{column}_p05"]
    caution = "幅は重なりません。" if is_apart else "幅が重なるので、どちらが上かは途絶しだいです。"
    return f"{sentence}次は「{second['policy']}」の{second[column]:.0%}で、{caution}"


def write_comparison(compared: pd.DataFrame, hour: int) -> str:
    """Write what each body knows, what is disclosed and what work it takes, a row a policy."""
    rows = []
    for row in compared.to_dict("records"):
        shares = [f"{row[f'{measure}_{hour}']:.0%}" for measure in ROLE_MEASURES.values()]
        costs = [f"{row['disclosed']:.2f}", f"{row['unneeded']:.2f}", f"{row['staff_hours']:,.0f}"]
        rows.append([str(row["policy"]), *shares, *costs])
    heads = [
        "施策",
        *(f"{role}が知る（{hour}時間後）" for role in ROLE_MEASURES),
        "提供（1人あたり）",
        "うち余分",
        "職員時間",
    ]
    return write_table(heads, rows, keep_first=True)


def write_disclosures(outcome: Outcome) -> str:
    """Write how many disclosures have a ground, and the grounds; the notice stands first."""
    disclosures = outcome.disclosures
    sums = disclosures.pivot_table(
        index="policy", columns="verdict", values="mean", aggfunc="sum", fill_value=0.0, sort=False
    )
    # a policy that discloses nothing, and a verdict that never falls, have a row and column too
    names = [rules.name for rules in outcome.rules]
    sums = sums.reindex(index=names, columns=list(VERDICTS), fill_value=0.0)
    count_rows = [
        [str(name), *(f"{value:,.0f}" for value in row)]
        for name, row in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    keys = ["policy", "verdict", "ground", "certainty"]
    # one row a ground: who disclosed to whom is added up
    by_ground = disclosures.groupby(keys, sort=False)["mean"].sum().reset_index()
    ground_rows = [
        [*map(str, row[: len(keys)]), f"{row[len(keys)]:,.0f}"]
        for row in by_ground.itertuples(index=False)
    ]
    counts = write_table(
        ["施策", *(f"{verdict}（件）" for verdict in VERDICTS)], count_rows, keep_first=True
    )
    heads = ["施策", "判定", "根拠", "確かさ", "提供（件）"]
    grounds = write_table(heads, ground_rows, keep_first=True)
    notice = write_message(
        NEUTRAL,
        f"<b>{NOTICE}。</b>提供を法律の表で判定した件数です（期間の終わりまで）。",
    )
    return f"{notice}{counts}<details><summary>根拠ごとに見る</summary>{grounds}</details>"


def write_decisions(records: pd.DataFrame) -> str:
    """Write the groups' decisions as a table."""
    rows = [
        [
            str(row["group"]),
            str(row["role"]),
            str(row["policy"]),
            str(row["reason"]),
            f"{row['known']:.0%}",
            f"{row['disclosed']:.2f}",
        ]
        for row in records.to_dict("records")
    ]
    heads = ["グループ", "立場", "選んだ施策", "理由", "知る割合", "提供（1人あたり）"]
    return write_table(heads, rows, keep_first=True)
