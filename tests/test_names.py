"""Every name says what it holds: measures of the names, docstrings and comments of dxkit, and the limits that keep them.

``python tests/test_names.py`` prints the measures; with a folder (``dxkit/drones``) those of the folder; with ``--list`` each
place that counts against a measure.
"""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "dxkit"

# terms of art that end in -ing
GERUND_TERMS = {"annealing", "pricing", "clustering", "routing"}
VAGUE_WORDS = set(
    """
    found told said asked kept given held seen known chosen named called wanted drawn meant shown
    offered taken left each own those these whole many most least at one two other inside beyond
    """.split()
)
# names that DESIGN section 4 fixes: `link(left, right)` and its tables
FIXED_NAMES = {("linkage", "left")}
FIRST_LETTERS = 4
LONGEST_LINE = 100
# a word of a comment that says nothing about why
PLAIN_WORDS = set(
    """
    the a an of to in and or is are for it its this that with from by on as be not no we if so
    """.split()
)

# measure → (limit, whether the value must stay below it)
LIMITS = {
    "gerund modules": (0.02, True),
    "vague names": (0.01, True),
    "docstrings that open with Give or Tell": (0.10, True),
    "one-word functions": (0.35, True),
    "tuple assignments": (0.01, True),
    "lines over 100": (0, True),
    "inner names without underscore": (0, True),
    "findable public names": (0.90, False),
    "public functions with a running Example": (0.80, False),
    "comments per 100 lines of code": (4.0, False),
    "copies of one message": (3, True),
}


@dataclass
class Tally:
    """How often something was met, of how many, where, and where it was not."""

    met: int = 0
    all: int = 0
    places: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def count(self, met: bool, place: str) -> None:
        self.all += 1
        self.met += met
        (self.places if met else self.missed).append(place)

    @property
    def share(self) -> float:
        return self.met / self.all if self.all else 0.0


@cache
def _sources(root: Path) -> list[tuple[Path, str, ast.Module]]:
    paths = sorted(root.rglob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return [(path, text, ast.parse(text)) for path, text in zip(paths, texts, strict=True)]


@cache
def _nodes(tree: ast.AST) -> list[ast.AST]:
    """Every node of a tree; most measures pass over all of them."""
    return list(ast.walk(tree))


def _place(path: Path, node: ast.AST, name: str) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno} {name}"


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in _nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def gerund_modules(sources) -> Tally:
    tally = Tally()
    for path, _, _ in sources:
        if path.name != "__init__.py":
            stem = path.stem.strip("_")
            tally.count(
                stem.endswith("ing") and stem not in GERUND_TERMS, str(path.relative_to(ROOT))
            )
    return tally


def vague_names(sources) -> Tally:
    """Variables and arguments that are participles or pronouns, of all that are bound."""
    tally = Tally()
    for path, _, tree in sources:
        for node in _nodes(tree):
            name = (
                node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None
            )
            name = node.arg if isinstance(node, ast.arg) else name
            if name is not None:
                fixed = (path.parent.name, name) in FIXED_NAMES
                tally.count(name.strip("_") in VAGUE_WORDS and not fixed, _place(path, node, name))
    return tally


def give_docstrings(sources) -> Tally:
    tally = Tally()
    for path, _, tree in sources:
        for node in _functions(tree):
            text = ast.get_docstring(node)
            if text:
                tally.count(text.split()[0] in ("Give", "Tell"), _place(path, node, node.name))
    return tally


def one_word_functions(sources) -> Tally:
    tally = Tally()
    for path, _, tree in sources:
        for node in _functions(tree):
            if not node.name.startswith("__"):
                tally.count("_" not in node.name.strip("_"), _place(path, node, node.name))
    return tally


def tuple_assignments(sources) -> Tally:
    tally = Tally()
    for path, _, tree in sources:
        for node in _nodes(tree):
            if isinstance(node, ast.Assign):
                pair = isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)
                tally.count(pair, _place(path, node, ""))
    return tally


def long_lines(sources) -> Tally:
    tally = Tally()
    for path, text, _ in sources:
        for number, line in enumerate(text.split("\n"), start=1):
            tally.count(len(line) > LONGEST_LINE, f"{path.relative_to(ROOT)}:{number}")
    return tally


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Za-z][a-z]+", text)} - PLAIN_WORDS


def comments(sources) -> Tally:
    """Comment lines that say more than the line of code below them, of the lines that are not blank."""
    tally = Tally()
    for _, text, _ in sources:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        for number, line in enumerate(lines):
            below = next((each for each in lines[number + 1 :] if not each.startswith("#")), "")
            words = _words(line)
            restates = bool(words) and words <= _words(below.replace("_", " "))
            if not line.startswith("#"):
                tally.all += 1
            elif not restates and len(line) > 3:
                tally.met += 1
    return tally


def public_names(root: Path = PACKAGE) -> list[tuple[str, str, str]]:
    """Public names as (package, name, file in which it is defined)."""
    rows = []
    for path, _, tree in _sources(root):
        if path.name == "__init__.py":
            homes = {
                alias.asname or alias.name: node.module or ""
                for node in _nodes(tree)
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dxkit")
                for alias in node.names
            }
            package = ".".join(path.parent.relative_to(ROOT).parts)
            rows += [(package, name, homes[name]) for name in _exported(tree) if name in homes]
        elif path.parent == PACKAGE and not path.stem.startswith("_"):
            module = f"dxkit.{path.stem}"
            defined = [
                node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
            ]
            rows += [(module, name, module) for name in defined if not name.startswith("_")]
    return [row for row in dict.fromkeys(rows) if row[0] != "dxkit"]


def _exported(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [item.value for item in ast.walk(node.value) if isinstance(item, ast.Constant)]
    return []


def _starts(name: str) -> set[str]:
    return {
        word.lower()[:FIRST_LETTERS] for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    }


def findable_names(root: Path = PACKAGE) -> Tally:
    """Public names of which a word begins like a word of the file's name."""
    tally = Tally()
    for package, name, home in public_names(root):
        stem = home.rsplit(".", 1)[-1]
        tally.count(bool(_starts(name) & _starts(stem)), f"{package}.{name} in {home}")
    return tally


def inner_names(root: Path = PACKAGE) -> Tally:
    """Functions and classes that no package offers and that no underscore, of theirs or of their module, marks as inner."""
    public = {(home, name) for _, name, home in public_names(root)}
    tally = Tally()
    for path, _, tree in _sources(root):
        module = ".".join(path.with_suffix("").relative_to(ROOT).parts)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__"):
                marked = any(
                    part.startswith("_")
                    for part in [*module.replace("__init__", "init").split("."), node.name]
                )
                tally.count(
                    not marked and (module, node.name) not in public, _place(path, node, node.name)
                )
    return tally


def examples(root: Path = PACKAGE) -> Tally:
    """Public functions and classes' docstrings with an Example that runs and prints something."""
    trees = {
        ".".join(path.with_suffix("").relative_to(ROOT).parts): (path, tree)
        for path, _, tree in _sources(root)
    }
    tally = Tally()
    for package, name, home in public_names(root):
        path, tree = trees[home if home in trees else f"{home}.__init__"]
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name != name:
                continue
            if not any("overload" in ast.unparse(each) for each in node.decorator_list):
                tally.count(
                    _prints(ast.get_docstring(node) or ""),
                    f"{package}.{name} in {path.relative_to(ROOT)}",
                )
    return tally


def _prints(text: str) -> bool:
    """Whether a prompt is followed by a line that must come out, and is not skipped."""
    lines = [line.strip() for line in text.split("\n")]
    for number, line in enumerate(lines[:-1]):
        below = lines[number + 1]
        if (
            line.startswith((">>>", "..."))
            and "+SKIP" not in line
            and below
            and not below.startswith((">>>", "..."))
        ):
            return True
    return False


def messages(sources) -> Counter[str]:
    """Templates of Japanese messages in raised errors, faults and warnings; what is filled in is written {}."""
    copies: Counter[str] = Counter()
    for _, _, tree in sources:
        for node in _nodes(tree):
            if isinstance(node, ast.Call) and re.search(
                r"(Error|Fault|Warning|warn)$", _last_name(node.func)
            ):
                copies.update(
                    text
                    for text in map(_template, node.args)
                    if re.search(r"[ぁ-んァ-ヶ一-龠]", text)
                )
    return copies


def _last_name(node: ast.expr) -> str:
    """The name that is called: ``warn`` of ``warnings.warn``."""
    return getattr(node, "attr", getattr(node, "id", ""))


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    return ""


def measures(root: Path = PACKAGE) -> dict[str, tuple[float, list[str]]]:
    """Every measure with the places that count for it."""
    sources = _sources(root)
    shares = {
        "gerund modules": gerund_modules(sources),
        "vague names": vague_names(sources),
        "docstrings that open with Give or Tell": give_docstrings(sources),
        "one-word functions": one_word_functions(sources),
        "tuple assignments": tuple_assignments(sources),
    }
    table = {name: (tally.share, tally.places) for name, tally in shares.items()}
    for name, tally in (
        ("lines over 100", long_lines(sources)),
        ("inner names without underscore", inner_names(root)),
    ):
        table[name] = (tally.met, tally.places)
    for name, tally in (
        ("findable public names", findable_names(root)),
        ("public functions with a running Example", examples(root)),
    ):
        table[name] = (tally.share, tally.missed)
    tally = comments(sources)
    table["comments per 100 lines of code"] = (100 * tally.share, [])
    copies = messages(sources)
    table["copies of one message"] = (
        max(copies.values(), default=0),
        [f"{n} {text}" for text, n in copies.most_common(40)],
    )
    return table


@pytest.fixture(scope="module")
def table():
    return measures()


@pytest.mark.parametrize("name", LIMITS)
def test_names_stay_within_their_limit(table, name):
    value, places = table[name]
    limit, at_most = LIMITS[name]
    assert value <= limit if at_most else value >= limit, "\n".join(places[:30])


if __name__ == "__main__":
    folders = [each for each in sys.argv[1:] if not each.startswith("--")]
    for measure, (value, places) in measures(ROOT / folders[0] if folders else PACKAGE).items():
        limit, at_most = LIMITS[measure]
        print(f"{measure:42} {value:8.3f}   {'at most' if at_most else 'at least'} {limit:g}")
        if "--list" in sys.argv:
            print("\n".join(f"    {place}" for place in places))
