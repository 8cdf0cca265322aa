"""Is this machine ready for the notebooks?

`check` looks at Python, the libraries, the tables and their hashes, the map assets and the Japanese font, and says in
Japanese what is missing and what to do. It needs no network.
"""

import platform
import sys
from collections.abc import Iterator
from importlib import metadata, resources

import pandas as pd

from dxkit.errors import CatalogError
from dxkit.loaders import catalog, data_folder, load

OLDEST_PYTHON = (3, 11)
LIBRARIES = (
    "pandas",
    "geopandas",
    "folium",
    "branca",
    "matplotlib",
    "matplotlib-fontja",
    "ipywidgets",
    "jupyterlab",
)
GOOD, BAD = "○", "×"


def check() -> pd.DataFrame:
    """Check the environment.

    Returns
    -------
    pandas.DataFrame
        One row a check: ``項目, 結果`` (○ or ×), ``内容`` (what was found), ``対処`` (what to do, if anything).
    """
    rows = [*_python(), *_libraries(), *_tables(), *_assets(), *_font()]
    return pd.DataFrame(rows, columns=["項目", "結果", "内容", "対処"])


def _row(item: str, good: bool, found: str, remedy: str) -> tuple[str, str, str, str]:
    return item, GOOD if good else BAD, found, "" if good else remedy


def _python() -> Iterator[tuple[str, str, str, str]]:
    yield _row(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        platform.python_version(),
        "Python 3.11 以上を入れてください",
    )


def _libraries() -> Iterator[tuple[str, str, str, str]]:
    for name in LIBRARIES:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = ""
        yield _row(
            name, bool(found), found or "見つかりません", "「make lab」をもう一度実行してください"
        )


def _tables() -> Iterator[tuple[str, str, str, str]]:
    remedy = "dxkit を入れ直してください"
    try:
        names = list(catalog()["name"])
    except CatalogError as error:
        yield _row("データの目録", good=False, found=str(error), remedy=remedy)
        return
    faults = []
    for name in names:
        try:
            load(name)
        except CatalogError as error:
            faults.append(str(error))
    said = "、".join(faults) or f"{len(names)}表すべて、記録どおりです（{data_folder().name}）"
    yield _row("データ", not faults, said, remedy)


def _assets() -> Iterator[tuple[str, str, str, str]]:
    folder = resources.files("dxkit") / "assets"
    found = (
        any(entry.name.startswith("leaflet") for entry in folder.iterdir())
        if folder.is_dir()
        else False
    )
    yield _row(
        "地図の部品（オフライン用）",
        found,
        "入っています" if found else "見つかりません",
        "dxkit を入れ直してください",
    )


def _font() -> Iterator[tuple[str, str, str, str]]:
    try:
        metadata.version("matplotlib-fontja")
    except metadata.PackageNotFoundError:
        yield _row(
            "日本語の文字",
            good=False,
            found="見つかりません",
            remedy="「make lab」をもう一度実行してください",
        )
        return
    yield _row("日本語の文字", good=True, found="IPAexゴシックが入っています", remedy="")
