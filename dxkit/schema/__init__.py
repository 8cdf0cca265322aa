"""What must each table hold, what is each column called in Japanese, and how is it shown?

`validate` checks a table against a schema of `SCHEMAS` and reports every fault at once; `heading`
and `HEADINGS` name the columns; `show` writes a table for people; `merge_provenance` and
`carry_provenance` take along where a table comes from; `write_sheets` writes files with no cell
that runs.
"""

from dxkit.schema._age_note import NEVER_OLD, is_old, write_age_note
from dxkit.schema._any_table import accepts_any_table, to_table
from dxkit.schema._heading_lookup import heading, map_headings
from dxkit.schema._headings import HEADINGS
from dxkit.schema._least_counts import LEAST_PEERS, LEAST_PEOPLE
from dxkit.schema._made_mark import MADE_MARK, MADE_NOTE_START, is_made
from dxkit.schema._methods import MethodText, write_methods
from dxkit.schema._old_names import OLD_NAMES, drop_old_names
from dxkit.schema._provenance import PROVENANCE_KINDS, carry_provenance, merge_provenance
from dxkit.schema._safe_cell import plain_cell, replace_surrogates, safe_cell, writable_text
from dxkit.schema._schemas import SCHEMAS, find_schema
from dxkit.schema._show import show
from dxkit.schema._shown_table import ShownTable
from dxkit.schema._source_note import SOURCE_SHEET, read_source_note
from dxkit.schema._synonyms import SYNONYMS
from dxkit.schema._table_hash import hash_table
from dxkit.schema._table_result import TableResult
from dxkit.schema._today import today
from dxkit.schema._validate import validate
from dxkit.schema._value_labels import VALUE_LABELS, VOTE_WORDS
from dxkit.schema._write_sheets import write_sheets

__all__ = [
    "HEADINGS",
    "LEAST_PEERS",
    "LEAST_PEOPLE",
    "MADE_MARK",
    "MADE_NOTE_START",
    "NEVER_OLD",
    "OLD_NAMES",
    "PROVENANCE_KINDS",
    "SCHEMAS",
    "SOURCE_SHEET",
    "SYNONYMS",
    "VALUE_LABELS",
    "VOTE_WORDS",
    "MethodText",
    "ShownTable",
    "TableResult",
    "accepts_any_table",
    "carry_provenance",
    "drop_old_names",
    "find_schema",
    "hash_table",
    "heading",
    "is_made",
    "is_old",
    "map_headings",
    "merge_provenance",
    "plain_cell",
    "read_source_note",
    "replace_surrogates",
    "safe_cell",
    "show",
    "to_table",
    "today",
    "validate",
    "writable_text",
    "write_age_note",
    "write_methods",
    "write_sheets",
]
