"""How does a workshop run in a room whose network is closed?

`pack` gathers everything that a Windows computer with nothing but Python needs into one folder: the
notebooks, the data, the project and every library it stands on, each checked against the hash in
the project's lock file.
"""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from dxkit._checks import require_flag
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError
from dxkit.reports._atomic_write import (
    replace_folder,
    require_untouched,
    write_file_list,
    write_text,
)
from dxkit.reports._edition import edition
from dxkit.reports._lock_file import describe_environments, select_pins
from dxkit.reports._pip import build_own_wheel, download_wheels

ASSETS = Path(__file__).parents[1] / "assets"
# every extra that a notebook uses
LOCK_FILE = "requirements-full.lock"
# what the pack takes from the checkout as it is: name there → name in the pack
COPIED = {
    "notebooks": "notebooks",
    "data": "data",
    "docs": "docs",
    "dxkit/assets/lab": "lab",
    "scripts/make_venv.py": "make_venv.py",
    "LICENSE": "LICENSE",
    "README.md": "README.md",
    "README.ja.md": "README.ja.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "CITATION.cff": "CITATION.cff",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
}
LEFT_OUT = ("out", ".ipynb_checkpoints", "__pycache__", "*.py[co]", ".*")
# a link of a Markdown document to a file
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)([^)\s]+)\)")
STARTERS = {"start.cmd": "start.cmd", "start.sh": "start.sh", "read_first.txt": "はじめに.txt"}
FILE_LIST = "pack.json"
# the edition that needs no Python
PAGES = "pages"
# access rights of a file that is run, and of one that is read
RUN_MODE = 0o755
READ_MODE = 0o644


@accepts_old_keywords(to="path", progress="show_progress")
def pack(
    path: str | Path,
    *,
    wheels: bool = True,
    platform: str | None = "win_amd64",
    python_version: str = "3.11",
    pages: bool = False,
    show_progress: bool = True,
) -> Path:
    """Make the offline workshop folder; needs the network once, so that the workshop does not.

    Parameters
    ----------
    path
        The folder to make. It appears only when it is complete. An earlier pack there is replaced,
        unless somebody has worked in it.
    wheels
        Whether the libraries go in (about 130 MB). Without them the pack only brings a computer up
        to date on which an earlier pack has been opened in the same folder.
    platform
        ``"win_amd64"`` for Windows computers, ``None`` for computers of the kind that this runs
        on.
    python_version
        The Python of those computers, ``"3.11"`` or later.
    pages
        Whether the edition that needs no Python goes in as well (folder ``pages``, see `edition`):
        every notebook is run, which takes a quarter of an hour or more. ``make pack`` does.
    show_progress
        Whether a bar counts the libraries.

    Returns
    -------
    pathlib.Path
        The folder. ``start.cmd`` (``start.sh`` elsewhere) in it sets up and opens the notebooks.

    Raises
    ------
    ChoiceError
        If the platform or version is not offered, ``path`` holds something that is not an untouched
        pack, or dxkit does not run from its checkout.
    FetchError
        If the libraries could not be downloaded.
    MissingExtraError
        If pip or hatchling, which build the project's wheel, are not installed.

    Notes
    -----
    Made and opened on Linux with ``platform=None`` by the tests, in a network namespace without any
    network. For Windows, the files are selected and downloaded by the same code; opening them there
    has not been tried by a machine.

    Examples
    --------
    What cannot become a pack is refused before anything is written or downloaded:

    >>> from dxkit import reports
    >>> reports.pack("out/pack", python_version="3.9")
    Traceback (most recent call last):
    dxkit.errors.ChoiceError: python_version「3.9」は使えません。3.11 以降を「3.11」のように書いてください。
    """
    for option, value in {"wheels": wheels, "pages": pages, "show_progress": show_progress}.items():
        require_flag(value, option)
    # everything that can be refused is refused before anything is written
    source = _find_checkout()
    target = Path(path).absolute()
    environments = describe_environments(platform, python_version)
    _require_free_target(target, source)
    target.parent.mkdir(parents=True, exist_ok=True)
    # beside the target, so that the complete folder only has to be renamed
    with tempfile.TemporaryDirectory(prefix=".pack-", dir=target.parent) as workplace:
        folder = Path(workplace) / "made"
        _copy_checkout(source, folder, python_version)
        lock = (source / LOCK_FILE).read_text(encoding="utf-8")
        own_line = build_own_wheel(source, folder / "wheels")
        if wheels:
            pins = select_pins(lock, environments)
            download_wheels(pins, folder / "wheels", platform, show_progress=show_progress)
        write_text(folder / "requirements.lock", f"{lock}{own_line}\n")
        if pages:
            edition(folder / PAGES, show_progress=show_progress)
        facts = {"made_for": platform or sys.platform, "python": python_version}
        write_file_list(folder, FILE_LIST, facts)
        replace_folder(folder, target, Path(workplace) / "earlier")
    return target


def _find_checkout() -> Path:
    """Find the folder that holds the whole project, notebooks and lock file included."""
    folder = Path(__file__).resolve().parents[2]
    missing = [name for name in (LOCK_FILE, *COPIED) if not (folder / name).exists()]
    if missing:
        raise ChoiceError(
            "研修パックは dxkit のフォルダー一式（README・notebooks のある場所）から作ります。"
            f"「{folder}」に {'・'.join(missing)} がありません。"
            "フォルダー一式を入手し、その中で make pack を実行してください。"
        )
    return folder


def _require_free_target(target: Path, source: Path) -> None:
    """Refuse to write over the project itself, or over anything that is not an untouched pack."""
    own_folders = [source / name for name in (*COPIED, "dxkit", "tests")]
    is_inside = any(target.is_relative_to(folder) for folder in own_folders)
    if source.is_relative_to(target) or is_inside:
        raise ChoiceError(
            f"「{target}」には作れません（dxkit 自身のフォルダーです）。"
            "out/pack のような別の場所を指定してください。"
        )
    require_untouched(target, FILE_LIST, "研修パック")


def _copy_checkout(source: Path, folder: Path, python_version: str) -> None:
    """Copy what needs no making: notebooks (without results), data, documents, starters."""
    folder.mkdir()
    for source_name, pack_name in COPIED.items():
        if (source / source_name).is_dir():
            ignore = shutil.ignore_patterns(*LEFT_OUT)
            shutil.copytree(source / source_name, folder / pack_name, ignore=ignore)
        else:
            shutil.copyfile(source / source_name, folder / pack_name)
    # notebooks are opened by people who did not run them
    for notebook in (folder / "notebooks").rglob("*.ipynb"):
        _clear_results(notebook)
    # names.md leads to the source of each name, of which the pack carries only the wheel
    for document in (folder / "docs").glob("*.md"):
        _unlink_absent_files(document)
    for asset_name, pack_name in STARTERS.items():
        _write_starter(ASSETS / "pack" / asset_name, folder / pack_name, python_version)


def _clear_results(notebook: Path) -> None:
    """Take results out of a notebook.

    Another computer would not trust them, and they may hold what people typed.
    """
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    content["metadata"].pop("widgets", None)
    write_text(notebook, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _unlink_absent_files(document: Path) -> None:
    """Leave only the text of links to files that are not there."""

    def unlink(link: re.Match[str]) -> str:
        is_there = (document.parent / link[2]).exists()
        return link[0] if is_there else link[1]

    write_text(document, LINK.sub(unlink, document.read_text(encoding="utf-8")))


def _write_starter(template: Path, path: Path, python_version: str) -> None:
    """Write a starter with the line ends and the encoding that its reader wants."""
    minor = python_version.split(".")[1]
    text = template.read_text(encoding="utf-8").replace("@MINOR@", minor)
    # Windows' own tools want their line ends, and a mark in a text that is not ASCII
    is_windows = path.suffix in {".cmd", ".txt"}
    encoding = "utf-8-sig" if path.suffix == ".txt" else "utf-8"
    path.write_text(text, encoding=encoding, newline="\r\n" if is_windows else "\n")
    path.chmod(RUN_MODE if path.suffix == ".sh" else READ_MODE)
