"""Which Python environment does this folder need, and how does it come into being with one command?

``python scripts/make_venv.py requirements-lab.lock`` (``make full``: requirements-full.lock) makes ``.venv`` beside it and installs what the lock file pins, every
file checked against its hash. A second run that finds the same lock returns at once. With ``--wheels FOLDER`` nothing is
asked of the network: the packages come from that folder (the offline workshop pack). Only Python and pip are assumed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
# the newest Python for which every pinned package has a wheel, and the package that a newer one lacks; a lock
# without that package (make lab) has wheels for the next Python, too
NEWEST = (3, 13)
LACKING_NEWER = "jntajis-python"
# Windows refuses paths above 260 characters; the longest below .venv is about 150
LONGEST_WINDOWS_FOLDER = 100


def main() -> None:
    """Bring the environment to what the lock file says."""
    options = arguments()
    lock, venv = Path(options.lock), Path(options.venv)
    if not lock.is_file():
        stop(
            f"{lock} がありません。dxkit のフォルダーの中で実行してください。",
            f"{lock} not found: run this inside the dxkit folder.",
        )
    wanted = pins(lock.read_text(encoding="utf-8"))
    check_computer(wanted)
    installed = venv / "installed.lock"
    fresh = not usable(venv)
    if fresh:
        make(venv)
    explain_errors(venv)
    if not fresh and is_current(installed, wanted):
        return
    # taken away first: an installation that breaks off leaves no stamp, and the next run goes on from there
    installed.unlink(missing_ok=True)
    install(python_of(venv), lock, len(wanted), options.wheels)
    installed.write_text(f"{lock.read_text(encoding='utf-8')}\n{project()}\n", encoding="utf-8")
    say("準備ができました。", "Ready.")


def is_current(installed: Path, wanted: set[str]) -> bool:
    """Tell whether all that the lock pins is installed already."""
    if not installed.is_file():
        return False
    return wanted | {project()} <= pins(installed.read_text(encoding="utf-8"))


def explain_errors(venv: Path) -> None:
    """Let the environment's notebooks explain errors in Japanese from their first cell on."""
    settings = venv / "etc" / "ipython" / "ipython_kernel_config.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    # without this they do so from `import dxkit` on, which a newcomer may not have run yet
    settings.write_text('{"InteractiveShellApp": {"extensions": ["dxkit"]}}\n', encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Make .venv and install what a lock file pins.")
    parser.add_argument(
        "lock",
        help="requirements-lab.lock (to use dxkit), requirements-full.lock (all notebooks) or requirements.lock (tests)",
    )
    parser.add_argument("--venv", default=".venv", help="folder of the environment")
    parser.add_argument("--wheels", help="install from this folder only, with no network")
    return parser.parse_args()


def check_computer(wanted: set[str]) -> None:
    """Stop where this Python or computer has no wheels; warn of a folder that is too deep for Windows."""
    if sys.version_info < OLDEST:
        stop(
            f"Python 3.11 以降が必要です（いまの Python は {sys.version.split()[0]}）。python.org から入れてください。",
            f"Python >= 3.11 is needed, this is {sys.version.split()[0]}. Or: make lab PYTHON=/path/to/python3.11",
        )
    lacks_wheel = any(pin.startswith(f"{LACKING_NEWER}==") for pin in wanted)
    if sys.version_info[:2] > NEWEST and lacks_wheel:
        newest = ".".join(map(str, NEWEST))
        stop(
            f"Python {platform.python_version()} では、{LACKING_NEWER} の入れられる形のものがまだありません。"
            f"Python 3.11〜{newest} で、make lab PYTHON=/path/to/python{newest} のように場所を指定してください。",
            f"{LACKING_NEWER} has no wheel for Python {platform.python_version()} yet. Use Python 3.11 to {newest}: "
            f"make lab PYTHON=/path/to/python{newest}",
        )
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        # a wheel may have come since; where none has, pip's own words say less
        say(
            "Intel の Mac では、固定した版の部品の一部に入れられる形のものがありません。入らないときは conda"
            "（environment.yml）を使うか、Apple シリコンの Mac・Windows・Linux で実行してください。",
            "Some pinned packages have no wheel for Intel Macs. If the installation fails, use conda (environment.yml), "
            "an Apple-silicon Mac, Windows or Linux.",
        )
    if os.name == "nt" and len(str(Path.cwd())) > LONGEST_WINDOWS_FOLDER:
        say(
            "フォルダーの場所が深すぎます。C:\\dxkit のような短い場所に移すと安全です。",
            "This folder is deep; a short path is safer.",
        )


def usable(venv: Path) -> bool:
    """Tell whether the environment starts and has this Python's version (it does not after a move or an upgrade)."""
    command = [str(python_of(venv)), "-c", "import sys, pip; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.split() == [str(part) for part in sys.version_info[:2]]


def make(venv: Path) -> None:
    """Make an empty environment."""
    say(f"{venv} を作っています…", f"Making {venv} with Python {sys.version.split()[0]}")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=False).returncode:
        shutil.rmtree(venv, ignore_errors=True)
        stop(
            "仮想環境を作れませんでした。Debian・Ubuntu なら「sudo apt install python3-venv」を実行してください。",
            "No virtual environment could be made. On Debian or Ubuntu: sudo apt install python3-venv",
        )


def install(python: Path, lock: Path, count: int, wheels: str | None) -> None:
    """Install what the lock pins, then the project itself (in a pack it is one of the pinned wheels)."""
    say(
        "必要なライブラリを入れています（初回は数分かかります）…",
        "Installing packages (a few minutes the first time)",
    )
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    if wheels:
        # a newer pack may carry another dxkit of the same version number, which pip alone would not replace
        run([*pip, "uninstall", "--yes", "dxkit"], 0)
    offline = ["--no-index", "--find-links", wheels] if wheels else []
    # the lock is complete, so that nothing needs to be resolved; Python compiles what it imports
    spared = ["--no-deps", "--no-compile"]
    checked = ["--require-hashes", "--only-binary=:all:", "-r", str(lock)]
    run([*pip, "install", *offline, *spared, *checked], count)
    if not wheels:
        run([*pip, "install", "--no-deps", "--no-index", "--no-build-isolation", "-e", "."], 0)


def run(command: list[str], count: int) -> None:
    """Run pip, showing one line that counts packages; show what it said if it fails."""
    said: list[str] = []
    counted = 0
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            # a package from the index is "collected", one from a folder or the cache "processed"
            if count and line.startswith(("Collecting ", "Processing ")):
                counted += 1
                show(f"{counted} / {count}  {Path(line.split()[1]).name}")
            elif count and line.startswith("Installing collected"):
                show("インストール中… / installing…", end="\n")
    if process.returncode:
        print("\n" + "".join(line for line in said if not line.startswith("WARNING"))[-3000:])
        stop(
            "ライブラリを入れられませんでした。ネットワークにつながっているか確かめて、同じ命令をもう一度実行してください。"
            "閉じたネットワークでは、つながる PC で作った研修パック（make pack）を使ってください。",
            "Packages could not be installed. Check the network and run the same command again, or use the offline pack.",
        )


def show(text: str, end: str = "") -> None:
    """Write over the line last shown; a log file gets no such line."""
    if sys.stdout.isatty():
        print(f"\r  {text:<70.70}", end=end, flush=True)


def pins(text: str) -> set[str]:
    """Give the logical lines of a lock file: one pinned package with its hashes each."""
    lines = text.replace("\\\n", " ").splitlines()
    return {" ".join(line.split()) for line in lines if line.strip()}


def project() -> str:
    """Give a line that changes when the project's own description does (an editable install must then be renewed)."""
    description = Path("pyproject.toml")
    return (
        "# "
        + hashlib.sha256(description.read_bytes() if description.is_file() else b"").hexdigest()
    )


def python_of(venv: Path) -> Path:
    """Give the interpreter of an environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def say(japanese: str, english: str) -> None:
    """Print a message in both languages."""
    print(f"{japanese}\n{english}", flush=True)


def stop(japanese: str, english: str) -> None:
    """End with a message in both languages."""
    sys.exit(f"\n{japanese}\n{english}")


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a console in another encoding shows "?" rather than ending in a traceback
            stream.reconfigure(errors="replace")
    main()
