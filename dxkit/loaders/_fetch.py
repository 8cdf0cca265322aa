"""How does an official file get from its publisher onto this machine?

`fetch` downloads from the publisher's own address through pooch, into a cache, with a progress bar. On a closed network it
says which file to carry in and where to put it; a file that has been carried in is used without any connection.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pooch

from dxkit.errors import ChoiceError, FetchError
from dxkit.loaders._catalog import load

TIMEOUT_S = 20


def cache_folder() -> Path:
    """Give the folder for downloaded and carried-in files: ``DXKIT_CACHE``, or the user's cache."""
    return Path(os.environ.get("DXKIT_CACHE") or pooch.os_cache("dxkit"))


def fetch(name: str, *, progress: bool = True) -> Path:
    """Get an official file, from the cache or from its publisher.

    Parameters
    ----------
    name
        A ``name`` in the table ``downloads``.
    progress
        Show a progress bar while downloading.

    Returns
    -------
    pathlib.Path
        The file, ready for the reader that ``load("downloads")`` names in ``reader``. Its SHA-256 is written beside it
        (``….sha256``); publishers replace files without notice, so the hash is recorded, not demanded.

    Raises
    ------
    ChoiceError
        If there is no such name.
    FetchError
        If the publisher cannot be reached, or offers the file only behind a page; says which file to carry in and where
        to put it.
    """
    row = _row(name)
    place = cache_folder() / str(row["file"])
    if not place.exists():
        _download(row, place, progress=progress)
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    place.with_name(place.name + ".sha256").write_text(
        f"{digest}  {place.name}\n", encoding="ascii"
    )
    return place


def _row(name: str) -> "pd.Series[Any]":
    table = load("downloads").set_index("name", drop=False).fillna("")
    if name not in table.index:
        raise ChoiceError(
            f"「{name}」という公式ファイルはありません。あるもの: {'、'.join(table.index)}"
        )
    return cast("pd.Series[Any]", table.loc[name])


def _download(row: "pd.Series[Any]", place: Path, *, progress: bool) -> None:
    if not row["url"]:
        raise FetchError(
            _carry_in(row, place, "このファイルは公表ページから手で保存する必要があります。")
        )
    downloader = pooch.HTTPDownloader(progressbar=progress, timeout=TIMEOUT_S)
    try:
        pooch.retrieve(
            row["url"], known_hash=None, fname=place.name, path=place.parent, downloader=downloader
        )
    except (OSError, ValueError) as error:
        # requests' errors are OSErrors; pooch raises ValueError for what is not http(s)
        raise FetchError(
            _carry_in(row, place, f"公表元につながりません（{type(error).__name__}）。")
        ) from error


def _carry_in(row: "pd.Series[Any]", place: Path, reason: str) -> str:
    return (
        f"「{row['label']}」を取得できませんでした。{reason}\n"
        f"つながる端末で {row['page']} を開き、「{row['file']}」（{row['how']}）を保存して、"
        f"次の場所に置いてください:\n  {place}\n"
        f'置いたあと、もう一度 fetch("{row["name"]}") を実行するか、{row["reader"]} にファイルの場所を渡してください。'
    )
