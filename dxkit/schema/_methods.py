"""How was an answer computed, in a paragraph that a paper can print?

A result class says its method in sentences (`MethodText`); the settings, the seed, the sources with
their hashes, the versions and the BibTeX entries are the same work for all of them and are written
here, from what the result carries and not from memory.
"""

import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import pandas as pd

from dxkit._checks import is_among, read_mapping, require_result
from dxkit.errors import ChoiceError, shorten
from dxkit.schema._made_mark import is_made, read_attrs
from dxkit.schema._references import REFERENCES, write_bibtex
from dxkit.schema._table_hash import hash_table

LANGUAGES = ("ja", "en")
# what every answer is computed with
COMMON_SOFTWARE = ("numpy", "pandas")
# what CITATION.cff says of the software (a test compares the two)
TITLE = "dxkit: a Jupyter toolkit for the digital transformation of municipalities"
AUTHOR = "{dxkit developers}"
RELEASED = "2026-11-28"
LICENCE = "MIT"
# settings that are not a choice of the method: they are said by their own sentence
SEED = "seed"


@dataclass(frozen=True)
class MethodText:
    """What a result class says of its method.

    Attributes
    ----------
    ja, en
        Sentences, with the numbers that were used.
    constants
        Name → value of what no option changes and the answer hangs on.
    references
        Keys of the papers (`REFERENCES`).
    software
        Names of the libraries, beside numpy and pandas, that computed it.
    data
        What the answer is computed from, where that is no file: name → hash.
    translations
        Japanese text of a setting → English.
    """

    ja: Sequence[str]
    en: Sequence[str]
    constants: Mapping[str, object] = field(default_factory=dict)
    references: Sequence[str] = ()
    software: Sequence[str] = ()
    data: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words around the figures in one language."""

    heading: str
    invented: str
    settings: str
    constants: str
    seed: str
    no_seed: str
    data: str
    no_data: str
    answer: str
    software: str
    references: str
    stop: str
    comma: str


WORDS = {
    "ja": _Words(
        heading="方法",
        invented="架空データから計算した結果で、実在の団体や人の値ではありません。",
        settings="設定（使った値のすべて）: {0}。",
        constants="選択肢で変わらない定数: {0}。",
        seed="乱数の種は {0}。",
        no_seed="乱数の種の設定はない（同じ入力からは同じ答えになる）。",
        data="データ: ",
        no_data="データの出所は、渡された表に書かれていません（load や read_table で読むと残ります）。",
        answer="結果の表: {0}行×{1}列、SHA-256 {2}（CSV・UTF-8）。",
        software="ソフトウェア: {0}。",
        references="BibTeX（ソフトウェア・データ・文献）",
        stop="",
        comma="、",
    ),
    "en": _Words(
        heading="Methods",
        invented="The answer is computed from invented data; no figure is one of a real body "
        "or person.",
        settings="Settings (every value that was used): {0}.",
        constants="Constants that no option changes: {0}.",
        seed="The random seed is {0}.",
        no_seed="There is no random seed to set: the same input gives the same answer.",
        data="Data: ",
        no_data="The tables that were handed over do not say where they come from "
        "(those of load and read_table do).",
        answer="Table of results: {0} rows by {1} columns, SHA-256 {2} (CSV, UTF-8).",
        software="Software: {0}.",
        references="BibTeX (software, data, papers)",
        stop=" ",
        comma=", ",
    ),
}


def write_methods(
    table: pd.DataFrame,
    lang: str = "ja",
    *,
    method: MethodText | None = None,
    settings: Mapping[str, Any] | None = None,
) -> str:
    """Write the methods paragraph of an answer, with BibTeX.

    Parameters
    ----------
    table
        The main table of the answer; its ``.attrs`` say the settings and where the data come from.
    lang
        ``"ja"`` or ``"en"``.
    method
        The sentences of the method; without them settings, data and software are written.
    settings
        As used; by default ``.attrs["settings"]`` of the table.

    Returns
    -------
    str
        Sentences with every setting, constant and seed, a line a source with its date, licence and
        SHA-256, the hash of the answer, the versions, and a BibTeX entry each for the software, the
        data and the papers.

    Raises
    ------
    ChoiceError
        If there is no such language.

    Examples
    --------
    >>> import dxkit
    >>> scores = dxkit.maturity.score(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"))
    >>> print(write_methods(scores.to_frame()).splitlines()[2][:23])
    設定（使った値のすべて）: normalise
    """
    if not is_among(lang, LANGUAGES):
        raise ChoiceError(f"lang=「{shorten(lang)}」は選べません。ja か en にしてください。")
    if method is not None:
        require_result(method, MethodText, "method", "schema.MethodText")
    words = WORDS[lang]
    method = method or MethodText((), ())
    noted = read_attrs(table).get("settings", {})
    used = dict(noted if settings is None else read_mapping(settings, "settings", "{設定: 値}"))
    # what has to be said beside the figures is a sentence, no setting
    used.pop("note", None)
    if lang == "en":
        used = {name: _translate(value, method.translations) for name, value in used.items()}
    inputs = read_attrs(table).get("inputs", [])
    seed = used.get(SEED)
    sentences = [
        words.invented if is_made(table) else "",
        words.stop.join(map(_end_sentence, method.ja) if lang == "ja" else method.en),
        words.settings.format(_list_values(used, words)) if used else "",
        words.constants.format(_list_values(method.constants, words)) if method.constants else "",
        words.no_seed if seed is None else words.seed.format(seed),
        *(_list_sources(table, inputs, words) if not method.data else []),
        *(f"{words.data}{name} [SHA-256 {digest}]" for name, digest in method.data.items()),
        words.answer.format(*table.shape, hash_table(table)),
        words.software.format(words.comma.join(_list_versions(method.software))),
    ]
    entries = _list_entries(inputs, method.references)
    blocks = [[words.heading], filter(None, sentences), [words.references, *entries]]
    return "\n\n".join("\n".join(block) for block in blocks)


def _translate(value: object, translations: Mapping[str, str]) -> object:
    """Put the English words of a setting in the place of the Japanese ones."""
    if isinstance(value, Mapping):
        return {key: _translate(item, translations) for key, item in value.items()}
    return translations.get(value, value) if isinstance(value, str) else value


def _end_sentence(sentence: str) -> str:
    """End a Japanese sentence with its full stop."""
    return sentence if sentence.endswith("。") else f"{sentence}。"


def _list_values(values: Mapping[str, object], words: _Words) -> str:
    return words.comma.join(f"{name} = {_write_value(value)}" for name, value in values.items())


def _write_value(value: object) -> str:
    """Write a value as it would be typed, numpy's numbers as plain ones."""
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_write_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, pd.DataFrame | pd.Series | np.ndarray):
        return f"{type(value).__name__} {value.shape}"
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return "(" + ", ".join(map(_write_value, items)) + ")"
    return value if isinstance(value, str) and value else repr(value)


def _list_sources(
    table: pd.DataFrame, inputs: Sequence[Mapping[str, str]], words: _Words
) -> list[str]:
    """List a line a file of data; what has no file says its source alone."""
    if not inputs:
        source = str(read_attrs(table).get("source", ""))
        return [f"{words.data}{source}"] if source else [words.no_data]
    lines = []
    for origin in inputs:
        details = [origin.get(key, "") for key in ("as_of", "licence", "kind")]
        details.append(f"SHA-256 {origin['sha256']}" if origin.get("sha256") else "")
        shown = words.comma.join(filter(None, details))
        lines.append(f"- {origin.get('name', '')}: {origin.get('source', '')} [{shown}]")
    return [words.data.strip(), *lines]


def _list_versions(names: Sequence[str]) -> list[str]:
    versions = [f"dxkit {sys.modules['dxkit'].__version__}", f"Python {platform.python_version()}"]
    for name in (*COMMON_SOFTWARE, *names):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            # an optional library that did not take part
            continue
    return versions


def _list_entries(inputs: Sequence[Mapping[str, str]], references: Sequence[str]) -> list[str]:
    """List the BibTeX entries: software, data, papers."""
    software = {
        "title": TITLE,
        "author": AUTHOR,
        "version": str(sys.modules["dxkit"].__version__),
        "year": RELEASED[:4],
        "note": f"{LICENCE} licence, released {RELEASED}",
    }
    entries = [write_bibtex("software", "dxkit", software)]
    for origin in inputs:
        texts = {key: text.translate({123: "(", 125: ")"}) for key, text in origin.items()}
        note = ", ".join(filter(None, (texts.get(key) for key in ("as_of", "licence", "kind"))))
        fields = {
            "title": texts.get("source", ""),
            "author": f"{{{texts['publisher']}}}" if texts.get("publisher") else "",
            "year": texts.get("as_of", "")[:4],
            "url": texts.get("url", ""),
            "note": f"{note}, SHA-256 {texts.get('sha256', '')}",
        }
        entries.append(write_bibtex("misc", f"data_{texts.get('name', 'table')}", fields))
    return [
        *entries,
        *(write_bibtex(REFERENCES[key][0], key, REFERENCES[key][1]) for key in references),
    ]
