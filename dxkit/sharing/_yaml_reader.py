"""What stands in a facilitator's YAML file, and in which line does each value stand?

YAML is composed by PyYAML's safe loader, never constructed: no tag makes an object, anchors and
aliases are refused (a few lines of them can mean gigabytes), and size and depth are bounded before
anything is built. Every value keeps its line, so that a fault can name it.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from dxkit.errors import Fault, TableError
from dxkit.sharing._csv_reader import read_text
from dxkit.sharing._field_values import normalise_width

MAX_YAML_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_EVENTS = 100_000
# tags of plain values: text, numbers, lists and mappings
PLAIN_TAGS = tuple(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a YAML file: text, ``None``, a list or a mapping, and its line."""

    value: "str | list[Entry] | dict[str, Entry] | None"
    row: int

    @property
    def mapping_value(self) -> "dict[str, Entry]":
        """The mapping that stands here; an empty one where something else does."""
        return self.value if isinstance(self.value, dict) else {}


def read_yaml(path: Path, faults: list[Fault]) -> Entry:
    """Read a YAML file as entries; unreadable files raise, faults within are added to ``faults``.

    Raises
    ------
    TableError
        If the file is absent, too large, no YAML, or uses anchors, aliases or tags.
    """
    # the parser's own errors name the line, but in English
    text = read_text(path, MAX_YAML_BYTES)
    try:
        _refuse_unsafe_yaml(text, path.name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _explain_broken_yaml(error, path.name) from None
    if not isinstance(node, yaml.MappingNode):
        remedy = "1行目から「名称: …」のように、項目: 値 の形で書いてください"
        raise TableError.one("設定が項目と値の形になっていません", remedy, file=path.name, row=1)
    return _read_node(node, path.name, faults)


def _refuse_unsafe_yaml(text: str, file: str) -> None:
    """Refuse what a plain settings file never needs, before anything is composed."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        row = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            remedy = "& と * を使わず、値をそのまま書いてください"
            raise TableError.one(
                "YAMLの別名（アンカー）は使えません", remedy, file=file, row=row, value=event.anchor
            )
        if (tag := getattr(event, "tag", None)) and not str(tag).startswith(PLAIN_TAGS):
            raise TableError.one(
                "YAMLのタグは使えません",
                "! で始まる語を消してください",
                file=file,
                row=row,
                value=tag,
            )
        # bounded before composing, which recurses
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or count > MAX_EVENTS:
            raise TableError.one(
                "入れ子が深すぎるか、項目が多すぎます",
                "項目: 値 の形に直してください",
                file=file,
                row=row,
            )


def _explain_broken_yaml(error: yaml.YAMLError, file: str) -> TableError:
    # not every error of the parser knows its place
    mark = getattr(error, "problem_mark", None)
    row = mark.line + 1 if mark else None
    problem = "YAMLとして読めません（字下げ、「:」の後の空白、括弧や引用符の閉じ忘れ）"
    return TableError.one(
        problem, "この行と前の行を見直してください。字下げにタブは使えません", file=file, row=row
    )


def _read_node(node: yaml.Node, file: str, faults: list[Fault]) -> Entry:
    row = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return Entry(_read_mapping(node, file, faults), row)
    if isinstance(node, yaml.SequenceNode):
        return Entry([_read_node(part, file, faults) for part in node.value], row)
    # numbers stay text, too: the field decides what they mean
    is_null = node.tag.endswith(":null")
    return Entry(None if is_null else str(node.value), row)


def _read_mapping(node: yaml.MappingNode, file: str, faults: list[Fault]) -> dict[str, Entry]:
    mapping: dict[str, Entry] = {}
    for key, value in node.value:
        name = normalise_width(key.value) if isinstance(key, yaml.ScalarNode) else ""
        row = key.start_mark.line + 1
        if not name:
            faults.append(
                Fault(
                    "項目の名前がありません", "「項目: 値」の形で書いてください", file=file, row=row
                )
            )
        elif name in mapping:
            remedy = f"{mapping[name].row}行目と合わせて1つにしてください"
            faults.append(Fault("同じ項目が2回あります", remedy, file=file, row=row, column=name))
        else:
            # the line of a list or mapping is that of its key
            mapping[name] = Entry(_read_node(value, file, faults).value, row)
    return mapping
