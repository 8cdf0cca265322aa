"""What did forty interviewers write into their forms, and what of it cannot be read?

Forms that `write_hearing_form` made come back as one tidy table. Whatever is wrong in any of them is told at once, with file,
sheet, row and column; nothing is guessed: an answer that is two answers is a fault, not the first of them.
"""

import io
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import openpyxl
import pandas as pd

from dxkit.errors import Fault, PlaceNameError, TableError, TableWarning
from dxkit.loaders import _cells, _place_names, _zip
from dxkit.loaders._catalog import load
from dxkit.loaders._hearing_form import (
    ANSWERS,
    FIELDS,
    HEADS,
    KOBE,
    MARK,
    STAGES,
    STATUSES,
    STORY,
    VERSION,
)
from dxkit.loaders._raw import read_bytes, read_sheets
from dxkit.loaders._sheet import Sheet

COLUMNS = ["code", "item", "rater", "level", "target", "status", "evidence", "date", "file"]
LEVEL = re.compile(r"[0-5]")
SEVERAL = re.compile(r"[0-5][^\d.]+[0-5]")
CODES = re.compile(rf"{ANSWERS}(V\d+)?")
USE_FORM = "配布した様式に書き写してください（シートの名前や行は変えません）"
CHOOSE = "0〜5 のどれか1つを選ぶか、空欄にして「状態」を選んでください"


def read_hearing(paths: str | Path | Iterable[str | Path]) -> pd.DataFrame:
    """Read the forms of the prefecture's hearing.

    Parameters
    ----------
    paths
        A folder of forms, one form, or several. In a folder, only ``.xlsx`` and ``.xlsm`` files are looked at; sub-folders,
        other files and Excel's lock files (``~$…``) are named in a warning.

    Returns
    -------
    pandas.DataFrame
        One row an answer: ``code`` (of the municipality; V1, V2 for the fictional towns), ``item, rater, level`` (missing if not
        answered), ``target, status`` (answered/declined/unknown/not_applicable), ``evidence, date, file``.
        ``.attrs["missing_codes"]``: municipalities without a form (Kobe is not asked).

    Raises
    ------
    TableError
        With every fault of every file.

    Warns
    -----
    TableWarning
        For files passed over, sheets that are not part of the form, targets below the level, and municipalities without a
        form.
    """
    files = _files(paths)
    faults: list[Fault] = []
    tables: list[pd.DataFrame] = []
    for path in files:
        try:
            tables.append(_form(path))
        except TableError as error:
            faults += error.faults
    faults += _doubled(tables)
    if faults:
        raise TableError(faults)
    table = pd.concat(tables, ignore_index=True)
    _warn_of_targets(table)
    return _complete(table)


def _files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """List the forms; what is passed over is named."""
    if not isinstance(paths, str | Path):
        listed = [Path(path) for path in paths]
    elif Path(paths).is_dir():
        inside = sorted(Path(paths).iterdir())
        listed = [path for path in inside if _is_form(path)]
        if passed := [path.name for path in inside if not _is_form(path)]:
            _warn(f"読まなかったものがあります（様式の .xlsx ではありません）: {'、'.join(passed)}")
    else:
        listed = [Path(paths)]
    if not listed:
        raise TableError.one(
            "様式のファイル（.xlsx）が1つもありません", f"記入済みの様式を置いてください（{paths}）"
        )
    return listed


def _is_form(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix.lower() in (".xlsx", ".xlsm")
        and not path.name.startswith(("~$", "."))
    )


def _form(path: Path) -> pd.DataFrame:
    """Read one form, with all of its faults."""
    _check_macros(path)
    visible = {sheet.name: sheet for sheet in read_sheets(path)}
    codes = _codes(path, visible)
    _warn_of_sheets(path, visible)
    faults = _formulas(path)
    tables = []
    for code in codes:
        sheet = visible[f"{ANSWERS}{code}"]
        faults += sheet.faults
        tables.append(_sheet(sheet, code, faults))
    if faults:
        raise TableError(sorted(set(faults), key=lambda fault: (fault.sheet, fault.row or 0)))
    return pd.concat(tables, ignore_index=True)


def _check_macros(path: Path) -> None:
    content = read_bytes(path)
    if not content.startswith(_zip.START):
        return
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except _zip.DAMAGE:
        return
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        remedy = "マクロを含まない「Excel ブック（.xlsx）」として保存し直してください"
        raise TableError.one("マクロ付きのExcelファイルです（読みません）", remedy, file=path.name)


def _codes(path: Path, visible: dict[str, Sheet]) -> list[str]:
    """Check the form's version and give which answer sheets it has: ``""``, or the fictional towns' codes."""
    try:
        mark = read_sheets(path, sheet=MARK)[0]
    except TableError as error:
        if visible and f"シート「{MARK}」がありません" in str(error):
            raise TableError.one(
                "県の聞き取り票ではありません", USE_FORM, file=path.name
            ) from error
        raise
    version = _cells.verbatim(mark.cell(0, 0)) if mark.rows else ""
    if version != VERSION:
        problem = f"様式の版が違います（いまの版は「{VERSION}」）"
        raise TableError.one(
            problem, "いまの版の様式に書き写してください", file=path.name, value=version
        )
    codes = [code.strip() for code in _cells.text(mark.cell(0, 1)).split(",")]
    if absent := [f"{ANSWERS}{code}" for code in codes if f"{ANSWERS}{code}" not in visible]:
        there = "、".join(visible)
        raise TableError(
            [
                Fault(
                    f"シート「{name}」がありません（あるシート: {there}）", USE_FORM, file=path.name
                )
                for name in absent
            ]
        )
    return codes


def _warn_of_sheets(path: Path, visible: dict[str, Sheet]) -> None:
    if other := [
        name for name in visible if not CODES.fullmatch(name) and name not in (STAGES, STORY)
    ]:
        _warn(
            f"ファイル「{path.name}」のシート「{'」「'.join(other)}」は様式にないため読みません。"
        )


def _formulas(path: Path) -> list[Fault]:
    """Find formulas, whatever result they show; the file has been checked before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
    remedy = "数式ではなく、文字や数を入れてください"
    found = [
        Fault(
            "数式のセルがあります",
            remedy,
            path.name,
            sheet.title,
            cell.row,
            str(cell.column_letter),
            cell.value,
        )
        for sheet in book.worksheets
        if CODES.fullmatch(sheet.title)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.data_type == "f"
    ]
    book.close()
    return found


def _sheet(sheet: Sheet, code: str, faults: list[Fault]) -> pd.DataFrame:
    """Read one sheet of answers; what is wrong is added to the faults."""
    about = _about(sheet, code, faults)
    header = next(
        (
            at
            for at in range(len(sheet.rows))
            if set(HEADS) <= {_cells.text(cell) for cell in sheet.rows[at]}
        ),
        None,
    )
    if header is None:
        faults.append(sheet.fault(f"見出しの行（{'・'.join(HEADS)}）がありません", USE_FORM))
        return pd.DataFrame(columns=COLUMNS)
    place = {
        _cells.text(cell): at for at, cell in enumerate(sheet.rows[header]) if _cells.text(cell)
    }
    rows = [at for at in range(header + 1, len(sheet.rows)) if not sheet.is_blank(at)]
    faults += _row_faults(sheet, header, rows, place["項目"])
    known = set(_items())
    answers = [
        about | _answer(sheet, at, place, faults)
        for at in rows
        if _cells.text(sheet.cell(at, place["項目"])) in known
    ]
    return pd.DataFrame(answers, columns=COLUMNS).astype({"level": float, "target": float})


def _items() -> list[str]:
    table = load("indicators_hearing")
    return list(table.loc[table["question"].notna(), "indicator"])


def _about(sheet: Sheet, code: str, faults: list[Fault]) -> dict[str, object]:
    """Give what the top of the form says: municipality, interviewer and date."""
    said: dict[str, object] = {"code": code, "file": sheet.file}
    for key, label in FIELDS.items():
        at = next(
            (at for at in range(len(sheet.rows)) if _cells.text(sheet.cell(at, 0)) == label), None
        )
        typed = _cells.verbatim(sheet.cell(at, 2)) if at is not None else ""
        said[key] = typed or None
        if at is None:
            faults.append(sheet.fault(f"「{label}」の欄がありません", USE_FORM))
        elif not typed and key == "rater":
            faults.append(
                sheet.fault("聞き取り者が空欄です", "名前か記号を入れてください", at=at, column="C")
            )
        elif key == "municipality" and not code:
            said["code"] = _municipality(sheet, at, typed, faults)
    said.pop("municipality")
    return said


def _municipality(sheet: Sheet, at: int, typed: str, faults: list[Fault]) -> str:
    if not typed:
        faults.append(sheet.fault("市町名が空欄です", "市町名を選んでください", at=at, column="C"))
        return ""
    try:
        code = _place_names.resolve_municipality(typed)
    except PlaceNameError as error:
        faults.append(sheet.fault(error.problem, error.remedy, at=at, column="C", value=typed))
        return ""
    if code == KOBE:
        faults.append(
            sheet.fault(
                "神戸市はこのヒアリングの対象外です",
                "このファイルを除いてください",
                at=at,
                column="C",
                value=typed,
            )
        )
    return code


def _row_faults(sheet: Sheet, header: int, rows: Sequence[int], position: int) -> Iterator[Fault]:
    """Find rows that were deleted, added or doubled."""
    listed = [_cells.text(sheet.cell(at, position)) for at in rows]
    times, wanted = Counter(listed), _items()
    for item in wanted:
        if times[item] != 1:
            problem = (
                "項目の行が消えています"
                if times[item] == 0
                else f"同じ項目の行が{times[item]}つあります"
            )
            yield sheet.fault(problem, USE_FORM, at=header, column="項目", value=item)
    for at, item in zip(rows, listed, strict=True):
        if item not in wanted:
            yield sheet.fault(
                "様式にない行があります",
                USE_FORM,
                at=at,
                column="項目",
                value=item or " ".join(sheet.filled(at)),
            )


def _answer(sheet: Sheet, at: int, place: dict[str, int], faults: list[Fault]) -> dict[str, object]:
    level = _level(sheet, at, place, "現状", faults)
    target = _level(sheet, at, place, "目標", faults)
    typed = _cells.text(sheet.cell(at, place["状態"]))
    written = bool(_cells.text(sheet.cell(at, place["現状"])))
    status = STATUSES.get(typed, "")
    if typed and not status:
        faults.append(
            sheet.fault(
                "状態が選択肢にありません",
                f"{'・'.join(STATUSES)} から選んでください",
                at=at,
                column="状態",
                value=typed,
            )
        )
    elif not typed and not written:
        problem = "現状も状態も空欄です（空欄は 0 ではありません）"
        faults.append(sheet.fault(problem, CHOOSE, at=at, column="現状"))
    elif status and status != "answered" and written:
        faults.append(
            sheet.fault(
                f"状態が「{typed}」なのに現状が入っています",
                "どちらかを直してください",
                at=at,
                column="状態",
                value=typed,
            )
        )
    elif status == "answered" and not written:
        faults.append(
            sheet.fault("状態が「回答」なのに現状が空欄です", CHOOSE, at=at, column="現状")
        )
    evidence = _cells.verbatim(sheet.cell(at, place["根拠"])) or None
    item = _cells.text(sheet.cell(at, place["項目"]))
    return {
        "item": item,
        "level": level,
        "target": target,
        "status": status or "answered",
        "evidence": evidence,
    }


def _level(
    sheet: Sheet, at: int, place: dict[str, int], head: str, faults: list[Fault]
) -> float | None:
    cell = sheet.cell(at, place[head])
    typed = _cells.text(cell)
    if not typed:
        return None
    if LEVEL.fullmatch(typed):
        return float(typed)
    problem = "答えが2つ以上あります" if SEVERAL.search(typed) else "0〜5 の整数ではありません"
    faults.append(sheet.fault(problem, CHOOSE, at=at, column=head, value=cell))
    return None


def _doubled(tables: Sequence[pd.DataFrame]) -> Iterator[Fault]:
    """Find two forms for one municipality, or two of one interviewer for the same fictional town."""
    seen: dict[tuple[str, str], str] = {}
    for table in tables:
        for code, rater, file in (
            table[["code", "rater", "file"]].drop_duplicates().itertuples(index=False)
        ):
            key = (code, rater if str(code).startswith("V") else "")
            if key in seen and code:
                called = (
                    str(code)
                    if str(code).startswith("V")
                    else _place_names.municipality_name(str(code))
                )
                problem = f"「{called}」の様式が2つあります（もう1つは「{seen[key]}」）"
                yield Fault(problem, "正しい方だけを残してください", file=str(file), value=code)
            seen[key] = str(file)


def _warn_of_targets(table: pd.DataFrame) -> None:
    below = table[table["target"] < table["level"]]
    if len(below):
        said = "、".join(f"{row.file}の{row.item}" for row in below.head(5).itertuples())
        _warn(
            f"目標が現状より低い回答が{len(below)}件あります（そのまま読みます）: {said}{' など' if len(below) > 5 else ''}"
        )


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    towns = load("municipalities").set_index("code")["name"].drop(KOBE)
    missing = [code for code in towns.index if code not in set(table["code"])]
    if missing and set(table["code"]) & set(towns.index):
        _warn(f"様式のない市町が{len(missing)}あります: {'、'.join(towns[missing])}")
    texts = dict.fromkeys(["code", "item", "rater", "status", "evidence", "date", "file"], "str")
    result = table.astype(texts).sort_values(["code", "rater"], kind="stable", ignore_index=True)
    result.attrs = {"missing_codes": missing, "files": sorted(set(table["file"]))}
    return result


def _warn(said: str) -> None:
    warnings.warn(said, TableWarning, stacklevel=3)
