"""What should one municipality's own people see: what is strong, what comes next, and how sure?

No rank, and no other municipality's name unless the sheet is for the prefecture: the like are shown
as their middle half.
"""

from pathlib import Path

import pandas as pd

from dxkit._checks import require_choice
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError
from dxkit.reports._atomic_write import write_report
from dxkit.reports._hearing_figures import Hearing, gather_hearing
from dxkit.reports._hearing_sheet import write_hearing_sheet
from dxkit.reports._html_page import write_page
from dxkit.reports._official_figures import Official, gather_official
from dxkit.reports._official_sheet import write_official_sheet
from dxkit.reports._origin_marks import in_brackets

AUDIENCES = ("municipality", "prefecture")


@accepts_old_keywords(to="path")
def profile(
    code: str,
    *,
    answers: pd.DataFrame | None = None,
    indicators: pd.DataFrame | None = None,
    path: str | Path | None = None,
    audience: str = "municipality",
    prefecture: str | None = "",
) -> Path:
    """Write a municipality's 市町カルテ: one A4 sheet of official figures, a second of its hearing.

    Parameters
    ----------
    code
        The municipality.
    answers
        Of the hearing, of all municipalities: ``code, item, rater, level, target, status,
        evidence``. Without them the second sheet is left out. Invented or estimated ones (see
        `dxkit.load`) are marked on the sheet and in its pictures.
    indicators
        The hearing's framework with its level texts; by default ``indicators_hearing``.
    path
        The file (``.html``); by default ``out/profile_<code>.html``.
    prefecture
        As for `dxkit.load`: whose municipality it is, and among whom it is looked at.
    audience
        ``"municipality"``: no other municipality is named. ``"prefecture"``: the like, and who of
        them has reached the next level, are.

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4; no rank in it.

    Raises
    ------
    CodeError
        If it is none of the prefecture's municipalities.
    ChoiceError
        If there is no such audience, or the municipality has not answered.
    TableError
        If the answers or the framework cannot be used.

    Examples
    --------
    >>> import re, tempfile
    >>> from dxkit import reports
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = reports.profile("28209", path=f"{folder}/card.html").read_text("utf-8")
    >>> re.search("<title>(.*)</title>", page).group(1), page.count('<section class="sheet">')
    ('市町カルテ 豊岡市', 1)
    """
    official = gather_official(prefecture)
    # a wrong code is named before the answers are looked at
    official.get_municipality(code)
    hearing = None
    if answers is not None:
        hearing = gather_hearing(answers, indicators, official.municipalities)
    card = write_card(code, official, hearing, audience)
    return write_report(f"out/profile_{code}.html" if path is None else path, card)


def write_card(code: str, official: Official, hearing: Hearing | None, audience: str) -> str:
    """Write the page of `profile` from figures that were gathered before."""
    require_choice(audience, AUDIENCES, "audience")
    municipality = official.get_municipality(code)
    name = municipality["name"]
    sheets = [write_official_sheet(municipality, official, audience)]
    mark = ""
    if hearing is not None:
        if code not in hearing.asked_codes:
            raise ChoiceError(
                f"{name}（{code}）の回答がありません。"
                "answers= を外すと、公表値だけのカルテを作れます。"
            )
        sheets.append(write_hearing_sheet(municipality, official, hearing, audience))
        mark = hearing.data_mark
    return write_page(f"市町カルテ {name}{in_brackets(mark)}", "\n".join(sheets))
