"""Which disaster do we play: who flees from where to where, with which staff, outages, agreements and sharing policies?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.loaders import data_folder, load
from dxkit.sharing import _scenario_checks, _scenario_fields
from dxkit.sharing._scenario_fields import ASSUMED, FILES
from dxkit.sharing._scenario_reader import (
    TEXTS,
    Entry,
    Field,
    Line,
    convert,
    plain,
    read_rows,
    read_yaml,
    unknown_key,
)

SETTINGS_FILE = "scenario.yaml"
VALUE, SOURCE = "値", "出典"
FIGURE_COLUMNS = ["file", "row", "item", "column", "value", "unit", "source", "assumed"]


@dataclass(frozen=True)
class Scenario:
    """A disaster to play, as a facilitator wrote it.

    Attributes
    ----------
    name, title, note
        Name of the folder, title, and what to keep in mind.
    settings
        The values of ``scenario.yaml`` by English name.
    tables
        ``evacuees, places, contacts, moves, arrivals, staff, outages, agreements, destinations, observed`` as tables.
    policies
        One row a policy to compare.
    figures
        One row a figure: ``file, row, item, column, value, unit, source, assumed``; ``assumed`` unless a source is named.
    """

    name: str
    title: str
    note: str
    settings: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    policies: pd.DataFrame
    figures: pd.DataFrame

    def __repr__(self) -> str:
        people = self.tables["evacuees"]["evacuees"].sum()
        assumed = int(self.figures["assumed"].sum())
        return (
            f"<シナリオ「{self.title}」 避難者 {people:,.0f}人、{self.settings['hours']}時間、施策 {len(self.policies)}、"
            f"数値 {len(self.figures)}（うち仮定 {assumed}）。{self.note}>"
        )

    def change(self, **settings: float) -> "Scenario":
        """Give a copy with other settings (``draws``, ``hours``, ``consent_share`` …).

        Raises
        ------
        ChoiceError
            If there is no such setting.
        """
        if unknown := [name for name in settings if name not in self.settings]:
            raise ChoiceError(
                f"設定「{unknown[0]}」はありません。{'、'.join(self.settings)} から選んでください。"
            )
        return replace(self, settings={**self.settings, **settings})

    def with_table(self, name: str, table: pd.DataFrame) -> "Scenario":
        """Give a copy with another table in place of one of its own; the columns must be the same."""
        return replace(self, tables={**self.tables, name: table.reset_index(drop=True)})


def scenario_names() -> list[str]:
    """List the scenarios that the project ships."""
    return sorted(
        path.parent.name for path in (data_folder() / "scenarios").glob(f"*/{SETTINGS_FILE}")
    )


def read_scenario(path_or_name: str | Path) -> Scenario:
    """Read a scenario: a folder with ``scenario.yaml`` and CSV files, or the name of a shipped one.

    Parameters
    ----------
    path_or_name
        A folder, its ``scenario.yaml``, or a name in `scenario_names`. Keys and headings may be Japanese or English; any
        figure may be written as ``{値: 12, 出典: …}``; one without a source counts as an assumption.

    Returns
    -------
    Scenario

    Raises
    ------
    ChoiceError
        If there is neither such a folder nor such a name.
    TableError
        With every fault of every file: file, line, key and value.
    """
    return read_folder(_folder(path_or_name), default_policies)


def read_folder(folder: Path, policies_of: Callable[[], pd.DataFrame]) -> Scenario:
    """Read a scenario's folder; ``policies_of`` gives the policies from which it chooses."""
    faults: list[Fault] = []
    top = read_yaml(folder / SETTINGS_FILE, faults)
    figures: list[dict[str, object]] = []
    settings = _settings(top, faults, figures)
    lines = {name: _lines(folder, name, faults) for name in FILES}
    policies = _policies(top, lines.pop("policies"), policies_of, faults)
    faults += _scenario_checks.faults_of(settings, lines)
    if faults:
        raise TableError(faults)
    figures += [figure for name, rows in lines.items() for figure in _figures(name, rows)]
    tables = {name: _table(rows, FILES[name]) for name, rows in lines.items()}
    table = pd.DataFrame(figures, columns=FIGURE_COLUMNS).astype({"item": "str", "source": "str"})
    name, note = str(settings.pop("name")), str(settings.pop("note"))
    return Scenario(folder.name, name, note, settings, tables, policies, table)


def default_policies() -> pd.DataFrame:
    """Give the six shipped policies with the program's types."""
    return typed_policies(load("policies"))


def typed_policies(table: pd.DataFrame) -> pd.DataFrame:
    """Check a table of policies as it stands in a file and give it with the program's types."""
    faults: list[Fault] = []
    rows = [
        {
            field.name: convert(row[field.name], field, file="policies", row=at, faults=faults)
            for field in _scenario_fields.POLICY_FIELDS
        }
        for at, row in enumerate(table.astype(object).to_dict("records"), start=2)
    ]
    if faults:
        raise TableError(faults)
    return pd.DataFrame(rows)


def _folder(path_or_name: str | Path) -> Path:
    path = Path(path_or_name)
    if path.name == SETTINGS_FILE and path.is_file():
        return path.parent
    if path.is_dir():
        return path
    if str(path_or_name) in scenario_names():
        return data_folder() / "scenarios" / str(path_or_name)
    offered = "、".join(scenario_names())
    raise ChoiceError(
        f"シナリオ「{shorten(path_or_name)}」はありません。フォルダーの場所か、次の名前を指定してください: {offered}"
    )


def _lines(folder: Path, name: str, faults: list[Fault]) -> list[Line]:
    path = folder / f"{name}.csv"
    if not path.exists() and name not in _scenario_fields.NEEDED:
        return []
    return read_rows(path, FILES[name], faults)


def _settings(top: Entry, faults: list[Fault], figures: list[dict[str, object]]) -> dict[str, Any]:
    """Read the YAML's values; absent ones take their default, unknown keys are faults."""
    content = top.value if isinstance(top.value, dict) else {}
    known = [field.label for field in _scenario_fields.TOP] + [
        *_scenario_fields.SECTIONS,
        _scenario_fields.POLICIES,
        _scenario_fields.CHANGES,
    ]
    _refuse_unknown(content, [*known, *(field.name for field in _scenario_fields.TOP)], faults)
    settings = _values(content, _scenario_fields.TOP, top.row, faults, figures)
    for heading, section in _scenario_fields.SECTIONS.items():
        entry = content.get(heading, Entry({}, top.row))
        inner = _mapping(entry, heading, faults)
        _refuse_unknown(
            inner, [name for field in section for name in (field.label, field.name)], faults
        )
        settings |= _values(inner, section, entry.row, faults, figures)
    if settings["method"] not in _scenario_fields.METHODS:
        row = next(
            (inner["方式"].row for inner in map(_inner, content.values()) if "方式" in inner),
            top.row,
        )
        remedy = f"{'か'.join(_scenario_fields.METHODS)}と書いてください"
        faults.append(
            Fault(
                "知らない方式です",
                remedy,
                file=SETTINGS_FILE,
                row=row,
                column="方式",
                value=settings["method"],
            )
        )
    return settings


def _values(
    content: Mapping[str, Entry],
    wanted: tuple[Field, ...],
    row: int,
    faults: list[Fault],
    figures: list[dict[str, object]],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in wanted:
        entry = content.get(plain(field.label)) or content.get(field.name)
        if entry is None and field.default is ...:
            faults.append(
                Fault(
                    "項目がありません",
                    "書き足してください",
                    file=SETTINGS_FILE,
                    row=row,
                    column=field.label,
                )
            )
        raw, source, at = _written(entry, field, row, faults)
        known = raw is not None or field.default is not ...
        found[field.name] = (
            convert(raw, field, file=SETTINGS_FILE, row=at, faults=faults)
            if known
            else field.kind not in TEXTS
        )
        if field.kind in ("number", "whole"):
            figures.append(_figure((SETTINGS_FILE, at, ""), field, found[field.name], source))
    return found


def _written(
    entry: Entry | None, field: Field, row: int, faults: list[Fault]
) -> tuple[object, str, int]:
    """Give what is written for a key, its source and its line; a value may stand alone or as {値, 出典}."""
    if entry is None:
        return None, f"{ASSUMED}（既定値）", row
    if isinstance(entry.value, dict):
        _refuse_unknown(entry.value, [VALUE, SOURCE], faults)
        value = entry.value.get(VALUE, Entry(None, entry.row))
        source = entry.value.get(SOURCE, Entry(ASSUMED, entry.row)).value
        entry = Entry(value.value, value.row)
        if not isinstance(entry.value, dict | list):
            return entry.value if entry.value is not None else "", str(source), entry.row
    if isinstance(entry.value, dict | list):
        remedy = "1つの値か {値: …, 出典: …} を書いてください"
        faults.append(
            Fault(
                "1つの値ではありません",
                remedy,
                file=SETTINGS_FILE,
                row=entry.row,
                column=field.label,
            )
        )
        return None, ASSUMED, entry.row
    return "" if entry.value is None else entry.value, ASSUMED, entry.row


def _inner(entry: Entry) -> dict[str, Entry]:
    return entry.value if isinstance(entry.value, dict) else {}


def _mapping(entry: Entry, heading: str, faults: list[Fault]) -> dict[str, Entry]:
    if isinstance(entry.value, dict):
        return entry.value
    if entry.value is not None:
        remedy = "次の行から字下げして「項目: 値」を書いてください"
        faults.append(
            Fault(
                "項目と値の形ではありません",
                remedy,
                file=SETTINGS_FILE,
                row=entry.row,
                column=heading,
            )
        )
    return {}


def _refuse_unknown(content: Mapping[str, Entry], known: list[str], faults: list[Fault]) -> None:
    plain_known = {plain(name): name for name in known}
    for key, entry in content.items():
        if key not in plain_known:
            problem, remedy = unknown_key(key, known)
            faults.append(Fault(problem, remedy, file=SETTINGS_FILE, row=entry.row, column=key))


def _policies(
    top: Entry, own: list[Line], policies_of: Callable[[], pd.DataFrame], faults: list[Fault]
) -> pd.DataFrame:
    """Choose the policies that the scenario names, with its changes; by default all six."""
    content = top.value if isinstance(top.value, dict) else {}
    faults += _scenario_checks.policy_faults(own)
    table = _table(own, FILES["policies"]) if own else policies_of()
    listed = content.get(_scenario_fields.POLICIES)
    if listed is not None:
        table = _chosen(table, listed, faults)
    changes = content.get(_scenario_fields.CHANGES, Entry({}, top.row))
    for name, entry in _mapping(changes, _scenario_fields.CHANGES, faults).items():
        table = _changed(table, name, entry, faults)
    return table.reset_index(drop=True)


def _chosen(table: pd.DataFrame, listed: Entry, faults: list[Fault]) -> pd.DataFrame:
    names = listed.value if isinstance(listed.value, list) else [listed]
    if not isinstance(listed.value, list) or not names:
        remedy = f"「- {table['policy'].iloc[0]}」のように1行に1つ書いてください"
        faults.append(
            Fault(
                "一覧ではありません",
                remedy,
                file=SETTINGS_FILE,
                row=listed.row,
                column=_scenario_fields.POLICIES,
            )
        )
        return table
    chosen: list[str] = []
    for entry in names:
        name = plain(entry.value)
        if name not in set(table["policy"]):
            problem, remedy = unknown_key(name, table["policy"])
            problem = problem.replace("項目", "施策")
            faults.append(
                Fault(
                    problem,
                    remedy,
                    file=SETTINGS_FILE,
                    row=entry.row,
                    column=_scenario_fields.POLICIES,
                    value=name,
                )
            )
        elif name in chosen:
            fault = Fault(
                "同じ施策が2回あります",
                "1つにしてください",
                file=SETTINGS_FILE,
                row=entry.row,
                value=name,
            )
            faults.append(fault)
        else:
            chosen.append(name)
    return table.set_index("policy", drop=False).loc[chosen]


def _changed(table: pd.DataFrame, name: str, entry: Entry, faults: list[Fault]) -> pd.DataFrame:
    """Give the policies with one policy's changed cells."""
    if name not in set(table["policy"]):
        problem, remedy = unknown_key(name, table["policy"])
        problem = problem.replace("項目", "施策")
        faults.append(Fault(problem, remedy, file=SETTINGS_FILE, row=entry.row, column=name))
        return table
    known = {plain(field.label): field for field in _scenario_fields.POLICY_FIELDS[1:]}
    cells = _mapping(entry, name, faults)
    _refuse_unknown(cells, list(known), faults)
    written: dict[str, object] = {}
    for key, cell in cells.items():
        if field := known.get(key):
            raw, _, row = _written(cell, field, cell.row, faults)
            written[field.name] = convert(raw, field, file=SETTINGS_FILE, row=row, faults=faults)
            faults += _scenario_checks.choice_faults(
                {field.name: written[field.name]}, row, SETTINGS_FILE
            )
    rows = [row | written if row["policy"] == name else row for row in table.to_dict("records")]
    return pd.DataFrame(rows, columns=table.columns).astype(table.dtypes.to_dict())


def _table(rows: list[Line], columns: tuple[Field, ...]) -> pd.DataFrame:
    kinds = {
        "text": "str",
        "word": "str",
        "code": "str",
        "flag": "bool",
        "whole": "int64",
        "number": "float64",
    }
    table = pd.DataFrame([row.cells for row in rows], columns=[field.name for field in columns])
    return table.astype({field.name: kinds[field.kind] for field in columns})


def _figures(name: str, rows: list[Line]) -> list[dict[str, object]]:
    """Give the numbers of one CSV file as figures."""
    found = []
    for row in rows:
        texts = [
            str(row.cells[field.name])
            for field in FILES[name]
            if field.kind in TEXTS and field.name != "source"
        ]
        for field in FILES[name]:
            if field.kind in ("number", "whole"):
                source = str(row.cells["source"])
                found.append(
                    _figure(
                        (f"{name}.csv", row.row, " ".join(texts)),
                        field,
                        row.cells[field.name],
                        source,
                    )
                )
    return [figure for figure in found if not isnan(float(str(figure["value"])))]


def _figure(
    where: tuple[str, int, str], field: Field, value: object, source: str
) -> dict[str, object]:
    file, row, item = where
    number = float(value) if isinstance(value, int | float) else float("nan")
    named = {
        "file": file,
        "row": row,
        "item": item,
        "column": field.label,
        "value": number,
        "unit": field.unit,
    }
    return {**named, "source": source, "assumed": plain(source).startswith(ASSUMED)}
