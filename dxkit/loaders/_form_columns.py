"""Which columns has each form, what may stand in them, and what stands where on its sheets?

The table ``form_columns`` says it, one row a column; the side that writes a form and the side that
reads it share what is here. A new form is new rows of that table.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from dxkit.errors import ChoiceError, shorten
from dxkit.loaders._load import load

VERSION = "dxkit 様式 2026-1"
# names of the sheets; the last one is hidden
ENTRIES = "記入"
GUIDE = "書き方"
MARK = "様式"
# rows on the sheet of entries
HEAD_ROW = 4
FIRST_ROW = 5
# cells of the hidden sheet: version, form, and whether its entries are invented
VERSION_COLUMN = 1
FORM_COLUMN = 2
MADE_COLUMN = 3
LISTS_COLUMN = 4
CHOICE_MARK = "、"
# kinds whose choices stand in a table of their own: kind → table, column of the code, of the label
LISTED_KINDS = {
    "system": ("systems", "system", "system"),
    "portal_item": ("portal_items", "item", "label"),
    "role": ("talent_roles", "role", "label"),
    "skill": ("talent_skills", "skill", "label"),
    "topic": ("topics", "topic", "label"),
}


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a form.

    Attributes
    ----------
    column, heading, kind
        Name in the table that is read, name on the sheet, and what its cells are.
    low, high
        Of a number; ``None`` where there is no limit.
    labels
        What may be chosen: label on the sheet → what the table holds; empty where anything goes.
    is_required, is_key
        Whether it must be filled, and whether it tells rows apart.
    unit, help
        What is said to who fills it in.
    """

    column: str
    heading: str
    kind: str
    low: float | None
    high: float | None
    labels: dict[str, str]
    is_required: bool
    is_key: bool
    unit: str
    help: str

    @property
    def head(self) -> str:
        """The heading with its unit, as it stands on the sheet."""
        return f"{self.heading}（{self.unit}）" if self.unit else self.heading


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its name, its title, what is said on top of it, and its columns."""

    name: str
    title: str
    note: str
    columns: tuple[FormColumn, ...]

    @property
    def keys(self) -> list[str]:
        """The columns that tell rows apart."""
        return [column.column for column in self.columns if column.is_key]


def list_forms() -> list[str]:
    """List the names of the forms."""
    return list(dict.fromkeys(load("form_columns")["form"]))


def find_form(name: str) -> Form:
    """Find a form by its name.

    Raises
    ------
    ChoiceError
        If there is none of that name.
    """
    rows = load("form_columns")
    own = rows[rows["form"] == name]
    if own.empty:
        forms = rows.drop_duplicates("form")
        listed = "、".join(f"{row.form}（{row.form_title}）" for row in forms.itertuples())
        raise ChoiceError(f"様式「{shorten(name)}」はありません。使える様式: {listed}")
    columns = tuple(
        FormColumn(
            column=str(row["column"]),
            heading=str(row["heading"]),
            kind=str(row["kind"]),
            low=_read_limit(row["low"]),
            high=_read_limit(row["high"]),
            labels=_read_labels(row),
            is_required=bool(row["required"]),
            is_key=bool(row["is_key"]),
            unit=_read_text(row["unit"]),
            help=_read_text(row["help"]),
        )
        for row in own.to_dict("records")
    )
    first = own.iloc[0]
    return Form(name, str(first["form_title"]), str(first["form_note"]), columns)


def _read_text(cell: object) -> str:
    return "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload] # a cell of any kind


def _read_limit(cell: object) -> float | None:
    text = _read_text(cell)
    return float(text) if text else None


def _read_labels(row: Mapping[Hashable, object]) -> dict[str, str]:
    """Read what may be chosen, from the row itself or from the table that the kind names."""
    kind = str(row["kind"])
    if kind in LISTED_KINDS:
        table, code, label = LISTED_KINDS[kind]
        rows = load(table).drop_duplicates(code)
        return dict(zip(rows[label].astype(str), rows[code].astype(str), strict=True))
    # a word of a choice is what the table holds, as it stands
    words = [word for word in _read_text(row["choices"]).split(CHOICE_MARK) if word]
    return {word: word for word in words}
