"""May one body disclose to another where an evacuee is, and on which legal ground?

教材であり法的助言ではない: `may_disclose` looks the answer up in a table to learn from.
"""

from dataclasses import asdict, dataclass
from typing import Any, overload

import numpy as np
import pandas as pd

from dxkit.schema import MethodText, TableResult, accepts_any_table, merge_provenance
from dxkit.sharing._bodies_categories_phases import ALLOWED, NOTICE
from dxkit.sharing._ground_lookup import find_deciding_rows, label_rows, list_decisions
from dxkit.sharing._legal_grounds import grounds
from dxkit.sharing._ordinances import find_ordinance_states


@dataclass(frozen=True)
class Decision(TableResult):
    """Whether one disclosure has a ground (教材であり法的助言ではない).

    Attributes
    ----------
    verdict
        ``可`` (a row whose text was read), ``要確認`` (only a row whose text was not read),
        ``根拠なし``.
    ground, condition, certainty, row
        The row of the law table; empty if there is none.
    """

    verdict: str
    ground: str
    condition: str
    certainty: str
    row: str
    notice: str = NOTICE

    def _describe_method(self) -> MethodText:
        return MethodText(
            ja=(
                f"法令の表の行 {self.row or 'なし'} により「{self.verdict}」とした（{self.certainty or '根拠の行がない'}）。",
                self.notice,
            ),
            en=(
                f"The verdict {self.verdict} is that of row {self.row or 'none'} of the table of legal grounds.",
                "This is teaching material and no legal advice.",
            ),
        )

    def __bool__(self) -> bool:
        return self.verdict == ALLOWED

    @property
    def _main_table(self) -> pd.DataFrame:
        return pd.DataFrame([asdict(self)])


@overload
def may_disclose(
    from_: str,
    to: str,
    category: str,
    *,
    phase: str = ...,
    consent: bool = ...,
    code: str | None = ...,
    table: pd.DataFrame | None = ...,
) -> Decision: ...
@overload
def may_disclose(
    from_: Any,
    to: Any,
    category: Any,
    *,
    phase: Any = ...,
    consent: Any = ...,
    code: Any = ...,
    table: pd.DataFrame | None = ...,
) -> Decision | pd.DataFrame: ...
@accepts_any_table("table")
def may_disclose(
    from_: Any,
    to: Any,
    category: Any,
    *,
    phase: Any = "応急期",
    consent: Any = False,
    code: Any = None,
    table: pd.DataFrame | None = None,
) -> Decision | pd.DataFrame:
    """Decide whether a disclosure has a ground in the law table (教材であり法的助言ではない).

    Parameters
    ----------
    from_, to
        Bodies (`BODIES`, Japanese or English name): one, or a column of them.
    category
        ``所在, 台帳情報, 要支援者名簿, 要配慮情報, 個別避難計画, 個人番号`` (`CATEGORIES`).
    phase
        ``平時, 72時間以内, 応急期, 復旧期`` (`PHASES`).
    consent
        Whether the person has agreed to this recipient and purpose.
    code
        The home municipality, whose ordinance counts (`ordinances`); without it every ordinance is
        要確認.
    table
        Another law table; by default `grounds`. The first of its rows that fits decides.

    Returns
    -------
    Decision or pandas.DataFrame
        A `Decision` for single values; for columns a table, one row a disclosure: ``verdict,
        ground, condition, certainty, row`` (categories: a million rows take a fraction of a
        second).

    Raises
    ------
    ChoiceError
        If a body, category, phase or municipality is unknown.

    Examples
    --------
    >>> decision = may_disclose("host", "home", "whereabouts", phase="72h")
    >>> decision.verdict, decision.ground
    ('可', '個人情報保護法69条2項3号')
    >>> may_disclose("県", ["他の市町", "避難元市町"], "所在")["verdict"].tolist()
    ['根拠なし', '可']
    >>> lists = ("避難元市町", "避難支援等関係者", "要支援者名簿")
    >>> [may_disclose(*lists, phase="平時", code=code).verdict for code in ("28201", "28210")]
    ['可', '要確認']
    """
    # the shipped table, or the facilitator's own, checked
    law = grounds(table)
    disclosures = (from_, to, category, phase)
    states = find_ordinance_states(code, category)
    rows = find_deciding_rows(law, disclosures, consent, states)
    # all arguments were single values
    if rows.ndim == 0:
        labels = label_rows(law)
        return Decision(**{name: str(words[int(rows)]) for name, words in labels.items()})
    decisions = list_decisions(law, rows.ravel())
    # decisions on invented disclosures are invented, though the law is not
    decisions.attrs |= merge_provenance(law, *disclosures)
    return decisions


def decide_disclosures(
    from_: Any, to: Any, category: Any, *, phase: Any, consent: Any
) -> pd.DataFrame:
    """List the decisions of `may_disclose` for columns, always as a table."""
    law = grounds()
    # also one disclosure alone comes back as a table
    rows = find_deciding_rows(law, (from_, to, category, phase), consent)
    return list_decisions(law, np.atleast_1d(rows))
