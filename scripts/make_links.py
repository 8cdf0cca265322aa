"""Where does each notebook lead back and on?

Writes the last line of every notebook: 前へ, 次へ and back to the first notebook, with Japanese titles,
in the order of the file names. ``--check`` writes nothing and fails where a line is out of date.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
FIRST = NOTEBOOKS / "00_start_here.ipynb"
# in the order in which somebody would walk from one to the next
TRACKS = ("trainees", "facilitators", "research")
# how lines of links begin, those written by hand in earlier versions too
LINK_LINE = re.compile(
    r"^(戻る|前へ|前|次へ|次|前に読むもの|関連|進行役向け|研修生向け): ?.*$", re.M
)
LINK = re.compile(r"\[[^\]]+\]\([^)]+\.ipynb\)")


def main() -> None:
    """Write the links, or check them."""
    outdated = []
    for path in walk():
        text = path.read_text(encoding="utf-8")
        linked = with_links(path, text)
        if linked == text:
            continue
        outdated.append(path.relative_to(ROOT).as_posix())
        if "--check" not in sys.argv:
            path.write_text(linked, encoding="utf-8")
    if outdated:
        print("\n".join(outdated))
    sys.exit(bool(outdated) and "--check" in sys.argv)


def walk() -> list[Path]:
    """Return all notebooks in reading order."""
    return [
        FIRST,
        *(path for track in TRACKS for path in sorted((NOTEBOOKS / track).glob("*.ipynb"))),
    ]


def with_links(path: Path, text: str) -> str:
    """Return a notebook's text with the right line of links in its last cell."""
    notebook = json.loads(text)
    cell = notebook["cells"][-1]
    source = "".join(cell["source"])
    related = _related_links(path, source)
    body = LINK_LINE.sub("", source).rstrip()
    # one line of links and, where a notebook names others, a line of those
    lines = [_link_line(path), *([f"関連: {' ・ '.join(related)}"] if related else [])]
    wanted = "\n\n".join([body, *lines])
    if wanted == source:
        return text
    cell["source"] = wanted.splitlines(keepends=True)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _link_line(path: Path) -> str:
    order = walk()
    position = order.index(path)
    parts = []
    if position > 1:
        parts.append(f"前へ: {_link(path, order[position - 1])}")
    if position + 1 < len(order):
        parts.append(f"次へ: {_link(path, order[position + 1])}")
    if path != FIRST:
        parts.append(f"戻る: {_link(path, FIRST)}")
    return " ・ ".join(parts)


def _link(origin: Path, target: Path) -> str:
    relative = Path(*[".."] * len(origin.parent.relative_to(NOTEBOOKS).parts)) / target.relative_to(
        NOTEBOOKS
    )
    if origin.parent == target.parent:
        relative = Path(target.name)
    label = "はじめに" if target == FIRST else title_of(target)
    return f"[{label}]({relative.as_posix()})"


def title_of(path: Path) -> str:
    """Return a notebook's title: the heading of its first cell."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    heading = "".join(notebook["cells"][0]["source"]).splitlines()[0]
    return heading.lstrip("# ").strip()


def _related_links(path: Path, source: str) -> list[str]:
    """Return the other notebooks that the last cell names, under their present titles."""
    order = walk()
    position = order.index(path)
    written = {FIRST, *order[max(position - 1, 0) : position + 2]}
    targets = []
    for line in LINK_LINE.finditer(source):
        for link in LINK.findall(line.group()):
            address = link.rsplit("(", 1)[1].rstrip(")")
            target = (path.parent / address).resolve()
            if target not in written and target in order and target not in targets:
                targets.append(target)
    return [_link(path, target) for target in targets]


if __name__ == "__main__":
    main()
