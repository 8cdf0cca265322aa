"""What does a facilitator's folder say about a disaster?

`read_scenario` reads ``scenario.yaml`` and the CSV files beside it, or names every fault in them.
"""

from os import PathLike
from pathlib import Path

import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.loaders import data_folder
from dxkit.schema import accepts_any_table
from dxkit.sharing._csv_reader import Line, read_rows
from dxkit.sharing._figures import (
    Figure,
    build_figure_table,
    list_line_figures,
    mark_assumptions,
)
from dxkit.sharing._policies import build_table, choose_policies, default_policies
from dxkit.sharing._scenario import Scenario
from dxkit.sharing._scenario_checks import find_scenario_faults
from dxkit.sharing._scenario_fields import FILES, REQUIRED_FILES
from dxkit.sharing._scenario_settings import SETTINGS_FILE, read_settings
from dxkit.sharing._yaml_reader import read_yaml


def scenario_names() -> list[str]:
    """List the scenarios that the project ships.

    Returns
    -------
    list of str
        Names for `read_scenario`.

    Examples
    --------
    >>> scenario_names()
    ['japan_2011', 'kobe_1995', 'nankai_illustrative', 'noto_2024']
    """
    folders = (data_folder() / "scenarios").glob(f"*/{SETTINGS_FILE}")
    return sorted(path.parent.name for path in folders)


@accepts_any_table("policies")
def read_scenario(path_or_name: str | Path, *, policies: pd.DataFrame | None = None) -> Scenario:
    """Read a scenario: a folder with ``scenario.yaml`` and CSV files, or the name of a shipped one.

    Parameters
    ----------
    path_or_name
        A folder, its ``scenario.yaml``, or a name in `scenario_names`. Keys and headings may be
        Japanese or English; any figure may be written as ``{値: 12, 出典: …}``; one without a
        source counts as an assumption.
    policies
        The policies from which a folder without its own chooses; by default `default_policies`.

    Returns
    -------
    Scenario

    Raises
    ------
    ChoiceError
        If there is neither such a folder nor such a name.
    TableError
        With every fault of every file: file, line, key and value.

    Examples
    --------
    >>> scenario = read_scenario("noto_2024")
    >>> scenario.tables["evacuees"]["evacuees"].sum()
    np.float64(34000.0)
    >>> scenario.tables["observed"][["hour", "measure", "people", "use"]]
       hour measure   people   use
    0    72     避難所  34000.0  当てはめ
    1   384     避難所  15000.0  当てはめ
    2   384    所在不明  17000.0    予測
    3   504    所在不明  16317.0    予測
    4   600    所在不明  12621.0    予測
    5   816    所在不明  10000.0    予測
    6  2160      把握  32980.0    予測
    """
    folder = _find_folder(path_or_name)
    # every file is read to its end, so that all faults come in one message
    faults: list[Fault] = []
    top = read_yaml(folder / SETTINGS_FILE, faults)
    figures: list[Figure] = []
    # numbers of the settings come first in the list of figures, then file by file
    settings = read_settings(top, faults, figures)
    lines = {name: _read_file(folder, name, faults) for name in FILES}
    shipped = default_policies() if policies is None else policies
    policy_lines = lines.pop("policies")
    compared = choose_policies(top, policy_lines, shipped, faults)
    faults += find_scenario_faults(settings, lines)
    if faults:
        raise TableError(faults)
    for name, rows in lines.items():
        figures += list_line_figures(name, rows)
    # title and note are no settings that `Scenario.change` could change
    title = str(settings.pop("name"))
    note = str(settings.pop("note"))
    tables = {
        name: mark_assumptions(build_table(rows, FILES[name]), title)
        for name, rows in lines.items()
    }
    if policy_lines:
        mark_assumptions(compared, title)
    figure_table = mark_assumptions(build_figure_table(figures), title)
    return Scenario(folder.name, title, note, settings, tables, compared, figure_table)


def _find_folder(path_or_name: str | Path) -> Path:
    if not isinstance(path_or_name, str | PathLike):
        name = shorten(path_or_name)
        raise ChoiceError(f"想定「{name}」は読めません。想定の名前かフォルダーを指定してください。")
    path = Path(path_or_name)
    # people also point at the file that they have open
    if path.name == SETTINGS_FILE and path.is_file():
        return path.parent
    if path.is_dir():
        return path
    if str(path_or_name) in scenario_names():
        return data_folder() / "scenarios" / str(path_or_name)
    raise ChoiceError(
        f"シナリオ「{shorten(path_or_name)}」はありません。"
        f"フォルダーの場所か、次の名前を指定してください: {'、'.join(scenario_names())}"
    )


def _read_file(folder: Path, name: str, faults: list[Fault]) -> list[Line]:
    """Read one CSV file; an optional one that is absent has no rows."""
    path = folder / f"{name}.csv"
    if not path.exists() and name not in REQUIRED_FILES:
        return []
    return read_rows(path, FILES[name], faults)
