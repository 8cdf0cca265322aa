"""What does the data folder hold, and does every file have its row?

``catalog.csv`` is where a table's grain, source, publisher, address, licence, date and kind are written by hand; hash, number
of rows and columns are measured. A file without a row and a row without a file are both errors.
"""

import csv
import json
from pathlib import Path

from making.packages import sha256
from making.workplace import MakeError

COLUMNS = (
    "name",
    "file",
    "sha256",
    "rows",
    "columns",
    "grain",
    "source",
    "publisher",
    "url",
    "licence",
    "as_of",
    "kind",
)
FOLDERS = ("published", "derived", "estimated", "made")


def read(path: Path) -> list[dict[str, str]]:
    """Read the catalogue's rows.

    Raises
    ------
    MakeError
        If its columns are not `COLUMNS`.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise MakeError(f"{path.name} の列が違います。{','.join(COLUMNS)} の順にしてください。")
        return list(reader)


def refresh(rows: list[dict[str, str]], folder: Path) -> list[dict[str, str]]:
    """Give the rows with hash, rows and columns measured from the files in a folder.

    Raises
    ------
    MakeError
        Naming every file without a row and every row without a file.
    """
    listed = {row["file"] for row in rows}
    present = {
        path.relative_to(folder).as_posix()
        for kind in FOLDERS
        for path in (folder / kind).rglob("*")
        if path.is_file()
    }
    if listed != present:
        missing, orphans = sorted(listed - present), sorted(present - listed)
        raise MakeError(
            f"目録とファイルが合いません。ファイルがない: {missing}、目録に行がない: {orphans}"
        )
    return [row | measure(folder / row["file"]) for row in rows]


def measure(path: Path) -> dict[str, str]:
    """Measure one file: its hash, number of rows and column names."""
    columns, rows = _geojson(path) if path.suffix == ".geojson" else _csv(path)
    return {"sha256": sha256(path), "rows": str(rows), "columns": " ".join(columns)}


def write(rows: list[dict[str, str]], path: Path) -> None:
    """Write the catalogue."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _csv(path: Path) -> tuple[list[str], int]:
    with path.open(encoding="utf-8", newline="") as lines:
        head, *rows = csv.reader(lines)
    return head, len(rows)


def _geojson(path: Path) -> tuple[list[str], int]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [*features[0]["properties"], "geometry"], len(features)
