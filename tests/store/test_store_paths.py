"""A store lies where its path says, whatever letters are in it, or one clear sentence says why not."""

import re
import shutil
import sys
import warnings

import pytest

from dxkit.errors import ChoiceError, StoreError, TableWarning
from dxkit.store import Session

NAMES = (
    "50%.sqlite", "a%20b.sqlite", "%s %(x)s.sqlite", "what?.sqlite", "a?mode=ro.sqlite",
    "#1.sqlite", "a b  c.sqlite", "会議の記録（第２回）.sqlite", "👪𠮷.sqlite", "it's;--.sqlite",
    "a&b=c.sqlite", "[x]{y}.sqlite", "~.sqlite", "-x", "no suffix",
)  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids ? and others in file names")
@pytest.mark.parametrize("as_url", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_store_lies_where_its_path_says(tmp_path, name, as_url):
    path = tmp_path / "フォルダー 100%?#" / name
    with Session(f"sqlite:///{path}" if as_url else path) as session:
        session.note(text="x")
    assert path.exists()
    # beside it lies no file of another name, such as the part before a question mark
    others = {file.name for file in path.parent.iterdir()} - {name}
    assert [re.fullmatch(r"dxkit-[0-9a-f]{16}\.key", other) is not None for other in others] == [
        True
    ]
    assert [file.name for file in tmp_path.iterdir()] == [path.parent.name]
    with Session(path) as again:
        assert again.notes()["text"].tolist() == ["x"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another matter on Windows")
@pytest.mark.parametrize("name", NAMES)
def test_a_read_only_store_is_read_where_its_path_says(tmp_path, name):
    import os

    path = tmp_path / name
    with Session(path) as session:
        session.note(text="x")
    path.chmod(0o444)
    tmp_path.chmod(0o755)
    root = os.geteuid() == 0
    if root:
        # pytest's folders are root's alone, one deeper where workers share the tests
        for folder in (tmp_path, *tmp_path.parents[:3]):
            if folder.name.startswith(("pytest-", "popen-", "test_")):
                folder.chmod(0o755)
        os.seteuid(65534)
    try:
        with Session(path) as again:
            assert again.notes()["text"].tolist() == ["x"]
            with pytest.raises(StoreError, match="読み取り専用"):
                again.note(text="y")
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("as_url", [False, True])
@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_a_letter_that_no_file_name_can_hold_is_refused(tmp_path, bad, as_url):
    path = f"{tmp_path}/a{bad}b.sqlite"
    with pytest.raises(ChoiceError, match="ファイル名に使えない文字"):
        Session(f"sqlite:///{path}" if as_url else path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("letter", ["a", "会"])
@pytest.mark.parametrize("length", [120, 261, 400, 1000, 5000])
@pytest.mark.parametrize("in_one_name", [False, True])
def test_a_long_path_is_opened_or_said_to_be_too_long(tmp_path, letter, length, in_one_name):
    folder = tmp_path
    if not in_one_name:
        for _ in range(length // 40):
            folder = folder / (letter * 40)
    path = folder / f"{letter * (length if in_one_name else 10)}.sqlite"
    bytes_ = len(str(path).encode())
    refusal = _write_and_read(path)
    # nobody reads a message of 5,000 letters
    assert len(refusal) < 400
    if refusal:
        assert any(words in refusal for words in ("パスが長すぎます", "too long", "短い名前"))
        assert bytes_ > 240
    else:
        assert path.exists()
        assert bytes_ < 1000


def _write_and_read(path):
    """Write and read a card; the message where the path cannot be opened."""
    try:
        with Session(path) as session:
            session.note(text="x")
        with Session(path) as again:
            return "" if again.notes()["text"].tolist() == ["x"] else "another card"
    except StoreError as error:
        return str(error)


@pytest.mark.parametrize("url", [None, 5, b"m.sqlite", ["m.sqlite"]])
def test_what_is_no_path_is_refused(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ChoiceError, match="読めません"):
        Session(url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="such a name is a real share there")
@pytest.mark.parametrize("share", [r"\\server\会議\m.sqlite", r"\\?\UNC\server\share\m.sqlite"])
@pytest.mark.parametrize("as_url", [False, True])
def test_a_path_of_a_file_server_is_warned_of_and_works(share, as_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.warns(TableWarning, match=r"共有フォルダー.*このパソコンのディスク") as caught:
        session = Session(f"sqlite:///{share}" if as_url else share)
    assert [warning.filename for warning in caught] == [__file__]
    with session:
        session.vote(item="x", value=1, client="a")
        assert session.count() == 1


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / {share} rw,relatime shared:9 - {kind} //server/share rw
31 30 0:41 / {share}/local rw,relatime - ext4 /dev/sdb1 rw
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the list of mounts is Linux's")
@pytest.mark.parametrize("kind", ["cifs", "nfs4", "nfs", "smb3", "fuse.sshfs", "9p"])
def test_a_file_on_a_mounted_share_is_warned_of(tmp_path, monkeypatch, kind):
    share = tmp_path / "共有 フォルダー"
    mounts = tmp_path / "mountinfo"
    # the list of mounts writes a blank as an octal number
    mounts.write_text(
        MOUNTS.format(share=str(share).replace(" ", "\\040"), kind=kind), encoding="utf-8"
    )
    monkeypatch.setattr("dxkit.store._network_share.MOUNTS", mounts)
    with pytest.warns(TableWarning, match=r"共有フォルダー.*PostgreSQL"):
        Session(share / "会議" / "m.sqlite").close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # beside it, and on a disk of this computer that is mounted below it
        Session(tmp_path / "共有 フォルダー2" / "m.sqlite").close()
        Session(share / "local" / "m.sqlite").close()


@pytest.mark.skipif(sys.platform != "linux", reason="the list of mounts is Linux's")
def test_the_systems_own_list_of_mounts_is_read(small_disk, monkeypatch):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Session(small_disk / "m.sqlite").close()
    # a tmpfs is no share; taken for one, it is found where it is mounted
    monkeypatch.setattr("dxkit.store._network_share.NETWORK_KINDS", frozenset(["tmpfs"]))
    with pytest.warns(TableWarning, match="共有フォルダー"):
        Session(small_disk / "n.sqlite").close()
    shutil.rmtree(small_disk / "none", ignore_errors=True)
