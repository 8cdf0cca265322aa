"""How does a table of one's own become one page for the section chief?"""

import base64
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from dxkit.errors import ChoiceError, shorten
from dxkit.maps import Map
from dxkit.reports._atomic_write import write_report
from dxkit.reports._html_page import (
    embed_figure,
    escape_text,
    write_page,
    write_part,
    write_sheet,
    write_table,
)
from dxkit.reports._origin_marks import in_brackets, read_mark, write_source
from dxkit.schema import show, write_age_note

# rows of a table that fit below a picture on one sheet
MOST_ROWS = 25


def one_page(
    title: str,
    table: pd.DataFrame,
    *,
    sentences: Sequence[str] = (),
    pictures: Mapping[str, Map | Figure] | None = None,
    columns: Sequence[Hashable] | Mapping[Hashable, str] | None = None,
    path: str | Path = "out/one_page.html",
) -> Path:
    """Write one A4 sheet: what it says in sentences, its pictures and its table.

    Parameters
    ----------
    title
        Of the sheet; 架空データ or 推計 stands behind it where the table says so.
    table
        Its source and date stand at the foot; at most 25 rows are printed, and more are said.
    sentences
        What is to be read first.
    pictures
        Heading → a map of `dxkit.maps` or a figure of `dxkit.charts`.
    columns
        As for `dxkit.show`.
    path
        The file (``.html``); the browser prints it, or saves it as PDF.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline; nothing in it runs.

    Raises
    ------
    ChoiceError
        If a picture is neither a map nor a figure.

    Examples
    --------
    >>> import tempfile
    >>> import dxkit
    >>> towns = dxkit.load("municipalities").head(3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     columns = ["name", "people_2020"]
    ...     written = one_page("人口", towns, columns=columns, path=f"{folder}/a.html")
    ...     page = written.read_text("utf-8")
    >>> page.count("<tr>"), "神戸市" in page
    (4, True)
    """
    mark = read_mark(table)
    parts = [write_part("言いたいこと", _write_sentences(sentences))] if sentences else []
    parts += [
        write_part(heading, _embed(picture, heading))
        for heading, picture in (pictures or {}).items()
    ]
    parts.append(write_part("表", _write_shown_table(table, columns)))
    foot = [write_source(table), write_age_note(table)]
    sheet = write_sheet(escape_text(title) + escape_text(in_brackets(mark)), parts, foot=foot)
    return write_report(path, write_page(title + in_brackets(mark), sheet))


def _write_sentences(sentences: Iterable[str]) -> str:
    return "".join(f"<p>{escape_text(sentence)}</p>" for sentence in sentences)


def _embed(picture: object, heading: str) -> str:
    if isinstance(picture, Figure):
        return embed_figure(picture, heading)
    if isinstance(picture, Map):
        # the still picture of the map: a page without scripts cannot zoom
        source = base64.b64encode(picture._repr_svg_().encode()).decode()
        return f'<img alt="{escape_text(heading)}" src="data:image/svg+xml;base64,{source}">'
    raise ChoiceError(
        f"pictures の「{shorten(heading)}」は地図でも図でもありません（{type(picture).__name__}）。"
        "dxkit.maps か dxkit.charts で作ったものを渡してください。"
    )


def _write_shown_table(
    table: pd.DataFrame, columns: Sequence[Hashable] | Mapping[Hashable, str] | None
) -> str:
    shown = show(table.head(MOST_ROWS), columns=columns).columns
    rest = len(table) - MOST_ROWS
    more = f'<p class="note">ほか{rest:,}行（紙には{MOST_ROWS}行まで）</p>' if rest > 0 else ""
    numeric = [position for position, column in enumerate(shown) if column.is_numeric]
    rows = zip(*(column.texts for column in shown), strict=True)
    return write_table([column.heading for column in shown], rows, number_columns=numeric) + more
