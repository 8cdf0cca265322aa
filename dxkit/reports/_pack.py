"""How does a workshop run in a room whose network is closed?

`pack` gathers everything that a Windows computer with nothing but Python needs into one folder: the notebooks, the data,
the project and every library it stands on, each checked against the hash in the project's lock file.
"""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from tqdm.auto import tqdm

from dxkit.errors import ChoiceError, FetchError, MissingExtraError, shorten
from dxkit.reports import _atomic_write

ASSETS = Path(__file__).parents[1] / "assets"
LOCK = "requirements-lab.lock"
# what the pack takes from the checkout as it is: name there, name in the pack
COPIED = {
    "notebooks": "notebooks",
    "data": "data",
    "dxkit/assets/lab": "lab",
    "scripts/make_venv.py": "make_venv.py",
    "LICENSE": "LICENSE",
    "README.md": "README.md",
    "README.ja.md": "README.ja.md",
}
LEFT_OUT = ("out", ".ipynb_checkpoints", "__pycache__", "*.py[co]", ".*")
STARTERS = {"start.cmd": "start.cmd", "start.sh": "start.sh", "read_first.txt": "はじめに.txt"}
LIST = "pack.json"

# the environment markers (PEP 508) of the computers that a pack can be made for; pip itself only knows its own computer's
PLATFORMS = {
    "win_amd64": {
        "implementation_name": "cpython",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "platform_python_implementation": "CPython",
        "platform_system": "Windows",
        "sys_platform": "win32",
    },
}
# a lock may ask for the patch release, which nobody knows beforehand: the first and one after the last cover all
PATCHES = ("0", "99")
# only what the lock names, as wheels, each with the right hash; a closed network is told of soon
CHECKED = (
    "--no-deps",
    "--only-binary=:all:",
    "--require-hashes",
    "--timeout",
    "30",
    "--retries",
    "2",
)


def pack(
    to: str | Path,
    *,
    wheels: bool = True,
    platform: str | None = "win_amd64",
    python_version: str = "3.11",
    progress: bool = True,
) -> Path:
    """Make the offline workshop folder; needs the network once, so that the workshop does not.

    Parameters
    ----------
    to
        The folder to make. It appears only when it is complete. An earlier pack there is replaced, unless somebody has
        worked in it.
    wheels
        Whether the libraries go in (about 130 MB). Without them the pack only brings a computer up to date on which an
        earlier pack has been opened in the same folder.
    platform
        ``"win_amd64"`` for Windows computers, ``None`` for computers of the kind that this runs on.
    python_version
        The Python of those computers, ``"3.11"`` or later.
    progress
        Whether a bar counts the libraries.

    Returns
    -------
    pathlib.Path
        The folder. ``start.cmd`` (``start.sh`` elsewhere) in it sets up and opens the notebooks.

    Raises
    ------
    ChoiceError
        If the platform or version is not offered, ``to`` holds something that is not an untouched pack, or dxkit does not
        run from its checkout.
    FetchError
        If the libraries could not be downloaded.
    MissingExtraError
        If pip or hatchling, which build the project's wheel, are not installed.

    Notes
    -----
    Made and opened on Linux with ``platform=None`` by the tests, in a network namespace without any network. For Windows,
    the files are selected and downloaded by the same code; opening them there has not been tried by a machine.
    """
    source, target = _checkout(), Path(to).absolute()
    environments = _environments(platform, python_version)
    _check_target(target, source)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pack-", dir=target.parent) as folder:
        made = Path(folder) / "made"
        _copy(source, made, python_version)
        lock = (source / LOCK).read_text(encoding="utf-8")
        project = _build(source, made / "wheels")
        if wheels:
            _download(_pins(lock, environments), made / "wheels", platform, progress)
        _atomic_write.write(made / "requirements.lock", f"{lock}{project}\n")
        _atomic_write.list_files(
            made, LIST, {"made_for": platform or sys.platform, "python": python_version}
        )
        _atomic_write.put(made, target, Path(folder) / "earlier")
    return target


def _checkout() -> Path:
    """Give the folder that holds the whole project, notebooks and lock file included."""
    folder = Path(__file__).resolve().parents[2]
    missing = [name for name in (LOCK, *COPIED) if not (folder / name).exists()]
    if missing:
        raise ChoiceError(
            f"研修パックは dxkit のフォルダー一式（README・notebooks のある場所）から作ります。"
            f"「{folder}」に {'・'.join(missing)} がありません。フォルダー一式を入手し、その中で make pack を実行してください。"
        )
    return folder


def _environments(platform: str | None, python_version: str) -> list[dict[str, str]]:
    """Give the marker environments that the target computers may have."""
    if not re.fullmatch(r"3\.(1[1-9]|[2-9]\d)", python_version):
        raise ChoiceError(
            f"python_version「{shorten(python_version)}」は使えません。3.11 以降を「3.11」のように書いてください。"
        )
    if platform is not None and platform not in PLATFORMS:
        raise ChoiceError(
            f"platform「{shorten(platform)}」は使えません。{'・'.join(PLATFORMS)} か、この PC と同じ種類なら None です。"
        )
    here = {name: str(value) for name, value in default_environment().items()}
    kind = here | (
        PLATFORMS[platform] | {"platform_release": "", "platform_version": ""} if platform else {}
    )
    fulls = [f"{python_version}.{patch}" for patch in PATCHES]
    return [
        {
            **kind,
            "python_version": python_version,
            "python_full_version": full,
            "implementation_version": full,
            "extra": "",
        }
        for full in fulls
    ]


def _check_target(target: Path, source: Path) -> None:
    """Refuse to write over, or into, anything that is not an untouched pack."""
    own = [source / name for name in (*COPIED, "dxkit", "tests")]
    if source.is_relative_to(target) or any(target.is_relative_to(folder) for folder in own):
        raise ChoiceError(
            f"「{target}」には作れません（dxkit 自身のフォルダーです）。out/pack のような別の場所を指定してください。"
        )
    _atomic_write.check_free(target, LIST, "研修パック")


def _copy(source: Path, made: Path, python_version: str) -> None:
    """Copy what needs no making: notebooks (without results), data, starters."""
    made.mkdir()
    for name, to in COPIED.items():
        if (source / name).is_dir():
            shutil.copytree(source / name, made / to, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            shutil.copyfile(source / name, made / to)
    for notebook in (made / "notebooks").rglob("*.ipynb"):
        _clear(notebook)
    for name, to in STARTERS.items():
        _starter(ASSETS / "pack" / name, made / to, python_version)


def _clear(notebook: Path) -> None:
    """Take results out of a notebook: another computer would not trust them, and they may hold what people typed."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    content["metadata"].pop("widgets", None)
    _atomic_write.write(notebook, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _starter(template: Path, to: Path, python_version: str) -> None:
    """Write a starter; Windows' own tools want their line ends, and a mark in a text that is not ASCII."""
    text = template.read_text(encoding="utf-8").replace("@MINOR@", python_version.split(".")[1])
    windows = to.suffix in {".cmd", ".txt"}
    to.write_text(
        text,
        encoding="utf-8-sig" if to.suffix == ".txt" else "utf-8",
        newline="\r\n" if windows else "\n",
    )
    to.chmod(0o755 if to.suffix == ".sh" else 0o644)


def _build(source: Path, wheels: Path) -> str:
    """Build the project's own wheel, with no network; give its line of the lock file."""
    for needed in ("pip", "hatchling"):
        if importlib.util.find_spec(needed) is None:
            raise MissingExtraError(
                f"研修パックを作るには {needed} が要ります。make pack で作るか、pip install {needed} を実行してください。"
            )
    wheels.mkdir()
    failed, said = _pip(
        "wheel",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "--wheel-dir",
        str(wheels),
        str(source),
    )
    if failed:
        raise ChoiceError(
            f"dxkit 自身のパッケージを作れませんでした。pip の答え: {_last_words(said)}"
        )
    wheel = next(wheels.glob("dxkit-*.whl"))
    return f"dxkit=={wheel.name.split('-')[1]} --hash=sha256:{_atomic_write.digest(wheel)}"


def _pip(*arguments: str, watch: Callable[[str], object] = len) -> tuple[int, str]:
    """Run pip, handing each line it says to ``watch``; give its exit code and all it said."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603 (no shell, and the words are this module's own)
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            watch(line)
    return process.returncode, "".join(said)


def _last_words(said: str) -> str:
    """Give the error lines of what pip said."""
    lines = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()
    return shorten(" / ".join(lines[-2:]), 300)


def _pins(lock: str, environments: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    """Select the lines of a lock that any of the environments needs, markers taken off, under the environment's version.

    pip would judge the markers by the computer that it runs on, and leave out what only Windows needs.
    """
    lines = [line for line in lock.replace("\\\n", " ").splitlines() if line.strip()]
    chosen: dict[str, list[str]] = {}
    for environment in environments:
        needed = [pin for line in lines if (pin := _pin(line, environment))]
        # what an earlier environment brings is not fetched again
        chosen[environment["python_full_version"]] = [
            pin for pin in needed if not any(pin in pins for pins in chosen.values())
        ]
    return {version: pins for version, pins in chosen.items() if pins}


def _pin(line: str, environment: dict[str, str]) -> str:
    """Give a line of the lock without its marker, or nothing if the environment does not need it."""
    said, *hashes = line.split(" --hash=")
    requirement = Requirement(said.strip())
    if requirement.marker is not None and not requirement.marker.evaluate(environment):
        return ""
    return " --hash=".join(
        [f"{requirement.name}{requirement.specifier}", *(text.strip() for text in hashes)]
    )


def _download(
    chosen: dict[str, list[str]], wheels: Path, platform: str | None, progress: bool
) -> None:
    """Download wheels, each checked against its hash."""
    kind = ["--platform", platform] if platform else []
    wanted = wheels.parent / "wanted.txt"
    with tqdm(
        total=sum(map(len, chosen.values())), desc="ライブラリ", unit="個", disable=not progress
    ) as bar:
        for version, pins in chosen.items():
            _atomic_write.write(wanted, "\n".join(pins) + "\n")
            failed, said = _pip(
                *(
                    "download",
                    *CHECKED,
                    *kind,
                    "--python-version",
                    version,
                    "--dest",
                    str(wheels),
                    "-r",
                    str(wanted),
                ),
                watch=lambda line: bar.update(line.startswith(("Collecting ", "Processing "))),
            )
            if failed:
                raise FetchError(_not_downloaded(said))
    wanted.unlink()


def _not_downloaded(said: str) -> str:
    return (
        "ライブラリをダウンロードできませんでした。研修パックは、インターネットにつながる PC で一度だけ作り、"
        "できたフォルダーを USB メモリーなどで閉じたネットワークに持ち込みます。"
        "つながる PC で make pack をもう一度実行してください。"
        f"pip の答え: {_last_words(said)}"
    )
