"""Where should the offline workshop folder go, and for which computers is it?

``python scripts/make_pack.py out/pack`` writes the pages of the reference and calls
`dxkit.reports.pack`, which carries them and the edition that needs no Python.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from dxkit import reports
from dxkit.errors import DxkitError


def main() -> None:
    """Make the pack, or say in one message why not."""
    parser = argparse.ArgumentParser(description="Make the offline workshop folder.")
    parser.add_argument("to", nargs="?", default="out/pack")
    parser.add_argument("--python-version", default="3.11", help="of the computers it is for")
    parser.add_argument(
        "--here", action="store_true", help="for computers of this kind instead of 64-bit Windows"
    )
    parser.add_argument(
        "--no-wheels", action="store_true", help="small: only to bring an earlier pack up to date"
    )
    parser.add_argument(
        "--no-pages", action="store_true", help="leave out the edition that needs no Python"
    )
    parser.add_argument(
        "--pages-only", action="store_true", help="make only the edition that needs no Python"
    )
    parser.add_argument(
        "--course-only",
        action="store_true",
        help="make only the trainees' pages that need no Python, which make room serves",
    )
    options = parser.parse_args()
    if options.pages_only or options.course_only:
        notebooks = _list_course() if options.course_only else "all"
        _make_edition(options.to, notebooks, sheets=not options.course_only)
        return
    platform = None if options.here else "win_amd64"
    # in a process of its own: it writes into the docstrings of the one in which it runs
    writer = subprocess.run([sys.executable, Path(__file__).with_name("make_api.py")], check=False)
    if writer.returncode:
        sys.exit("説明書のページ（docs/api）を作れませんでした。上のエラーをご覧ください。")
    try:
        made = reports.pack(
            options.to,
            wheels=not options.no_wheels,
            platform=platform,
            python_version=options.python_version,
            pages=not options.no_pages,
        )
    except DxkitError as error:
        sys.exit(str(error))
    print(f"研修パックができました: {made}\n中の「はじめに.txt」をお読みください。")


def _list_course() -> list[str]:
    """List the first notebook and the trainees'."""
    folder = Path(__file__).resolve().parents[1] / "notebooks"
    notebooks = [*folder.glob("*.ipynb"), *(folder / "trainees").glob("*.ipynb")]
    return sorted(notebook.relative_to(folder).as_posix() for notebook in notebooks)


def _make_edition(path: str, notebooks: str | list[str], *, sheets: bool) -> None:
    """Make the edition that needs no Python alone, or say in one message why not."""
    try:
        made = reports.edition(path, notebooks=notebooks, sheets=sheets)
    except DxkitError as error:
        sys.exit(str(error))
    print(f"Python のいらない版ができました: {made}\n中の index.html をダブルクリックで開きます。")


if __name__ == "__main__":
    main()
