"""What does each public name do, on pages that open without the network?

Writes ``docs/api``: one HTML page a public package, made by pdoc from the docstrings, each name opened
by one Japanese sentence from ``docs/names_ja.csv``. ``--check`` writes nothing and fails where a public
name has no sentence, or a sentence has no name.
"""

import csv
import importlib
import inspect
import sys
from pathlib import Path
from types import ModuleType

import pdoc
import pdoc.render

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SENTENCES = ROOT / "docs" / "names_ja.csv"
# public packages and modules, in the order of the menu
MODULES = (
    "dxkit",
    "dxkit.loaders",
    "dxkit.codes",
    "dxkit.regions",
    "dxkit.maturity",
    "dxkit.sharing",
    "dxkit.linkage",
    "dxkit.drones",
    "dxkit.groups",
    "dxkit.support",
    "dxkit.support.costs",
    "dxkit.support.liaison",
    "dxkit.support.matching",
    "dxkit.support.network",
    "dxkit.support.progress",
    "dxkit.support.training",
    "dxkit.assumptions",
    "dxkit.maps",
    "dxkit.charts",
    "dxkit.widgets",
    "dxkit.store",
    "dxkit.reports",
    "dxkit.schema",
    "dxkit.errors",
)


def main() -> None:
    """Write the pages, or check that every name has its sentence."""
    sentences = read_sentences()
    names = public_names()
    missing = sorted(set(names) - set(sentences))
    unknown = sorted(set(sentences) - set(names))
    if missing or unknown:
        print("\n".join([f"no sentence: {name}" for name in missing]))
        print("\n".join([f"no such name: {name}" for name in unknown]))
        sys.exit(1)
    if "--check" not in sys.argv:
        write_pages(ROOT / "docs" / "api", sentences)


def read_sentences() -> dict[str, str]:
    """Read name → Japanese sentence."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["sentence"] for row in csv.DictReader(file)}


def public_names() -> dict[str, object]:
    """Return every public function and class with its dotted name."""
    names: dict[str, object] = {}
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in offered_names(module):
            item = getattr(module, name)
            if inspect.isclass(item) or inspect.isroutine(item):
                names[f"{module_name}.{name}"] = item
    return names


def offered_names(module: ModuleType) -> list[str]:
    """Return what a module offers: its ``__all__``, or the functions and classes defined in it."""
    offered = getattr(module, "__all__", None)
    if offered is not None:
        return sorted(offered)
    return sorted(
        name
        for name, item in vars(module).items()
        if not name.startswith("_") and getattr(item, "__module__", "") == module.__name__
    )


def write_pages(folder: Path, sentences: dict[str, str]) -> None:
    """Write one page a module; the Japanese sentence comes before the docstring."""
    for name, item in public_names().items():
        sentence = sentences[name]
        text = inspect.getdoc(item) or ""
        # a name offered by two modules (dxkit.load, dxkit.loaders.load) is one object
        if sentence not in text:
            item.__doc__ = f"{sentence}\n\n{text}"
    pdoc.render.configure(
        docformat="numpy", show_source=False, search=True, footer_text="dxkit", math=False
    )
    pdoc.pdoc(*MODULES, output_directory=folder)


if __name__ == "__main__":
    main()
