"""Does a path lead to another computer, where a write-ahead log of SQLite is not safe?

All programs that use a write-ahead log must run on the same computer, because they share memory:
https://www.sqlite.org/wal.html, "Disadvantages". File servers also confirm writes and locks that
they have not made yet: https://www.sqlite.org/useovernet.html.
"""

import os
import sys
import warnings
from pathlib import Path

from dxkit.errors import TableWarning

# file systems of file servers, as Linux names them
NETWORK_KINDS = frozenset(
    ("9p", "afpfs", "afs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.rclone", "fuse.s3fs",
     "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "vboxsf")
)  # fmt: skip
MOUNTS = Path("/proc/self/mountinfo")
# what Windows' GetDriveTypeW returns for a drive of a file server
DRIVE_REMOTE = 4
WARNING = (
    "保存先「{path}」は共有フォルダー（ほかのコンピューターのディスク）にあります。"
    "SQLite の記録は、1台のパソコンの中だけで安全です。停電や切断で記録が壊れることがあり、"
    "2台から同時に開くと必ず壊れます → "
    "会議のあいだはこのパソコンのディスクに保存し、終わってから共有フォルダーに写してください。"
    "何台かで使うときは PostgreSQL（postgresql://…）にしてください。"
)


def warn_of_network_share(path: Path, *, stacklevel: int) -> None:
    """Warn of a file on a network share."""
    if is_network_share(path):
        message = WARNING.format(path=path)
        warnings.warn(message, TableWarning, stacklevel=stacklevel + 1)


def is_network_share(path: Path) -> bool:
    r"""Check whether a path is a UNC path (``\\server\share``) or lies on a mounted share."""
    text = str(path)
    if text.startswith(("\\\\", "//")):
        # \\?\C:\… is a long local path; \\?\UNC\… is none
        return not text.startswith(("\\\\?\\", "\\\\.\\")) or text[4:].upper().startswith("UNC\\")
    if sys.platform == "win32":
        return _is_remote_drive(path)
    return _find_file_system(path) in NETWORK_KINDS


def _is_remote_drive(path: Path) -> bool:
    """Ask Windows whether a drive letter stands for a share."""
    # looked up by name: only Windows has it
    import ctypes  # noqa: PLC0415

    windows = getattr(ctypes, "windll", None)
    root = f"{Path(os.path.abspath(path)).drive}\\"  # noqa: PTH100 # must not follow the share
    return windows is not None and windows.kernel32.GetDriveTypeW(root) == DRIVE_REMOTE


def _find_file_system(path: Path) -> str:
    """Find the kind of file system that holds a path, on Linux; elsewhere nothing is known."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    target = os.path.realpath(path)
    kind = ""
    longest = -1
    for line in lines:
        # see proc(5): the mount point is the fifth field, the kind the first behind the dash
        before, _, behind = line.partition(" - ")
        mount_point = _unescape(before.split(" ")[4])
        is_above = mount_point == "/" or f"{target}/".startswith(f"{mount_point}/")
        # of two mounts in one place the later one is seen
        if is_above and len(mount_point) >= longest:
            longest = len(mount_point)
            kind = behind.split(" ")[0]
    return kind


def _unescape(text: str) -> str:
    """Read blanks and backslashes that the list of mounts writes as octal numbers."""
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, letter)
    return text
