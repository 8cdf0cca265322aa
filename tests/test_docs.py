"""What a visitor reads is true: examples run, links lead somewhere, pictures are there, every public name has its sentence."""

import contextlib
import html
import importlib.util
import inspect
import io
import json
import re
import subprocess
import tomllib
import warnings
from datetime import date
from itertools import pairwise
from pathlib import Path

import matplotlib.image
import mistune
import pytest
import yaml
from test_names import public_names

import dxkit
from dxkit import drones, maturity

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.ja.md")
DOCUMENTS = (
    *READMES,
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
)
PICTURES = ROOT / "docs" / "pictures"
# picture: width in pixels, most bytes
SIZES = {
    "hero.png": (1400, 600_000),
    "trainees.png": (640, 250_000),
    "facilitators.png": (640, 250_000),
    "research.png": (640, 250_000),
}
# drawn from invented data, and said to be so by whoever cannot see the mark in the picture
INVENTED = ("hero.png", "facilitators.png")
JAPANESE = "[぀-ヿ一-鿿々]"


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def _load_script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_api = _load_script("make_api")
make_links = _load_script("make_links")


def _blocks(text):
    """Code blocks as (language, code)."""
    return re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)


def _headings(text):
    """Levels of the headings outside code blocks."""
    return re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)


def _links(text):
    """Addresses of links and pictures that lead to files."""
    addresses = re.findall(r"\]\(([^)\s]+)\)", text)
    return [address for address in addresses if not re.match(r"https?:|#", address)]


def _pictures(text):
    """Address → alternative text."""
    return {address: text for text, address in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", text)}


# --- the front page


def test_both_readmes_have_the_same_headings_code_links_and_pictures():
    english, japanese = map(_read, READMES)
    assert _headings(english) == _headings(japanese) == ["#", *["##"] * 5]
    assert _blocks(english) == _blocks(japanese)
    assert len(_blocks(english)) == 3
    other = {"README.md": "README.ja.md", "README.ja.md": "README.md"}
    assert [other.get(link, link) for link in _links(english)] == _links(japanese)
    assert max(len(text.splitlines()) for text in (english, japanese)) <= 65


@pytest.mark.parametrize("name", READMES)
def test_every_name_of_dxkit_that_a_readme_mentions_is_there(name):
    names = re.findall(r"`(dxkit(?:\.\w+)+)[`(]", _read(name))
    assert len(names) >= 2
    for dotted in names:
        item = dxkit
        for part in dotted.split(".")[1:]:
            item = getattr(item, part)


@pytest.mark.parametrize("name", READMES)
def test_the_example_runs_and_prints_what_the_sentence_below_it_says(name):
    text = _read(name)
    language, code = _blocks(text)[0]
    assert language == "python"
    # the formatter wants an empty line after the import
    assert len([line for line in code.splitlines() if line]) == 3
    printed = io.StringIO()
    namespace = {}
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
    row = {line.split()[0]: line.split()[1] for line in printed.getvalue().splitlines()[:-1]}
    sentence = text.split("```")[2].split("##")[0]
    written = re.findall(r"`(nominal|p05|p95)`: (\d+)", sentence)
    assert [column for column, _ in written] == ["nominal", "p05", "p95"]
    assert all(row[column] == figure for column, figure in written)
    # the same figures in words: 1st of 41 (41市町の1位), between 1st and 3rd (1位から3位)
    in_words = (
        r"(\d)(?:st|rd) of (\d+)|between (\d)st and (\d)rd|(\d+)市町の(\d)位|(\d)位から(\d)位"
    )
    words = [figure for match in re.findall(in_words, sentence) for figure in match if figure]
    municipalities = str(len(namespace["ranks"].table))
    assert sorted(words) == sorted([row["nominal"], municipalities, row["p05"], row["p95"]])


def test_the_doors_say_how_long_their_notebooks_take():
    for name, unit in zip(READMES, (" minutes", "分"), strict=True):
        rows = [line.strip("| ").split(" | ") for line in _read(name).splitlines() if "| " in line]
        notebooks, times = rows[-2:]
        doors = [_links(cell) for cell in notebooks]
        minutes = [re.findall(r"\d+", cell) for cell in times]
        assert all(unit in cell for cell in times)
        assert [len(door) for door in doors] == [2, 1, 1]
        for door, figures in zip(doors, minutes, strict=True):
            for path, figure in zip(door, figures, strict=True):
                opening = "".join(json.loads(_read(path))["cells"][0]["source"])
                assert f"**所要** {figure}分" in opening, path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_and_picture_of_a_document_is_there(name):
    folder = (ROOT / name).parent
    assert [link for link in _links(_read(name)) if not (folder / link).exists()] == []


def test_the_index_of_documents_names_each_of_them():
    listed = {(ROOT / "docs" / link).resolve() for link in _links(_read("docs/README.md"))}
    assert {ROOT / name for name in DOCUMENTS} - {ROOT / "docs" / "README.md"} <= listed


def test_pictures_keep_their_sizes_and_each_is_used():
    assert {path.name for path in PICTURES.iterdir()} == set(SIZES)
    for name, (width, most_bytes) in SIZES.items():
        path = PICTURES / name
        assert matplotlib.image.imread(path).shape[1] == width, name
        assert path.stat().st_size <= most_bytes, name
    for name in READMES:
        assert set(_pictures(_read(name))) == {f"docs/pictures/{picture}" for picture in SIZES}


@pytest.mark.parametrize(("name", "word"), [("README.md", "invented"), ("README.ja.md", "架空")])
def test_every_picture_has_a_text_and_invented_data_are_called_so(name, word):
    texts = _pictures(_read(name))
    for picture in SIZES:
        text = texts[f"docs/pictures/{picture}"]
        assert len(text) > 15
        assert (word in text) == (picture in INVENTED), picture


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if re.search(JAPANESE, _read(name))])
def test_no_line_breaks_inside_a_japanese_sentence(name):
    # a browser shows such a break as a blank
    lines = _read(name).splitlines()
    broken = [
        above
        for above, below in pairwise(lines)
        if re.search(rf"{JAPANESE}$|[、（「]$", above)
        and re.match(rf"\s*(?:{JAPANESE}|[a-zA-Z0-9（「`])", below)
        and not above.startswith(("#", "|"))
    ]
    assert broken == []


# --- what developers read


def _named_paths(text):
    """Paths in backticks: what has a slash or a known ending, placeholders (_noun.py) and commands' arguments aside."""
    for span in re.findall(r"`([^`\n]+)`", text):
        for word in span.split():
            known = re.search(r"\.(py|md|toml|yaml|yml|cff|csv|lock|ipynb)$", word)
            if (known or "/" in word) and "_noun" not in word and not word.startswith(".venv/"):
                yield word


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/README.md", *READMES])
def test_every_path_that_a_document_names_is_there(name):
    folder = (ROOT / name).parent
    # made by `make docs`, `make pack` and the reader; a file of a package is named within it
    made = {"api/index.html", "api/", "TO=out/pack", "pages/index.html", "dxkit/assets/lab"}
    paths = [path for path in _named_paths(_read(name)) if path not in made]
    missing = [p for p in paths if not (folder / p).exists() and not (ROOT / p).exists()]
    assert [path for path in missing if path not in ("__init__.py",)] == []
    if name == "CONTRIBUTING.md":
        assert len(paths) > 20


def test_the_house_in_the_texts_is_the_house_of_the_import_contract():
    contracts = tomllib.loads(_read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    for text in (_read("CONTRIBUTING.md"), dxkit.__doc__):
        rows = [re.split(r"\s{2,}", line.strip())[0] for line in text.splitlines() if line.strip()]
        assert [row for row in rows if row in layers] == layers


def test_the_citation_file_has_what_its_format_asks_for():
    citation = yaml.safe_load(_read("CITATION.cff"))
    # Citation File Format 1.2.0: required keys, and the types of those that are used
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in ("software", "dataset")
    assert all(isinstance(citation[key], str) and citation[key] for key in ("message", "title"))
    assert citation["authors"]
    assert all(author.get("name") or author.get("family-names") for author in citation["authors"])
    assert isinstance(citation["date-released"], date)
    assert len(set(citation["keywords"])) == len(citation["keywords"]) > 0
    allowed = {"abstract", "commit", "contact", "doi", "identifiers", "keywords", "license"}
    allowed |= {"date-released", "license-url", "preferred-citation", "references", "repository"}
    allowed |= {"repository-artifact", "repository-code", "type", "url", "version"}
    assert set(citation) <= allowed | {"cff-version", "message", "title", "authors"}
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    assert citation["version"] == project["version"] == dxkit.__version__
    assert citation["license"] == project["license"]


# --- links of the notebooks


def test_every_notebook_leads_back_and_on_as_the_script_writes_it():
    order = make_links.walk()
    assert sorted(order) == sorted(
        path
        for path in (ROOT / "notebooks").rglob("*.ipynb")
        if not {"out", ".ipynb_checkpoints"} & set(path.parts)
    )
    outdated = [
        path.name
        for path in order
        if make_links.with_links(path, path.read_text(encoding="utf-8"))
        != path.read_text(encoding="utf-8")
    ]
    assert outdated == []
    endings = [
        "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][-1]["source"])
        for path in order
    ]
    assert all("次へ: [" in text for text in endings[:-1])
    assert all("前へ: [" in text for text in endings[2:])
    assert all("戻る: [" in text for text in endings[1:])


def test_a_notebook_whose_links_are_cut_off_gets_them_back():
    path = make_links.walk()[3]
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    ending = "".join(notebook["cells"][-1]["source"])
    cut = re.sub(r"^前へ: .*$", "", ending, flags=re.M)
    assert cut != ending
    notebook["cells"][-1]["source"] = cut.splitlines(keepends=True)
    broken = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    again = json.loads(make_links.with_links(path, broken))["cells"][-1]["source"]
    assert re.search(r"^前へ: .*次へ: .*戻る: ", "".join(again), re.M)


@pytest.mark.parametrize(
    "path", make_links.walk(), ids=lambda path: path.relative_to(ROOT / "notebooks").as_posix()
)
def test_every_link_of_a_notebook_is_there(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert [link for link in _links(text) if not (path.parent / link).exists()] == []


# --- what is carried into a closed room


@pytest.mark.parametrize(
    "path", make_links.walk(), ids=lambda path: path.relative_to(ROOT / "notebooks").as_posix()
)
def test_no_star_of_bold_letters_is_left_in_a_text(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    # **「押す」**から is no bold: by CommonMark a mark beside a bracket needs a blank or a sign outside
    pages = [re.sub(r"<code>.*?</code>", "", mistune.html(text), flags=re.S) for text in texts]
    assert [line for page in pages for line in page.split("\n") if "**" in line] == []


def test_the_check_for_stars_finds_them():
    assert "**" in mistune.html("8節の**「押す」**から")
    assert "**" not in mistune.html("8節の「**押す**」から")


def test_make_pack_writes_the_pages_before_it_makes_the_pack(tmp_path, monkeypatch, capsys):
    make_pack = _load_script("make_pack")
    steps = []
    codes = iter([0, 1])

    def run(command, check):
        steps.append(Path(command[1]).name)
        return subprocess.CompletedProcess(command, next(codes))

    def pack(path, **options):
        steps.append("pack")
        return path

    monkeypatch.setattr(make_pack.subprocess, "run", run)
    monkeypatch.setattr(make_pack.reports, "pack", pack)
    monkeypatch.setattr("sys.argv", ["make_pack.py", str(tmp_path)])
    make_pack.main()
    assert steps == ["make_api.py", "pack"]
    assert str(tmp_path) in capsys.readouterr().out
    # a pack without its pages would go unnoticed until the network is gone
    with pytest.raises(SystemExit, match="説明書のページ"):
        make_pack.main()
    assert steps == ["make_api.py", "pack", "make_api.py"]


# --- every public name


@pytest.fixture(scope="module")
def sentences():
    return make_api.read_sentences()


def test_every_public_name_has_one_japanese_sentence_of_one_form(sentences):
    assert make_api.find_faults(make_api.public_names(), sentences) == []


def test_no_public_name_is_left_out_of_the_reference():
    # read from the sources, not from the packages that the script knows
    names = {f"{package}.{name}" for package, name, _ in public_names()}
    assert len(names) > 250
    assert names <= set(make_api.public_names())


def test_a_name_without_sentence_and_a_sentence_without_name_are_faults(sentences):
    names = make_api.public_names()
    less = {name: text for name, text in sentences.items() if name != "dxkit.load"}
    assert make_api.find_faults(names, less) == ["no sentence in docs/names_ja.csv: dxkit.load"]
    more = {**sentences, "dxkit.lode": "名前を指定して、道具箱に入っている表を1つ読みます。"}
    assert make_api.find_faults(names, more) == ["no such name: dxkit.lode"]
    for text, fault in (
        ("表を読みます。", "7 letters"),
        ("名前を指定して、道具箱に入っている表を1つ読む", "functions end in ます"),
        ("道具箱に入っている表の名前と、その中身。", "functions end in ます"),
        (
            "名前で選んだ表を、道具箱の中から1つだけ読みます。",
            "another sentence for the same function",
        ),
    ):
        faults = make_api.find_faults(names, {**sentences, "dxkit.load": text})
        assert any(fault in line and "dxkit." in line for line in faults), text


def test_the_table_of_names_is_what_the_script_writes(sentences):
    assert _read("docs/names.md") == make_api.write_table(sentences)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The reference as `make docs` writes it; a warning of pdoc's is a page that lacks something."""
    folder = tmp_path_factory.mktemp("docs") / "api"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_api.write_pages(folder, make_api.read_sentences())
    return folder


def test_the_reference_opens_each_name_with_its_sentence(pages, sentences):
    index = (pages / "index.html").read_text(encoding="utf-8")
    for name, sentence in sentences.items():
        module, _, short = name.rpartition(".")
        assert html.escape(sentence) in index
        page_name = name if name in make_api.MODULES else module
        page = (pages / f"{page_name.replace('.', '/')}.html").read_text(encoding="utf-8")
        if name in make_api.MODULES:
            section = page.split('<section class="module-info">')[1]
        else:
            section = page.split(f'<section id="{short}">')[1]
        opening = section.split("</section>")[0].split('<p class="sentence" lang="ja">')[1]
        assert html.unescape(opening).startswith(f"{sentence}</p>"), name
        # before the English text, where there is one
        before = section.split('<p class="sentence"')[0]
        assert '<div class="docstring">' not in before, name


def test_the_index_has_an_english_sentence_for_what_has_a_docstring_of_its_own(pages):
    index = (pages / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<a href="([^"#]*)#(\w+)">\2</a><span>(.*?)</span>', index)
    names = {
        name: item for name, item in make_api.public_names().items() if not inspect.ismodule(item)
    }
    assert len(rows) == len(names) > 300
    constants = 0
    for (address, short, text), (name, item) in zip(rows, names.items(), strict=True):
        assert name == f"{address.removesuffix('.html').replace('/', '.')}.{short}"
        english = re.findall(r'<br><small lang="en">(.+)</small>', text)
        if inspect.isfunction(inspect.unwrap(item)) or inspect.isclass(item):
            assert html.unescape(english[0]) == inspect.getdoc(item).partition("\n")[0], name
        else:
            # what an instance answers is its class's: "dict() -> new empty dictionary"
            assert english == [], name
            constants += 1
    assert constants >= 3


def test_the_reference_loads_nothing_shows_no_source_and_names_no_machine(pages):
    written = sorted(pages.rglob("*.html"))
    assert len(written) == len(make_api.MODULES) + 1
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"""<(?:script|img|iframe)[^>]*\ssrc=["']?(?:https?:)?//""", text)
        assert not re.search(r"<link[^>]+href", text)
        assert 'class="view-source' not in text
        assert not re.search(r"Posix|WindowsPath|\bat 0x[0-9a-f]+", text)
        assert not re.search(r"(?:^|[^\w.:/])/(?:work|tmp|root|home|usr)/\w", text), path.name
        assert str(ROOT) not in text


def test_the_index_that_a_method_page_rebuilds_has_the_published_ranks():
    page = (ROOT / "docs" / "method_maturity.md").read_text(encoding="utf-8")
    names = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)  # our own page
    assert printed.getvalue() == (
        "rank_linear 23 of 23\nrank_geometric 23 of 23\nrank_best_light 23 of 23\n"
    )
    shares = re.search(r"principal components are ((?:\.\d{3} ?)+)\(", page)[1]
    assert [float(share) for share in shares.split()] == names["shares"].round(3).tolist()
    # three countries have the score 1 but for rounding, which pandas does not pass over
    by_pandas = names["best"].rank(ascending=False, method="min")
    equal = int((by_pandas == names["table"]["rank_best_light"]).sum())
    assert f"`rank` of pandas parts the three countries of score 1 ({equal} of 23 places)" in page
    assert (names["best"].round(6) == 1).sum() == 3
    figures = names["figures"]
    flat = names["flat"]
    bounds = {"low": 0.10, "high": 0.15}
    others = {
        "differ in 5 of 23": maturity.score(figures, names["raw"], aggregate="geometric").total,
        "in 14,": maturity.benefit_of_doubt(figures, flat, **bounds, of="weight")["score"],
        "in 22.": maturity.benefit_of_doubt(figures, flat, **bounds, normalise="minmax")["score"],
    }
    columns = ("rank_geometric", "rank_best_light", "rank_best_light")
    for (words, score), column in zip(others.items(), columns, strict=True):
        ranks = score.round(6).rank(ascending=False, method="min")
        assert words in page
        assert int((ranks != names["table"][column]).sum()) == int(re.search(r"\d+", words)[0])


def test_the_bases_that_a_method_page_chooses_reach_whom_it_says(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "method_drones.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)  # our own
    assert (tmp_path / "map.html").exists()
    people = names["demand"]["people"].sum()
    assert f"Both reach {names['best'].value:,.0f} of {people:,.0f} people" in page
    assert names["best"].value == names["greedy"].value == names["best"].bound
    for count in range(4, 11):
        bases = list(names["greedy"].bases["base"])
        names["greedy"] = drones.best_bases(
            names["demand"], names["sites"], count=count, range_km=5, fixed=bases
        )
        best = drones.best_bases(names["demand"], names["sites"], count=count, range_km=5)
        if count in (8, 10):
            assert f"{best.value:,.0f} and {names['greedy'].value:,.0f}" in page
            assert round((best.value - names["greedy"].value) / people, 3) == 0.013
