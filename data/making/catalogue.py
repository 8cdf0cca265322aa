"""What does the data folder hold, and does every file have its row?

``catalog.csv`` is where a table's grain, source, publisher, address, licence, dates, kind and reach are written by hand; hash,
number of rows and columns are measured. A file without a row and a row without a file are both errors. The shapes of the
prefectures stand in a list of their own (table ``boundary_files``), which the catalogue vouches for.

``covers`` is the number of the prefecture that a table is about, ``japan``, or ``any`` for what belongs to no place.
``fresh_until`` is the day on which a newer edition is due (期限なし: never), ``next_file`` what that edition is called.
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
    "fresh_until",
    "next_file",
    "kind",
    "covers",
)
FOLDERS = ("published", "derived", "estimated", "made")
LIST_OF_FILES = "boundary_files"


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
    listed = set(files(rows, folder))
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


def files(rows: list[dict[str, str]], folder: Path) -> list[str]:
    """Name every file that the catalogue vouches for, those on its lists first."""
    lists = [folder / row["file"] for row in rows if row["name"] == LIST_OF_FILES]
    shapes = []
    for path in lists:
        if path.exists():
            with path.open(encoding="utf-8", newline="") as lines:
                shapes += [row["file"] for row in csv.DictReader(lines)]
    return [*shapes, *(row["file"] for row in rows)]


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
