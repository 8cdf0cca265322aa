"""Which settings does a scenario's YAML file hold?

`read_settings` reads the values of all known keys; absent ones take their default, unknown keys are
faults. A value may stand alone or as ``{値: …, 出典: …}``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dxkit.errors import Fault
from dxkit.sharing import _scenario_fields
from dxkit.sharing._field_values import (
    NUMBER_KINDS,
    TEXT_KINDS,
    Field,
    convert_text,
    explain_unknown_key,
    normalise_width,
)
from dxkit.sharing._figures import Figure, make_figure
from dxkit.sharing._scenario_fields import ASSUMED
from dxkit.sharing._yaml_reader import Entry

SETTINGS_FILE = "scenario.yaml"
VALUE_KEY = "値"
SOURCE_KEY = "出典"


def read_settings(top: Entry, faults: list[Fault], figures: list[Figure]) -> dict[str, Any]:
    """Read the YAML's values by English name; its numbers are added to ``figures``."""
    # the file's top level: plain keys and headings
    content = top.mapping_value
    top_keys = [
        *(field.label for field in _scenario_fields.TOP),
        *_scenario_fields.SECTIONS,
        _scenario_fields.POLICIES,
        _scenario_fields.CHANGES,
        *(field.name for field in _scenario_fields.TOP),
    ]
    refuse_unknown_keys(content, top_keys, faults)
    settings = _read_values(content, _scenario_fields.TOP, top.row, faults, figures)
    for heading, fields in _scenario_fields.SECTIONS.items():
        # a heading may be left out: then all its keys have their defaults
        entry = content.get(heading, Entry({}, top.row))
        section = read_mapping(entry, heading, faults)
        keys = [key for field in fields for key in (field.label, field.name)]
        refuse_unknown_keys(section, keys, faults)
        settings |= _read_values(section, fields, entry.row, faults, figures)
    faults += _check_method(settings["method"], top)
    return settings


def read_written_value(
    entry: Entry | None, field: Field, row: int, faults: list[Fault]
) -> tuple[object, str, int]:
    """Read what is written for a key, its source and its line; ``None`` where nothing is."""
    if entry is None:
        return None, f"{ASSUMED}（既定値）", row
    # whatever names no source is an assumption
    source = ASSUMED
    if isinstance(entry.value, dict):
        refuse_unknown_keys(entry.value, [VALUE_KEY, SOURCE_KEY], faults)
        source = str(entry.value.get(SOURCE_KEY, Entry(ASSUMED, entry.row)).value)
        entry = entry.value.get(VALUE_KEY, Entry(None, entry.row))
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
    # a key without a value is empty, which is not the same as no key
    return "" if entry.value is None else entry.value, source, entry.row


def read_mapping(entry: Entry, heading: str, faults: list[Fault]) -> dict[str, Entry]:
    """Read the keys under a heading; anything but keys is a fault."""
    if entry.value is not None and not isinstance(entry.value, dict):
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
    return entry.mapping_value


def refuse_unknown_keys(
    content: Mapping[str, Entry], known_keys: Iterable[str], faults: list[Fault]
) -> None:
    """Add a fault for every key that nobody reads, with the one that was probably meant."""
    # keys are compared in half width, as they were read
    labels = {normalise_width(key): key for key in known_keys}
    for key, entry in content.items():
        if key not in labels:
            problem, remedy = explain_unknown_key(key, labels.values())
            faults.append(Fault(problem, remedy, file=SETTINGS_FILE, row=entry.row, column=key))


def _read_values(
    content: Mapping[str, Entry],
    fields: tuple[Field, ...],
    row: int,
    faults: list[Fault],
    figures: list[Figure],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields:
        entry = content.get(normalise_width(field.label)) or content.get(field.name)
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
        raw, source, value_row = read_written_value(entry, field, row, faults)
        if raw is not None or field.default is not ...:
            value = convert_text(raw, field, file=SETTINGS_FILE, row=value_row, faults=faults)
        else:
            # the fault above stops the reading; the value only has to be of a harmless type
            value = field.kind not in TEXT_KINDS
        values[field.name] = value
        if field.kind in NUMBER_KINDS:
            figures.append(make_figure((SETTINGS_FILE, value_row, ""), field, value, source))
    return values


def _check_method(method: str, top: Entry) -> list[Fault]:
    """Check that evacuees are distributed by a known method."""
    if method in _scenario_fields.METHODS:
        return []
    # the section's own line is a better place than the file's first
    sections = [entry.mapping_value for entry in top.mapping_value.values()]
    rows = [section["方式"].row for section in sections if "方式" in section]
    return [
        Fault(
            "知らない方式です",
            f"{'か'.join(_scenario_fields.METHODS)}と書いてください",
            file=SETTINGS_FILE,
            row=rows[0] if rows else top.row,
            column="方式",
            value=method,
        )
    ]
