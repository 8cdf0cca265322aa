"""Which sharing policies are compared?

The shipped policies (`default_policies`) or a scenario's own; a scenario may choose among them and
change single cells.
"""

import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import Fault, TableError
from dxkit.loaders import load
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.sharing import _scenario_fields
from dxkit.sharing._csv_reader import Line
from dxkit.sharing._field_values import Field, convert_text, explain_unknown_key, normalise_width
from dxkit.sharing._scenario_checks import find_policy_faults, find_unknown_choices
from dxkit.sharing._scenario_fields import FILES, POLICY_FIELDS
from dxkit.sharing._scenario_settings import (
    SETTINGS_FILE,
    read_mapping,
    read_written_value,
    refuse_unknown_keys,
)
from dxkit.sharing._yaml_reader import Entry

# kind of a field → type of its column
COLUMN_TYPES = {
    "text": "str",
    "word": "str",
    "code": "str",
    "flag": "bool",
    "integer": "int64",
    "number": "float64",
}


def default_policies() -> pd.DataFrame:
    """Load the six shipped policies with the program's types.

    Returns
    -------
    pandas.DataFrame
        One row a policy: ``policy, route, pairs, hub, start_hour, consent, joined_only, host_hours,
        home_hours, self_per_day, strike_share, cleaning_times, copies, source``.

    Examples
    --------
    >>> default_policies().set_index("policy")["start_hour"].to_dict()
    {'共有なし': 0.0, '協定': 6.0, '県ハブ': 6.0, '同意制': 24.0, '緊急時': 24.0, '国クラウド': 0.0}
    """
    return check_policies(load("policies"))


@accepts_any_table("table")
def check_policies(table: pd.DataFrame) -> pd.DataFrame:
    """Check a table of policies as it stands in a file; return it with the program's types.

    Parameters
    ----------
    table
        One row a policy, columns as of `default_policies`; values may be texts.

    Returns
    -------
    pandas.DataFrame
        One row a policy.

    Raises
    ------
    TableError
        With every cell that cannot be used.

    Examples
    --------
    >>> table = default_policies().head(2).assign(start_hour=["１２", "50%"])
    >>> check_policies(table)["start_hour"].tolist()
    [12.0, 0.5]
    """
    require_columns(table, [field.name for field in POLICY_FIELDS], "policies")
    faults: list[Fault] = []
    # row 1 of the file holds the headings
    rows = [
        {
            field.name: convert_text(row[field.name], field, file="policies", row=i, faults=faults)
            for field in POLICY_FIELDS
        }
        for i, row in enumerate(table.astype(object).to_dict("records"), start=2)
    ]
    if faults:
        raise TableError(faults)
    return carry_provenance(pd.DataFrame(rows), table)


def choose_policies(
    top: Entry, lines: list[Line], shipped: pd.DataFrame, faults: list[Fault]
) -> pd.DataFrame:
    """Choose the policies that a scenario names, with its changes; by default all.

    ``lines`` are the scenario's own policies, which take the place of the shipped ones.
    """
    # the scenario's own table, if it has one, takes the place of the shipped one
    content = top.mapping_value
    faults += find_policy_faults(lines)
    policies = build_table(lines, FILES["policies"]) if lines else shipped
    selection = content.get(_scenario_fields.POLICIES)
    if selection is not None:
        policies = _select_policies(policies, selection, faults)
    changes = content.get(_scenario_fields.CHANGES, Entry({}, top.row))
    for name, entry in read_mapping(changes, _scenario_fields.CHANGES, faults).items():
        policies = _change_policy(policies, name, entry, faults)
    compared = policies.reset_index(drop=True)
    return compared if lines else carry_provenance(compared, shipped)


def build_table(lines: list[Line], fields: tuple[Field, ...]) -> pd.DataFrame:
    """Build a table from the rows of a CSV file, each column with the type of its field."""
    table = pd.DataFrame([line.cells for line in lines], columns=[field.name for field in fields])
    return table.astype({field.name: COLUMN_TYPES[field.kind] for field in fields})


def _select_policies(policies: pd.DataFrame, selection: Entry, faults: list[Fault]) -> pd.DataFrame:
    """Select the listed policies in their order."""
    if not isinstance(selection.value, list) or not selection.value:
        remedy = f"「- {policies['policy'].iloc[0]}」のように1行に1つ書いてください"
        faults.append(
            Fault(
                "一覧ではありません",
                remedy,
                file=SETTINGS_FILE,
                row=selection.row,
                column=_scenario_fields.POLICIES,
            )
        )
        return policies
    # the order of the list is that of all results
    names: list[str] = []
    for entry in selection.value:
        name = normalise_width(entry.value)
        if fault := _check_selected_policy(name, entry.row, policies, names):
            faults.append(fault)
        else:
            names.append(name)
    return policies.set_index("policy", drop=False).loc[names]


def _check_selected_policy(
    name: str, row: int, policies: pd.DataFrame, earlier_names: list[str]
) -> Fault | None:
    """Check that a listed policy exists and is listed once."""
    if name in earlier_names:
        problem = "同じ施策が2回あります"
        return Fault(problem, "1つにしてください", file=SETTINGS_FILE, row=row, value=name)
    if name in set(policies["policy"]):
        return None
    problem, remedy = _explain_unknown_policy(name, policies)
    column = _scenario_fields.POLICIES
    return Fault(problem, remedy, file=SETTINGS_FILE, row=row, column=column, value=name)


def _change_policy(
    policies: pd.DataFrame, name: str, entry: Entry, faults: list[Fault]
) -> pd.DataFrame:
    """Return the policies with the changed cells of one of them."""
    if name not in set(policies["policy"]):
        problem, remedy = _explain_unknown_policy(name, policies)
        faults.append(Fault(problem, remedy, file=SETTINGS_FILE, row=entry.row, column=name))
        return policies
    # the first field is the policy's name, which cannot be changed
    field_of_label = {normalise_width(field.label): field for field in POLICY_FIELDS[1:]}
    cells = read_mapping(entry, name, faults)
    refuse_unknown_keys(cells, field_of_label, faults)
    changes: dict[str, object] = {}
    for label, cell in cells.items():
        if field := field_of_label.get(label):
            raw, _, row = read_written_value(cell, field, cell.row, faults)
            value = convert_text(raw, field, file=SETTINGS_FILE, row=row, faults=faults)
            faults += find_unknown_choices({field.name: value}, row, SETTINGS_FILE)
            changes[field.name] = value
    rows = [row | changes if row["policy"] == name else row for row in policies.to_dict("records")]
    # the types of before: a written 12 must not turn a column of floats into integers
    return pd.DataFrame(rows, columns=policies.columns).astype(policies.dtypes.to_dict())


def _explain_unknown_policy(name: str, policies: pd.DataFrame) -> tuple[str, str]:
    problem, remedy = explain_unknown_key(name, policies["policy"])
    return problem.replace("項目", "施策"), remedy
