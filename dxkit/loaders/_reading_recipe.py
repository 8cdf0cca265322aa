"""How is next month's file read as this month's was, and what if it does not fit?

A recipe says sheet, header lines, headings, and which columns hold numbers. A file of another form
is refused in words: read by a recipe that does not fit it, its figures would stand in wrong places.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dxkit.errors import Fault, TableError, shorten
from dxkit.loaders._header_rows import Layout
from dxkit.loaders._json import parse_json
from dxkit.loaders._place_names import to_plain_name
from dxkit.loaders._raw import read_bytes, read_sheets
from dxkit.loaders._reading_receipt import RECIPE_VERSION, VERSION_KEY, ReadingReceipt
from dxkit.loaders._sheet import Sheet

NO_RECIPE = "読み取りのレシピではありません"
SAVE_AGAIN = '読めた表の .attrs["reading"].save("recipe.json") で作り直してください'
OTHER_FORM = (
    "様式が変わったようです。recipe= を付けずに読み、読み取りの控えを見てから、"
    "レシピを作り直してください"
)
# key of a recipe → kinds of its value; what a hand has changed is checked, too
KINDS: dict[str, tuple[type, ...]] = {
    "sheet": (str,),
    "header": (list,),
    "heads": (list,),
    "numbers": (list,),
    "code": (str, type(None)),
    "name": (str, type(None)),
    "columns": (list, type(None)),
    "prefecture": (str, type(None)),
    "on_fault": (str,),
    "turned": (bool,),
}
# a sheet that is called after its month
DIGITS = re.compile(r"\d+|元")


def load_recipe(recipe: object) -> dict[str, Any]:
    """Load a recipe from a file, a receipt or a mapping.

    Raises
    ------
    TableError
        If it is none.
    """
    if isinstance(recipe, ReadingReceipt):
        return dict(recipe.recipe)
    if isinstance(recipe, Mapping):
        return _check_recipe(dict(recipe), "recipe")
    if not isinstance(recipe, str | Path):
        problem = f"recipe=「{shorten(recipe)}」は{NO_RECIPE}"
        raise TableError.one(problem, SAVE_AGAIN, file="recipe")
    path = Path(recipe)
    content, _ = parse_json(read_bytes(path), path.name)
    if not isinstance(content, dict):
        raise TableError.one(NO_RECIPE, SAVE_AGAIN, file=path.name)
    return _check_recipe(content, path.name)


def _check_recipe(recipe: dict[str, Any], file: str) -> dict[str, Any]:
    if recipe.pop(VERSION_KEY, RECIPE_VERSION) != RECIPE_VERSION:
        problem = "新しい版の dxkit で作られたレシピです"
        raise TableError.one(problem, "dxkit を新しくするか、作り直してください", file=file)
    faults = [
        Fault(f"レシピに「{key}」がないか、形が違います", SAVE_AGAIN, file=file)
        for key, kinds in KINDS.items()
        if not isinstance(recipe.get(key, ...), kinds)
    ]
    header = recipe.get("header")
    if isinstance(header, list) and not all(type(line) is int for line in header):
        faults.append(Fault("レシピの「header」は行の番号の並びです", SAVE_AGAIN, file=file))
    if faults:
        raise TableError(faults)
    return recipe


def make_recipe(
    sheet: Sheet,
    layout: Layout,
    numbers: Sequence[str],
    options: Mapping[str, Any],
    *,
    is_turned: bool,
) -> dict[str, Any]:
    """Make the recipe of a sheet that was read.

    Parameters
    ----------
    sheet, layout
        The sheet, and where things stand in it.
    numbers
        The headings of the columns that hold numbers.
    options
        ``columns, prefecture, on_fault`` of the caller.
    is_turned
        Whether municipalities stand side by side; their header is found anew.
    """
    rows = range(layout.header, layout.first)
    lines = [sheet.row_numbers[row] - 1 for row in rows if not sheet.is_blank(row)]
    # a column is named by the words of the first header row, as the caller would name it
    words = sheet.texts[layout.header]
    naming = {
        # of two columns of one heading, the first would be taken
        key: words[position]
        if position is not None
        and position < len(words)
        and words.index(words[position]) == position
        else None
        for key, position in (("code", layout.code), ("name", layout.name))
    }
    return {
        "sheet": sheet.name,
        "header": [] if is_turned else lines,
        "heads": _list_heads(layout),
        "numbers": list(numbers),
        # a column without a heading is found by what it holds
        **{key: word or None for key, word in naming.items()},
        "turned": is_turned,
        **options,
    }


def find_recipe_sheet(path: str | Path, recipe: Mapping[str, Any]) -> str | None:
    """Choose the sheet of the recipe: by its name, by its name but for its month, or the only one.

    Raises
    ------
    TableError
        If there is none; names those that there are.
    """
    wanted = str(recipe["sheet"])
    names = [sheet.name for sheet in read_sheets(path)]
    # a CSV has one sheet without a name
    if wanted in names or names == [""]:
        return wanted if wanted in names and wanted else None
    alike = [name for name in names if DIGITS.sub("#", name) == DIGITS.sub("#", wanted)]
    if len(alike) == 1:
        return alike[0]
    if len(names) == 1:
        return names[0]
    problem = f"レシピのシート「{shorten(wanted)}」がありません。あるシート: {'、'.join(names)}"
    raise TableError.one(problem, "sheet= で読むシートを指定してください", file=Path(path).name)


def find_misfits(
    recipe: Mapping[str, Any],
    sheet: Sheet,
    layout: Layout,
    numbers: Sequence[str],
    *,
    is_turned: bool,
) -> list[Fault]:
    """Find in what a sheet differs from the form that a recipe was made of."""
    if bool(recipe["turned"]) != is_turned:
        return [sheet.make_fault("市町の並ぶ向き（縦・横）がレシピと違います", OTHER_FORM)]
    heads = set(map(to_plain_name, _list_heads(layout)))
    missing = [head for head in recipe["heads"] if to_plain_name(str(head)) not in heads]
    if missing:
        listed = "」「".join(shorten(head) for head in missing)
        problem = f"レシピにある見出し「{listed}」が、見出しの行にありません"
        return [sheet.make_fault(problem, OTHER_FORM, row=layout.header)]
    plain = set(map(to_plain_name, numbers))
    return [
        sheet.make_fault("レシピでは数の列ですが、数として読めません", OTHER_FORM, column=str(head))
        for head in recipe["numbers"]
        if to_plain_name(str(head)) not in plain
    ]


def list_new_heads(recipe: Mapping[str, Any], layout: Layout) -> str:
    """List the headings that the recipe does not know, as a remark; empty if there are none."""
    known = {to_plain_name(str(head)) for head in recipe["heads"]}
    new = [head for head in _list_heads(layout) if to_plain_name(head) not in known]
    listed = "」「".join(shorten(head) for head in new)
    return f"レシピにない見出し「{listed}」の列も読みました" if new else ""


def _list_heads(layout: Layout) -> list[str]:
    return [
        head
        for position, head in enumerate(layout.heads)
        if head and position not in layout.ignored
    ]
