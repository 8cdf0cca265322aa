"""Which places, ages or sexes does the label of a row or a column cover?

Labels of several tables are compared by what they cover: 但馬 covers its municipalities, a total
covers all other labels of its axis. Two labels that cover the same are the same row, whatever they
are called and in whichever table they stand.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from dxkit.errors import ChoiceError, list_first, shorten
from dxkit.sharing._count_tables import CountTable, Hierarchy

# a table's number and its axis: 0 for rows, 1 for columns
Axis = tuple[int, int]
Cover = frozenset[Hashable]
# labels that a message names
LISTED_LABELS = 10


def merge_hierarchies(noted: Hierarchy, hierarchy: Hierarchy | None) -> Hierarchy:
    """Join what earlier tables noted with a user's own, and refuse what is no hierarchy.

    Raises
    ------
    ChoiceError
        If it is no mapping of subtotals to lists of labels, or a subtotal holds itself.
    """
    levels = hierarchy if hierarchy is not None else {}
    form = 'hierarchy={"但馬": ["豊岡市", "養父市"]} のように、小計の名前と内訳のリストで書いてください。'
    if not isinstance(levels, Mapping):
        raise ChoiceError(f"hierarchy=「{shorten(levels)}」は使えません。{form}")
    stated = {label: _list_stated_parts(parts) for label, parts in levels.items()}
    for label, parts in stated.items():
        if not parts:
            problem = (
                f"hierarchy の「{shorten(label)}」の内訳「{shorten(levels[label])}」は使えません。"
            )
            raise ChoiceError(f"{problem}{form}")
    merged = {**noted, **stated}
    for label in merged:
        _require_no_circle(merged, label)
    return merged


def _list_stated_parts(parts: object) -> list[Hashable]:
    """List the parts of a subtotal; a word alone is no list of letters."""
    return list(parts) if isinstance(parts, Iterable) and not isinstance(parts, str) else []


def list_hierarchy_gaps(
    tables: Sequence[CountTable], hierarchy: Hierarchy, stated: Hierarchy | None
) -> list[str]:
    """List in Japanese the parts that no table holds, and the labels that no subtotal has.

    Parameters
    ----------
    tables
        All that readers have.
    hierarchy
        All subtotals, those that earlier tables noted among them.
    stated
        Those that the caller states: only these are looked at.
    """
    if not stated:
        return []
    labels = {label for table in tables for axis in table.axes for label in axis}
    absent = [
        f"{label}の{part}"
        for label in stated
        for part in hierarchy[label]
        if part not in labels and part not in hierarchy
    ]
    texts = []
    if absent:
        texts.append(
            f"hierarchy の{join_labels(absent)}は、どの表にもないので、小計に入れていません"
        )
    # a single subtotal (再掲) is meant for some rows; several are meant for all
    elif len(hierarchy) < 2:
        return []
    parts = {part for below in hierarchy.values() for part in below}
    for table in tables:
        place = f"表「{table.name}」の" if table.name else ""
        for axis in range(len(table.axes)):
            outside = [label for label in table.list_parts(axis) if label not in hierarchy]
            alone = [label for label in outside if label not in parts]
            # an axis of other things, such as ages beside places, has no subtotals
            if 0 < len(alone) < len(outside):
                texts.append(
                    f"{place}{join_labels(alone)}は hierarchy のどの小計の内訳にもないので、"
                    "どの小計にも入れていません"
                )
    return texts


def join_labels(labels: Sequence[Hashable]) -> str:
    """Join labels for a message; of many the first."""
    texts = (f"「{shorten(label, 30)}」" for label in labels)
    return list_first(texts, LISTED_LABELS, count=len(labels))


def _require_no_circle(hierarchy: Hierarchy, label: Hashable) -> None:
    """Refuse a subtotal that holds itself, directly or through others."""
    below = list(hierarchy[label])
    seen: set[Hashable] = set()
    while below:
        part = below.pop()
        if part == label:
            raise ChoiceError(f"hierarchy の「{shorten(label)}」が自分自身を含んでいます。")
        if part not in seen:
            seen.add(part)
            below += hierarchy.get(part, ())


class LabelSpace:
    """The dimensions of several tables, and what their labels cover.

    Axes belong to one dimension if they share a label, directly or by the hierarchy. Rows and
    columns of one table never do, so that a table of origins and destinations stays two-way.
    """

    def __init__(self, tables: Sequence[CountTable], hierarchy: Hierarchy) -> None:
        self._tables = tables
        self._hierarchy = {label: tuple(parts) for label, parts in hierarchy.items()}
        axes = [(t, axis) for t, table in enumerate(tables) for axis in range(len(table.axes))]
        self._tokens = {axis: self._collect_tokens(axis) for axis in axes}
        _require_known_labels(self._hierarchy, tables)
        self.dimension_of = _join_axes(axes, self._tokens)
        self._labels: dict[int, set[Hashable]] = {}
        for axis, dimension in self.dimension_of.items():
            labels = tables[axis[0]].list_parts(axis[1])
            self._labels.setdefault(dimension, set()).update(labels)
        self._covers: dict[tuple[int, Hashable], Cover] = {}
        self._axis_covers = {axis: self._cover_axis(axis) for axis in axes}
        self._full: dict[int, Cover] = {}
        for axis, covers in self._axis_covers.items():
            dimension = self.dimension_of[axis]
            empty: Cover = frozenset()
            self._full[dimension] = self._full.get(dimension, empty).union(*covers)

    def list_covers(self, axis: Axis) -> list[Cover]:
        """List what each label of an axis covers, in the order of the labels."""
        return self._axis_covers[axis]

    def get_full(self, dimension: int) -> Cover:
        """Get the cover of a whole dimension."""
        return self._full[dimension]

    def count_labels(self, dimension: int) -> int:
        """Count the labels without parts of a dimension."""
        return len(self._full[dimension])

    def is_full(self, dimension: int, cover: Cover) -> bool:
        """Whether nothing of a dimension is missing from a cover."""
        return len(cover) == len(self._full[dimension])

    def _collect_tokens(self, axis: Axis) -> set[Hashable]:
        """Collect the labels of an axis, their parts, and the subtotals that hold any of them."""
        table = self._tables[axis[0]]
        tokens = set(table.list_parts(axis[1]))
        # a subtotal of subtotals is reached after as many rounds as there are levels
        for _ in self._hierarchy:
            size = len(tokens)
            for label, parts in self._hierarchy.items():
                if label in tokens:
                    tokens.update(parts)
                elif not tokens.isdisjoint(parts):
                    tokens.add(label)
            if len(tokens) == size:
                break
        return tokens

    def _cover_axis(self, axis: Axis) -> list[Cover]:
        dimension = self.dimension_of[axis]
        table = self._tables[axis[0]]
        covers = [self._cover_label(dimension, label) for label in table.axes[axis[1]]]
        position = table.find_total(axis[1])
        if position is not None:
            parts = [cover for i, cover in enumerate(covers) if i != position]
            covers[position] = frozenset().union(*parts)
        return covers

    def _cover_label(self, dimension: int, label: Hashable) -> Cover:
        """Collect the labels without parts below a label."""
        if (dimension, label) in self._covers:
            return self._covers[dimension, label]
        cover: Cover = frozenset()
        for part in self._hierarchy.get(label, ()):
            below = self._cover_label(dimension, part)
            # a part that no table shows gives the reader no figure to subtract
            if below - {part} or part in self._labels[dimension]:
                cover |= below
        if not cover:
            cover = frozenset([label])
        self._covers[dimension, label] = cover
        return cover


def _require_known_labels(hierarchy: Hierarchy, tables: Sequence[CountTable]) -> None:
    """Refuse subtotals of which no table shows anything: probably a misspelling."""
    labels = {label for table in tables for axis in table.axes for label in axis}
    below = set(labels)
    for _ in hierarchy:
        below |= {label for label, parts in hierarchy.items() if not below.isdisjoint(parts)}
    unknown = [str(label) for label in hierarchy if label not in below]
    if unknown:
        raise ChoiceError(
            f"hierarchy の「{'・'.join(unknown)}」の内訳が、どの表にもありません。"
            "表のラベルと同じ字で書いてください。"
        )


def _join_axes(axes: Sequence[Axis], tokens: dict[Axis, set[Hashable]]) -> dict[Axis, int]:
    """Find the dimension of each axis: rows are joined with rows first, then with columns."""
    dimension_of = {axis: number for number, axis in enumerate(axes)}
    pairs = [(a, b) for position, a in enumerate(axes) for b in axes[position + 1 :]]
    for a, b in sorted(pairs, key=lambda pair: pair[0][1] != pair[1][1]):
        if tokens[a].isdisjoint(tokens[b]) or dimension_of[a] == dimension_of[b]:
            continue
        joined = [axis for axis in axes if dimension_of[axis] in (dimension_of[a], dimension_of[b])]
        # the two axes of one table are crossed and cannot be one dimension
        if len({table for table, _ in joined}) < len(joined):
            continue
        number = min(dimension_of[a], dimension_of[b])
        for axis in joined:
            dimension_of[axis] = number
    return dimension_of


def split_cover(cover: Cover, others: Sequence[Cover]) -> list[Cover]:
    """Split a cover into the largest others that fit into it, and single labels for the rest."""
    rest = cover
    parts = []
    for other in sorted(others, key=len, reverse=True):
        if 1 < len(other) < len(cover) and other <= rest:
            parts.append(other)
            rest = rest - other
    # in the order of their names, so that no run depends on how sets are laid out
    return parts + [frozenset([label]) for label in sorted(rest, key=str)]
