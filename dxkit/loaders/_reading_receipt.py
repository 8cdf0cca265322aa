"""What does the receipt of a reading show, and how is it used again for next month's file?"""

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from dxkit.errors import shorten
from dxkit.loaders._reading_picture import Picture

LISTED_REMARKS = 20
# a recipe of a later release may say more than this one understands
RECIPE_VERSION = 1
VERSION_KEY = "dxkit_recipe"


class ReadingReceipt(dict[str, Any]):
    """What was read of a file, guessed, set apart and checked: ``.attrs["reading"]``.

    A mapping with ``header, first`` (rows of the file), ``turned, remarks, subtotals``. A notebook
    shows it as a picture of the sheet, coloured by what was read from each cell.

    Attributes
    ----------
    picture
        The first rows of the sheet, and further ones that are no plain data.
    recipe
        How to read a file of the same form; `save` writes it.
    """

    def __init__(
        self,
        facts: Mapping[str, Any],
        *,
        file: str = "",
        picture: Picture | None = None,
        recipe: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(facts)
        self.file = file
        self.picture = picture or Picture()
        self.recipe = dict(recipe or {})

    def save(self, path: str | Path) -> Path:
        """Save how the file was read as a small JSON file, for `read_table(..., recipe=path)`.

        Parameters
        ----------
        path
            The file to write.

        Returns
        -------
        pathlib.Path
            The file.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({VERSION_KEY: RECIPE_VERSION} | self.recipe, ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", encoding="utf-8")
        return path

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # pandas copies the attrs of a table with each result: the picture never changes
        return type(self)(dict(self), file=self.file, picture=self.picture, recipe=self.recipe)

    def __str__(self) -> str:
        lines = [f"読み取りの控え: {shorten(self.file)}", self._describe_header()]
        lines += [f"気をつける: {remark}" for remark in self._list_remarks()]
        return "\n".join([*lines, self.picture.to_text()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        remarks = "".join(f"<li>{html.escape(remark)}</li>" for remark in self._list_remarks())
        noted = f"<ul>{remarks}</ul>" if remarks else ""
        title = html.escape(f"読み取りの控え: {shorten(self.file)}（{self._describe_header()}）")
        return f"<div><div><b>{title}</b></div>{self.picture.to_html()}{noted}</div>"

    def _describe_header(self) -> str:
        sheet = f"シート「{shorten(self.recipe['sheet'])}」、" if self.recipe.get("sheet") else ""
        unit = "列目" if self.get("turned") else "行目"
        return f"{sheet}見出し{self.get('header')}{unit}、データ{self.get('first')}{unit}から"

    def _list_remarks(self) -> list[str]:
        remarks = list(map(str, self.get("remarks", ())))
        more = len(remarks) - LISTED_REMARKS
        return remarks[:LISTED_REMARKS] + ([f"ほか{more}件"] if more > 0 else [])
