"""How are the project's own wheel and the libraries that it stands on gathered with pip?"""

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm.auto import tqdm

from dxkit.errors import ChoiceError, FetchError, MissingExtraError, shorten
from dxkit.reports._atomic_write import hash_file, write_text

# only what the lock names, as wheels, each with the right hash; a closed network shows soon
DOWNLOAD_OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",
    "--require-hashes",
    "--timeout",
    "30",
    "--retries",
    "2",
)
# the project's own wheel is made of what is there: no library, no index, no other environment
BUILD_OPTIONS = ("--no-deps", "--no-index", "--no-build-isolation")
MESSAGE_LENGTH = 300


def build_own_wheel(source: Path, wheels: Path) -> str:
    """Build the project's own wheel, with no network, and return its line of the lock file.

    Raises
    ------
    MissingExtraError
        If pip or hatchling is not installed.
    ChoiceError
        If pip fails.
    """
    for module in ("pip", "hatchling"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError(
                f"研修パックを作るには {module} が要ります。"
                f"make pack で作るか、pip install {module} を実行してください。"
            )
    wheels.mkdir()
    exit_code, output = run_pip("wheel", *BUILD_OPTIONS, "--wheel-dir", str(wheels), str(source))
    if exit_code:
        raise ChoiceError(
            f"dxkit 自身のパッケージを作れませんでした。pip の答え: {_last_errors(output)}"
        )
    wheel = next(wheels.glob("dxkit-*.whl"))
    version = wheel.name.split("-")[1]
    return f"dxkit=={version} --hash=sha256:{hash_file(wheel)}"


def download_wheels(
    pins_of: dict[str, list[str]], wheels: Path, platform: str | None, *, show_progress: bool
) -> None:
    """Download wheels, each checked against its hash.

    Parameters
    ----------
    pins_of
        Full Python version → lines of a lock file.
    wheels
        The folder to fill.
    platform
        As for `dxkit.reports.pack`.
    show_progress
        Whether a bar counts the libraries.

    Raises
    ------
    FetchError
    """
    pins_file = wheels.parent / "wanted.txt"
    count = sum(map(len, pins_of.values()))
    with tqdm(total=count, desc="ライブラリ", unit="個", disable=not show_progress) as bar:
        for version, pins in pins_of.items():
            write_text(pins_file, "\n".join(pins) + "\n")
            place = ["--platform", platform] if platform else []
            place += ["--python-version", version, "--dest", str(wheels), "-r", str(pins_file)]
            exit_code, output = run_pip(
                "download",
                *DOWNLOAD_OPTIONS,
                *place,
                # pip names each library once when it turns to it
                watch=lambda line: bar.update(line.startswith(("Collecting ", "Processing "))),
            )
            if exit_code:
                raise FetchError(_write_advice(output))
    pins_file.unlink()


def run_pip(*arguments: str, watch: Callable[[str], object] = len) -> tuple[int, str]:
    """Run pip, handing each line of its output to ``watch``.

    Returns
    -------
    tuple
        Exit code and whole output.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    lines: list[str] = []
    # read line by line: downloads take minutes, and a bar counts them
    with subprocess.Popen(  # noqa: S603 (no shell, and the words are this module's own)
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            watch(line)
    return process.returncode, "".join(lines)


def _last_errors(output: str) -> str:
    """Return the last error lines of pip's output, or its last lines if it names no error."""
    errors = [line for line in output.splitlines() if line.startswith("ERROR")]
    lines = errors or output.splitlines()
    return shorten(" / ".join(lines[-2:]), MESSAGE_LENGTH)


def _write_advice(output: str) -> str:
    return (
        "ライブラリをダウンロードできませんでした。"
        "研修パックは、インターネットにつながる PC で一度だけ作り、"
        "できたフォルダーを USB メモリーなどで閉じたネットワークに持ち込みます。"
        "つながる PC で make pack をもう一度実行してください。"
        f"pip の答え: {_last_errors(output)}"
    )
