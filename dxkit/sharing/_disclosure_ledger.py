"""Does a new table, beside all that was published before, reveal what is blank?

A `DisclosureLedger` is a file of everything that was published: only what every reader has, never
what was withheld. A new export is attacked together with all of it before it goes out.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dxkit._checks import read_mapping
from dxkit.errors import Fault, TableError
from dxkit.sharing._audit import attack_tables, audit
from dxkit.sharing._count_tables import CountTable, Hierarchy, build_table, read_tables
from dxkit.sharing._label_space import merge_hierarchies
from dxkit.sharing._published_tables import read_notes
from dxkit.sharing._table_links import Links

FORMAT = 1
# the name of a table of the ledger, before its own
EXPORT_NAME = "公表{number}"
CELL_KEYS = ["table", "row", "column"]
# the digest before the first export
NO_DIGEST = ""


class DisclosureLedger:
    """What was published, and whether something new may be published beside it.

    Parameters
    ----------
    path
        A JSON file; it is made by the first `record`. Every export carries a digest of itself and
        of all before it, so that a changed file is noticed.

    Raises
    ------
    TableError
        If the file is no ledger or was changed.

    Examples
    --------
    A table with a blank; then the same people with one area left out, whose total gives it away:

    >>> import pandas as pd, tempfile
    >>> ledger = DisclosureLedger(Path(tempfile.mkdtemp()) / "ledger.json")
    >>> first = pd.Series([None, None, 30, 41, 95], index=["a", "b", "c", "d", "計"])
    >>> ledger.record(first)
    1
    >>> second = pd.Series([None, 30, 41, 75], index=["a", "c", "d", "計"])
    >>> ledger.check(second)[["table", "row", "low", "derivable"]].to_dict("records")[0]
    {'table': '今回', 'row': 'a', 'low': 4.0, 'derivable': True}
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._exports = self._read_exports()

    def __len__(self) -> int:
        """Count the exports."""
        return len(self._exports)

    @property
    def tables(self) -> dict[str, pd.DataFrame | pd.Series]:
        """All tables that were published, by export and name; blanks are missing.

        For ``suppress(new, published_before=ledger.tables)``.
        """
        tables: dict[str, pd.DataFrame | pd.Series] = {}
        for number, export in enumerate(self._exports, start=1):
            prefix = EXPORT_NAME.format(number=number)
            names = {entry["name"]: _join_name(prefix, entry["name"]) for entry in export["tables"]}
            for entry in export["tables"]:
                tables[names[entry["name"]]] = _restore_table(entry, export, names)
        return tables

    def check(
        self, tables: Any, *, hierarchy: Hierarchy | None = None, links: Links | None = None
    ) -> pd.DataFrame:
        """Attack new tables together with everything that was published before.

        Parameters
        ----------
        tables, hierarchy, links
            As for `audit`. In ``links`` the new tables are called 今回/ and their name, those of the
            ledger as in `tables`.

        Returns
        -------
        pandas.DataFrame
            As of `audit`, one row a blank of the new tables and of those before; with ``is_new``:
            whether the new tables make it derivable or narrow.
        """
        fresh = {_join_name("今回", table.name): table.source for table in read_tables(tables)}
        earlier = self.tables
        ranges = audit({**fresh, **earlier}, hierarchy=hierarchy, links=_prefix_links(fresh, links))
        alone = _list_revealed(attack_tables(fresh, hierarchy=hierarchy))
        # what readers could work out before is not the new tables' doing
        before = _Revealed()
        if earlier:
            before = _list_revealed(attack_tables(earlier, hierarchy=hierarchy))
        rows = list(ranges[CELL_KEYS].itertuples(index=False, name=None))
        is_newly_derivable = [row not in before.derivable for row in rows]
        # a wide count that was blanked for the sake of another may be narrow in its own table
        accepted = before.narrow | before.derivable | alone.narrow
        is_newly_narrow = [row not in accepted for row in rows]
        ranges["is_new"] = (ranges["derivable"] & np.array(is_newly_derivable, dtype=bool)) | (
            ranges["narrow"] & np.array(is_newly_narrow, dtype=bool)
        )
        return ranges

    def record(
        self,
        tables: Any,
        *,
        hierarchy: Hierarchy | None = None,
        links: Links | None = None,
        published_on: str = "",
    ) -> int:
        """Enter tables that are about to be published, or refuse them.

        Parameters
        ----------
        tables, hierarchy, links
            As for `check`.
        published_on
            The date, as it is to stand in the ledger.

        Returns
        -------
        int
            The number of the export. Tables that were entered before keep their number.

        Raises
        ------
        TableError
            If the new tables reveal a blank, their own or of an earlier export; names each.
        """
        # someone else may have entered an export meanwhile
        self._exports = self._read_exports()
        counts = read_tables(tables)
        notes = read_notes(counts)
        export = {
            "published_on": published_on,
            "hierarchy": _list_hierarchy(merge_hierarchies(notes["hierarchy"], hierarchy)),
            "links": {total: list(parts) for total, parts in notes["links"].items()},
            "tables": [_store_table(table) for table in counts],
        }
        for number, earlier in enumerate(self._exports, start=1):
            if earlier["tables"] == export["tables"]:
                return number
        ranges = self.check(tables, hierarchy=hierarchy, links=links)
        faults = [
            Fault(
                "伏せた数が、前に公表した表と合わせると分かります",
                "suppress(…, published_before=台帳.tables) で伏せ直してください",
                sheet=str(row.table),
                column=str(row.column),
                value=row.row,
            )
            for row in ranges[ranges["is_new"]].itertuples()
        ]
        if faults:
            raise TableError(faults)
        digest = self._exports[-1]["digest"] if self._exports else NO_DIGEST
        self._exports.append({**export, "digest": _compute_digest(export, digest)})
        self._write_exports()
        return len(self._exports)

    def _read_exports(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            exports = content["exports"]
            is_ledger = content["format"] == FORMAT
            digest = NO_DIGEST
            for export in exports:
                body = {key: value for key, value in export.items() if key != "digest"}
                digest = _compute_digest(body, digest)
                is_ledger = is_ledger and export["digest"] == digest
        except (OSError, ValueError, KeyError, TypeError):
            is_ledger = False
        if not is_ledger:
            raise TableError.one(
                "公表の台帳として読めません（壊れたか、書き換えられています）",
                "控えから戻してください",
                file=self.path.name,
            )
        return list(exports)

    def _write_exports(self) -> None:
        """Write the whole file beside the old one and put it in its place in one step."""
        content = json.dumps(
            {"format": FORMAT, "exports": self._exports}, ensure_ascii=False, indent=1
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                # the content must be on the disk before the name points to it
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@dataclass(frozen=True)
class _Revealed:
    """Blanks, by table, row and column, that an audit finds derivable or narrow."""

    derivable: frozenset[tuple[Any, ...]] = frozenset()
    narrow: frozenset[tuple[Any, ...]] = frozenset()


def _list_revealed(ranges: pd.DataFrame) -> _Revealed:
    derivable = ranges.loc[ranges["derivable"], CELL_KEYS].itertuples(index=False, name=None)
    narrow = ranges.loc[ranges["narrow"], CELL_KEYS].itertuples(index=False, name=None)
    return _Revealed(frozenset(derivable), frozenset(narrow))


def _join_name(prefix: str, name: str) -> str:
    return f"{prefix}/{name}" if name else prefix


def _prefix_links(tables: dict[str, Any], links: Links | None) -> dict[str, list[str]]:
    """Add to stated links those that `suppress` noted, under the names of the new tables."""
    prefixed = read_mapping(links, "links", "{合計の表: [内訳の表]}")
    for table in tables.values():
        for total, parts in (table.attrs.get("settings", {}).get("links") or {}).items():
            names = [_join_name("今回", name) for name in (total, *parts)]
            if set(names) <= set(tables):
                prefixed.setdefault(names[0], names[1:])
    return prefixed


def _compute_digest(export: dict[str, Any], before: str) -> str:
    text = before + json.dumps(export, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain_label(label: Hashable) -> str | int:
    """Turn a label into what JSON holds; a number stays one, so that it matches again."""
    if isinstance(label, int | np.integer) and not isinstance(label, bool):
        return int(label)
    return str(label)


def _list_hierarchy(hierarchy: Hierarchy) -> list[list[Any]]:
    """List subtotals and their parts as pairs, because a JSON object has only text as keys."""
    return [
        [_plain_label(label), [_plain_label(part) for part in parts]]
        for label, parts in hierarchy.items()
    ]


def _store_table(table: CountTable) -> dict[str, Any]:
    settings = table.source.attrs.get("settings", {})
    return {
        "name": table.name,
        "axes": [[_plain_label(label) for label in labels] for labels in table.axes],
        "values": [
            [None if np.isnan(value) else int(value) for value in row] for row in table.counts
        ],
        "k": settings.get("k"),
        "rounding": settings.get("rounding"),
        "signed": bool(settings.get("signed")),
    }


def _restore_table(
    entry: dict[str, Any], export: dict[str, Any], names: dict[str, str]
) -> pd.DataFrame | pd.Series:
    """Build a table as it was published, with what was noted of it in ``attrs``."""
    values = np.array(entry["values"], dtype=float).reshape([len(entry["values"]), -1])
    axes = tuple(tuple(labels) for labels in entry["axes"])
    blank = pd.Series(dtype=float) if len(axes) == 1 else pd.DataFrame()
    table = build_table(CountTable("", values, axes, blank), values, np.isnan(values))
    table.attrs["settings"] = {
        "k": entry["k"] or 0,
        "rounding": entry["rounding"],
        "signed": entry["signed"],
        "hierarchy": dict(export["hierarchy"]),
        "links": {
            names[total]: [names[part] for part in parts]
            for total, parts in export["links"].items()
        },
    }
    return table
