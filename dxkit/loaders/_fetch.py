"""How does an official file get from its publisher onto this machine?

`fetch` downloads from the publisher's own address through pooch, into a cache, with a progress bar,
and keeps only what its reader opens. On a closed network it says which file to carry in and where
to put it; a file that has been carried in is used without any connection.
"""

import hashlib
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pooch

from dxkit._checks import require_flag
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, TableWarning
from dxkit.loaders._fetch_carried import NOTE_SUFFIX, find_carried_file
from dxkit.loaders._fetch_check import check_kind, check_reader
from dxkit.loaders._fetch_explanation import Explanation, OfficialFile
from dxkit.loaders._fetch_refusal import RefusalError
from dxkit.loaders._load import load

TIME_LIMIT_S = 900
STAGING_PREFIX = ".dxkit-fetch-"
# no download of ours is still running after so long
STAGING_LIMIT_S = 24 * 3600
PAGE_ONLY = "このファイルは公表ページから手で保存する必要があります"
CHECK_PLACE = (
    "空き容量と書き込みの権限を確かめるか、環境変数 DXKIT_CACHE に別の場所を書いてください"
)
OTHER_HASH = "手もとのファイルのハッシュ値（SHA-256）が、指定されたものと違います"


def _find_cache_folder() -> Path:
    """Find the folder of downloaded and carried-in files: ``DXKIT_CACHE``, or the user's cache."""
    return Path(os.environ.get("DXKIT_CACHE") or pooch.os_cache("dxkit")).expanduser()


@accepts_old_keywords(progress="show_progress")
def fetch(
    name: str,
    *,
    sha256: str = "",
    show_progress: bool = True,
    time_limit_s: float = TIME_LIMIT_S,
) -> Path:
    """Get an official file, from the cache or from its publisher.

    Parameters
    ----------
    name
        A ``name`` in the table ``downloads``.
    sha256
        Demand the very file that has this hash (64 hexadecimal digits), as a study that is to be
        repeated does.
    show_progress
        Show a progress bar while downloading.
    time_limit_s
        Give up a download after so many seconds, however slowly it drips.

    Returns
    -------
    pathlib.Path
        The file, ready for the reader that ``load("downloads")`` names in ``reader``: it is of the
        right kind, whole, and its reader opens it. Its SHA-256 is written beside it (``….sha256``);
        publishers replace files without notice, so the hash is recorded, not demanded.

        A file carried in by hand is found whether its name is composed or not (NFC, NFD), with
        full- or half-width characters, and with blanks.

    Raises
    ------
    ChoiceError
        If there is no such name.
    FetchError
        If the publisher cannot be reached, answers with something else, or offers the file only
        behind a page; says which file to carry in and where to put it, and what to do about a
        refused certificate or proxy. Nothing of a failed download stays on the disk; a file that
        somebody carried in is never deleted.

    Warns
    -----
    TableWarning
        If the hash cannot be written beside the file (a folder that can only be read).

    Notes
    -----
    The machine's own certificates are trusted beside those of Python; ``SSL_CERT_FILE`` and
    ``REQUESTS_CA_BUNDLE`` name others, ``HTTPS_PROXY`` and ``HTTP_PROXY`` a proxy. Proxies that ask
    for a Windows sign-in (NTLM, Kerberos) are beyond it. A body that is longer than the length its
    server declares looks like a whole one; its reader must notice.

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
    require_flag(show_progress, "show_progress")
    official = _find_official_file(name)
    # a file that was carried in by hand lies where a download would
    path = _find_carried(official)
    if path is None:
        path = _download_checked(official, sha256.lower(), show_progress, time_limit_s)
    _check_carried(official, path, sha256.lower())
    return path


def _find_official_file(name: str) -> OfficialFile:
    table = load("downloads").set_index("name", drop=False).fillna("")
    if name not in table.index:
        names = "、".join(table.index)
        raise ChoiceError(f"「{name}」という公式ファイルはありません。あるもの: {names}")
    columns = ("name", "label", "url", "page", "file", "how", "reader")
    row = {column: str(table.loc[name, column]) for column in columns}
    all_files = tuple(table["file"].astype(str))
    return OfficialFile(**row, folder=_find_cache_folder(), all_files=all_files)


def _find_carried(official: OfficialFile) -> Path | None:
    explanation = Explanation(official, f"場所: {official.folder}", "置き場所を読めません")
    with explanation.of_refusals():
        return find_carried_file(official.folder, official.file)


def _download_checked(
    official: OfficialFile, sha256: str, show_progress: bool, time_limit_s: float
) -> Path:
    """Download into a folder of its own; only what has passed every check is moved out of it."""
    explanation = Explanation(official, f"場所: {official.folder}", "置き場所に書けません")
    with explanation.of_refusals():
        official.folder.mkdir(parents=True, exist_ok=True)
        _sweep_staging(official.folder)
    if not official.url:
        explanation.where = f"公表ページ: {official.page}"
        raise explanation.make_error(RefusalError(PAGE_ONLY, "下の手順で持ち込んでください"))
    # the network library takes longer to import than most tables to load
    from dxkit.loaders._fetch_download import Downloader, download_file  # noqa: PLC0415

    downloader = Downloader(
        official.label,
        official.place.suffix,
        show_progress=show_progress,
        time_limit_s=time_limit_s,
    )
    with explanation.of_refusals(), _make_staging(official) as path:
        explanation.where = f"アドレス: {official.url}"
        try:
            download_file(official.url, path, downloader, sha256)
        finally:
            if downloader.address != official.url:
                explanation.where += f"（転送先: {downloader.address}）"
        check_kind(path, official.place.suffix)
        check_reader(path, official.reader)
        note = _write_note(path, _compute_hash(path))
        path.replace(official.place)
        note.replace(official.folder / note.name)
    return official.place


@contextmanager
def _make_staging(official: OfficialFile) -> Iterator[Path]:
    """Make a folder beside the file's place that is deleted whatever happens inside."""
    with tempfile.TemporaryDirectory(prefix=STAGING_PREFIX, dir=official.folder) as folder:
        # readers name the file in their faults
        yield Path(folder) / official.file


def _sweep_staging(folder: Path) -> None:
    """Delete what a download left that was killed together with its kernel."""
    for staging in folder.glob(f"{STAGING_PREFIX}*"):
        if time.time() - staging.stat().st_mtime > STAGING_LIMIT_S:
            shutil.rmtree(staging, ignore_errors=True)


def _check_carried(official: OfficialFile, path: Path, sha256: str) -> None:
    """Check a file that lies in the folder, unless it was checked before and is the same."""
    where = f"場所: {path}（このファイルは消していません）"
    explanation = Explanation(official, where, "手もとのファイルを読めません", "は使えません")
    with explanation.of_refusals():
        digest = _compute_hash(path)
        if sha256 and digest != sha256:
            remedy = f"今のファイルの値は {digest} です"
            raise explanation.make_error(RefusalError(OTHER_HASH, remedy))
        # reading a large file twice takes minutes
        if _is_noted(path, digest):
            return
        check_reader(path, official.reader)
    try:
        _write_note(path, digest)
    except OSError as error:
        message = (
            f"「{path.name}」の横にハッシュ値を記録できません（{error.strerror}）。"
            f"SHA-256 は {digest} です"
        )
        warnings.warn(message, TableWarning, stacklevel=4)


def _compute_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_noted(path: Path, digest: str) -> bool:
    """Check whether the note beside a file says that this very content was checked."""
    note = _find_note(path)
    return note.is_file() and note.read_bytes().startswith(digest.encode("ascii"))


def _find_note(path: Path) -> Path:
    return path.with_name(path.name + NOTE_SUFFIX)


def _write_note(path: Path, digest: str) -> Path:
    """Write the hash beside a file: it tells later which edition was read."""
    note = _find_note(path)
    # the form that `sha256sum --check` takes; names are Japanese
    note.write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    return note
