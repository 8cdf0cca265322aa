"""Which cells must be blank, so that no small count can be worked out from all that is published?

`suppress` blanks small counts in one table or in several that are published together, and then as
many others as it takes (complementary suppression) that, over the equations of all totals,
subtotals and linked tables, no blank can be worked out and no small count can be narrowed to less
than its own size. How the further blanks are chosen is described in `_complementary_cells.py`.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np
import pandas as pd

from dxkit._arrays import BoolArray, FloatArray, IntArray
from dxkit._checks import is_among, is_number, read_mapping, require_flag, require_number
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, TableWarning, shorten
from dxkit.schema import LEAST_PEOPLE, carry_provenance
from dxkit.sharing._cell_movement import CellState, Target
from dxkit.sharing._complementary_cells import CellProtector
from dxkit.sharing._count_tables import (
    CountTable,
    Hierarchy,
    Labels,
    build_table,
    read_tables,
    require_full_tables,
)
from dxkit.sharing._label_space import list_hierarchy_gaps, merge_hierarchies
from dxkit.sharing._published_tables import (
    PublishedTables,
    append_margins,
    compute_implied,
    gather_tables,
    list_suspects,
    read_notes,
    require_sums,
)
from dxkit.sharing._table_links import Links

# people
ROUNDING_BASES = (5, 10)
# times its own size; far beyond this no cell of a release moves
LARGEST_PROTECTION = 1000.0
# more people than there are anywhere
LARGEST_K = 10**12
NOT_CHECKED = "調べていないこと: "
Table = pd.DataFrame | pd.Series


@overload
def suppress(tables: pd.Series, *arguments: Any, **options: Any) -> pd.Series: ...
@overload
def suppress(tables: pd.DataFrame, *arguments: Any, **options: Any) -> pd.DataFrame: ...
@overload
def suppress(tables: Mapping[str, Table], *arguments: Any, **options: Any) -> dict[str, Table]: ...
@overload
def suppress(tables: Sequence[Table], *arguments: Any, **options: Any) -> list[Table]: ...
@accepts_old_keywords(table="tables")
def suppress(
    tables: Any,
    k: int = LEAST_PEOPLE,
    rounding: int | None = None,
    hierarchy: Hierarchy | None = None,
    *,
    links: Links | None = None,
    protection: float = 1.0,
    complementary: bool = True,
    published_before: Any = None,
) -> Any:
    """Blank small counts, and as many others as it takes that none can be worked out.

    Parameters
    ----------
    tables
        Counts of people: a Series (one-way) or DataFrame (two-way), or several that are published
        together, as a dictionary ``{name: table}`` or a list. A total may have any of its usual
        names (計, 合計, 総計, 総数, 全体, 男女計, Total, All) and any place. Totals and subtotals
        that are absent count as published and are appended.
    k
        Counts from 1 to ``k − 1`` are blanked, totals too. Zeros are published. A table with
        negative cells is taken for changes, with a warning; −1 to ``−(k − 1)`` are blanked.
    rounding
        Round what is published to multiples of 5 or 10; ``None`` for none.
    hierarchy
        ``{subtotal label: [row labels]}``, for instance 圏域 and their municipalities; a row may
        itself be a subtotal. Labels of columns may be used, too (merged age groups).
    links
        ``{total: [parts]}`` by the names of the tables; ``{a: [b]}`` says that two tables count the
        same people. Links that the figures themselves show need not be given: tables whose common
        cells agree count the same, and a table is linked to those of which it is the sum.
    protection
        How far up every small count must be able to lie, as a multiple of its own size: with 1 a
        reader cannot exclude that a blank 4 is an 8. With 0 blanks are only kept from being worked
        out exactly.
    complementary
        ``False`` leaves out the second step: only to show what a reader could then work out.
    published_before
        Tables with blanks that readers have already, as `DisclosureLedger.tables`: what they print
        cannot be withheld any more, and what they withhold stays withheld.

    Returns
    -------
    pandas.Series or pandas.DataFrame, or a dict or list of them
        As handed in, with totals, as ``Int64``; blanks are missing. ``.attrs["settings"]`` holds
        the options, the links that were used, ``primary`` and ``complementary`` (cells of this
        table blanked in each step), and ``not_checked``: what could not be looked at, in Japanese.

    Raises
    ------
    TableError
        If a cell is no whole number, or totals, subtotals or links do not add up.
    ChoiceError
        If an option is not offered, or names labels or tables that are not there.

    Warns
    -----
    TableWarning
        Of all in ``not_checked``, such as parts in ``hierarchy`` that no table holds, labels that
        no subtotal has, and labels that not all linked tables hold.

    Notes
    -----
    Everything else that a reader knows (other publications, being one of the people) is not looked
    at: see `DisclosureLedger` for what was published before.

    Examples
    --------
    Of the first row only the 3 is small; three more cells keep it from being worked out:

    >>> import pandas as pd
    >>> counts = pd.DataFrame([[3, 40], [50, 60], [70, 80]], index=list("abc"), columns=list("xy"))
    >>> suppress(counts)
          x     y    計
    a  <NA>  <NA>   43
    b  <NA>  <NA>  110
    c    70    80  150
    計   123   180  303

    With an area's subtotal, blanks must hide each other within the area:

    >>> counts = pd.Series([3, 40, 50, 60], index=list("abcd"))
    >>> suppress(counts, hierarchy={"北": ["a", "b"], "南": ["c", "d"]}).to_dict()
    {'a': None, 'b': None, 'c': 50, 'd': 60, '北': 43, '南': 110, '計': 153}
    """
    require_flag(complementary, "complementary")
    _require_options(k, rounding, protection)
    handed = _read_full_tables(tables)
    earlier = [] if published_before is None else read_tables(published_before)
    notes = read_notes(earlier)
    levels = merge_hierarchies(notes["hierarchy"], hierarchy)
    complete = append_margins(handed, levels)
    # which of several equally good cells is blanked must not hang on the order of rows and columns
    in_order = [table.sort_labels() for table in complete]
    published = gather_tables(
        [*in_order, *(table.sort_labels() for table in earlier)],
        levels,
        {**notes["links"], **read_mapping(links, "links", "{合計の表: [内訳の表]}")},
        signed_names=frozenset(notes["signed"]),
    )
    values = published.gather_values()
    require_sums(published, values)
    not_checked = [*published.links.not_checked, *published.system.not_checked]
    not_checked += list_hierarchy_gaps([*handed, *earlier], levels, hierarchy)
    not_checked += list_suspects(handed, levels)
    is_fixed = published.mark_printed(range(len(complete), len(published.tables)))
    is_small = _mark_small(compute_implied(published, values), k) & ~is_fixed
    is_blank = is_small & published.mark_shown()
    if complementary:
        is_blank, failures = _blank_complements(published, is_small, is_fixed, protection)
        not_checked += map(_say_failure, failures)
    _warn_of_doubts(complete, not_checked)
    settings = {
        "k": k,
        "rounding": rounding,
        "protection": protection,
        "hierarchy": {label: list(parts) for label, parts in levels.items()},
        "links": published.links.texts,
        "not_checked": not_checked,
    }
    outcomes = [
        _format_table(table, given.axes, cells, (is_small, is_blank), settings)
        for table, given, cells in zip(in_order, complete, published.system.cells, strict=False)
    ]
    return _shape_like(tables, outcomes)


def _shape_like(tables: Any, outcomes: list[Any]) -> Any:
    """Hand tables back as they were handed over: one alone, by name, or as a list."""
    if isinstance(tables, pd.DataFrame | pd.Series):
        return outcomes[0]
    if isinstance(tables, Mapping):
        return dict(zip(tables, outcomes, strict=True))
    return outcomes


def _say_failure(name: str) -> str:
    return f"{name}を守りきれません（前に公表した数から分かります）"


def _read_full_tables(tables: Any) -> list[CountTable]:
    """Read the tables that are handed over, and refuse those with blanks."""
    handed = read_tables(tables)
    require_full_tables(handed)
    return handed


def _require_options(k: int, rounding: int | None, protection: float) -> None:
    # 10.0 is 10 people, 2.5 are none
    is_whole = is_number(k) and 2 <= k <= LARGEST_K and float(k).is_integer()
    if not is_whole or (rounding is not None and not is_among(rounding, ROUNDING_BASES)):
        raise ChoiceError(
            f"k={shorten(k)}、rounding={shorten(rounding)} は使えません。"
            "k は2以上の整数、rounding は 5・10・None から選んでください。"
        )
    require_number(protection, "protection", high=LARGEST_PROTECTION)


def _warn_of_doubts(tables: Sequence[CountTable], not_checked: Sequence[str]) -> None:
    """Say what was taken for granted or could not be looked at."""
    signed = [table.name or "表" for table in tables if (table.counts < 0).any()]
    if signed:
        warnings.warn(
            f"「{'・'.join(signed)}」に負の数があります: 増減の表として扱いました。"
            "人数の表なら、負の数を直してください。",
            TableWarning,
            stacklevel=4,
        )
    for text in not_checked:
        warnings.warn(f"{NOT_CHECKED}{text}。", TableWarning, stacklevel=4)


def _mark_small(values: FloatArray, k: int) -> BoolArray:
    sizes = np.abs(np.nan_to_num(values))
    marks: BoolArray = (sizes >= 1) & (sizes < k)
    return marks


def _blank_complements(
    published: PublishedTables, is_small: BoolArray, is_fixed: BoolArray, protection: float
) -> tuple[BoolArray, list[str]]:
    """Blank small counts and what else their protection needs; name what cannot be protected."""
    values = published.gather_values()
    completed = compute_implied(published, values)
    places = published.count_places()
    is_shown = places > 0
    # what is printed nowhere may be 0 for all that a reader knows; a blank is at least 1
    low = np.where(is_shown, 1.0, 0.0)
    low[published.is_signed] = -np.inf
    state = CellState(
        values=completed,
        is_blank=is_small | ~is_shown | (published.mark_withheld() & ~is_fixed),
        is_fixed=is_fixed,
        places=places,
        low=low,
    )
    protector = CellProtector(published.system.equations, state)
    targets = [
        # away from 0; counts are whole, so the width is rounded up
        Target(int(cell), float(np.copysign(np.ceil(protection * abs(value)), value)))
        for cell, value in enumerate(completed)
        if is_small[cell] and protection > 0
    ]
    failures = protector.protect_cells(targets)
    names = published.name_cells()
    unprotected = [names.get(target.cell, "どの表にもない数") for target in failures]
    return protector.is_blank, list(dict.fromkeys(unprotected))


def _format_table(
    table: CountTable,
    axes: tuple[Labels, ...],
    cells: IntArray,
    marks: tuple[BoolArray, BoolArray],
    settings: Mapping[str, Any],
) -> Table:
    """Label the published counts as the table is labelled, in the order of ``axes``."""
    is_small, is_blank = marks
    counts = table.counts
    base = settings["rounding"]
    if base is not None:
        counts = np.sign(counts) * ((np.abs(counts) + base // 2) // base * base)
    outcome = build_table(table, counts, is_blank[cells])
    # every label stands once, so that positions can be found by it
    rows = outcome.index.get_indexer(pd.Index(axes[0]))
    outcome = outcome.iloc[rows]
    if isinstance(outcome, pd.DataFrame):
        outcome = outcome.iloc[:, outcome.columns.get_indexer(pd.Index(axes[1]))]
    outcome.attrs["settings"] = {
        **settings,
        "primary": int((is_small & is_blank)[cells].sum()),
        "complementary": int((is_blank & ~is_small)[cells].sum()),
        "signed": bool((table.counts < 0).any()),
    }
    if isinstance(outcome, pd.Series):
        return carry_provenance(outcome, table.source)
    return carry_provenance(outcome, table.source)
