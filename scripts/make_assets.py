"""Where do the files that maps inline come from, and are they the ones that were reviewed?

Takes each npm package below at its exact version (``npm pack``), compares every file with its recorded SHA-256, and writes
them into ``dxkit/assets/<package>/`` with the package's licence, and a table of them into ``dxkit/assets/README.md``.
Only line ends are changed, to LF, so that git keeps the files the same byte for byte on every system.
Run it only to change a version; users never need npm.

    python scripts/make_assets.py
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "dxkit" / "assets"


@dataclass(frozen=True)
class Package:
    """One npm package: which of its files are shipped (path inside it -> SHA-256)."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


PACKAGES = (
    Package(
        name="leaflet",
        version="1.9.4",
        licence="BSD-2-Clause",
        files={
            "LICENSE": "53e8dc25862014e4324741ca18fbe3611e11d42ef69f59f86ea8c5389647d4cb",
            "dist/leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
            "dist/leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
        },
    ),
)

INTRODUCTION = """\
# Files that maps inline

`map.js`, `map_keys.js` and `map.css` are dxkit's own. The others are taken from npm packages by `scripts/make_assets.py`, which
verifies them, changes nothing but line ends (to LF), and writes this page; a test compares each file with the hash below.
No images, no fonts, nothing else is shipped.

| package | version | licence | file | bytes | sha256 |
|---|---|---|---|---|---|
"""


def unpack(package: Package, folder: Path) -> Path:
    """Download one package at its exact version into a folder and give the unpacked one."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not on PATH: it is needed only to rebuild dxkit/assets")
    said = subprocess.run(
        [npm, "pack", f"{package.name}@{package.version}", "--json"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = folder / json.loads(said.stdout)[0]["filename"]
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / "package"


def verified(path: Path, expected: str) -> bytes:
    """Give the content of a file, or stop when it is not the one that was reviewed."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        sys.exit(f"{path.name}: sha256 is {found}, expected {expected}")
    return content


def write(package: Package) -> list[str]:
    """Write the files of one package and give their rows of the table."""
    rows = []
    target = ASSETS / package.name
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        source = unpack(package, Path(folder))
        for path, expected in package.files.items():
            content = verified(source / path, expected).replace(b"\r\n", b"\n")
            (target / Path(path).name).write_bytes(content)
            shipped = f"{package.name}/{Path(path).name}"
            digest = hashlib.sha256(content).hexdigest()
            rows.append(
                f"| {package.name} | {package.version} | {package.licence} | {shipped} | {len(content)} | {digest} |"
            )
    return rows


def main() -> None:
    """Write all packages and the table."""
    rows = [row for package in PACKAGES for row in write(package)]
    (ASSETS / "README.md").write_text(
        INTRODUCTION + "\n".join(rows) + "\n", encoding="utf-8", newline="\n"
    )
    print(f"{len(rows)} files in {ASSETS.name}/")


if __name__ == "__main__":
    main()
