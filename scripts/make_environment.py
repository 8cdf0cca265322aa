"""Which environment do conda users get?

Writes ``environment.yml`` from ``pyproject.toml``, which stays the only place where dependencies are named. Packages that
conda-forge may not hold are installed by pip inside the environment.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("lab",)
OWN = "dxkit["
ONLY_PIP = ("coopgame-py", "matplotlib-fontja", "jupyterlab-language-pack-ja-jp")
# conda's pandera has no extras: the pandas backend is a package of its own there
CONDA_NAMES = {"pandera[pandas]": "pandera-pandas"}


def environment(project: dict[str, Any]) -> str:
    """Give the text of environment.yml for the ``project`` table of pyproject.toml."""
    needed = [
        *project["dependencies"],
        *(need for extra in EXTRAS for need in project["optional-dependencies"][extra]),
    ]
    # extras that name our own extras are pip's: conda-forge does not hold all of their packages
    own = [need.removeprefix("dxkit") for need in needed if need.startswith(OWN)]
    needed = [need for need in needed if not need.startswith(OWN)]
    by_pip = [need for need in needed if re.split(r"[<>=\[]", need)[0].lower() in ONLY_PIP]
    by_conda = [conda(need) for need in needed if need not in by_pip]
    lines = [
        "# Made by scripts/make_environment.py from pyproject.toml; do not edit.",
        "name: dxkit",
        "channels:",
        "  - conda-forge",
    ]
    lines += [
        "  - nodefaults",
        "dependencies:",
        f"  - python{project['requires-python']}",
        "  - pip",
    ]
    lines += [f"  - {need}" for need in by_conda] + ["  - pip:"]
    lines += [f"      - {need}" for need in [*by_pip, "-e ." + "".join(own)]]
    return "\n".join(lines) + "\n"


def conda(need: str) -> str:
    """Give a requirement under conda's name."""
    for name, other in CONDA_NAMES.items():
        if need.startswith(name):
            return need.replace(name, other, 1)
    return need


def main() -> None:
    """Write environment.yml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (ROOT / "environment.yml").write_text(environment(project), encoding="utf-8")


if __name__ == "__main__":
    main()
