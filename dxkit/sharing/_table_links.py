"""Which of several tables count the same people, and which are the sum of others?

The figures themselves say it: tables whose common cells all agree count the same; a table all of
whose cells are the sums of those of two or more others is their total (total and each sex; this
year, last year and the change). What the figures cannot show, the caller says by ``links``. Tables
for which neither holds are reported, never passed over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, shorten
from dxkit.sharing._cell_system import Place, list_places
from dxkit.sharing._count_tables import CountTable
from dxkit.sharing._label_space import Cover, LabelSpace, join_labels

Links = Mapping[str, Sequence[str]]
Figures = dict[Place, float]
# printed figures other than 0 that must agree before tables with blanks are taken for linked
LEAST_EVIDENCE = 2
# above this number of measures not every selection of parts is tried, only pairs and all others
LARGEST_SEARCH = 7


@dataclass
class TableLinks:
    """How the tables belong together.

    Attributes
    ----------
    measures
        What each table counts, as a number.
    sums
        Measures that are the sum of others.
    texts
        The links, as they are shown: ``{total: [parts]}`` by the names of the tables.
    not_checked
        Relations between tables that could not be established, in Japanese.
    """

    measures: list[int]
    sums: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    not_checked: list[str] = field(default_factory=list)


def find_links(
    tables: Sequence[CountTable], space: LabelSpace, links: Links, tolerance: float = 0.0
) -> TableLinks:
    """Find what tables count the same and which are sums; ``links`` states more of it.

    Parameters
    ----------
    tables, space
        The tables, and what their labels cover.
    links
        ``{total: [parts]}`` by name; with a single part the two tables count the same.
    tolerance
        By how much each printed figure may be off because of rounding, in people.

    Raises
    ------
    ChoiceError
        If ``links`` names a table that is not there.
    """
    _require_known_tables(tables, links)
    figures = [_list_figures(t, table, space) for t, table in enumerate(tables)]
    # where every figure is there, one that agrees is enough, because none disagrees
    is_complete = not any(np.isnan(table.counts).any() for table in tables)
    evidence = 1 if is_complete else LEAST_EVIDENCE
    position_of = {table.name: t for t, table in enumerate(tables)}
    outcome = TableLinks(list(range(len(tables))))
    for total, parts in links.items():
        if len(parts) == 1:
            _join_measures(outcome, position_of[total], position_of[parts[0]])
            outcome.texts[total] = list(parts)
    for s, t in combinations(range(len(tables)), 2):
        if _agree(figures[s], figures[t], evidence):
            _join_measures(outcome, s, t)
    stated = {total: parts for total, parts in links.items() if len(parts) > 1}
    for total, parts in stated.items():
        numbers = tuple(outcome.measures[position_of[part]] for part in parts)
        outcome.sums.append((outcome.measures[position_of[total]], numbers))
        outcome.texts[total] = list(parts)
    _find_sums(outcome, tables, figures, evidence, tolerance)
    _note_unlinked(outcome, tables, figures)
    _note_lone_labels(outcome, tables, space)
    return outcome


def _require_known_tables(tables: Sequence[CountTable], links: Links) -> None:
    if not isinstance(links, Mapping):
        raise ChoiceError(
            f"links=「{shorten(links)}」は使えません。"
            'links={"計": ["男", "女"]} のように書いてください。'
        )
    for total, parts in links.items():
        # a word alone is no list of letters
        if isinstance(parts, str) or not isinstance(parts, Iterable) or total in parts:
            raise ChoiceError(
                f"links の「{total}」の内訳「{shorten(parts)}」は使えません。"
                'links={"計": ["男", "女"]} のように、ほかの表の名前のリストで書いてください。'
            )
    names = {table.name for table in tables}
    unknown = {name for total, parts in links.items() for name in (total, *parts)} - names
    if unknown:
        raise ChoiceError(
            f"links の「{'・'.join(sorted(unknown))}」という表はありません。"
            "tables を辞書（名前: 表）で渡し、同じ名前を書いてください。"
        )


def _list_figures(table_number: int, table: CountTable, space: LabelSpace) -> Figures:
    """List the figures by what they cover; NaN where blank."""
    places = list_places(table_number, table, space)
    return {
        place: float(table.counts[i, j])
        for i, row in enumerate(places)
        for j, place in enumerate(row)
    }


def _join_measures(outcome: TableLinks, s: int, t: int) -> None:
    old = max(outcome.measures[s], outcome.measures[t])
    new = min(outcome.measures[s], outcome.measures[t])
    outcome.measures = [new if measure == old else measure for measure in outcome.measures]


def _list_common(*tables: Figures) -> FloatArray:
    """List the figures that all tables print, one column a table."""
    places = [place for place in tables[0] if all(place in table for table in tables[1:])]
    values = np.array([[table[place] for table in tables] for place in places], dtype=float)
    values = values.reshape(-1, len(tables))
    common: FloatArray = values[~np.isnan(values).any(axis=1)]
    return common


def _agree(a: Figures, b: Figures, evidence: int) -> bool:
    """Whether all common figures agree, and enough of them are not 0."""
    common = _list_common(a, b)
    is_equal = bool((common[:, 0] == common[:, 1]).all())
    return is_equal and int((common[:, 0] != 0).sum()) >= evidence


def _find_sums(
    outcome: TableLinks,
    tables: Sequence[CountTable],
    figures: Sequence[Figures],
    evidence: int,
    tolerance: float,
) -> None:
    """Find measures whose every common figure is the sum of those of others."""
    merged: dict[int, Figures] = {}
    for t, measure in enumerate(outcome.measures):
        for place, value in figures[t].items():
            if np.isnan(merged.setdefault(measure, {}).setdefault(place, value)):
                merged[measure][place] = value
    measures = sorted(merged)
    name_of = {measure: tables[measure].name for measure in measures}
    for total in measures:
        others = [measure for measure in measures if measure != total]
        sizes = list(range(2, len(others) + 1))
        if len(measures) > LARGEST_SEARCH:
            sizes = [2, len(others)]
        for parts in (parts for size in sizes for parts in combinations(others, size)):
            common = _list_common(merged[total], *(merged[part] for part in parts))
            gap = np.abs(common[:, 0] - common[:, 1:].sum(axis=1))
            is_sum = bool((gap <= tolerance * (len(parts) + 1)).all())
            has_evidence = int((common != 0).any(axis=1).sum()) >= evidence
            if is_sum and has_evidence and (total, parts) not in outcome.sums:
                outcome.sums.append((total, parts))
                outcome.texts.setdefault(name_of[total], [name_of[part] for part in parts])
    if len(measures) > LARGEST_SEARCH:
        outcome.not_checked.append(
            f"表が{len(measures)}種類あるため、3つ以上の一部の和になる表は調べていません"
        )


def _note_unlinked(
    outcome: TableLinks, tables: Sequence[CountTable], figures: Sequence[Figures]
) -> None:
    """Say of which tables that share labels it is not known how they belong together."""
    linked = {measure for total, parts in outcome.sums for measure in (total, *parts)}
    for s, t in combinations(range(len(tables)), 2):
        a = outcome.measures[s]
        b = outcome.measures[t]
        if a == b or {a, b} <= linked or figures[s].keys().isdisjoint(figures[t].keys()):
            continue
        common = _list_common(figures[s], figures[t])
        agreeing = int((common[:, 0] == common[:, 1]).sum())
        outcome.not_checked.append(
            f"表「{tables[s].name}」と「{tables[t].name}」の関係は分かりません"
            f"（共通のます{len(common)}のうち同じ数は{agreeing}）"
        )


def _note_lone_labels(outcome: TableLinks, tables: Sequence[CountTable], space: LabelSpace) -> None:
    """Say which labels not all tables of a sum hold: there the sum says less than it could."""
    for total, parts in outcome.sums:
        covers = {
            measure: _collect_covers(outcome, tables, space, measure) for measure in (total, *parts)
        }
        name_of = {measure: f"表「{tables[measure].name}」" for measure in covers}
        strangers = [part for part in parts if covers[part].keys().isdisjoint(covers[total])]
        outcome.not_checked += [
            f"{name_of[total]}は{name_of[part]}を含む和ですが、共通のラベルがありません"
            for part in strangers
        ]
        for dimension in covers[total]:
            by_measure = {
                measure: cover[dimension] for measure, cover in covers.items() if dimension in cover
            }
            every: Cover = frozenset().union(*by_measure.values())
            gaps = [
                f"{name_of[measure]}に{join_labels(sorted(every - cover, key=str))}"
                for measure, cover in by_measure.items()
                if cover != every
            ]
            if gaps:
                outcome.not_checked.append(
                    f"「{tables[total].name}」とその内訳の表のうち、{'、'.join(gaps)}がありません"
                    "（そこにあるはずの数は、読者も知らないものとして扱いました）"
                )


def _collect_covers(
    outcome: TableLinks, tables: Sequence[CountTable], space: LabelSpace, measure: int
) -> dict[int, Cover]:
    """Collect what the tables of a measure cover, by dimension."""
    covers: dict[int, Cover] = {}
    for number, table in enumerate(tables):
        if outcome.measures[number] == measure:
            for axis in range(len(table.axes)):
                dimension = space.dimension_of[number, axis]
                below: Cover = frozenset().union(*space.list_covers((number, axis)))
                covers[dimension] = covers.get(dimension, frozenset()) | below
    return covers
