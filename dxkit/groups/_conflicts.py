"""Which few of the rules already exclude each other?

Rules are left out one by one, and those without which the rest becomes possible are the smallest
conflicting set that is named (a deletion filter: Chinneck and Dravnieks 1991).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from dxkit.errors import ChoiceError, shorten
from dxkit.groups._feasibility import is_possible
from dxkit.groups._rules import Rules, SpreadKind

# the option that a rule comes from, and the rule
SingleRule: TypeAlias = tuple[str, tuple[int, ...] | SpreadKind]


def make_conflict_error(rules: Rules, names: Sequence[str]) -> ChoiceError:
    """Make the error that names the smallest conflicting set of rules."""
    conflict = find_conflict(rules)
    # 「5人」 reads better than 「5〜5人」
    is_one_size = rules.min_size == rules.max_size
    limits = f"{rules.max_size}人" if is_one_size else f"{rules.min_size}〜{rules.max_size}人"
    sizes = f"{limits}の{rules.group_count}グループ"
    if not conflict:
        return ChoiceError(
            f"{rules.member_count}人を{sizes}に分けられません。size か count を変えてください。"
        )
    lines = [
        f"{number}. {_describe_rule(option, rule, names)}"
        for number, (option, rule) in enumerate(conflict, start=1)
    ]
    head = (
        f"次の{len(conflict)}つの条件は、{rules.member_count}人を{sizes}に分けるとき"
        "同時には守れません。"
    )
    return ChoiceError(
        "\n".join([head, *lines, "どれか1つを外すか、size・count を変えてください。"])
    )


def find_conflict(rules: Rules) -> list[SingleRule]:
    """Find a smallest set of rules that no grouping keeps.

    Without any one of them, the others can be kept.
    """
    # begin with all rules, which are known to conflict
    conflict = _split_rules(rules)
    position = 0
    while position < len(conflict):
        fewer = conflict[:position] + conflict[position + 1 :]
        if is_possible(_keep_only(rules, fewer)):
            # needed for the conflict
            position += 1
        else:
            conflict = fewer
    return conflict


def _split_rules(rules: Rules) -> list[SingleRule]:
    """Take links apart into pairs, so that only what conflicts is named."""
    singles: list[SingleRule] = [("spread", kind) for kind in rules.spread]
    # apart means every pair of the set; together is known from a chain of pairs
    for link in rules.apart:
        singles += [("apart", (i, j)) for row, i in enumerate(link) for j in link[row + 1 :]]
    for link in rules.together:
        singles += [("together", (link[0], member)) for member in link[1:]]
    return list(dict.fromkeys(singles))


def _keep_only(rules: Rules, singles: Sequence[SingleRule]) -> Rules:
    """Return the rules with only these links and kinds."""
    links: dict[str, list[tuple[int, ...]]] = {"together": [], "apart": []}
    kinds = []
    for option, rule in singles:
        if isinstance(rule, SpreadKind):
            kinds.append(rule)
        else:
            links[option].append(rule)
    return replace(
        rules,
        together=tuple(links["together"]),
        apart=tuple(links["apart"]),
        spread=tuple(kinds),
    )


def _describe_rule(option: str, rule: tuple[int, ...] | SpreadKind, names: Sequence[str]) -> str:
    """Describe a rule in words."""
    if isinstance(rule, SpreadKind):
        members = shorten("、".join(names[member] for member in rule.members), 80)
        return f"spread: {rule.label}の{len(rule.members)}人（{members}）を均等に分ける"
    members = "と".join(names[member] for member in rule)
    return (
        f"together: {members}を同じグループにする"
        if option == "together"
        else f"apart: {members}を別のグループにする"
    )
