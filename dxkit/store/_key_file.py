"""Where does a meeting's secret lie while the meeting is open, so that no copy of its store has it?

A file of its own in the store's folder holds the 32 bytes; the store itself holds only a
fingerprint, by which the file is found again, also after a power cut. Whoever copies the store
alone (into a mail, say) can link nothing by its values. Whoever copies the whole folder has both: a
folder that is synchronised (OneDrive, a share) or backed up before the seal takes the key along,
and the seal reaches none of these copies. The seal overwrites the file with zeros and removes it.
What a solid-state disk keeps of overwritten blocks is beyond a program's reach.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from dxkit.errors import StoreError
from dxkit.store._database_tables import SECRET_BYTES

# what stands in front of a fingerprint, and never in front of a secret; and in front of one whose
# meeting is sealed and whose file is still to be destroyed
MARK = "#"
SEALED_MARK = "-"
# digits of the fingerprint in a file's name
NAME_LENGTH = 16
# its owner reads and writes it, nobody else; Windows keeps to the rights of the folder
OWNER_ONLY = 0o600
# Windows would change line ends without it
_BINARY = getattr(os, "O_BINARY", 0)


def write_key(folder: Path) -> tuple[bytearray, str]:
    """Write a new secret to the disk; give it and its fingerprint.

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    secret = bytearray(secrets.token_bytes(SECRET_BYTES))
    fingerprint = MARK + hashlib.sha256(secret).hexdigest()
    path = _name_file(folder, fingerprint)
    try:
        # never over a file that is there: a secret is written once
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, OWNER_ONLY)
        with os.fdopen(handle, "wb", buffering=0) as file:
            file.write(secret)
            os.fsync(file.fileno())
        _wait_for_folder(folder)
    except OSError as error:
        raise StoreError(
            f"会議の鍵のファイル「{path.name}」を書けません。"
            "フォルダーの空きと書き込みの許可を確かめてください。"
        ) from error
    return secret, fingerprint


def read_key(folder: Path, fingerprint: str) -> bytearray:
    """Read the secret of a fingerprint; empty where its file is missing or is another's."""
    secret = bytearray(SECRET_BYTES)
    try:
        with _name_file(folder, fingerprint).open("rb", buffering=0) as file:
            file.readinto(secret)
    except OSError:
        return bytearray()
    is_right = MARK + hashlib.sha256(secret).hexdigest() == fingerprint
    return secret if is_right else bytearray()


def destroy_key(folder: Path, fingerprint: str) -> None:
    """Overwrite the secret's file with zeros and remove it, if it is there.

    Raises
    ------
    StoreError
        If it is there and stays.
    """
    path = _name_file(folder, fingerprint)
    try:
        with path.open("r+b", buffering=0) as file:
            file.write(bytes(SECRET_BYTES))
            os.fsync(file.fileno())
        path.unlink()
        _wait_for_folder(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(
            f"会議の鍵のファイル「{path.name}」を消せません。"
            "このファイルを使っているプログラムを閉じて、もう一度やり直してください。"
        ) from error


def _name_file(folder: Path, fingerprint: str) -> Path:
    """Name the file by its fingerprint: renaming the store does not lose it."""
    digits = fingerprint[len(MARK) :][:NAME_LENGTH]
    return folder / f"dxkit-{digits}.key"


def _wait_for_folder(folder: Path) -> None:
    """Wait until the folder's list of files is on the disk; Windows has no such call."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
