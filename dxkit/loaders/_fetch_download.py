"""How is a file brought from its publisher without ever filling the disk or waiting forever?

pooch's downloads, with bounds of our own: every redirect, the length, the time, and what an
answer unpacks to.
"""

import logging
import os
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pooch
import requests
import urllib3
from tqdm.auto import tqdm

from dxkit.errors import shorten
from dxkit.loaders._fetch_network import explain_network_error, explain_status
from dxkit.loaders._fetch_refusal import (
    CARRY_IN,
    CERTIFICATE_REMEDY,
    CUT_SHORT,
    LOOK_AT_PAGE,
    TRY_LATER,
    RefusalError,
)
from dxkit.loaders._raw import MAX_FILE_BYTES
from dxkit.loaders._zip import BYTES_PER_MB, MAX_UNPACK_RATIO, SMALL_ARCHIVE_BYTES

# how long a server may say nothing
SILENCE_LIMIT_S = 20
MAX_REDIRECTS = 10
PIECE_BYTES = 2**16
# letters of a file's place that stand in a message: its end counts
PLACE_LETTERS = 300
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
COMPRESSIONS = ("gzip", "x-gzip", "deflate")
# a file of these kinds ends with its own directory: one that is cut cannot be opened
SELF_CHECKING_SUFFIXES = (".zip", ".xlsx")
# zlib tells gzip from its own format by the first bytes
ANY_ZLIB_FORMAT = zlib.MAX_WBITS | 32


class _SystemTrustAdapter(requests.adapters.HTTPAdapter):
    """Trust the machine's own certificates beside those that requests ships.

    An office that inspects its traffic has put its certificate into Windows, not into Python.
    """

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        context = ssl.create_default_context()
        super().init_poolmanager(*arguments, ssl_context=context, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        context = ssl.create_default_context()
        return super().proxy_manager_for(proxy, ssl_context=context, **options)


class Downloader:
    """Download one address into a file; pooch calls it.

    Parameters
    ----------
    label
        What the progress bar says.
    suffix
        How the file's name must end: some kinds tell by themselves whether they are whole.
    show_progress
        Show a progress bar.
    time_limit_s
        After so long the download is given up, however slowly it drips.

    Attributes
    ----------
    address : str
        Where the last answer came from, after all redirects.
    """

    def __init__(
        self, label: str, suffix: str, *, show_progress: bool, time_limit_s: float
    ) -> None:
        self.label = label
        self.is_self_checking = suffix.lower() in SELF_CHECKING_SUFFIXES
        self.show_progress = show_progress
        self.time_limit_s = time_limit_s
        self.address = ""

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        self.address = url
        deadline = monotonic() + self.time_limit_s
        _require_certificate_files()
        try:
            with _open_session() as session, _send_request(session, url) as response:
                self.address = response.url
                _check_response(response, url)
                if not self.is_self_checking:
                    _require_length(response)
                self._write_body(response, Path(output_file), deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise explain_network_error(error) from error

    def _write_body(self, response: requests.Response, path: Path, deadline: float) -> None:
        total = _find_length(response)
        bar = tqdm(
            total=total,
            desc=self.label,
            unit="B",
            unit_scale=True,
            disable=not self.show_progress,
        )
        with path.open("wb") as file, bar:
            for content in _unpack_pieces(response, _read_pieces(response, deadline)):
                file.write(content)
                bar.update(len(content))


def download_file(url: str, path: Path, downloader: Downloader, sha256: str = "") -> None:
    """Download a file through pooch.

    Raises
    ------
    RefusalError
        If the publisher cannot be reached, answers with anything but a whole file, or the file's
        hash is another.
    """
    with _hush_pooch():
        try:
            pooch.retrieve(
                url, sha256 or None, fname=path.name, path=path.parent, downloader=downloader
            )
        except ValueError as error:
            # pooch has deleted the file already
            problem = "届いたファイルのハッシュ値（SHA-256）が、指定されたものと違います"
            remedy = "公表元が差し替えたか、途中で書き換えられています。" + LOOK_AT_PAGE
            raise RefusalError(problem, remedy) from error


@contextmanager
def _hush_pooch() -> Iterator[None]:
    """Keep pooch's English notes about temporary files off the screen."""
    logger: logging.Logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _require_certificate_files() -> None:
    """Refuse a variable that names no file: one is ignored without a word, one is an odd error."""
    for variable in CERTIFICATE_VARIABLES:
        place = os.environ.get(variable, "")
        if place and not Path(place).exists():
            problem = f"環境変数 {variable} に書かれた証明書「{shorten(place, PLACE_LETTERS)}」がありません"
            raise RefusalError(problem, CERTIFICATE_REMEDY)


def _open_session() -> requests.Session:
    session = requests.Session()
    session.max_redirects = MAX_REDIRECTS
    session.mount("https://", _SystemTrustAdapter())
    return session


def _send_request(session: requests.Session, url: str) -> requests.Response:
    # a body as it is has a length that can be checked
    headers = {"Accept-Encoding": "identity"}
    return session.get(url, stream=True, timeout=SILENCE_LIMIT_S, headers=headers)


def _check_response(response: requests.Response, url: str) -> None:
    """Refuse an answer by its head, before any of its body is read."""
    if response.status_code != 200:
        raise explain_status(response.status_code)
    hops = [answer.url for answer in (*response.history, response)]
    if url.startswith("https:") and not all(hop.startswith("https:") for hop in hops):
        raise RefusalError("暗号化されない場所（http）に転送されました", LOOK_AT_PAGE)
    length = _find_length(response) or 0
    if length > MAX_FILE_BYTES:
        raise _make_size_error(length)


def _require_length(response: requests.Response) -> None:
    """Refuse a body that ends when the connection ends: nobody could tell whether it was cut."""
    is_chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    is_measured = is_chunked or "Content-Length" in response.headers
    if not is_measured and "Content-Encoding" not in response.headers:
        problem = "公表元が長さを知らせないので、途中で切れていないか確かめられません"
        raise RefusalError(problem, CARRY_IN)


def _find_length(response: requests.Response) -> int | None:
    length = response.headers.get("Content-Length", "").strip()
    return int(length) if length.isascii() and length.isdigit() else None


def _read_pieces(response: requests.Response, deadline: float) -> Iterator[bytes]:
    """Read the body as it arrives, until the time is over; a cut body is an error of urllib3."""
    while piece := response.raw.read1(PIECE_BYTES, decode_content=False):
        if monotonic() > deadline:
            problem = "届くのが遅すぎて、決めた時間（time_limit_s）のうちに終わりません"
            raise RefusalError(problem, f"time_limit_s を大きくするか、{CARRY_IN}")
        yield piece


def _unpack_pieces(response: requests.Response, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack a body that comes compressed although nobody asked for it, within bounds."""
    compression = response.headers.get("Content-Encoding", "identity").strip().lower()
    if compression not in ("", "identity", *COMPRESSIONS):
        problem = f"読めない圧縮（{shorten(compression)}）で届きました"
        raise RefusalError(problem, CARRY_IN)
    inflater = zlib.decompressobj(ANY_ZLIB_FORMAT) if compression in COMPRESSIONS else None
    received = 0
    unpacked = 0
    for piece in pieces:
        received += len(piece)
        likely = MAX_UNPACK_RATIO * max(received, SMALL_ARCHIVE_BYTES)
        for content in _inflate(piece, inflater) if inflater else (piece,):
            unpacked += len(content)
            if unpacked > MAX_FILE_BYTES:
                raise _make_size_error(unpacked)
            if unpacked > likely:
                problem = "展開すると大きくなりすぎる、不自然な圧縮で届きました"
                raise RefusalError(f"{problem}（危険なファイルかもしれません）", LOOK_AT_PAGE)
            yield content
    if inflater and not inflater.eof:
        raise RefusalError(CUT_SHORT, TRY_LATER)


def _inflate(piece: bytes, inflater: "zlib._Decompress") -> Iterator[bytes]:
    """Inflate in small portions: a thousandfold bomb must not reach the memory at once."""
    try:
        while piece:
            yield inflater.decompress(piece, PIECE_BYTES)
            piece = inflater.unconsumed_tail
    except zlib.error as error:
        raise RefusalError("圧縮されて届いた中身が壊れています", TRY_LATER) from error


def _make_size_error(size: int) -> RefusalError:
    limit = MAX_FILE_BYTES // BYTES_PER_MB
    problem = f"届くものが大きすぎます（{size / BYTES_PER_MB:,.0f} MB以上、上限 {limit} MB）"
    return RefusalError(problem, LOOK_AT_PAGE)
