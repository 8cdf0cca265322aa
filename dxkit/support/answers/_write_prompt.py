"""How is a language model asked about a table so that its answer can be checked?"""

import pandas as pd

from dxkit._checks import require_columns
from dxkit.errors import ChoiceError
from dxkit.schema import HEADINGS, MADE_MARK, accepts_any_table, is_made

# more rows than that are not read by a person before they are sent
MAX_ROWS = 50
RULES = (
    "・下の表だけを使う。表にないことは「表にない」と書く",
    "・答えには、数・単位・時点・使った行の名前を書く",
    "・足した・割ったときは、もとの数と式も書く",
)


@accepts_any_table("table")
def write_prompt(table: pd.DataFrame, column: str, question: str) -> str:
    """Write a question about a table that names the table, its column, unit and date.

    Parameters
    ----------
    table
        With ``name`` (what each row is about) and the column; nothing else of it is written.
        Where it comes from and of which date is read from ``.attrs``.
    column
        What is asked about.
    question
        The question, in Japanese.

    Returns
    -------
    str
        The text to put in, with the rows at its end, in their order. It is sent nowhere.

    Raises
    ------
    TableError
        If a column is missing or there is no row.
    ChoiceError
        If the question is empty or there are more than 50 rows.

    Examples
    --------
    >>> import dxkit
    >>> towns = dxkit.load("municipalities").head(2)
    >>> print(write_prompt(towns, "area_km2", "どちらが広いか。").splitlines()[-2])
    神戸市: 556.93
    """
    require_columns(table, ["name", column], "表")
    words = " ".join(str(question).split())
    if not words:
        raise ChoiceError("question= が空です。たずねることを1文で書いてください。")
    if len(table) > MAX_ROWS:
        raise ChoiceError(
            f"表が{len(table)}行あります。目で確かめてから入れられるように、"
            f"{MAX_ROWS}行までに絞ってください。"
        )
    label, unit = HEADINGS.get(column, (column, ""))
    mark = f"（{MADE_MARK}）" if is_made(table) else ""
    source = table.attrs.get("source", "要確認")
    return "\n".join(
        [
            f"問い: {words}",
            "守ること:",
            *RULES,
            f"表の出典: {source}{mark}（時点: {table.attrs.get('as_of', '要確認')}）",
            f"列: {label}（単位: {unit or 'なし'}）",
            "表:",
            *(
                f"{name}: {_write_cell(value)}"
                for name, value in table[["name", column]].to_numpy()
            ),
        ]
    )


def _write_cell(value: object) -> str:
    """Write a cell in one line; a blank is said, since a model takes it for 0."""
    if pd.isna(value):  # type: ignore[call-overload] # a cell of any kind
        return "空白（0ではない）"
    return " ".join(str(value).split())
