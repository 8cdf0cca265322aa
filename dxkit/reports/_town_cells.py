"""Which lines of a notebook's code must run again when another municipality is meant?

A notebook names its municipality once (``town = …``). What depends on it is read from the names
that each statement uses and sets; the rest of a notebook needs to run only once.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# the name under which every notebook keeps the municipality
TOWN = "town"
# names of Python inside a query of pandas
QUERY_NAME = re.compile(r"@([A-Za-z_][A-Za-z0-9_]*)")
# lines that only Jupyter reads
MAGIC = re.compile(r"^\s*[%!].*$", re.M)


@dataclass
class Statement:
    """One statement of a cell: its source, the names it uses, and the names it sets."""

    cell: int
    source: str
    uses: set[str]
    sets: set[str]
    is_output: bool
    is_town: bool
    depends: bool = field(default=False)


def list_town_cells(sources: Sequence[str]) -> dict[int, str]:
    """List what must run again for another municipality.

    Parameters
    ----------
    sources
        The code of a notebook's code cells, in order.

    Returns
    -------
    dict
        Position of a cell → the statements in it that depend on ``town``, as code. The statement
        that sets ``town`` itself is left out. Empty where the notebook names no municipality.
    """
    statements = [
        statement
        for position, source in enumerate(sources)
        for statement in _read_statements(position, source)
    ]
    if not any(statement.is_town for statement in statements):
        return {}
    _follow_town(statements)
    cells: dict[int, list[str]] = {}
    for statement in statements:
        if statement.depends and not statement.is_town:
            cells.setdefault(statement.cell, []).append(statement.source)
    return {cell: "\n".join(lines) for cell, lines in cells.items()}


def _read_statements(cell: int, source: str) -> Iterator[Statement]:
    text = MAGIC.sub("", source)
    for node in ast.parse(text).body:
        sets, uses = _list_set_names(node), _list_used_names(node)
        yield Statement(
            cell=cell,
            source=ast.get_source_segment(text, node) or "",
            uses=uses,
            sets=sets,
            is_output=_is_output(node),
            # ``town = town.strip()`` takes a municipality over, it does not choose one
            is_town=isinstance(node, ast.Assign) and sets == {TOWN} and TOWN not in uses,
        )


def _is_output(node: ast.AST) -> bool:
    """Whether a statement may show something, also inside a loop or a condition."""
    return any(isinstance(part, ast.Expr) for part in ast.walk(node))


def shows_something(code: str) -> bool:
    """Whether any statement may show something; one that only sets names does not."""
    return _is_output(ast.parse(code))


def _list_used_names(node: ast.AST) -> set[str]:
    names = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            names.add(part.id)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            names |= set(QUERY_NAME.findall(part.value))
    return names


def _list_set_names(node: ast.stmt) -> set[str]:
    """List the names that a statement sets, those of changed tables and objects included."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return set()
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
        targets = [node.target]
    # the index of ``table[name] = …`` counts as set, too: that does no harm
    parts = [part for target in targets for part in ast.walk(target)]
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    # inside a loop or a condition, whatever is assigned
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.stmt):
            names |= _list_set_names(part)
    return names


def _follow_town(statements: Sequence[Statement]) -> None:
    """Mark the statements that depend on the municipality."""
    times_set: dict[str, int] = {}
    for statement in statements:
        for name in statement.sets:
            times_set[name] = times_set.get(name, 0) + 1
    tainted: set[str] = set()
    for statement in statements:
        statement.depends = statement.is_town or bool(statement.uses & tainted)
        if statement.depends:
            tainted |= statement.sets
    shown = {item.cell for item in statements if item.is_output and item.uses & tainted}
    for statement in statements:
        # a cell's output is shown as a whole
        statement.depends |= statement.is_output and statement.cell in shown
    # a name that means several things in one notebook must mean the first of them again
    several = {name for name, times in times_set.items() if times > 1}
    is_changed = True
    while is_changed:
        needed = set().union(*(item.uses for item in statements if item.depends)) & several
        resets = [item for item in statements if not item.depends and item.sets & needed]
        for statement in resets:
            statement.depends = True
        is_changed = bool(resets)
