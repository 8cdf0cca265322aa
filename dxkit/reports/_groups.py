"""Who sits in which group, under which name, and why?"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dxkit import groups as grouping
from dxkit._checks import require_columns
from dxkit.errors import ChoiceError, Fault, PlaceNameError, TableError, shorten
from dxkit.loaders import name_municipalities, resolve_municipality

# columns of the members' table that fit beside the figures, and letters in a cell
MAX_COLUMNS = 4
CELL_LENGTH = 12
GROUP_NAME_LENGTH = 30


def name_group(key: Any) -> str:
    """Return what a group is called: 第3グループ, or its by_code name."""
    return f"第{key}グループ" if str(key).isdigit() else shorten(key, GROUP_NAME_LENGTH)


def read_groups(groups: Any) -> pd.DataFrame:
    """Read ``code, group`` of a `dxkit.groups.Groups` or a table.

    Raises
    ------
    TableError
    """
    table = getattr(groups, "table", groups)
    if not isinstance(table, pd.DataFrame):
        remedy = "groups.form の結果か、code と group の表を渡してください"
        raise TableError([Fault("グループ分けの表ではありません", remedy, value=table)])
    require_columns(table, ["code", "group"], "グループ分け")
    # several persons of a body may sit in several groups
    keys = ["code", "person"] if "person" in table.columns else ["code"]
    repeated = table.loc[table.duplicated(keys), "code"]
    if len(repeated):
        raise TableError(
            Fault(
                "2つのグループに同じ市町がいます",
                "1つのグループにしてください",
                column="code",
                value=code,
            )
            for code in repeated
        )
    return table


def name_members(
    table: pd.DataFrame,
    members: pd.DataFrame | None,
    municipalities: pd.DataFrame,
    show: Sequence[str],
) -> pd.DataFrame:
    """Return ``code, group, name`` and the columns to show, in the order of the codes.

    Raises
    ------
    TableError
        If a code is none of the municipalities.
    ChoiceError
        If a column to show is not there.
    """
    unknown = [code for code in table["code"] if code not in municipalities.index]
    if unknown:
        remedy = "5桁の団体コードにしてください"
        reach = name_municipalities(str(municipalities.index[0])[:2])
        raise TableError(
            Fault(f"{reach}にない団体です", remedy, column="code", value=code) for code in unknown
        )
    people = municipalities[["name"]].copy()
    if members is not None:
        people = _add_columns(people, members, show)
    elif show:
        raise ChoiceError(f"show={shorten(list(show))} には、その列をもつ members の表が要ります。")
    # a group's members stand in the order of the codes: no order of merit
    merged = table[["code", "group"]].merge(people, left_on="code", right_index=True)
    return merged.sort_values(["group", "code"], ignore_index=True)


def name_persons(
    table: pd.DataFrame,
    members: pd.DataFrame | None,
    municipalities: pd.DataFrame,
    show: Sequence[str],
) -> pd.DataFrame:
    """Return the seats of a meeting of bodies of all kinds: one row a member, by group.

    Returns
    -------
    pandas.DataFrame
        ``code`` (of the municipality that the body is; empty for others), ``group, name`` (of the
        body), ``person`` where bodies send persons, and the columns to show.

    Raises
    ------
    ChoiceError
        If a column to show is not there.
    """
    keys = [name for name in ("code", "person") if name in table.columns]
    source = table if members is None else members
    if absent := [name for name in show if name not in source.columns]:
        raise ChoiceError(
            f"show の「{shorten(absent[0])}」は members の列にありません。"
            f"使える列: {'、'.join(map(str, source.columns))}"
        )
    shown = [name for name in show[:MAX_COLUMNS] if name not in (*keys, "group", "name")]
    people = table[[*keys, "group"]].copy()
    if shown:
        columns = source[[*keys, *shown]].drop_duplicates(keys)
        people = people.merge(columns, on=keys, how="left")
    labels = people["code"].astype(str)
    codes = [_find_code(label, municipalities) for label in labels]
    names = [
        str(municipalities.loc[code, "name"]) if code else label
        for code, label in zip(codes, labels, strict=True)
    ]
    people = people.assign(code=codes, name=[shorten(name, CELL_LENGTH) for name in names])
    # a group's members stand in the order of their bodies: no order of merit
    order = labels.map(str).rename("order")
    sorted_rows = pd.concat([people["group"], order], axis=1).sort_values(
        ["group", "order"], kind="stable"
    )
    return people.loc[sorted_rows.index].reset_index(drop=True)


def _find_code(label: str, municipalities: pd.DataFrame) -> str:
    """Find the municipality that a body is; empty for one that is none of the prefecture's."""
    try:
        code = resolve_municipality(label)
    except PlaceNameError:
        return ""
    return code if code in municipalities.index else ""


def _add_columns(people: pd.DataFrame, members: pd.DataFrame, show: Sequence[str]) -> pd.DataFrame:
    """Add the members' own names and the columns to show."""
    table = members if "code" in members.columns else members.reset_index()
    # a municipality that takes part twice is printed once
    by_code = table.drop_duplicates("code").set_index("code")
    absent = [name for name in show if name not in by_code.columns]
    if absent:
        raise ChoiceError(
            f"show の「{shorten(absent[0])}」は members の列にありません。"
            f"使える列: {'、'.join(map(str, by_code.columns))}"
        )
    if "name" in by_code.columns:
        # who has no name of its own is called as the prefecture calls it
        names = by_code["name"].reindex(people.index).fillna(people["name"])
        people = people.assign(name=[shorten(name, CELL_LENGTH) for name in names])
    return people.join(by_code[[name for name in show[:MAX_COLUMNS] if name != "name"]])


def explain_groups(groups: Any, reasons: Mapping[Any, str] | pd.Series | None) -> dict[Any, str]:
    """Collect group → sentence: as handed in, or as the groups themselves explain it."""
    if reasons is None:
        # a table alone does not know by what it was formed
        reasons = {} if isinstance(groups, pd.DataFrame) else grouping.explain(groups)
    return {key: str(reason) for key, reason in reasons.items()}
