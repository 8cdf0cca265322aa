"""What did forty interviewers write into their forms, and what of it cannot be read?

Forms that `write_hearing_form` made come back as one tidy table. Whatever is wrong in any of them
is told at once, with file, sheet, row and column; nothing is guessed: an answer that is two answers
is a fault, not the first of them.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import Fault, TableError, TableWarning
from dxkit.loaders._hearing_file import is_form, read_form
from dxkit.loaders._load import load
from dxkit.loaders._open_file import accepts_open_file
from dxkit.loaders._place_names import municipality_name
from dxkit.loaders._resolve_prefecture import list_unvisited, resolve_prefecture
from dxkit.schema import is_made

TITLE = "県の聞き取り票"
# fictional towns have codes that begin so
FICTIONAL_START = "V"
TEXT_COLUMNS = ("code", "item", "rater", "status", "evidence", "date", "file")
# answers that a warning lists
LISTED_ANSWERS = 5


@accepts_open_file
def read_hearing(
    paths: str | Path | Iterable[str | Path], *, prefecture: str | None = ""
) -> pd.DataFrame:
    """Read the forms of the prefecture's hearing.

    Parameters
    ----------
    paths
        A folder of forms, one form, or several. In a folder, only ``.xlsx`` and ``.xlsm`` files are
        looked at; sub-folders, other files and Excel's lock files (``~$…``) are named in a warning.
    prefecture
        As for `dxkit.load`: whose municipalities were asked; ``None``: those of any prefecture.

    Returns
    -------
    pandas.DataFrame
        One row an answer: ``code`` (of the municipality; V1, V2 for the fictional towns), ``item,
        rater, level`` (missing if not answered), ``target, status``
        (answered/declined/unknown/not_applicable), ``evidence, date, file``. ``.attrs``:
        ``missing_codes`` (municipalities without a form; Kobe is not asked), ``files, source``, and
        ``made=True`` if any form was filled with invented answers.

    Raises
    ------
    TableError
        With every fault of every file.

    Warns
    -----
    TableWarning
        For files passed over, sheets that are not part of the form, targets below the level, and
        municipalities without a form.

    Examples
    --------
    >>> import warnings
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from dxkit.loaders import load, write_hearing_form
    >>> example = load("hearing_example")
    >>> rater = example.loc[example["code"] == "V1", "rater"].iloc[0]
    >>> folder = Path(mkdtemp())
    >>> _ = write_hearing_form(folder / "a.xlsx", rater=rater, vignettes=True, answers=example)
    >>> with warnings.catch_warnings(action="ignore"):
    ...     answers = read_hearing(folder)
    >>> answers["code"].unique().tolist(), answers.attrs["made"]
    (['V1', 'V2'], True)
    """
    files = _list_files(paths)
    faults: list[Fault] = []
    tables: list[pd.DataFrame] = []
    for path in files:
        try:
            table, passed_over = read_form(path, prefecture)
        except TableError as error:
            faults += error.faults
            continue
        if passed_over:
            sheets = "」「".join(passed_over)
            message = f"ファイル「{path.name}」のシート「{sheets}」は様式にないため読みません。"
            _warn(message, stacklevel=3)
        tables.append(table)
    faults += _find_repeated_forms(tables)
    if faults:
        raise TableError(faults)
    # faults are raised before: every table has the same columns here
    answers = pd.concat(tables, ignore_index=True)
    _warn_of_targets(answers)
    missing = _find_missing_codes(answers, prefecture)
    answers = answers.astype(dict.fromkeys(TEXT_COLUMNS, "str"))
    answers = answers.sort_values(["code", "rater"], kind="stable", ignore_index=True)
    names = sorted(set(answers["file"]))
    source = names[0] if len(names) == 1 else f"{names[0]} など{len(names)}ファイル"
    answers.attrs = {"missing_codes": missing, "files": names, "source": f"{TITLE}（{source}）"}
    # one invented form among the others makes the whole table one that must not be published
    if any(map(is_made, tables)):
        answers.attrs |= {"kind": "made", "made": True}
    return answers


def _list_files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """List the forms; what is passed over is named."""
    if not isinstance(paths, str | Path):
        listed = [Path(path) for path in paths]
    # a folder may hold anything; only what looks like a form is read
    elif Path(paths).is_dir():
        files = sorted(Path(paths).iterdir())
        listed = [path for path in files if is_form(path)]
        if passed_over := [path.name for path in files if not is_form(path)]:
            names = "、".join(passed_over)
            _warn(f"読まなかったものがあります（様式の .xlsx ではありません）: {names}")
    else:
        listed = [Path(paths)]
    if not listed:
        problem = "様式のファイル（.xlsx）が1つもありません"
        raise TableError.one(problem, f"記入済みの様式を置いてください（{paths}）")
    return listed


def _find_repeated_forms(tables: Sequence[pd.DataFrame]) -> Iterator[Fault]:
    """Find two forms for one municipality, or two of one interviewer for a fictional town."""
    files: dict[tuple[str, str], str] = {}
    for table in tables:
        forms = table[["code", "rater", "file"]].drop_duplicates()
        for code, rater, file in forms.itertuples(index=False):
            is_fictional = str(code).startswith(FICTIONAL_START)
            # several interviewers rate the same fictional town: that is what it is for
            key = (code, rater if is_fictional else "")
            if key in files and code:
                name = str(code) if is_fictional else municipality_name(str(code))
                problem = f"「{name}」の様式が2つあります（もう1つは「{files[key]}」）"
                yield Fault(problem, "正しい方だけを残してください", file=str(file), value=code)
            files[key] = str(file)


def _warn_of_targets(answers: pd.DataFrame) -> None:
    """Point out targets below the level; they may be meant."""
    below = answers[answers["target"] < answers["level"]]
    if len(below):
        listed = "、".join(
            f"{row.file}の{row.item}" for row in below.head(LISTED_ANSWERS).itertuples()
        )
        more = " など" if len(below) > LISTED_ANSWERS else ""
        _warn(f"目標が現状より低い回答が{len(below)}件あります（そのまま読みます）: {listed}{more}")


def _find_missing_codes(answers: pd.DataFrame, prefecture: str | None) -> list[str]:
    """Find the municipalities without a form, and point them out if any has one."""
    names = load("municipalities", resolve_prefecture(prefecture)).set_index("code")["name"]
    towns = names.drop(list_unvisited(prefecture))
    codes = set(answers["code"])
    missing = [code for code in towns.index if code not in codes]
    if missing and codes & set(towns.index):
        _warn(f"様式のない市町が{len(missing)}あります: {'、'.join(towns[missing])}")
    return missing


def _warn(message: str, stacklevel: int = 4) -> None:
    """Warn at the line that reads the forms: the one that calls what calls the caller."""
    warnings.warn(message, TableWarning, stacklevel=stacklevel)
