"""Is this ZIP safe to look into, and what does a member hold?

Nothing is ever unpacked under a name that an archive chose; members are read into memory, within bounds.
"""

import io
import zipfile
import zlib

from dxkit.errors import Fault, TableError
from dxkit.loaders._encoding import GET_AGAIN

START = b"PK\x03\x04"
MAX_UNPACKED_BYTES = 512 * 2**20
MAX_UNPACK_RATIO = 200
MAX_MEMBERS = 10_000
FROM_SOURCE = "配布元から入手し直してください"
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


def normal_zip(content: bytes, file: str) -> zipfile.ZipFile:
    """Open a ZIP archive whose members are few, small and named inside the archive's own folder.

    Raises
    ------
    TableError
        If it is damaged, locked, would unpack to too much (zip bomb), or a member's name leaves the folder.
    """
    archive = _opened(content, file)
    faults: list[Fault] = []
    members = archive.infolist()
    for member in members[:MAX_MEMBERS]:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            problem = "圧縮ファイルの中に、外のフォルダーを指す名前があります（危険なファイルかもしれません）"
            faults.append(Fault(problem, FROM_SOURCE, file=file, value=member.filename))
        if member.flag_bits & 1:
            faults.append(
                Fault(
                    "パスワード付きの圧縮ファイルです",
                    "パスワードを外してください",
                    file=file,
                    value=member.filename,
                )
            )
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS:
        faults.append(
            Fault(f"圧縮ファイルの中身が多すぎます（{len(members):,}個）", FROM_SOURCE, file=file)
        )
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_UNPACK_RATIO * max(len(content), 2**16):
        problem = f"展開すると{unpacked / 2**20:,.0f} MBになる不自然な圧縮ファイルです（危険なファイルかもしれません）"
        faults.append(Fault(problem, FROM_SOURCE, file=file))
    if faults:
        raise TableError(faults)
    return archive


def read_member(archive: zipfile.ZipFile, member: str, file: str) -> bytes:
    """Give one member's bytes; a damaged or lying member is one clear fault."""
    limit = archive.getinfo(member).file_size
    try:
        with archive.open(member) as stream:
            # one byte more than promised makes zipfile check the sum
            return stream.read(limit + 1)
    except DAMAGE as error:
        raise TableError.one(
            "圧縮ファイルの中身が壊れています", GET_AGAIN, file=file, value=member
        ) from error


def _opened(content: bytes, file: str) -> zipfile.ZipFile:
    """Open an archive; names without a Unicode mark are cp932, as Japanese Windows writes them."""
    for encoding in ("cp932", None):
        try:
            return zipfile.ZipFile(io.BytesIO(content), metadata_encoding=encoding)
        except UnicodeDecodeError:
            continue
        except DAMAGE as error:
            raise TableError.one(
                "圧縮ファイル（zip / xlsx）が壊れているか、途中で切れています", GET_AGAIN, file=file
            ) from error
    raise TableError.one("圧縮ファイルの中の名前が読めません", FROM_SOURCE, file=file)
