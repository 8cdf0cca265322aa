"""What did a facilitator write in this YAML or CSV file, and in which line does each value stand?

YAML is composed by PyYAML's safe loader, never constructed: no tag makes an object, anchors and aliases are refused (a few lines
of them can mean gigabytes), and size and depth are bounded before anything is built. Every value keeps its line, so that a fault
can name it; faults are gathered, not raised one by one.
"""

import csv
import difflib
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from dxkit.errors import Fault, TableError
from dxkit.loaders import decode_text

YAML_BYTES = 1_000_000
CSV_BYTES = 20_000_000
DEPTH = 12
EVENTS = 100_000
ROWS = 200_000
CORE_TAGS = tuple(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)
TEXTS = ("text", "word", "code")
YES, NO = ("1", "はい", "○", "有", "true", "yes"), ("0", "いいえ", "×", "無", "false", "no")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a YAML file: text, ``None``, a list or a mapping, and its line."""

    value: "str | list[Entry] | dict[str, Entry] | None"
    row: int


@dataclass(frozen=True, slots=True)
class Field:
    """What a key or a column may hold.

    Attributes
    ----------
    name, label
        English name in the program, Japanese heading in the file; both are accepted.
    kind
        ``text`` (as written), ``word`` (to be compared), ``number``, ``whole``, ``flag`` or ``code``.
    low, high
        Bounds of a number, both allowed.
    default
        What an absent or empty value means; ``...`` if it may not be absent.
    unit
        For the list of figures.
    """

    name: str
    label: str
    kind: str = "number"
    low: float = 0.0
    high: float = float("inf")
    default: object = ...
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One data row of a CSV file: its values by English name, and its line."""

    cells: dict[str, object]
    row: int


def plain(text: object) -> str:
    """Give text with full-width letters and digits in half width and no blanks at its ends."""
    return unicodedata.normalize("NFKC", str(text)).strip()


def read_yaml(path: Path, faults: list[Fault]) -> Entry:
    """Read a YAML file as entries; unreadable files raise, faults within are added to ``faults``.

    Raises
    ------
    TableError
        If the file is absent, too large, no YAML, or uses anchors, aliases or tags.
    """
    text = read_text(path, YAML_BYTES)
    try:
        _refuse(text, path.name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _broken(error, path.name) from None
    if not isinstance(node, yaml.MappingNode):
        remedy = "1行目から「名称: …」のように、項目: 値 の形で書いてください"
        raise TableError.one("設定が項目と値の形になっていません", remedy, file=path.name, row=1)
    return _entry(node, path.name, faults)


def read_text(path: Path, most: int) -> str:
    """Read a file of bounded size as text in whichever encoding it was saved.

    Raises
    ------
    TableError
        If it is absent, not a file, too large or no text.
    """
    if not path.is_file():
        raise TableError.one(
            "ファイルがありません", "フォルダーの中身と名前を確かめてください", file=path.name
        )
    if path.stat().st_size > most:
        remedy = f"{most / 1e6:g} MB 以下にしてください"
        raise TableError.one(
            "ファイルが大きすぎます",
            remedy,
            file=path.name,
            value=f"{path.stat().st_size:,} バイト",
        )
    return decode_text(path.read_bytes(), path.name)


def read_rows(path: Path, fields: Iterable[Field], faults: list[Fault]) -> list[Line]:
    """Read a CSV file whose first line holds the headings; every fault is added to ``faults``."""
    try:
        table = list(_records(read_text(path, CSV_BYTES), path.name))
    except TableError as error:
        faults += error.faults
        return []
    wanted = list(fields)
    heads = _heads(table[0][1] if table else [], wanted, path.name, faults)
    lines = []
    for row, cells in table[1:]:
        if any(plain(cell) for cell in cells):
            lines.append(_line((row, cells), heads, wanted, file=path.name, faults=faults))
    if table and not lines:
        faults.append(
            Fault(
                "データの行がありません", "見出しの下に1行以上書いてください", file=path.name, row=2
            )
        )
    return lines


def convert(raw: object, field: Field, *, file: str, row: int, faults: list[Fault]) -> object:
    """Turn what was written into a value of the field's kind; a fault gives what no further check will blame."""
    # names and sources stay as written; everything that is compared or counted is brought to half width
    text = "" if raw is None else str(raw).strip() if field.kind == "text" else plain(raw)
    nothing = _nothing(field)
    if text == "":
        if field.default is ...:
            faults.append(
                Fault("空欄です", "値を入れてください", file=file, row=row, column=field.label)
            )
        return nothing if field.default is ... else field.default
    value, problem, remedy = _parsed(text, field)
    if problem:
        faults.append(Fault(problem, remedy, file=file, row=row, column=field.label, value=raw))
        return nothing
    return value


def unknown_key(key: str, known: Iterable[str]) -> tuple[str, str]:
    """Say that there is no such key, and which one was probably meant."""
    names = list(known)
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    remedy = f"「{near[0]}」のことではありませんか" if near else f"使える項目: {'、'.join(names)}"
    return "知らない項目です", remedy


def _nothing(field: Field) -> object:
    return "" if field.kind in TEXTS else False if field.kind == "flag" else float("nan")


def _parsed(text: str, field: Field) -> tuple[object, str, str]:
    """Give the value, or a problem and its remedy."""
    if field.kind in ("text", "word"):
        return text, "", ""
    if field.kind == "code":
        good = len(text) == 5 and text.isascii() and text.isdigit()
        return (
            text,
            "" if good else "5桁の団体コードではありません",
            "28201 のように5桁で書いてください",
        )
    if field.kind == "flag":
        low = text.lower()
        return (
            low in YES,
            "" if low in (*YES, *NO) else "はい・いいえではありません",
            "1 か 0 で書いてください",
        )
    return _number(text, field)


def _number(text: str, field: Field) -> tuple[object, str, str]:
    share = text.endswith("%")
    try:
        value = float(text.rstrip("%").replace(",", ""))
    except ValueError:
        return None, "数ではありません", "数字だけを書いてください（例 0.3、30%、1,200）"
    value = value / 100 if share else value
    bounds = f"{field.low:g}以上" + ("" if field.high == float("inf") else f"{field.high:g}以下")
    if not field.low <= value <= field.high or value in (float("inf"), float("-inf")):
        return None, "範囲の外の数です", f"{bounds}にしてください"
    if field.kind == "whole":
        return (
            int(value),
            "" if value == int(value) else "整数ではありません",
            "整数で書いてください",
        )
    return value, "", ""


def _refuse(text: str, file: str) -> None:
    """Refuse what a plain settings file never needs, before anything is composed."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        row = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            remedy = "& と * を使わず、値をそのまま書いてください"
            raise TableError.one(
                "YAMLの別名（アンカー）は使えません", remedy, file=file, row=row, value=event.anchor
            )
        if (tag := getattr(event, "tag", None)) and not str(tag).startswith(CORE_TAGS):
            raise TableError.one(
                "YAMLのタグは使えません",
                "! で始まる語を消してください",
                file=file,
                row=row,
                value=tag,
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
            event, yaml.CollectionEndEvent
        )
        if depth > DEPTH or count > EVENTS:
            raise TableError.one(
                "入れ子が深すぎるか、項目が多すぎます",
                "項目: 値 の形に直してください",
                file=file,
                row=row,
            )


def _broken(error: yaml.YAMLError, file: str) -> TableError:
    mark = getattr(error, "problem_mark", None)
    row = mark.line + 1 if mark else None
    problem = "YAMLとして読めません（字下げ、「:」の後の空白、括弧や引用符の閉じ忘れ）"
    return TableError.one(
        problem, "この行と前の行を見直してください。字下げにタブは使えません", file=file, row=row
    )


def _entry(node: yaml.Node, file: str, faults: list[Fault]) -> Entry:
    row = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return Entry(_mapping(node, file, faults), row)
    if isinstance(node, yaml.SequenceNode):
        return Entry([_entry(part, file, faults) for part in node.value], row)
    empty = node.tag.endswith(":null")
    return Entry(None if empty else str(node.value), row)


def _mapping(node: yaml.MappingNode, file: str, faults: list[Fault]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for key, value in node.value:
        name = plain(key.value) if isinstance(key, yaml.ScalarNode) else ""
        row = key.start_mark.line + 1
        if not name:
            faults.append(
                Fault(
                    "項目の名前がありません", "「項目: 値」の形で書いてください", file=file, row=row
                )
            )
        elif name in found:
            remedy = f"{found[name].row}行目と合わせて1つにしてください"
            faults.append(Fault("同じ項目が2回あります", remedy, file=file, row=row, column=name))
        else:
            entry = _entry(value, file, faults)
            # the line of a list or mapping is that of its key
            found[name] = Entry(entry.value, row)
    return found


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Give each record with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 1
    try:
        for cells in reader:
            yield row, cells
            row = reader.line_num + 1
            if row > ROWS:
                raise TableError.one(
                    "行が多すぎます", f"{ROWS:,}行までにしてください", file=file, row=row
                )
    except csv.Error:
        remedy = '引用符「"」の閉じ忘れを直してください'
        raise TableError.one("CSVとして読めません", remedy, file=file, row=row) from None


def _heads(
    cells: list[str], fields: list[Field], file: str, faults: list[Fault]
) -> list[Field | None]:
    """Say which field each column holds; unknown, repeated and missing columns are faults."""
    names = {name: field for field in fields for name in (field.name, plain(field.label))}
    heads = [names.get(plain(cell)) for cell in cells]
    for cell, field in zip(cells, heads, strict=True):
        if field is None and plain(cell):
            problem, remedy = unknown_key(plain(cell), [each.label for each in fields])
            faults.append(
                Fault(problem.replace("項目", "列"), remedy, file=file, row=1, column=plain(cell))
            )
    for field in fields:
        if heads.count(field) > 1:
            faults.append(
                Fault(
                    "同じ列が2つあります", "1つにしてください", file=file, row=1, column=field.label
                )
            )
        if field not in heads and field.default is ...:
            faults.append(
                Fault(
                    "列がありません", "見出しを足してください", file=file, row=1, column=field.label
                )
            )
    return heads


def _line(
    record: tuple[int, list[str]],
    heads: list[Field | None],
    fields: list[Field],
    *,
    file: str,
    faults: list[Fault],
) -> Line:
    row, cells = record
    if len(cells) > len(heads):
        remedy = "余分なカンマを消すか、カンマを含む値を引用符で囲んでください"
        faults.append(
            Fault("見出しより値が多い行です", remedy, file=file, row=row, value=cells[len(heads)])
        )
    written: Mapping[str, str] = {
        head.name: cell for head, cell in zip(heads, cells, strict=False) if head
    }
    present = {head.name for head in heads if head}
    values: dict[str, object] = {}
    for field in fields:
        if field.name in present or field.default is not ...:
            values[field.name] = convert(
                written.get(field.name), field, file=file, row=row, faults=faults
            )
        else:
            values[field.name] = _nothing(field)
    return Line(values, row)
