"""Which switches make up a sharing policy, and what are all their combinations?

A policy is one level of each switch: self-registration, route, speed, consent, national system.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError
from dxkit.loaders import load
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.sharing._policies import check_policies
from dxkit.sharing._scenario_fields import POLICY_FIELDS

SWITCH_TABLE = "policy_switches"
SWITCH_COLUMNS = ("switch", "label", "level", "in_design", "column", "value", "source")
# in front of a switch's name where it is a column beside the policies' own
PREFIX = "switch_"
# between the levels in a combination's name
JOINT = "・"

Levels = dict[str, dict[str, dict[str, str]]]


@accepts_any_table("table")
def policy_switches(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the switches of which a sharing policy is made, as a checked table.

    Parameters
    ----------
    table
        A table of one's own with the same columns; by default the shipped ``policy_switches``.

    Returns
    -------
    pandas.DataFrame
        One row a switch, level and field of the policy that it sets: ``switch, label, level,
        in_design`` (whether `design_policies` varies it), ``column`` (of
        `default_policies`), ``value, source``.

    Raises
    ------
    TableError
        If a field is none of a policy, is set by two switches, or stands twice in a level.

    Examples
    --------
    >>> switches = policy_switches()
    >>> varied = switches[switches["in_design"] == "1"]
    >>> varied.groupby("label", sort=False)["level"].nunique().to_dict()
    {'窓口': 2, '経路': 3, '速さ': 3, '同意': 2, '国の仕組み': 2, '照合': 1, '一斉の送付': 1}
    """
    loaded = load(SWITCH_TABLE) if table is None else table
    require_columns(loaded, SWITCH_COLUMNS, SWITCH_TABLE)
    switches = carry_provenance(loaded.astype("str"), loaded)
    if faults := _find_switch_faults(switches):
        raise TableError(faults)
    return switches


@accepts_any_table("switches")
def design_policies(switches: pd.DataFrame | None = None) -> pd.DataFrame:
    """Combine every level of every switch into one policy each (a full factorial design).

    Parameters
    ----------
    switches
        As of `policy_switches`; only levels with ``in_design`` 1 are combined.

    Returns
    -------
    pandas.DataFrame
        One row a combination: the columns of `default_policies`, and a column ``switch_…`` a switch
        with its level. ``policy`` joins the levels of those switches that have more than one. For
        `simulate`'s ``policies``.

    Examples
    --------
    >>> design = design_policies()
    >>> len(design), design["policy"].iloc[0]
    (72, '職員だけ・共有なし・すぐ・問わない・使わない')
    """
    table = policy_switches(switches)
    levels = _collect_levels(table[table["in_design"] == "1"])
    varied = [switch for switch, choices in levels.items() if len(choices) > 1]
    rows = []
    for combination in itertools.product(*levels.values()):
        level_of_switch = dict(zip(levels, combination, strict=True))
        fields = {
            field: value
            for switch, level in level_of_switch.items()
            for field, value in levels[switch][level].items()
        }
        name = JOINT.join(level_of_switch[switch] for switch in varied)
        rows.append({"policy": name, "source": "仮定", **fields} | _prefix(level_of_switch))
    design = pd.DataFrame(rows)
    policies = check_policies(
        design[[field.name for field in POLICY_FIELDS if field.name in design]]
    )
    names = [PREFIX + switch for switch in levels]
    return carry_provenance(pd.concat([policies, design[names]], axis=1), table)


@accepts_any_table("policies", "switches")
def describe_policies(policies: pd.DataFrame, switches: pd.DataFrame | None = None) -> pd.DataFrame:
    """Describe each policy by the level of every switch that it takes.

    Parameters
    ----------
    policies
        As of `default_policies`.
    switches
        As of `policy_switches`; all levels are looked at, also those outside the design.

    Returns
    -------
    pandas.DataFrame
        One row a policy: ``policy`` and a column ``switch_…`` a switch with its level, empty where
        no level has all of the policy's values.

    Raises
    ------
    TableError
        With every cell of the policies or switches that cannot be used.

    Examples
    --------
    >>> from dxkit import sharing
    >>> described = describe_policies(sharing.default_policies()).set_index("policy")
    >>> described["switch_channel"].to_dict()["国クラウド"]
    '自分でも登録'
    """
    table = policy_switches(switches)
    levels = _collect_levels(table)
    # the values of the switches with the types of the policies
    rows = [
        {"policy": str(row["policy"])}
        | _prefix({switch: _find_level(choices, row) for switch, choices in levels.items()})
        for row in check_policies(policies).to_dict("records")
    ]
    return carry_provenance(pd.DataFrame(rows), policies, table)


def _prefix(levels: dict[str, str]) -> dict[str, str]:
    return {PREFIX + switch: level for switch, level in levels.items()}


def _collect_levels(switches: pd.DataFrame) -> Levels:
    """Collect switch → level → field → value, in the order of the table."""
    levels: Levels = {}
    for row in switches.to_dict("records"):
        level = levels.setdefault(row["switch"], {}).setdefault(row["level"], {})
        level[row["column"]] = row["value"]
    return levels


def _find_level(choices: dict[str, dict[str, str]], policy: Mapping[Any, Any]) -> str:
    """Find the level whose values a policy has; empty if there is none."""
    for level, fields in choices.items():
        if all(_is_equal(policy[field], value) for field, value in fields.items()):
            return level
    return ""


def _is_equal(cell: object, value: str) -> bool:
    """Compare a policy's cell with a written value: numbers as numbers, words as words."""
    try:
        return float(str(int(cell) if isinstance(cell, bool) else cell)) == float(value)
    except ValueError:
        return str(cell) == value


def _find_switch_faults(switches: pd.DataFrame) -> list[Fault]:
    policy_columns = [
        field.name for field in POLICY_FIELDS if field.name not in ("policy", "source")
    ]
    owners: dict[str, str] = {}
    cells: set[tuple[str, str, str]] = set()
    faults = []
    # row 1 of the file holds the headings
    for row, line in enumerate(switches.to_dict("records"), start=2):
        owner = owners.setdefault(line["column"], line["switch"])
        cell = (line["switch"], line["level"], line["column"])
        if line["column"] not in policy_columns:
            problem, remedy = (
                "施策にない項目です",
                f"{'・'.join(policy_columns)} から選んでください",
            )
        elif owner != line["switch"]:
            problem, remedy = (
                "2つのスイッチが同じ項目を決めています",
                "1つのスイッチにまとめてください",
            )
        elif cell in cells:
            problem, remedy = "同じ水準に同じ項目が2回あります", "1行にしてください"
        else:
            cells.add(cell)
            continue
        faults.append(
            Fault(
                problem, remedy, file=SWITCH_TABLE, row=row, column="column", value=line["column"]
            )
        )
    return faults
