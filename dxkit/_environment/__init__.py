"""Is this machine ready for the notebooks?

`check` looks at Python, the libraries, the tables and their hashes, the map assets and the Japanese
font, and says in Japanese what is missing and what to do. It needs no network.
"""

import platform
import sys
import warnings
from collections.abc import Iterator
from importlib import metadata, resources

import pandas as pd

from dxkit._environment._error_kinds import ERROR_KINDS as ERROR_KINDS
from dxkit._environment._error_kinds import add_error_listener as add_error_listener
from dxkit.errors import CatalogError, DxkitError, TableWarning
from dxkit.loaders import catalog, data_folder, list_newer_files, load, load_shipped
from dxkit.schema import is_old, today

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
FONT_LIBRARY = "matplotlib-fontja"
GOOD = "○"
BAD = "×"
NOT_THERE = "見つかりません"
TAKE_OUT = "ファイルを直すか、データのフォルダーから出してください"
REINSTALL = "dxkit を入れ直してください"
MAKE_AGAIN = "「make lab」をもう一度実行してください"
COLUMNS = ["項目", "結果", "内容", "対処"]

Row = tuple[str, str, str, str]


def check() -> pd.DataFrame:
    """Check the environment.

    Returns
    -------
    pandas.DataFrame
        One row a check: ``項目, 結果`` (○ or ×), ``内容`` (what is there), ``対処`` (what to do, if
        anything).

    Examples
    --------
    >>> import dxkit
    >>> dxkit.check().set_index("項目").loc["データ", "結果"]
    '○'
    """
    rows = [
        _check_python(),
        *map(_check_library, LIBRARIES),
        *_check_tables(),
        *_check_newer_files(),
        *_check_freshness(),
        _check_map_assets(),
        _check_font(),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _make_row(item: str, good: bool, content: str, remedy: str) -> Row:
    return item, GOOD if good else BAD, content, "" if good else remedy


def _check_python() -> Row:
    good = sys.version_info >= OLDEST_PYTHON
    remedy = "Python 3.11 以上を入れてください"
    return _make_row("Python", good, platform.python_version(), remedy)


def _check_library(name: str) -> Row:
    version = _find_version(name)
    return _make_row(name, bool(version), version or NOT_THERE, MAKE_AGAIN)


def _find_version(library: str) -> str:
    """Find the version of an installed library; empty if it is not there."""
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def _check_tables() -> Iterator[Row]:
    """Load every table of the catalogue: each is compared with its recorded hash."""
    try:
        tables = catalog()
    except CatalogError as error:
        # without a catalogue the other checks still say something
        yield _make_row("データの目録", good=False, content=str(error), remedy=REINSTALL)
        return
    faults = []
    for name, covers in zip(tables["name"], tables["covers"], strict=True):
        try:
            # whatever the room's prefecture is: the file itself is looked at
            load_shipped(name, prefecture=covers if covers.isdigit() else "")
        except CatalogError as error:
            faults.append(str(error))
    sound = f"{len(tables)}表すべて、記録どおりです（{data_folder().name}）"
    yield _make_row("データ", not faults, "、".join(faults) or sound, REINSTALL)


def _check_newer_files() -> Iterator[Row]:
    """Read each file that a user put into the data folder in place of a shipped table."""
    try:
        files = list_newer_files()
    except CatalogError as error:
        yield _make_row("置いた新しい表", good=False, content=str(error), remedy=TAKE_OUT)
        return
    for name, path in files.items():
        content = f"{name} ← {path.name}"
        try:
            with warnings.catch_warnings():
                # which file is used stands in this row
                warnings.simplefilter("ignore", TableWarning)
                date = str(load(name).attrs["as_of"])
            content += f"（{date}時点）" if date else "（いつの時点か分かりません）"
            yield _make_row("置いた新しい表", good=True, content=content, remedy="")
        except DxkitError as error:
            content = f"{content}: {error}"
            yield _make_row("置いた新しい表", good=False, content=content, remedy=TAKE_OUT)


def _check_freshness() -> Iterator[Row]:
    """Name the tables whose next edition is due; they still work, so nothing is wrong with them."""
    try:
        tables = catalog()
    except CatalogError:
        # the check of the tables has said so
        return
    day = today().isoformat()
    overdue = tables[[is_old(limit, day) for limit in tables["fresh_until"]]]
    # a national table is as old as Hyogo's own
    names = overdue.loc[overdue["covers"] != "japan", "name"]
    content = f"鮮度の期限を過ぎた表: {'、'.join(names)}" if len(names) else "期限内です"
    remedy = 'dxkit.describe("表の名前") の「次のファイル」を探してください' if len(names) else ""
    yield "データの新しさ", GOOD, content, remedy


def _check_map_assets() -> Row:
    folder = resources.files("dxkit") / "assets"
    good = folder.is_dir() and any(entry.name.startswith("leaflet") for entry in folder.iterdir())
    content = "入っています" if good else NOT_THERE
    return _make_row("地図の部品（オフライン用）", good, content, REINSTALL)


def _check_font() -> Row:
    good = bool(_find_version(FONT_LIBRARY))
    content = "IPAexゴシックが入っています" if good else NOT_THERE
    return _make_row("日本語の文字", good, content, MAKE_AGAIN)
