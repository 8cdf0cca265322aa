"""How do forty answered forms become forty printed profiles and a deck, all or none of them?"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from tqdm.auto import tqdm

from dxkit._checks import require_choice, require_flag
from dxkit._keywords import accepts_old_keywords
from dxkit.reports._atomic_write import (
    replace_folder,
    require_untouched,
    write_file_list,
    write_text,
)
from dxkit.reports._deck import DRAWS, TITLE, write_slides
from dxkit.reports._hearing_figures import Hearing, gather_hearing
from dxkit.reports._html_page import escape_text, write_page
from dxkit.reports._official_figures import Official, gather_official
from dxkit.reports._origin_marks import in_brackets
from dxkit.reports._profile import AUDIENCES, write_card

# names of the files beside one file a municipality
FILE_LIST = "profiles.json"
DECK = "deck.html"
INDEX = "index.html"


@accepts_old_keywords(to="path", progress="show_progress")
def profiles(
    answers: pd.DataFrame,
    *,
    path: str | Path,
    indicators: pd.DataFrame | None = None,
    audience: str = "municipality",
    show_progress: bool = True,
    draws: int = DRAWS,
) -> Path:
    """Write the 市町カルテ of every municipality in the answers, the prefecture's sheets, an index.

    Parameters
    ----------
    answers
        Of the hearing, the fictional towns included. Invented or estimated ones (see `dxkit.load`)
        are marked on every sheet.
    path
        The folder. It appears only when it is complete. An earlier one there is replaced, unless
        somebody has worked in it.
    indicators
        The hearing's framework; by default ``indicators_hearing``.
    audience
        As for `profile`.
    show_progress
        Whether a bar counts the sheets.
    draws
        Of the rank intervals of `deck`.

    Returns
    -------
    pathlib.Path
        The folder: ``index.html``, ``deck.html`` and one file a municipality, named by its code.

    Raises
    ------
    ChoiceError
        If there is no such audience, or ``path`` holds something that is not an untouched folder
        of profiles.
    TableError
        If the answers or the framework cannot be used.

    Examples
    --------
    A folder that somebody else made is left alone:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from dxkit import load, reports
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, "thesis.txt").touch()
    ...     try:
    ...         reports.profiles(load("hearing_example"), path=folder)
    ...     except ValueError as error:
    ...         print(str(error).split("」")[1])
    は市町カルテのフォルダーではないので上書きしません。別の場所を指定するか、先に移してください。
    """
    require_flag(show_progress, "show_progress")
    require_choice(audience, AUDIENCES, "audience")
    target = Path(path).absolute()
    # before the work, not after it
    require_untouched(target, FILE_LIST, "市町カルテのフォルダー")
    official = gather_official()
    hearing = gather_hearing(answers, indicators, official.municipalities)
    target.parent.mkdir(parents=True, exist_ok=True)
    # beside the target, so that the complete folder only has to be renamed
    with tempfile.TemporaryDirectory(prefix=".profiles-", dir=target.parent) as workplace:
        folder = Path(workplace) / "made"
        folder.mkdir()
        for code in tqdm(
            hearing.asked_codes, desc="市町カルテ", unit="市町", disable=not show_progress
        ):
            write_text(folder / f"{code}.html", write_card(code, official, hearing, audience))
        write_text(folder / DECK, write_slides(official, hearing, draws))
        write_text(folder / INDEX, _write_index(official, hearing, hearing.asked_codes))
        write_file_list(folder, FILE_LIST, {"audience": audience})
        replace_folder(folder, target, Path(workplace) / "earlier")
    return target


def _write_index(official: Official, hearing: Hearing, codes: Sequence[str]) -> str:
    """Write the page that leads to all others, in the order of the codes."""
    # no order but that of the codes
    names = official.municipalities["name"]
    heading = f"市町カルテ{in_brackets(hearing.data_mark)}"
    links = "".join(
        f'<li><a href="{escape_text(code)}.html">{escape_text(names[code])}</a></li>'
        for code in codes
    )
    deck_link = f'<p><a href="{DECK}">{escape_text(TITLE)}（県の資料）</a></p>'
    body = f'<main class="index"><h1>{escape_text(heading)}</h1>{deck_link}<ul>{links}</ul></main>'
    return write_page(heading, body, kind="index")
