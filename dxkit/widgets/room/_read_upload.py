"""What stands in a file that the officer hands in, read where it can do no harm?

A file from elsewhere is read in a process of its own with a limit of time: neither a workbook that
takes minutes nor one that ends the reader stops the room's votes.
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError, TableWarning, list_first, shorten
from dxkit.loaders import list_headings, read_roster
from dxkit.schema import is_made

MAX_UPLOAD_BYTES = 10 * 2**20
MAX_UPLOAD_MB = MAX_UPLOAD_BYTES // 2**20
# a workbook of an office takes a second; a busy laptop may take twenty
READING_S = 180.0
# a list of a meeting, not a register of residents
MAX_ROWS = 2000
MAX_COLUMNS = 60
MAX_FAULTS = 30
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".txt")
# what a column may be taken for, besides what its heading says
BODY = "code"
PERSON = "person"
# the body, where a blank is that of the row above
BODY_BELOW = "code_below"
ATTENDS = "attends"
PLAIN = ""
UNUSED = "-"
# names that the tables of groups use themselves
RESERVED = frozenset(("group", "name", "code", "person", "attends", "round"))


def check_upload(name: str, content: bytes) -> str:
    """Check a file's name and size; give the end of its name.

    Raises
    ------
    ChoiceError
        If it is of another kind, empty or too large.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise ChoiceError(
            f"「{shorten(name, 60)}」は読めない種類です。"
            "Excel（.xlsx・.xls）か CSV（.csv）のファイルを選んでください。"
        )
    if not content:
        raise ChoiceError(f"「{shorten(name, 60)}」は空のファイルです。中身を確かめてください。")
    if len(content) > MAX_UPLOAD_BYTES:
        raise ChoiceError(
            f"「{shorten(name, 60)}」は大きすぎます（{MAX_UPLOAD_MB} MB まで）。"
            "名簿のシートだけのファイルにしてください。"
        )
    return suffix


def read_upload(
    content: bytes, name: str, *, sheet: str | None = None, roles: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Read a list in a process of its own.

    Parameters
    ----------
    content, name
        The file and what it is called.
    sheet
        Which sheet; ``None`` for the only one that holds a list.
    roles
        Heading to what its column holds (`BODY`, `BODY_BELOW`, `PERSON`, `ATTENDS`, `PLAIN`,
        `UNUSED`); ``None`` for what the headings say.

    Returns
    -------
    dict
        ``file, sheets, sheet, headings, columns, rows, receipt, skipped, faults, remarks, made``.

    Raises
    ------
    ChoiceError
        If it cannot be read at all, in one sentence.
    """
    suffix = check_upload(name, content)
    with tempfile.TemporaryDirectory() as folder:
        # faults name the file as the officer knows it; a path in its name leads nowhere
        path = Path(folder) / f"upload{suffix}"
        path.write_bytes(content)
        options = {"path": str(path), "sheet": sheet, "roles": roles}
        outcome = _run_child(options, name)
    if "refused" in outcome:
        raise ChoiceError(str(outcome["refused"]).replace(path.name, shorten(name, 60)))
    # the officer knows the file by its own name, which stands above the remarks
    remarks = [text.removeprefix(f"ファイル「{path.name}」 ") for text in outcome["remarks"]]
    return outcome | {"file": name, "remarks": remarks}


def _run_child(options: Mapping[str, Any], name: str) -> dict[str, Any]:
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONUTF8": "1"}
    try:
        child = subprocess.run(  # noqa: S603 # this very Python, with text of our own
            # as a script: without the packages of the widgets it starts in a quarter of the time
            [sys.executable, "-P", __file__],
            input=json.dumps(options).encode(),
            capture_output=True,
            timeout=READING_S,
            env=environment,
            check=False,
        )
        return dict(json.loads(child.stdout))
    except subprocess.TimeoutExpired:
        reason = f"{READING_S:.0f}秒で読み終わりませんでした"
    except (ValueError, OSError):
        reason = "読んでいる途中で止まりました"
    raise ChoiceError(
        f"「{shorten(name, 60)}」は、{reason}。"
        "名簿のシートだけを新しいファイルに写して、もう一度選んでください。"
    )


def run_reader() -> None:
    """Read the file that standard input names, and print what stands in it."""
    options = json.loads(sys.stdin.buffer.read())
    try:
        outcome = _describe_file(**options)
    except TableError as error:
        # one sentence: the first fault tells why nothing at all could be read
        outcome = {"refused": str(error.faults[0])}
    except ChoiceError as error:
        outcome = {"refused": str(error)}
    sys.stdout.buffer.write(json.dumps(outcome, ensure_ascii=False).encode())


def _describe_file(path: str, sheet: str | None, roles: Mapping[str, str] | None) -> dict[str, Any]:
    found = list_headings(path)
    sheets = list(dict.fromkeys(found["sheet"]))
    sheet = str(sheet if sheet in sheets else sheets[0])
    is_guess = BODY not in set(found["column"])
    found = found[found["sheet"] == sheet]
    if len(found) > MAX_COLUMNS:
        raise ChoiceError(f"列が{len(found)}あります。名簿は{MAX_COLUMNS}列までにしてください。")
    guesses = {
        str(heading): column if column in (BODY, PERSON, ATTENDS) else PLAIN
        for heading, column in zip(found["heading"], found["column"], strict=True)
    }
    roles = guesses | {key: role for key, role in (roles or {}).items() if key in guesses}
    # a heading that stands twice is a fault that reading the rows names
    different = found.drop_duplicates("heading")
    headings = [
        {"heading": heading, "role": roles[heading], "sure": bool(sure), "examples": examples}
        for heading, sure, examples in zip(
            different["heading"], different["sure"], different["examples"], strict=True
        )
    ]
    outcome: dict[str, Any] = {"sheets": sheets, "sheet": sheet, "headings": headings}
    outcome |= {"columns": [], "rows": [], "receipt": "", "skipped": [], "remarks": [],
                "made": False, "faults": _check_roles(roles)}  # fmt: skip
    if not outcome["faults"]:
        outcome |= _read_table(path, sheet, roles, guesses)
    outcome["remarks"] += _list_sheet_remarks(found, sheets, sheet, is_guess=is_guess)
    return outcome


def _list_sheet_remarks(
    found: pd.DataFrame, sheets: Sequence[str], sheet: str, *, is_guess: bool
) -> list[str]:
    """Say which other lists are not read, and which row was taken for headings by a guess."""
    remarks = []
    if is_guess:
        seen = "".join(f"「{shorten(text, 12)}」" for text in found["heading"].iloc[:3])
        remarks.append(
            f"{found['row'].iloc[0]}行目（{seen}）を見出しとみなしました。参加者の行なら、その上に"
            "「団体名」「氏名」などの見出しの行を入れて、もう一度選んでください。"
        )
    if others := [f"「{shorten(name, 20)}」" for name in sheets if name != sheet]:
        remarks.append(
            f"読んだのはシート「{sheet}」だけです。{list_first(others, 5, count=len(others))}にも"
            "名簿があります。使うシートを上で選ぶか、1枚にまとめて、もう一度選んでください。"
        )
    return remarks


def _check_roles(roles: Mapping[str, str]) -> list[str]:
    """Say where not exactly one column is the body, or several answer who comes."""
    counts = Counter(BODY if role == BODY_BELOW else role for role in roles.values())
    faults = []
    if not counts[BODY]:
        faults.append(
            "団体の列がまだ決まっていません。"
            "下の「列の意味」で、団体の名前がある列を「団体」にしてください。"
        )
    if counts[BODY] > 1:
        faults.append(
            f"「団体」の列が{counts[BODY]}つあります。1つを残し、ほかは「そのまま使う」にしてください。"
        )
    if counts[ATTENDS] > 1:
        faults.append(f"「出欠」の列は1つまでです（いまは{counts[ATTENDS]}つ）。")
    return faults


def _read_table(
    path: str, sheet: str, roles: Mapping[str, str], guesses: Mapping[str, str]
) -> dict[str, Any]:
    meanings: dict[str, str | None] = {role: role for role in (BODY, PERSON, ATTENDS)}
    meanings[BODY_BELOW] = BODY
    meanings[UNUSED] = None
    persons = [heading for heading, guess in guesses.items() if guess == PERSON]
    # of 出席者1 and 出席者2, one that keeps its heading would be taken for persons again
    apart = {*RESERVED, *(persons if len(persons) > 1 else ())}
    names = {
        heading: meanings[role] if role in meanings else _name_plainly(heading, apart)
        for heading, role in roles.items()
    }
    fill_down = BODY_BELOW in roles.values()
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always", TableWarning)
        try:
            table = read_roster(path, sheet=sheet or None, columns=names, fill_down=fill_down)
        except TableError as error:
            return {"faults": [_write_fault(fault) for fault in error.faults[:MAX_FAULTS]]}
    faults = []
    if len(table) > MAX_ROWS:
        faults.append(
            f"{len(table):,}行あります。会議の名簿は{MAX_ROWS:,}行までです。"
            "参加する人の行だけにして、もう一度選んでください。"
        )
    return {
        "columns": list(table.columns),
        "rows": [] if faults else _list_rows(table),
        "receipt": table.attrs["receipt"],
        "skipped": [f"{note['row']}行目: {note['text']}" for note in table.attrs["skipped"]],
        "remarks": [str(remark.message) for remark in remarks],
        "made": is_made(table),
        "faults": faults,
    }


def _name_plainly(heading: str, others: Container[str]) -> str:
    return f"{heading}（名簿）" if heading in others else heading


def _list_rows(table: pd.DataFrame) -> list[list[Any]]:
    """List the rows as JSON holds them: a blank is null."""
    columns = table.astype(object).where(table.notna(), None)
    return [list(row) for row in columns.to_numpy().tolist()]


def _write_fault(fault: Fault) -> str:
    """Write a fault in words, for somebody who sees the sheet beside the page."""
    row = f"{fault.row}行目" if fault.row is not None else ""
    column = f"{fault.column}列" if fault.column else ""
    value = f"「{shorten(fault.value, 40)}」" if fault.value is not None else ""
    head = " ".join(filter(None, (row, column, value)))
    remedy = f" → {_say_remedy(fault.remedy)}" if fault.remedy else ""
    return f"{head}: {fault.problem}{remedy}" if head else f"{fault.problem}{remedy}"


def _say_remedy(remedy: str) -> str:
    """Leave out of a remedy what only those who write code can do."""
    words = {
        'columns={"見出し": "列の名前"} で区別するか、': "",
        'するか、columns={"見出し": "code"} で教えて': "して",
        "fill_down=True で上の行と同じ団体とみなして": (
            "上の列の意味を「団体（空欄は上の行と同じ）」にして"
        ),
    }
    for code, plain in words.items():
        remedy = remedy.replace(code, plain)
    return remedy


if __name__ == "__main__":
    run_reader()
