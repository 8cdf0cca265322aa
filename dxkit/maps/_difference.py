"""Who is reached by only one of two choices of bases?"""

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from dxkit._checks import require_table
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, shorten
from dxkit.maps._base_layers import BASE, BASE_COLOUR, put_bases
from dxkit.maps._map import Map
from dxkit.maps._mesh_layers import CellKinds, check_cells, put_cells, put_ground, read_times
from dxkit.maps._provenance import read_caption, read_origin
from dxkit.schema import replace_surrogates

# in the order of `name_difference_kinds`: neither, the first only, the second only, both
DIFFERENCE_COLOURS = ("#d0d0d0", "#009e73", "#cc79a7", "#8cc6ea")


def name_difference_kinds(before_label: str, after_label: str) -> tuple[str, str, str, str]:
    """Name the four kinds of cells that `difference` tells apart.

    Parameters
    ----------
    before_label, after_label
        What the two choices of bases are called.

    Returns
    -------
    tuple of str
        Reached by neither, by the first only, by the second only, by both: the order of
        ``DIFFERENCE_COLOURS``.

    Examples
    --------
    >>> name_difference_kinds("グループA", "最適")
    ('どちらも届かない', 'グループAだけ届く', '最適だけ届く', 'どちらも届く')
    """
    return (
        "どちらも届かない",
        f"{before_label}だけ届く",
        f"{after_label}だけ届く",
        "どちらも届く",
    )


@accepts_old_keywords(towns="municipalities")
def difference(
    cells: pd.DataFrame,
    before_bases: pd.DataFrame | None = None,
    after_bases: pd.DataFrame | None = None,
    *,
    before: str = "before",
    after: str = "after",
    labels: tuple[str, str] = ("前", "後"),
    weight: str = "people",
    level: str | int | None = None,
    municipalities: gpd.GeoDataFrame | None = None,
    background: gpd.GeoDataFrame | None = None,
    unit: str = "人",
    made: bool = False,
    title: str = "",
    source: str | None = None,
    offline: bool = True,
    height: int = 560,
) -> Map:
    """Draw who is reached by only one of two choices of bases, by both, or by neither.

    Parameters
    ----------
    cells
        One row a mesh cell, as for `coverage`, with two columns in place of ``times``.
    before_bases, after_bases
        As ``bases`` of `coverage`; drawn in the colours of the two.
    before, after
        Names of the two columns: by how many bases of each choice the cell is reached.
    labels
        What the two are called, for example 「グループA」 and 「最適」.
    weight, level, municipalities, background, unit, made, title, source, offline, height
        As for `coverage`.

    Returns
    -------
    Map

    Raises
    ------
    TableError, ChoiceError
        As `coverage`.

    Examples
    --------
    >>> import dxkit
    >>> toyooka = dxkit.load("mesh_people").query("code == '28209'")
    >>> near = toyooka.assign(before=toyooka["lat"] > 35.5, after=toyooka["lon"] > 134.8)
    >>> difference(near, labels=("北", "東"), title="北と東")
    <地図「北と東（架空データ）」 図形4>
    """
    mesh_level = check_cells(cells, level)
    origin = read_origin(cells, before_bases, after_bases, source=source, made=made)
    drawing = Map(title=title, offline=offline, height=height, **origin)
    put_ground(drawing, municipalities, background)
    # labels come from people and stand in the legend and in layer names
    before_label, after_label = _read_pair(labels)
    unit = read_caption(unit)
    # a binary number: its first digit is the first choice, its second the second
    kind_of = (read_times(cells, before) > 0) + 2 * (read_times(cells, after) > 0)
    kinds = CellKinds(kind_of, name_difference_kinds(before_label, after_label), DIFFERENCE_COLOURS)
    put_cells(
        drawing,
        cells,
        kinds,
        weight=weight,
        level=mesh_level,
        municipalities=municipalities,
        unit=unit,
    )
    # the first choice last, so that its bases and its legend stand on top
    _put_choice(drawing, after_bases, DIFFERENCE_COLOURS[2], after_label, unit)
    _put_choice(drawing, before_bases, DIFFERENCE_COLOURS[1], before_label, unit)
    return drawing


def _read_pair(labels: tuple[str, str]) -> list[str]:
    """Read what the two choices are called."""
    pair = [] if isinstance(labels, str) or not isinstance(labels, Iterable) else list(labels)
    if len(pair) != 2:
        raise ChoiceError(
            f"labels={shorten(labels)} は使えません。呼び名を2つ並べてください"
            "（例: 「前」と「後」）。"
        )
    return [replace_surrogates(read_caption(label)) for label in pair]


def _put_choice(
    drawing: Map, bases: pd.DataFrame | None, colour: str, label: str, unit: str
) -> None:
    """Put the bases of one choice on a map, in its colour."""
    if bases is None:
        return
    require_table(bases, "bases")
    # which of the two a base belongs to is what counts here, not whether it is there already
    plain = bases.drop(columns="existing", errors="ignore")
    style = BASE | {"fillColor": colour, "color": BASE_COLOUR}
    put_bases(drawing, plain, None, unit, style=style, label=f"{label}の拠点")
