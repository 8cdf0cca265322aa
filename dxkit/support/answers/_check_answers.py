"""Is what a language model said about a table what the table says?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit._checks import find_stray_words, read_numbers, require_columns, require_unique_rows
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import HEADINGS, accepts_any_table, merge_provenance

NEEDED = ("answer_id", "table", "column", "place_names", "statistic", "stated", "unit")
PLACE_MARK = "、"
# a figure beyond it is none of a municipality
LARGEST_FIGURE = 1e15
VALUE = "value"
SUM = "sum"
COUNT = "count"
LARGEST = "largest"
STATISTICS = (VALUE, SUM, COUNT, LARGEST)
COUNT_UNIT = "市町"
RIGHT = "正しい"
WRONG = "誤り"
# kinds of fault
NO_FAULT = "なし"
NO_PLACE = "ない市町"
OTHER_UNIT = "単位"
OTHER_DATE = "時点"
BAD_SUM = "合計"
BAD_RANK = "いちばんの取り違え"
BAD_NUMBER = "数字"
# one of the unit is so much of the measure; only units of the same measure can be compared
UNITS: dict[str, tuple[str, float]] = {
    "人": ("persons", 1.0),
    "千人": ("persons", 1e3),
    "万人": ("persons", 1e4),
    "世帯": ("households", 1.0),
    "千世帯": ("households", 1e3),
    "万世帯": ("households", 1e4),
    "m²": ("area", 1e-6),
    "ha": ("area", 1e-2),
    "km²": ("area", 1.0),
    "％": ("share", 0.01),
    "割": ("share", 0.1),
    "割合": ("share", 1.0),
    "市町": ("municipalities", 1.0),
    "件": ("cases", 1.0),
}
YEAR = re.compile(r"_(19|20)\d\d$")
# above the rounding errors of a computed figure
ROUNDING = 1e-9
# a number as an answer writes it, without grouping commas
NUMBER = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")


@accepts_any_table("answers")
def check_answers(answers: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Hold recorded answers about tables against the tables themselves.

    Parameters
    ----------
    answers
        One row an answer: ``answer_id``, ``table`` and ``column`` (what it is about),
        ``place_names`` (of municipalities, separated by 、; blank: all), ``statistic`` (``value``
        of one place, ``sum``, ``count`` of the places with 1 or True, ``largest``: which place),
        ``stated`` (what was answered: a number or, for ``largest``, a name) and ``unit`` (as it was
        answered; blank for a name).
    tables
        Name in ``answers`` → table with ``name`` (of the municipality) and the columns asked for.

    Returns
    -------
    pandas.DataFrame
        One row an answer, in the same order: ``answer_id, verdict`` (正しい / 誤り), ``fault`` (なし,
        ない市町, 単位, 時点, 合計, いちばんの取り違え, 数字), ``truth`` (what the table says, with
        unit; 表にない where there is no such place) and ``reason``.

    Raises
    ------
    TableError
        If the answers cannot be read: all faults at once.

    Notes
    -----
    A number is right if it lies within half of its last written digit: 約46万人 is right for
    459,593. A wrong number that would be right in the table's unit has the fault 単位, one that
    stands in the same column of another year 時点. What else an answer says is not looked at.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"name": ["甲市", "乙町"], "area_km2": [90.5, 12.0]})
    >>> answers = pd.DataFrame({"answer_id": ["1", "2"], "table": "towns", "column": "area_km2",
    ...     "place_names": ["甲市", "乙町"], "statistic": "value", "stated": ["90.5", "12"],
    ...     "unit": ["km²", "ha"]})
    >>> check_answers(answers, {"towns": towns})[["verdict", "fault"]].to_numpy().tolist()
    [['正しい', 'なし'], ['誤り', '単位']]
    """
    rows = _read_answers(answers, tables)
    lines = [_check_answer(row, tables[row.table]) for row in rows]
    checked = pd.DataFrame(lines, columns=["answer_id", "verdict", "fault", "truth", "reason"])
    # as the caller has it, number or text
    checked["answer_id"] = answers["answer_id"].to_numpy()
    checked.attrs.update(merge_provenance(answers, *(tables[row.table] for row in rows)))
    return checked


@dataclass(frozen=True)
class _Answer:
    """One recorded answer."""

    answer_id: str
    table: str
    column: str
    place_names: tuple[str, ...]
    statistic: str
    stated: str
    unit: str


def _read_answers(answers: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> list[_Answer]:
    """Read the answers, with every fault of every row at once."""
    if not isinstance(tables, Mapping):
        raise ChoiceError('tables= は、{"表の名前": 表} の形で渡してください。')
    require_columns(answers, NEEDED, "回答の表")
    require_unique_rows(answers, ["answer_id"], "回答の表")
    texts = answers[list(NEEDED)].astype(object).map(_read_text)
    faults = find_stray_words(texts, "table", list(tables), "回答の表")
    faults += find_stray_words(texts, "statistic", STATISTICS, "回答の表")
    rows = []
    for position, record in enumerate(texts.to_dict("records"), start=1):
        names = tuple(
            part.strip() for part in record["place_names"].split(PLACE_MARK) if part.strip()
        )
        words = {str(key): str(text) for key, text in record.items() if key != "place_names"}
        row = _Answer(place_names=names, **words)
        if row.table in tables and row.statistic in STATISTICS:
            faults += _find_faults(row, tables[row.table], position)
        rows.append(row)
    if faults:
        raise TableError(faults)
    return rows


def _read_text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell).strip()  # type: ignore[call-overload] # any cell


def _find_faults(row: _Answer, table: pd.DataFrame, position: int) -> list[Fault]:
    """Find what keeps one answer from being held against its table."""
    missing = [name for name in ("name", row.column) if name not in table]
    faults = [
        Fault(
            "表にない列です", f"表「{row.table}」の列を確かめてください", row=position, value=name
        )
        for name in missing
    ]
    if row.statistic == VALUE and len(row.place_names) != 1:
        problem = "1つの市町の値なのに、市町が1つではありません"
        remedy = "place_names に市町を1つ書いてください"
        faults.append(Fault(problem, remedy, row=position, value=PLACE_MARK.join(row.place_names)))
    if row.statistic == LARGEST:
        return faults
    if not NUMBER.fullmatch(row.stated.replace(",", "")):
        remedy = "stated に数字だけを書き、単位は unit に書いてください"
        faults.append(Fault("数ではありません", remedy, row=position, value=row.stated))
    unit = COUNT_UNIT if row.statistic == COUNT else _find_unit(row.column)
    for word in (row.unit, unit):
        if word not in UNITS:
            remedy = f"使える単位: {PLACE_MARK.join(UNITS)}"
            faults.append(Fault("知らない単位です", remedy, row=position, value=word))
    return faults


def _find_unit(column: str) -> str:
    """Find the unit in which a column's figures stand."""
    return HEADINGS.get(column, ("", ""))[1]


def _write_label(column: str) -> str:
    """Write a column's Japanese heading without its unit."""
    return HEADINGS.get(column, (column, ""))[0]


def _check_answer(row: _Answer, table: pd.DataFrame) -> tuple[str, str, str, str, str]:
    """Check one answer: its number, verdict, fault, the truth and the reason."""
    names = table["name"].astype(str)
    strangers = [name for name in row.place_names if name not in set(names)]
    if strangers:
        reason = f"「{'・'.join(map(shorten, strangers))}」は、この表にない名前です"
        return row.answer_id, WRONG, NO_PLACE, "表にない", reason
    part = table[names.isin(row.place_names)] if row.place_names else table
    if row.statistic == LARGEST:
        return _check_largest(row, part)
    unit = COUNT_UNIT if row.statistic == COUNT else _find_unit(row.column)
    truth = _compute_truth(row, part, row.column)
    shown = f"{_write_number(truth)}{unit}"
    if _is_close(row, truth, unit):
        return row.answer_id, RIGHT, NO_FAULT, shown, "表と合います"
    return (row.answer_id, WRONG, *_explain_fault(row, part, truth, unit, shown))


def _compute_truth(row: _Answer, part: pd.DataFrame, column: str) -> float:
    """Compute what the table says; a blank is no zero and makes the answer missing."""
    values = _read_values(part, column, row.table)
    if row.statistic == COUNT:
        return float((values == 1).sum())
    return float(values.sum() if row.statistic == SUM else values[0])


def _read_values(part: pd.DataFrame, column: str, name: str) -> FloatArray:
    """Read the figures that an answer is about; a word or an infinite one among them is refused."""
    # yes and no of any dtype are 1 and 0
    plain = part[[column]].astype({column: "float64"}, errors="ignore")
    return read_numbers(
        plain, column, f"表「{name}」", low=-LARGEST_FIGURE, high=LARGEST_FIGURE, blank=True
    )


def _is_close(row: _Answer, truth: float, unit: str) -> bool:
    """Check a number against the truth, within half of its last written digit."""
    digits = row.stated.replace(",", "")
    match = NUMBER.fullmatch(digits)
    measure, size = UNITS[row.unit]
    table_measure, table_size = UNITS[unit]
    if match is None or measure != table_measure or np.isnan(truth):
        return False
    # 46万人 and 90 km² of 90.49 are rounded figures, 459593人 is not
    is_rounded = bool(match[1]) or size > table_size or not float(truth).is_integer()
    place = 10.0 ** -len(match[1] or "") if is_rounded else 0.0
    step = place * size / 2
    gap = abs(float(digits) * size - truth * table_size)
    return bool(gap <= step + ROUNDING * max(1.0, abs(truth * table_size)))


def _explain_fault(
    row: _Answer, part: pd.DataFrame, truth: float, unit: str, shown: str
) -> tuple[str, str, str]:
    """Say which kind of fault a wrong number has: fault, truth, reason."""
    if np.isnan(truth):
        return BAD_NUMBER, "表にない", "表のその欄は空白です。空白は0ではありません"
    as_in_table = _Answer(**(vars(row) | {"unit": unit}))
    if row.unit != unit and _is_close(as_in_table, truth, unit):
        return OTHER_UNIT, shown, f"数字は合いますが、単位は「{row.unit}」でなく「{unit}」です"
    for column in _list_other_years(row.column, part):
        if _is_close(row, _compute_truth(row, part, column), unit):
            return OTHER_DATE, shown, f"これは「{_write_label(column)}」の数字です"
    if row.statistic == SUM:
        return BAD_SUM, shown, "足した数が、表の合計と合いません"
    return BAD_NUMBER, shown, "表の数字と違います"


def _list_other_years(column: str, table: pd.DataFrame) -> list[str]:
    """List the same figure's columns of other years."""
    stem = YEAR.sub("", column)
    return [
        str(name)
        for name in table.columns
        if name != column and YEAR.search(str(name)) and YEAR.sub("", str(name)) == stem
    ]


def _check_largest(row: _Answer, part: pd.DataFrame) -> tuple[str, str, str, str, str]:
    """Check which place was said to have most; ties are all right."""
    values = _read_values(part, row.column, row.table)
    largest = float(np.nanmax(values)) if not np.isnan(values).all() else np.nan
    best = part.loc[values == largest, "name"].astype(str).tolist()
    shown = f"{PLACE_MARK.join(best)}（{_write_number(largest)}{_find_unit(row.column)}）"
    if row.stated in best:
        return row.answer_id, RIGHT, NO_FAULT, shown, "表と合います"
    if row.stated not in set(part["name"].astype(str)):
        reason = f"「{shorten(row.stated)}」は、この表にない名前です"
        return row.answer_id, WRONG, NO_PLACE, shown, reason
    reason = f"「{_write_label(row.column)}」がいちばん大きいのは{PLACE_MARK.join(best)}です"
    return row.answer_id, WRONG, BAD_RANK, shown, reason


def _write_number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"
