"""What does each public name do, on pages that open without the network?

Writes ``docs/names.md``, a table of every public name with one Japanese sentence from
``docs/names_ja.csv``, and ``docs/api``: one HTML page a public package, made by pdoc from the
docstrings, each name opened by its sentence, and an index of all names that can be searched.
``--check`` writes nothing and fails where a sentence is missing, unneeded or not of the one form,
or where the table is out of date.
"""

import ast
import csv
import html
import importlib
import inspect
import re
import shutil
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SENTENCES = ROOT / "docs" / "names_ja.csv"
TABLE = ROOT / "docs" / "names.md"
PAGES = ROOT / "docs" / "api"
TEMPLATES = ROOT / "scripts" / "api_templates"
SHORTEST_SENTENCE = 20
LONGEST_SENTENCE = 60
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
    "dxkit.support.answers",
    "dxkit.support.costs",
    "dxkit.support.liaison",
    "dxkit.support.matching",
    "dxkit.support.network",
    "dxkit.support.procedures",
    "dxkit.support.process",
    "dxkit.support.progress",
    "dxkit.support.security",
    "dxkit.support.training",
    "dxkit.assumptions",
    "dxkit.maps",
    "dxkit.charts",
    "dxkit.widgets",
    "dxkit.widgets.room",
    "dxkit.store",
    "dxkit.reports",
    "dxkit.schema",
    "dxkit.errors",
)
INTRODUCTION = (
    "dxkit のすべての名前と、それぞれが何に答えるかの一覧です。"
    "ノートブックの中では、たとえば `dxkit.maturity.score` を `dxkit.maturity.score?` として"
    "実行すると、引数と例の付いた説明（英語）が出ます。"
)
HOW_TO_BUILD = (
    "リンクの先は、その名前が書かれているファイルです。"
    "引数と例の付いた説明書の全部は、`make docs` で `api/index.html` にできます。"
)


def main() -> None:
    """Write the table and the pages, or check the sentences and the table."""
    names = public_names()
    sentences = read_sentences()
    faults = find_faults(names, sentences)
    if not faults and "--check" in sys.argv:
        is_current = TABLE.is_file() and TABLE.read_text(encoding="utf-8") == write_table(sentences)
        faults = [] if is_current else ["docs/names.md is out of date: run scripts/make_api.py"]
    if faults:
        sys.exit("\n".join(faults))
    if "--check" not in sys.argv:
        TABLE.write_text(write_table(sentences), encoding="utf-8")
        write_pages(PAGES, sentences)


def public_names() -> dict[str, object]:
    """Return every public module, function, class and constant, in the menu's order."""
    names: dict[str, object] = {}
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        names[module_name] = module
        for name in offered_names(module):
            item = getattr(module, name)
            # packages have entries of their own
            if not inspect.ismodule(item):
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


def read_sentences() -> dict[str, str]:
    """Read name → Japanese sentence."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["sentence"] for row in csv.DictReader(file)}


def find_faults(names: Mapping[str, object], sentences: Mapping[str, str]) -> list[str]:
    """Find names without a sentence, sentences without a name, and sentences of another form."""
    faults = [f"no sentence in docs/names_ja.csv: {name}" for name in names.keys() - sentences]
    faults += [f"no such name: {name}" for name in sentences.keys() - names]
    by_function: dict[int, str] = {}
    for name in names.keys() & sentences:
        item = names[name]
        sentence = sentences[name]
        if not SHORTEST_SENTENCE <= len(sentence) <= LONGEST_SENTENCE:
            faults.append(f"{len(sentence)} letters, not 20 to 60: {name}")
        # a function does something (…ます。); a class, constant or module is something (a noun)
        is_function = callable(item) and not inspect.isclass(item)
        is_verb = bool(re.search(r"(ます|ません)(（[^）]*）)?。$", sentence))
        if not sentence.endswith("。") or is_verb != is_function:
            faults.append(f"functions end in ます。, all else in a noun: {name}")
        # dxkit.load and dxkit.loaders.load are one function and get one sentence
        if is_function and by_function.setdefault(id(item), sentence) != sentence:
            faults.append(f"another sentence for the same function: {name}")
    return sorted(faults)


def write_table(sentences: Mapping[str, str]) -> str:
    """Write the Markdown table of all names, a section a package."""
    lines = ["# 公開している名前", "", INTRODUCTION + HOW_TO_BUILD]
    for name, item in public_names().items():
        if inspect.ismodule(item):
            lines += ["", f"## {name}", "", sentences[name], ""]
            has_rows = any(other.rpartition(".")[0] == name for other in sentences)
            lines += ["| 名前 | 何をするか |", "|---|---|"] if has_rows else []
        else:
            module_name, _, short = name.rpartition(".")
            source = source_path(module_name, short)
            lines.append(f"| [`{short}`](../{source}) | {sentences[name]} |")
    return "\n".join(lines) + "\n"


def source_path(module_name: str, name: str) -> str:
    """Return the file, relative to the project, in which a public name is written.

    Follows the imports of ``__init__.py``, which know also where a constant stands.
    """
    path = ROOT.joinpath(*module_name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and name in imported and node.module != module_name:
            return source_path(str(node.module), name)
    return path.relative_to(ROOT).as_posix()


def write_pages(folder: Path, sentences: Mapping[str, str]) -> None:
    """Write one page a module and the index; the Japanese sentence comes before the docstring."""
    # only `make docs` and `make pack` need pdoc, not the check
    import pdoc  # noqa: PLC0415
    import pdoc.render  # noqa: PLC0415

    for name, item in public_names().items():
        # pdoc looks for a module's names where they stand, and dxkit loads its own on first use
        module_name, _, short = name.rpartition(".")
        if module_name:
            vars(sys.modules[module_name])[short] = item
    pdoc.render.configure(
        docformat="numpy",
        show_source=False,
        # pdoc's search splits words at blanks, which Japanese has none of; the index searches
        search=False,
        template_directory=TEMPLATES,
    )
    pdoc.render.env.globals["sentences"] = sentences
    shutil.rmtree(folder, ignore_errors=True)
    with warnings.catch_warnings():
        # types written for mypy alone (pd.Series[str]) stay text; "dxkit" brings in its packages
        warnings.filterwarnings("ignore", "Error parsing type annotation")
        warnings.filterwarnings("ignore", "The module specification")
        pdoc.pdoc(*MODULES, r"!dxkit(\.\w+)*\._.*", output_directory=folder)
    (folder / "index.html").write_text(write_index(sentences), encoding="utf-8")


def write_index(sentences: Mapping[str, str]) -> str:
    """Write the page that lists every name with its sentences and searches them as one types."""
    sections = []
    for name, item in public_names().items():
        sentence = html.escape(sentences[name])
        module_name, _, short = name.rpartition(".")
        if inspect.ismodule(item):
            page = f"{name.replace('.', '/')}.html"
            sections.append(f'<section><h2><a href="{page}">{name}</a></h2><p>{sentence}</p>')
        else:
            page = f"{module_name.replace('.', '/')}.html#{short}"
            english = read_english_sentence(item)
            small = f'<br><small lang="en">{html.escape(english)}</small>' if english else ""
            sections.append(
                f'<div class="name"><a href="{page}">{short}</a><span>{sentence}{small}</span></div>'
            )
    template = (TEMPLATES / "names.html").read_text(encoding="utf-8")
    introduction = re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(INTRODUCTION))
    return template.replace("{introduction}", introduction).replace(
        "{names}", "\n".join(sections).replace("\n<section>", "</section>\n<section>")
    )


def read_english_sentence(item: object) -> str:
    """Read the first line of a function's or class's docstring; a constant has only its type's."""
    if not callable(item) and not inspect.ismodule(item):
        return ""
    return (inspect.getdoc(item) or "").partition("\n")[0]


if __name__ == "__main__":
    main()
