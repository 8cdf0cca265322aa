"""How does somebody read the notebooks whose computer has no Python?

`edition` writes every notebook as a page that opens by double-click, with its maps, its results at
the main positions of its choices, its exercises and its texts for each municipality.
"""

import html
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tqdm.auto import tqdm

from dxkit._checks import require_choice, require_flag
from dxkit.errors import ChoiceError
from dxkit.loaders import find_prefecture, load, resolve_prefecture
from dxkit.reports._atomic_write import (
    replace_folder,
    require_untouched,
    write_file_list,
    write_text,
)
from dxkit.reports._edition_page import (
    NOTEBOOK_END,
    PAGE_END,
    write_edition_page,
    write_notebook_page,
    write_town_choice,
)
from dxkit.reports._html_page import escape_text
from dxkit.reports._notebook_runs import run_notebook
from dxkit.reports._profiles import profiles

FILE_LIST = "edition.json"
INDEX = "index.html"
SHEETS = "sheets"
TITLE = "{prefecture}の市町DXを考える教材（Python のいらない版）"
# folders of notebooks, and for whom they are
AUDIENCES = {
    "": "はじめての人すべて",
    "trainees": "研修生（市町から来た人）",
    "facilitators": "進行役（県職員・リエゾン）",
    "research": "研究者",
}
LEFT_OUT = ("out", ".ipynb_checkpoints")
MINUTES = re.compile(r"所要[^0-9]*([0-9]+)分")
ALL_PAGES = "all"
ABOUT = (
    "<p>このフォルダーのページは、ダブルクリックで開きます。Python もインターネットも要りません。"
    "どのページも、どこへも通信しません。</p>"
    "<ul><li><b>できること</b>: 地図を動かす、選択欄の主な位置の結果を見る、"
    "自分の市町（{count}市町）の文と図を読む、問いの答え合わせをする、市町カルテを印刷する。</li>"
    "<li><b>できないこと</b>: コードを変えて計算し直す、自分の Excel を読み込む、投票・グループ分けを"
    "その場で動かす。これらには Python のある版（研修パック）を使います。</li></ul>"
    "<p>図や表の出典と時点は、それぞれの下にあります。「架空データ」とあるものは、作った数字です。</p>"
)


@dataclass(frozen=True)
class Page:
    """A notebook and what the index says of it."""

    path: Path
    address: str
    question: str
    minutes: str

    @property
    def audience(self) -> str:
        """The folder of the notebook; empty for the first one."""
        return "" if "/" not in self.address else PurePosixPath(self.address).parts[0]


def edition(
    path: str | Path,
    *,
    notebooks: str | Path | Sequence[str] = ALL_PAGES,
    municipalities: Sequence[str] | None = None,
    sheets: bool = True,
    show_progress: bool = True,
) -> Path:
    """Write the notebooks as pages that need no Python and no network.

    Parameters
    ----------
    path
        The folder to make. It appears only when it is complete. An earlier edition there is
        replaced, unless somebody has changed something in it.
    notebooks
        ``"all"`` (of the checkout), some of them by their address there
        (``["trainees/01_where_are_we.ipynb"]``), or a folder with other notebooks.
    municipalities
        Names of those for which texts and figures are computed; by default all of the prefecture.
    sheets
        Whether the 市町カルテ of the example hearing (invented, and marked as such) go in.
    show_progress
        Whether a bar counts the notebooks.

    Returns
    -------
    pathlib.Path
        The folder; its ``index.html`` leads to all pages, by audience.

    Raises
    ------
    ChoiceError
        If there is no such notebook or municipality, a notebook cannot be run, or ``path`` holds
        something that is not an untouched edition.
    MissingExtraError
        If nbconvert or nbclient, which JupyterLab brings, are not installed.

    Notes
    -----
    Every notebook is run once, and what depends on ``town`` once more for each municipality. Right
    answers of exercises can be read in a page's source.

    Examples
    --------
    What cannot become an edition is refused before anything is run:

    >>> from dxkit import reports
    >>> reports.edition("out/pages", notebooks=["trainees/99.ipynb"])
    Traceback (most recent call last):
    dxkit.errors.ChoiceError: ノートブック「trainees/99.ipynb」はありません。...
    """
    for option, value in {"sheets": sheets, "show_progress": show_progress}.items():
        require_flag(value, option)
    target = Path(path).absolute()
    require_untouched(target, FILE_LIST, "Python のいらない版")
    pages = _select_pages(notebooks)
    names = _select_municipalities(municipalities)
    addresses = {page.address for page in pages}
    target.parent.mkdir(parents=True, exist_ok=True)
    # beside the target, so that the complete folder only has to be renamed
    with tempfile.TemporaryDirectory(prefix=".edition-", dir=target.parent) as workplace:
        folder = Path(workplace) / "made"
        folder.mkdir()
        for page in tqdm(pages, desc="ページ", unit="ページ", disable=not show_progress):
            _write_page(page, folder, names, addresses, Path(workplace))
        if sheets:
            profiles(load("hearing_example"), path=folder / SHEETS, show_progress=show_progress)
        write_text(folder / INDEX, _write_index(pages, len(names), has_sheets=sheets))
        facts = {"pages": str(len(pages)), "contents": _list_contents(pages), "towns": names}
        write_file_list(folder, FILE_LIST, facts)
        replace_folder(folder, target, Path(workplace) / "earlier")
    return target


def _select_pages(notebooks: str | Path | Sequence[str]) -> list[Page]:
    """Find the notebooks; every one that is missing is named."""
    folder = Path(__file__).resolve().parents[2] / "notebooks"
    selected: list[str] | None = None
    if isinstance(notebooks, str | Path) and notebooks != ALL_PAGES:
        folder = Path(notebooks)
    elif not isinstance(notebooks, str | Path):
        selected = list(notebooks)
    present = {
        notebook.relative_to(folder).as_posix(): notebook
        for notebook in sorted(folder.rglob(f"*{NOTEBOOK_END}"))
        if not set(LEFT_OUT) & set(notebook.relative_to(folder).parts)
    }
    missing = [name for name in selected or [] if name not in present]
    if missing or not present:
        listed = "・".join(missing) if missing else str(folder)
        raise ChoiceError(
            f"ノートブック「{listed}」はありません。"
            f"「{folder.name}」フォルダーの中の名前（例: trainees/01_where_are_we.ipynb）で書いてください。"
        )
    ordered = sorted(present if selected is None else set(selected), key=_order)
    return [_read_page(present[name], name) for name in ordered]


def _order(name: str) -> tuple[int, str]:
    """Order notebooks by audience, as somebody would walk from one to the next."""
    folder = PurePosixPath(name).parts[0] if "/" in name else ""
    audiences = list(AUDIENCES)
    return (audiences.index(folder) if folder in audiences else len(audiences), name)


def _read_page(notebook: Path, name: str) -> Page:
    """Read question and minutes from a notebook's first cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    first = "".join(cells[0]["source"]) if cells else ""
    heading = first.splitlines()[0].removeprefix("#").strip() if first else notebook.stem
    minutes = MINUTES.search(first)
    address = name.removesuffix(NOTEBOOK_END) + PAGE_END
    return Page(notebook, address, heading, f"{minutes[1]}分" if minutes else "")


def _select_municipalities(municipalities: Sequence[str] | None) -> list[str]:
    names = list(load("municipalities")["name"].astype(str))
    if municipalities is None:
        return names
    for name in municipalities:
        require_choice(name, names, "municipalities")
    return [name for name in names if name in set(municipalities)]


def _write_page(
    page: Page, folder: Path, names: Sequence[str], addresses: set[str], workplace: Path
) -> None:
    """Run a notebook and write its page."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=workplace) as run_folder:
        run = run_notebook(page.path, Path(run_folder), names)
        parent = PurePosixPath(page.address).parent
        up = "../" * len(parent.parts)
        home = f'<a href="{up}{INDEX}">目次</a>'
        chooser = write_town_choice(list(run.variants), run.town) if run.variants else ""
        mark = '<span class="mark">Python のいらない版</span>'

        def has_page(address: str) -> bool:
            return _resolve(parent, address) in addresses

        content = write_notebook_page(run, page.question, f"{home}{chooser}{mark}", has_page)
    file = folder / page.address
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, content)


def _list_contents(pages: Sequence[Page]) -> list[dict[str, str]]:
    """List the pages for a program that serves them."""
    return [
        {"address": page.address, "question": page.question, "minutes": page.minutes}
        for page in pages
    ]


def _resolve(parent: PurePosixPath, address: str) -> str:
    """Resolve a relative address within the edition."""
    parts: list[str] = []
    for part in (parent / address.partition("#")[0]).parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _write_index(pages: Sequence[Page], count: int, *, has_sheets: bool) -> str:
    """Write the page that leads to all others, by audience, for so many municipalities."""
    is_national = resolve_prefecture() is None
    title = TITLE.format(prefecture="全国" if is_national else find_prefecture()["name"])
    sections = []
    for audience in dict.fromkeys(page.audience for page in pages):
        items = "".join(
            f'<li><a href="{html.escape(page.address)}">{escape_text(page.question)}</a> '
            f'<span class="minutes">{escape_text(page.minutes)}</span></li>'
            for page in pages
            if page.audience == audience
        )
        heading = escape_text(AUDIENCES.get(audience, audience))
        sections.append(f"<h2>{heading}</h2><ul>{items}</ul>")
    if has_sheets:
        sections.append(
            "<h2>印刷して配る紙</h2><ul>"
            f'<li><a href="{SHEETS}/{INDEX}">市町カルテと県の資料（記入例。架空データ）</a></li></ul>'
        )
    about = ABOUT.format(count=count)
    body = f'<div class="index"><h1>{escape_text(title)}</h1>{about}{"".join(sections)}</div>'
    return write_edition_page(title, '<span class="mark">目次</span>', body, {"pieces": []})
