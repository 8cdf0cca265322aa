"""What was filled into the forms, and what of it cannot be read?

Forms that `write_form` made come back as one tidy table. Whatever is wrong in any of them is told
at once, with file, sheet, row and column; nothing is guessed and no row is left out silently.
"""

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError, TableWarning, shorten
from dxkit.loaders import _cells
from dxkit.loaders._form_cells import UnreadableError, parse_cell
from dxkit.loaders._form_columns import (
    ENTRIES,
    FORM_COLUMN,
    MADE_COLUMN,
    MARK,
    VERSION,
    VERSION_COLUMN,
    Form,
    FormColumn,
    find_form,
)
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._raw import read_sheets
from dxkit.loaders._sheet import Sheet
from dxkit.schema import MADE_MARK

USE_FORM = "write_form で作った様式に書き写してください（シートと見出しは変えません）"


@accepts_open_file
def read_form(
    paths: str | Path | Iterable[str | Path],
    form: str | None = None,
    *,
    prefecture: str | None = "",
) -> pd.DataFrame:
    """Read forms that were filled in.

    Parameters
    ----------
    paths
        A folder of forms, one form, or several; all of the same kind. In a folder other files are
        named in a warning.
    form
        Which form they must be (see `write_form`); by default the first file says it.
    prefecture
        As for `dxkit.load`: whose municipalities were asked; ``None``: those of any prefecture.

    Returns
    -------
    pandas.DataFrame
        One row a filled row, in the form's columns and with ``file``: municipalities as ``code``,
        dates as dates, numbers as numbers, blanks missing. ``.attrs``: ``form, source, files``,
        and ``made=True`` if any form was filled with invented rows.

    Raises
    ------
    TableError
        With every fault of every file.

    Warns
    -----
    TableWarning
        For files of a folder that were passed over.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import pandas as pd
    >>> from dxkit.loaders import write_form
    >>> rows = pd.DataFrame({"code": ["28201"], "system": ["戸籍"], "cutover_date": ["2027-01-04"]})
    >>> path = write_form(Path(mkdtemp()) / "a.xlsx", "cutover", rows=rows)
    >>> read_form(path)[["code", "system", "cutover_date"]].astype(str).to_numpy().tolist()
    [['28201', '戸籍', '2027-01-04']]
    """
    files = _list_files(paths)
    faults: list[Fault] = []
    parts: list[pd.DataFrame] = []
    places: list[Fault] = []
    layout = None if form is None else find_form(form)
    is_invented = False
    for path in files:
        try:
            sheet, own, made = _open_form(path, layout)
        except TableError as error:
            faults += error.faults
            continue
        layout = layout or own
        is_invented = is_invented or made
        part, part_places = _read_entries(sheet, own, prefecture, faults)
        parts.append(part)
        places += part_places
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if layout is not None and len(table):
        faults += _find_repeated_keys(table, layout, places)
    if faults:
        raise TableError(faults)
    if table.empty or layout is None:
        names = "、".join(path.name for path in files)
        raise TableError.one(
            "記入された行が1つもありません", "記入してから読んでください", value=names
        )
    return _finish_table(table, layout, [path.name for path in files], is_invented=is_invented)


def _finish_table(
    table: pd.DataFrame, layout: Form, files: list[str], *, is_invented: bool
) -> pd.DataFrame:
    """Give columns their types, rows the order of their keys, and the table its origin."""
    for column in layout.columns:
        if column.kind == "date":
            table[column.column] = pd.to_datetime(table[column.column])
        elif column.kind in ("integer", "number"):
            table[column.column] = table[column.column].astype(float)
        else:
            table[column.column] = table[column.column].astype("str")
    table = table.sort_values(layout.keys, kind="stable", ignore_index=True)
    shown = files[0] if len(files) == 1 else f"{files[0]} など{len(files)}ファイル"
    table.attrs = {
        "form": layout.name,
        "files": sorted(files),
        "source": f"{layout.title}（{shown}）",
    }
    # one invented form among the others makes the whole table one that must not be published
    if is_invented:
        table.attrs |= {"kind": "made", "made": True}
    return table


def _list_files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """List the forms; what is passed over in a folder is named."""
    if not isinstance(paths, str | Path):
        files = [Path(path) for path in paths]
    elif Path(paths).is_dir():
        present = sorted(Path(paths).iterdir())
        files = [path for path in present if _is_form_file(path)]
        # hidden files and Excel's lock files are nobody's forms
        others = [path.name for path in present if not _is_form_file(path)]
        if others:
            message = (
                f"読まなかったものがあります（様式の .xlsx ではありません）: {'、'.join(others)}"
            )
            warnings.warn(message, TableWarning, stacklevel=3)
    else:
        files = [Path(paths)]
    if not files:
        raise TableError.one(
            "様式のファイル（.xlsx）が1つもありません", f"記入済みの様式を置いてください（{paths}）"
        )
    return files


def _is_form_file(path: Path) -> bool:
    return (
        path.is_file() and path.suffix.lower() == ".xlsx" and not path.name.startswith(("~$", "."))
    )


def _open_form(path: Path, layout: Form | None) -> tuple[Sheet, Form, bool]:
    """Open a file as a form; return its sheet of entries, its layout, and whether it is invented.

    Raises
    ------
    TableError
        If it is no form, one of another version, or another form than the one wanted.
    """
    sheets = {sheet.name: sheet for sheet in read_sheets(path)}
    mark = _read_mark(path)
    if mark is None or not mark.rows or ENTRIES not in sheets:
        raise TableError.one("配布した様式ではありません", USE_FORM, file=path.name)
    version = mark.find_verbatim(0, VERSION_COLUMN - 1)
    if version != VERSION:
        raise TableError.one(
            f"様式の版が違います（いまの版は「{VERSION}」）",
            "いまの版の様式に書き写してください",
            file=path.name,
            value=version,
        )
    name = mark.find_verbatim(0, FORM_COLUMN - 1)
    own = find_form(name)
    if layout is not None and layout.name != own.name:
        raise TableError.one(
            f"ほかの様式です（{own.title}）",
            f"「{layout.title}」だけを指定してください",
            file=path.name,
        )
    return sheets[ENTRIES], own, mark.find_verbatim(0, MADE_COLUMN - 1) == MADE_MARK


def _read_mark(path: Path) -> Sheet | None:
    """Read the hidden sheet by which a form is known; ``None`` where there is none."""
    try:
        return read_sheets(path, sheet=MARK)[0]
    except TableError as error:
        if f"シート「{MARK}」がありません" in str(error):
            return None
        raise


def _read_entries(
    sheet: Sheet, layout: Form, prefecture: str | None, faults: list[Fault]
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read the filled rows of a sheet; what is wrong is added to the faults.

    Returns
    -------
    pandas.DataFrame
        One row a filled row.
    list of Fault
        Where each stands.
    """
    names = [column.column for column in layout.columns]
    # whatever result it shows, a formula is no answer that somebody gave
    faults += list(dict.fromkeys((*sheet.faults, *sheet.formulas)))
    # cells are read with full-width letters made half-width, so are the headings looked for
    folded = [_cells.to_text(column.head) for column in layout.columns]
    headers = (row for row in range(len(sheet.rows)) if folded[0] in sheet.texts[row])
    header = next(headers, None)
    if header is None:
        faults.append(sheet.make_fault(f"見出しの行（{'・'.join(folded)}）がありません", USE_FORM))
        return pd.DataFrame(columns=[*names, "file"]), []
    positions = {text: place for place, text in enumerate(sheet.texts[header]) if text}
    missing = [head for head in folded if head not in positions]
    for head in missing:
        faults.append(sheet.make_missing_heading_fault(head, USE_FORM, row=header))
    if missing:
        return pd.DataFrame(columns=[*names, "file"]), []
    rows = [row for row in range(header + 1, len(sheet.rows)) if not sheet.is_blank(row)]
    records = []
    for row in rows:
        record: dict[str, object] = {}
        for column, head in zip(layout.columns, folded, strict=True):
            record[column.column] = _read_cell(
                sheet, (row, positions[head]), column, prefecture, faults
            )
        records.append(record | {"file": sheet.file})
    places = [sheet.make_fault("", row=row) for row in rows]
    return pd.DataFrame(records, columns=[*names, "file"]), places


def _read_cell(
    sheet: Sheet,
    place: tuple[int, int],
    column: FormColumn,
    prefecture: str | None,
    faults: list[Fault],
) -> object:
    """Read one cell as its column's kind; what cannot be read is a fault, and missing."""
    row, position = place
    text = sheet.find_text(row, position)
    if not text:
        if column.is_required:
            faults.append(
                sheet.make_fault(
                    "空欄です", "記入するか、行ごと消してください", row=row, column=column.heading
                )
            )
        return None
    verbatim = sheet.find_verbatim(row, position)
    try:
        return parse_cell(text, verbatim, sheet.find_cell(row, position), column, prefecture)
    except UnreadableError as error:
        faults.append(
            sheet.make_fault(
                error.problem, error.remedy, row=row, column=column.heading, value=verbatim
            )
        )
        return None


def _find_repeated_keys(table: pd.DataFrame, layout: Form, places: list[Fault]) -> Iterator[Fault]:
    """Find rows that say the same thing's answer twice, within a file or in two."""
    if not layout.keys:
        return
    keys = table[layout.keys]
    # a key that could not be read is a fault already
    known = keys.notna().all(axis=1)
    repeated = known & keys.duplicated(keep="first")
    heads = {column.column: column.heading for column in layout.columns}
    for position in table.index[repeated]:
        same = (keys == keys.loc[position]).all(axis=1)
        first = places[int(table.index[same][0])]
        place = places[int(position)]
        texts = "・".join(str(keys.loc[position, key]) for key in layout.keys)
        yield Fault(
            f"同じ行が2つあります（もう1つは「{first.file}」の{first.row}行目）",
            "正しい方だけを残してください",
            file=place.file,
            sheet=place.sheet,
            row=place.row,
            column="・".join(heads[key] for key in layout.keys),
            value=shorten(texts),
        )
