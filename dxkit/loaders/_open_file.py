"""How is a file read that is already open, or that lies in memory?

Uploads and downloads hand over bytes. They are written to a temporary file, which every reader
can read, and which is gone after it. A prefecture may be named to every reader as to `load`.
"""

import hashlib
import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar

import pandas as pd

from dxkit.errors import ChoiceError, shorten
from dxkit.loaders._resolve_prefecture import resolve_prefecture

P = ParamSpec("P")
R = TypeVar("R")

# what a file in memory is called in messages and in ``.attrs``
UNNAMED = "メモリ上のファイル"
# the first bytes of a workbook or an archive, and of JSON
ZIP_START = b"PK"
OLD_WORKBOOK_START = b"\xd0\xcf\x11\xe0"
JSON_STARTS = (b"{", b"[")


def accepts_open_file(reader: Callable[P, R]) -> Callable[P, R]:
    r"""Decorate a reader so that its first argument may be an open file or bytes.

    Where it takes a ``prefecture``, that may be a name or a number, as for `load`.

    Examples
    --------
    >>> from io import BytesIO
    >>> from dxkit.loaders import read_table
    >>> read_table(BytesIO("市町名,件数\n姫路市,12\n尼崎市,3\n".encode("cp932")))["code"].tolist()
    ['28201', '28202']
    """
    takes_several = "paths" in inspect.signature(reader).parameters

    @wraps(reader)
    def read(*args: P.args, **kwargs: P.kwargs) -> R:
        # empty and None mean what the reader says of them
        if kwargs.get("prefecture"):
            kwargs["prefecture"] = resolve_prefecture(str(kwargs["prefecture"]))
        keyword = next((name for name in ("path", "paths") if name in kwargs), None)
        given: Any = args[0] if args else kwargs.get(keyword or "")
        if isinstance(given, str | PathLike):
            return _add_hash(reader(*args, **kwargs), Path(given))
        if not args and keyword is None:
            return reader(*args, **kwargs)
        content = _read_content(given, reader.__name__, takes_several=takes_several)
        if content is None:
            return reader(*args, **kwargs)
        with TemporaryDirectory() as folder:
            path: Any = Path(folder) / _name_file(given, content)
            path.write_bytes(content)
            if args:
                return _add_hash(reader(path, *args[1:], **kwargs), path)  # type: ignore[arg-type]
            kwargs[str(keyword)] = path
            return _add_hash(reader(*args, **kwargs), path)

    return read


def _add_hash(answer: R, path: Path) -> R:
    """Add to a table which file it was read from, with the hash of its bytes."""
    if isinstance(answer, pd.DataFrame) and "inputs" not in answer.attrs and path.is_file():
        record = {
            key: str(answer.attrs[key])
            for key in ("source", "publisher", "as_of", "licence", "kind")
            if answer.attrs.get(key)
        }
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        answer.attrs["inputs"] = [{"name": path.stem, **record, "sha256": digest}]
    return answer


def _read_content(given: object, reader: str, *, takes_several: bool) -> bytes | None:
    """Read the bytes of an open file; None for what the reader itself must judge (a list).

    Raises
    ------
    ChoiceError
        If it is no file at all.
    """
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    if hasattr(given, "read"):
        content = given.read()
        return content.encode("utf-8") if isinstance(content, str) else bytes(content)
    # forms of the hearing, or the archives of a mesh, come as several files
    if isinstance(given, Iterable) and takes_several:
        parts = given if isinstance(given, Sequence) else ()
        if odd := [part for part in parts if not isinstance(part, str | PathLike)]:
            raise _make_no_file_error(odd[0], reader, "ファイルの名前（パス）を並べてください。")
        return None
    remedy = "ファイルの名前（パス）か、開いたファイルを渡してください。"
    raise _make_no_file_error(given, reader, remedy)


def _make_no_file_error(given: object, reader: str, remedy: str) -> ChoiceError:
    kind = type(given).__name__
    return ChoiceError(f"{reader} に「{shorten(given)}」（{kind}）は渡せません。{remedy}")


def _name_file(given: object, content: bytes) -> str:
    """Name the file as it is called, or by what it holds."""
    name = getattr(given, "name", None)
    if isinstance(name, str) and Path(name).name:
        return Path(name).name
    if content.startswith((ZIP_START, OLD_WORKBOOK_START)):
        return f"{UNNAMED}{'.xls' if content.startswith(OLD_WORKBOOK_START) else '.xlsx'}"
    is_json = content.lstrip()[:1] in JSON_STARTS
    return f"{UNNAMED}{'.json' if is_json else '.csv'}"
