"""Is this ZIP safe to look into, and what does a member hold?

Nothing is ever unpacked under a name that an archive chose; members are read into memory, within
bounds.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator

from dxkit.errors import Fault, TableError
from dxkit.loaders._remedies import GET_AGAIN, GET_FROM_SOURCE

# how every ZIP begins
START = b"PK\x03\x04"
BYTES_PER_MB = 2**20
MAX_UNPACKED_BYTES = 512 * BYTES_PER_MB
# official files shrink to a tenth; a bomb to a thousandth
MAX_UNPACK_RATIO = 200
SMALL_ARCHIVE_BYTES = 2**16
MAX_MEMBERS = 10_000
ENCRYPTED_FLAG = 1
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)


def open_zip(content: bytes, file: str) -> zipfile.ZipFile:
    """Open a ZIP archive whose members are few, small and named inside the archive's own folder.

    Raises
    ------
    TableError
        If it is damaged, locked, would unpack to too much (zip bomb), or a member's name leaves the
        folder.
    """
    # what a member claims stands in the directory: nothing is unpacked yet
    archive = _open_archive(content, file)
    members = archive.infolist()
    # all of them are told: whoever made the archive must mend it at once
    faults = [
        fault for member in members[:MAX_MEMBERS] for fault in _find_member_faults(member, file)
    ]
    if len(members) > MAX_MEMBERS:
        problem = f"圧縮ファイルの中身が多すぎます（{len(members):,}個）"
        faults.append(Fault(problem, GET_FROM_SOURCE, file=file))
    unpacked = sum(member.file_size for member in members)
    limit = MAX_UNPACK_RATIO * max(len(content), SMALL_ARCHIVE_BYTES)
    if unpacked > min(MAX_UNPACKED_BYTES, limit):
        problem = (
            f"展開すると{unpacked / BYTES_PER_MB:,.0f} MBになる不自然な圧縮ファイルです"
            "（危険なファイルかもしれません）"
        )
        faults.append(Fault(problem, GET_FROM_SOURCE, file=file))
    if faults:
        raise TableError(faults)
    return archive


def _find_member_faults(member: zipfile.ZipInfo, file: str) -> Iterator[Fault]:
    """Find names that lead out of the archive's folder, and locked members."""
    parts = member.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0]:
        problem = (
            "圧縮ファイルの中に、外のフォルダーを指す名前があります（危険なファイルかもしれません）"
        )
        yield Fault(problem, GET_FROM_SOURCE, file=file, value=member.filename)
    if member.flag_bits & ENCRYPTED_FLAG:
        problem = "パスワード付きの圧縮ファイルです"
        yield Fault(problem, "パスワードを外してください", file=file, value=member.filename)


def read_member(archive: zipfile.ZipFile, member: str, file: str) -> bytes:
    """Read one member's bytes; a damaged or lying member is one clear fault."""
    limit = archive.getinfo(member).file_size
    try:
        with archive.open(member) as stream:
            # one byte more than promised makes zipfile check the sum
            return stream.read(limit + 1)
    except DAMAGE as error:
        problem = "圧縮ファイルの中身が壊れています"
        raise TableError.one(problem, GET_AGAIN, file=file, value=member) from error


def _open_archive(content: bytes, file: str) -> zipfile.ZipFile:
    """Open an archive; names without a Unicode mark are cp932, as Japanese Windows writes them."""
    for encoding in ("cp932", None):
        try:
            return zipfile.ZipFile(io.BytesIO(content), metadata_encoding=encoding)
        except UnicodeDecodeError:
            continue
        except DAMAGE as error:
            problem = "圧縮ファイル（zip / xlsx）が壊れているか、途中で切れています"
            raise TableError.one(problem, GET_AGAIN, file=file) from error
    raise TableError.one("圧縮ファイルの中の名前が読めません", GET_FROM_SOURCE, file=file)
