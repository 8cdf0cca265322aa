"""How does an official file get from its publisher onto this machine?

`fetch` downloads from the publisher's own address through pooch, into a cache, with a progress bar.
On a closed network it says which file to carry in and where to put it; a file that has been carried
in is used without any connection.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pooch

from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, FetchError
from dxkit.loaders._load import load

TIMEOUT_S = 20


def _find_cache_folder() -> Path:
    """Find the folder of downloaded and carried-in files: ``DXKIT_CACHE``, or the user's cache."""
    return Path(os.environ.get("DXKIT_CACHE") or pooch.os_cache("dxkit"))


@accepts_old_keywords(progress="show_progress")
def fetch(name: str, *, show_progress: bool = True) -> Path:
    """Get an official file, from the cache or from its publisher.

    Parameters
    ----------
    name
        A ``name`` in the table ``downloads``.
    show_progress
        Show a progress bar while downloading.

    Returns
    -------
    pathlib.Path
        The file, ready for the reader that ``load("downloads")`` names in ``reader``. Its SHA-256
        is written beside it (``….sha256``); publishers replace files without notice, so the hash is
        recorded, not demanded.

    Raises
    ------
    ChoiceError
        If there is no such name.
    FetchError
        If the publisher cannot be reached, or offers the file only behind a page; says which file
        to carry in and where to put it.

    Examples
    --------
    A name that is not offered lists those that are; the names themselves stand in a table.

    >>> from dxkit.loaders import load
    >>> load("downloads")["name"].head(3).tolist()
    ['n03_2024', 'n03_2021', 'roadside_stations']
    >>> try:
    ...     fetch("n03_1950")
    ... except ChoiceError as error:
    ...     print(str(error).partition("。")[0])
    「n03_1950」という公式ファイルはありません
    """
    row = _find_download(name)
    path = _find_cache_folder() / str(row["file"])
    # a file that was carried in by hand lies where a download would
    if not path.exists():
        _download(row, path, show_progress=show_progress)
    # publishers replace files without notice: the hash tells which one was read
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    note = path.with_name(path.name + ".sha256")
    note.write_text(f"{digest}  {path.name}\n", encoding="ascii")
    return path


def _find_download(name: str) -> "pd.Series[Any]":
    table = load("downloads").set_index("name", drop=False).fillna("")
    if name not in table.index:
        names = "、".join(table.index)
        raise ChoiceError(f"「{name}」という公式ファイルはありません。あるもの: {names}")
    return cast("pd.Series[Any]", table.loc[name])


def _download(row: "pd.Series[Any]", path: Path, *, show_progress: bool) -> None:
    if not row["url"]:
        reason = "このファイルは公表ページから手で保存する必要があります。"
        raise FetchError(_explain_carrying_in(row, path, reason))
    downloader = pooch.HTTPDownloader(progressbar=show_progress, timeout=TIMEOUT_S)
    try:
        pooch.retrieve(
            row["url"], known_hash=None, fname=path.name, path=path.parent, downloader=downloader
        )
    except (OSError, ValueError) as error:
        # requests' errors are OSErrors; pooch raises ValueError for what is not http(s)
        reason = f"公表元につながりません（{type(error).__name__}）。"
        raise FetchError(_explain_carrying_in(row, path, reason)) from error


def _explain_carrying_in(row: "pd.Series[Any]", path: Path, reason: str) -> str:
    """Explain how to bring the file in by hand."""
    return (
        f"「{row['label']}」を取得できませんでした。{reason}\n"
        f"つながる端末で {row['page']} を開き、「{row['file']}」（{row['how']}）を保存して、"
        f"次の場所に置いてください:\n  {path}\n"
        f'置いたあと、もう一度 fetch("{row["name"]}") を実行するか、'
        f"{row['reader']} にファイルの場所を渡してください。"
    )
