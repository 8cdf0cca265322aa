"""Where should the offline workshop folder go, and for which computers is it?

``python scripts/make_pack.py out/pack`` is `dxkit.reports.pack` for the command line.
"""

import argparse
import sys

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
    options = parser.parse_args()
    platform = None if options.here else "win_amd64"
    try:
        made = reports.pack(
            options.to,
            wheels=not options.no_wheels,
            platform=platform,
            python_version=options.python_version,
        )
    except DxkitError as error:
        sys.exit(str(error))
    print(f"研修パックができました: {made}\n中の「はじめに.txt」をお読みください。")


if __name__ == "__main__":
    main()
