"""By which rules does a municipality have a reason to be approached, and what is it asked?

`rules` gives them as a table. Plain rules, not a score: each says in words what was seen and what
to ask. A rule's threshold and question are cells of the table that a facilitator may change.
"""

from typing import NamedTuple

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import TableError, shorten

RULE_COLUMNS = ["rule", "label", "threshold", "reason", "ask"]
# thresholds: a share's gap, a share, steps, systems, a share's range, staff
_RULES = (
    (
        "far_behind",
        "全体が遅れている",
        0.15,
        "20業務の平均が{share:.0%}で、全体の平均{mean:.0%}より{gap:.0f}ポイント低い",
        "止まっている手順はどれですか。"
        "人手・事業者・予算・仕様の確認のうち、どれを待っていますか。",
    ),
    (
        "stuck",
        "半分に届かない業務がある",
        0.5,
        "{names}の{count}業務が{limit:.0%}以下",
        "その業務の次の手順と日程を、庁内のだれが、どの事業者と決めますか。",
    ),
    (
        "unlisted",
        "一覧にない業務に手順が多く残る",
        10.0,
        "特定移行の一覧にない{count}業務が、40手順のうち{limit:.0f}手順以上を残している{chance}",
        "本番の切替日は決まっていますか。間に合わないとき、延長の相談を、いつ・どこにしますか。",
    ),
    (
        "listed",
        "延長する業務が多い",
        10.0,
        "特定移行支援システム（期限の延長）が{count}業務ある",
        "延長の理由と、業務ごとの新しい時期は。いまのシステムの保守と費用は、それまで続きますか。",
    ),
    (
        "uneven",
        "業務の差が大きい",
        0.5,
        "業務の差が大きい（{first}は{most:.0%}、{last}は{least:.0%}）",
        "先に進んだ業務のやり方を、ほかの課へ伝えられますか。"
        "業務をまたぐデータ連携の試験は、だれが見ますか。",
    ),
    (
        "few_staff",
        "担当者が少ない",
        2.0,
        "担当職員が{staff:.0f}人",
        "県や近隣の市町の職員が手伝えるとしたら、どの作業ですか。",
    ),
)


def rules() -> pd.DataFrame:
    """Return the rules of `lagging` as a table whose thresholds and questions may be changed.

    Returns
    -------
    pandas.DataFrame
        One row a rule: ``rule``, ``label``, ``threshold`` (of the share, the count of systems,
        steps or staff), ``reason`` (a template) and ``ask``. Rows may be left out.

    Examples
    --------
    >>> rules().set_index("rule")["threshold"].to_dict()["stuck"]
    0.5
    """
    return pd.DataFrame(_RULES, columns=RULE_COLUMNS)


class LaggingRule(NamedTuple):
    """A row of `rules`."""

    rule: str
    label: str
    threshold: float
    reason: str
    ask: str


def read_rules(table: pd.DataFrame | None) -> list[LaggingRule]:
    """Read the rules of a user's table, or all of them, in the order of `rules`.

    Raises
    ------
    TableError
        If a column is missing or a threshold is no number.
    ChoiceError
        If a rule is unknown.
    """
    all_rules = rules()
    plain = read_plain_table(all_rules if table is None else table)
    _checks.require_columns(plain, RULE_COLUMNS, "規則")
    thresholds = _checks.read_numbers(plain, "threshold", "規則")
    # a rule needs figures of its own, so that users can change rules but not add any
    for name in plain["rule"]:
        _checks.require_choice(name, all_rules["rule"], "rule")
    places = {name: place for place, name in enumerate(all_rules["rule"])}
    rows = zip(
        plain["rule"], plain["label"], thresholds, plain["reason"], plain["ask"], strict=True
    )
    selected = [
        LaggingRule(str(name), str(label), float(threshold), str(reason), str(ask))
        for name, label, threshold, reason, ask in rows
    ]
    # the same sentences, whatever the order of the rows
    return sorted(selected, key=lambda rule: (places[rule.rule], rule[1:]))


def fill_reason(rule: LaggingRule, words: dict[str, object]) -> str:
    """Fill the template of a rule with what was seen.

    Raises
    ------
    TableError
        If the template has a word that the rule does not have.
    """
    try:
        return rule.reason.format(**words)
    except (KeyError, IndexError, ValueError, AttributeError):
        remedy = f"使える言葉: {'、'.join(f'{{{name}}}' for name in words)}"
        raise TableError.one(
            f"規則「{shorten(rule.rule)}」の文が組み立てられません", remedy, value=rule.reason
        ) from None
