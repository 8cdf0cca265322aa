"""How do forty answered forms become forty printed profiles and the prefecture's sheets, all or nothing?"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from tqdm.auto import tqdm

from dxkit.errors import ChoiceError, shorten
from dxkit.reports import _atomic_write
from dxkit.reports._deck import DRAWS, TITLE, slides
from dxkit.reports._hearing_figures import Hearing, hearing
from dxkit.reports._html_page import page, text
from dxkit.reports._official_figures import Official, official
from dxkit.reports._profile import AUDIENCES, card

LIST = "profiles.json"
DECK, INDEX = "deck.html", "index.html"


def profiles(
    answers: pd.DataFrame,
    *,
    to: str | Path,
    indicators: pd.DataFrame | None = None,
    audience: str = "municipality",
    progress: bool = True,
    draws: int = DRAWS,
) -> Path:
    """Write the 市町カルテ of every municipality in the answers, the prefecture's sheets and an index into a folder.

    Parameters
    ----------
    answers
        Of the hearing, the fictional towns included.
    to
        The folder. It appears only when it is complete. An earlier one there is replaced, unless somebody has worked in it.
    indicators
        The hearing's framework; by default ``indicators_hearing``.
    audience
        As for `profile`.
    progress
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
        If there is no such audience, or ``to`` holds something that is not an untouched folder of profiles.
    TableError
        If the answers or the framework cannot be used.
    """
    if audience not in AUDIENCES:
        raise ChoiceError(
            f"audience「{shorten(audience)}」は使えません。{'・'.join(AUDIENCES)} から選んでください。"
        )
    target = Path(to).absolute()
    _atomic_write.check_free(target, LIST, "市町カルテのフォルダー")
    facts = official()
    heard = hearing(answers, indicators, facts.towns)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".profiles-", dir=target.parent) as folder:
        made = Path(folder) / "made"
        made.mkdir()
        for code in tqdm(heard.codes, desc="市町カルテ", unit="市町", disable=not progress):
            _atomic_write.write(made / f"{code}.html", card(code, facts, heard, audience))
        _atomic_write.write(made / DECK, slides(facts, heard, draws))
        _atomic_write.write(made / INDEX, _index(facts, heard, heard.codes))
        _atomic_write.list_files(made, LIST, {"audience": audience})
        _atomic_write.put(made, target, Path(folder) / "earlier")
    return target


def _index(facts: Official, heard: Hearing, codes: Sequence[str]) -> str:
    """Write the page that leads to all others, in the order of the codes."""
    marked = "（架空データ）" if heard.made else ""
    links = "".join(
        f'<li><a href="{text(code)}.html">{text(facts.towns["name"][code])}</a></li>'
        for code in codes
    )
    body = (
        f'<main class="index"><h1>市町カルテ{text(marked)}</h1><p><a href="{DECK}">{text(TITLE)}（県の資料）</a></p>'
        f"<ul>{links}</ul></main>"
    )
    return page(f"市町カルテ{marked}", body, kind="index")
