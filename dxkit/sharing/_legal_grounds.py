"""On which legal grounds may one body tell another where an evacuee is?

教材であり法的助言ではない: a table to learn from, no legal advice. The law is the table
``legal_grounds``: a cell may list several bodies, categories or phases. The first row that fits
decides; rows that need consent stand first, those whose text was not read (要確認) last.
"""

import pandas as pd

from dxkit._checks import require_flag
from dxkit.errors import Fault, TableError
from dxkit.loaders import load
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.sharing._bodies_categories_phases import (
    BODIES,
    CERTAINTIES,
    CONSENTS,
    DIMENSIONS,
    NOTICE,
    ORDINANCE_NEEDS,
)
from dxkit.sharing._columns import require_columns_only
from dxkit.sharing._ground_lookup import find_deciding_rows, list_decisions

LAW_TABLE = "legal_grounds"
# a table without this column has no row that needs an ordinance
ORDINANCE = "ordinance"
LAW_COLUMNS = (
    "notice",
    "row",
    "from_",
    "to",
    "category",
    "phase",
    "consent",
    "ground",
    "condition",
    "certainty",
    "as_of",
    "source",
)


@accepts_any_table("table")
def grounds(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the law as a checked table; its first column says 教材であり法的助言ではない.

    Parameters
    ----------
    table
        A facilitator's own table with the same columns; by default the shipped ``legal_grounds``.
        Of several rows that fit a disclosure the first decides: the order of the rows is that of
        their precedence.

    Returns
    -------
    pandas.DataFrame
        One row a ground: ``notice, row, from_, to, category, phase, consent`` (あり: only with
        consent), ``ground, condition, certainty`` (条文を確認, 一部を確認, 要確認), ``as_of,
        source``, ``ordinance`` (要る: only where a municipality has one).

    Raises
    ------
    TableError
        If a cell holds what is no body, category, phase, consent or certainty.

    Examples
    --------
    >>> law = grounds()
    >>> law.loc[law["consent"] == "あり", "ground"].iloc[0]
    '災害対策基本法90条の4第1項1号'
    """
    law = load(LAW_TABLE) if table is None else table.copy()
    require_columns_only(law, LAW_COLUMNS, LAW_TABLE)
    if ORDINANCE not in law:
        law[ORDINANCE] = ORDINANCE_NEEDS[0]
    # a facilitator's table is checked like the shipped one
    if faults := _find_unknown_words(law):
        raise TableError(faults)
    law.attrs["notice"] = NOTICE
    return law


@accepts_any_table("table")
def ground_matrix(
    category: str = "所在",
    *,
    phase: str = "応急期",
    consent: bool = False,
    table: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Ask `may_disclose` for every pair of bodies in the law table (教材であり法的助言ではない).

    Parameters
    ----------
    category, phase, consent, table
        As for `may_disclose`; one value each.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``notice, from_, to, verdict, ground, condition, certainty, row``. Bodies
        stand in the order of `BODIES`; those from which, or to which, nothing may go in any
        category or phase are left out.

    Raises
    ------
    ChoiceError
        If category or phase is unknown.

    Examples
    --------
    >>> pairs = ground_matrix("所在", phase="72時間以内")
    >>> pairs["verdict"].value_counts().to_dict()
    {'可': 111, '根拠なし': 91, '要確認': 36}
    """
    require_flag(consent, "consent")
    law = grounds(table)
    senders = _list_bodies(law, "from_")
    recipients = _list_bodies(law, "to")
    # every sender with every recipient, also a body with itself
    pairs = pd.MultiIndex.from_product([senders, recipients], names=["from_", "to"])
    frame = pairs.to_frame(index=False)
    rows = find_deciding_rows(law, (frame["from_"], frame["to"], category, phase), consent)
    decisions = list_decisions(law, rows.ravel()).astype("str")
    matrix = pd.concat([frame, decisions], axis=1)
    matrix.insert(0, "notice", NOTICE)
    matrix.attrs = {
        "notice": NOTICE,
        "settings": {"category": category, "phase": phase, "consent": consent},
    }
    return carry_provenance(matrix, law)


def _list_bodies(law: pd.DataFrame, column: str) -> list[str]:
    """List the bodies that a column of the law table names anywhere."""
    # a cell may name several bodies, separated by blanks
    words = {word for cell in law[column].fillna("").astype(str) for word in cell.split()}
    return [body for body in BODIES.values() if body in words]


def _find_unknown_words(law: pd.DataFrame) -> list[Fault]:
    offered_words = {dimension: tuple(words.values()) for dimension, words in DIMENSIONS}
    offered_words |= {"consent": CONSENTS, "certainty": CERTAINTIES, ORDINANCE: ORDINANCE_NEEDS}
    faults = []
    for column, words in offered_words.items():
        remedy = f"{'・'.join(words)} から選んでください"
        # row 1 of the file holds the headings
        for row, cell in enumerate(law[column].fillna("").astype(str), start=2):
            faults += [
                Fault("知らない語です", remedy, file=LAW_TABLE, row=row, column=column, value=word)
                for word in cell.split() or [""]
                if word not in words
            ]
    return faults
