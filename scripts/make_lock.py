"""Which exact packages fit together, on Windows, macOS and Linux?

Writes five files from ``pyproject.toml``, with the same versions: ``requirements.lock`` (everything that `make test` needs),
``requirements-lab.lock`` (what trainees need), ``requirements-full.lock`` (what every notebook needs), ``requirements-bench.lock`` (with the tools that `make bench` measures against) and
``requirements-spark.lock`` (Spark alone, which CI puts beside the others). Pins that still fit stay; ``--upgrade`` takes the
newest. Run by hand, with the network and uv: ``.venv/bin/python -m pip install uv``, then
``.venv/bin/python scripts/make_lock.py``.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# lock file: the extras that it holds; the others are made within the versions of the first
LOCKS = {
    "requirements.lock": ["test"],
    "requirements-lab.lock": ["lab", "build"],
    "requirements-full.lock": ["full", "build"],
    "requirements-bench.lock": ["bench"],
}
UV = [sys.executable, "-m", "uv", "pip", "compile"]
# one file for every system, each package with its hashes, and no comment that would name an address
SHAPE = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
]


def main() -> None:
    """Write the lock files."""
    for name in LOCKS:
        subprocess.run(
            [*command(name), *sys.argv[1:]], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]["spark"]
    alone = [*UV, "-", *SHAPE, "-o", "requirements-spark.lock", *sys.argv[1:]]
    subprocess.run(
        alone, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, input="\n".join(needs), text=True
    )


def command(name: str) -> list[str]:
    """Give the command that writes one lock file."""
    extras = [part for extra in LOCKS[name] for part in ("--extra", extra)]
    within = ["--constraints", "requirements.lock"] if name != "requirements.lock" else []
    return [*UV, "pyproject.toml", *SHAPE, *extras, *within, "-o", name]


if __name__ == "__main__":
    main()
