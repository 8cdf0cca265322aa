"""How does a trainee put an own table into the notebook, with or without a mouse?"""

import html
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import ipywidgets
import pandas as pd

from dxkit import maps
from dxkit.errors import DxkitError, StoreError, TableWarning
from dxkit.loaders import describe_reading, find_municipality, my_town, read
from dxkit.widgets._html import (
    BAD,
    FOCUS_RING,
    GOOD,
    LABELLED,
    NEUTRAL,
    WIDE,
    show_picture,
    write_message,
    write_table,
)

ENDINGS = ".xlsx,.xlsm,.xls,.csv,.tsv,.txt"
# signs that no system allows in a file's name, and dots that hide it or lead out of a folder
FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]|^\.+')
INVITATION = (
    "「ファイルを選ぶ」を押して（Tab で進み、Enter か Space でも押せます）、自分の表を選んでください。"
    "受け取り票と地図が下に出ます。表は、このノートブックが動いているパソコン（サーバー）の中だけで"
    "使い、ほかへは送りません。"
)
NO_PLACES = "市町の名前かコードの列がないので、地図にできません。受け取り票を見てください。"
NO_FIGURES = "数の列がないので、地図にできません。受け取り票の「数の列」を見てください。"
MEND = "<b>直すところがあります。</b>下の受け取り票のとおりに Excel で直し、上書き保存して、もう一度選んでください。"


def receive_table(
    municipalities: gpd.GeoDataFrame,
    *,
    background: gpd.GeoDataFrame | None = None,
    path: str | Path = "out",
) -> ipywidgets.VBox:
    r"""Take a table that somebody has brought, show its receipt, and draw a column of it as a map.

    Parameters
    ----------
    municipalities
        One row a municipality: ``code, name, geometry``.
    background
        Neighbouring prefectures, drawn in grey.
    path
        The folder that the file is put into under its own name; one of that name is replaced.

    Returns
    -------
    ipywidgets.VBox
        A button that opens the system's list of files, a sentence, the receipt of
        `loaders.describe_reading`, a list of the columns with figures, and the map.

    Examples
    --------
    >>> from datetime import datetime, timezone
    >>> from tempfile import mkdtemp
    >>> import dxkit
    >>> receiver = receive_table(dxkit.load("municipalities"), path=mkdtemp())
    >>> button, sentence, receipt, column, picture, _ = receiver.children
    >>> content = "市町名,窓口の件数\n豊岡,12\n朝来市,8\n".encode("cp932")
    >>> button.value = [
    ...     {
    ...         "name": "窓口.csv",
    ...         "type": "text/csv",
    ...         "size": len(content),
    ...         "content": content,
    ...         "last_modified": datetime(2026, 4, 1, tzinfo=timezone.utc),
    ...     }
    ... ]
    >>> column.options, len(picture.outputs)
    (('窓口の件数',), 1)
    """
    return _TableReceiver(municipalities, background, Path(path)).box


class _TableReceiver:
    """Holds the parts of the widget and the table that was brought last."""

    def __init__(
        self, municipalities: gpd.GeoDataFrame, background: gpd.GeoDataFrame | None, folder: Path
    ) -> None:
        self._municipalities = municipalities
        self._background = background
        self._folder = folder
        self._table = pd.DataFrame()
        self._button = ipywidgets.FileUpload(
            accept=ENDINGS, multiple=False, description="ファイルを選ぶ", button_style="primary"
        )
        self._sentence = ipywidgets.HTML(write_message(NEUTRAL, INVITATION))
        self._receipt = ipywidgets.HTML()
        self._column = ipywidgets.Dropdown(
            options=(), description="地図にする列", layout=WIDE, style=LABELLED, disabled=True
        )
        self._picture = ipywidgets.Output()
        self._button.observe(self._take, "value")
        self._column.observe(self._draw, "value")
        self.box = ipywidgets.VBox(
            [
                self._button,
                self._sentence,
                self._receipt,
                self._column,
                self._picture,
                ipywidgets.HTML(FOCUS_RING),
            ]
        )

    def _take(self, change: Mapping[str, Any]) -> None:
        """Put a file into the folder, and show how it was read."""
        if not change["new"]:
            return
        upload = change["new"][0]
        self._show_columns(pd.DataFrame(), [])
        self._receipt.value = ""
        try:
            path = _save(self._folder, str(upload["name"]), bytes(upload["content"]))
            receipt = describe_reading(path)
        except DxkitError as error:
            self._say(BAD, html.escape(str(error)))
            return
        self._receipt.value = write_table(
            list(receipt.columns), receipt.astype(str).to_numpy().tolist(), keep_first=True
        )
        self._read(path)

    def _read(self, path: Path) -> None:
        """Read a file that has a receipt, and draw its first column of figures."""
        with warnings.catch_warnings():
            # all that is warned of stands in the receipt
            warnings.simplefilter("ignore", TableWarning)
            try:
                table = read(path)
            except DxkitError:
                self._say(BAD, MEND)
                return
        if "code" not in table.columns:
            self._say(BAD, NO_PLACES)
            return
        columns = [str(name) for name in table.select_dtypes("number").columns]
        if not columns:
            self._say(BAD, NO_FIGURES)
            return
        place = html.escape(path.as_posix())
        self._say(
            GOOD,
            f"<b>{html.escape(path.name)}</b> を読みました（{len(table)}行）。"
            f'ほかの枠で使うときは、<code>path = "{place}"</code> と書きます。',
        )
        self._show_columns(table, columns)

    def _say(self, look: str, words: str) -> None:
        self._sentence.value = write_message(look, words)

    def _show_columns(self, table: pd.DataFrame, columns: list[str]) -> None:
        """Offer the columns with figures, and draw the first."""
        # a list of the same columns would not be drawn anew
        self._column.options = ()
        self._picture.outputs = ()
        self._table = table
        self._column.disabled = not columns
        self._column.options = columns
        # a list that was empty chooses nothing by itself
        self._column.value = columns[0] if columns else None

    def _draw(self, change: Mapping[str, Any]) -> None:
        """Draw the chosen column, with the own municipality outlined."""
        column = change["new"]
        if column is None or column not in self._table.columns:
            return
        places = self._municipalities
        try:
            drawing = maps.choropleth(
                self._table,
                column=column,
                geometry=places,
                label=column,
                title=column,
                background=self._background,
            ).outline(places[places["code"] == find_municipality(my_town())["code"]])
        except DxkitError as error:
            self._picture.outputs = ()
            self._say(BAD, html.escape(str(error)))
            return
        show_picture(self._picture, drawing)


def _save(folder: Path, name: str, content: bytes) -> Path:
    """Write a file under its own name.

    Raises
    ------
    StoreError
        If it cannot be written: mostly because Excel has it open.
    """
    path = folder / (FORBIDDEN.sub("_", name)[-100:] or "table.csv")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise StoreError(
            f"「{path.name}」を「{folder.name}」に入れられません。Excel で開いていたら閉じて、もう一度選んでください。"
        ) from error
    return path
