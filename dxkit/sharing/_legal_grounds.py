"""Who may tell whom where an evacuee is, on which legal ground?

教材であり法的助言ではない: a table to learn from, no legal advice. The law is that table (``legal_grounds``): a cell may
list several bodies, categories or phases. The first row that fits decides; rows that need consent stand first, those whose
text was not read (要確認) last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.loaders import load

NOTICE = "教材であり法的助言ではない"
ALLOWED, UNSURE, NONE = "可", "要確認", "根拠なし"
BODIES = {
    "home": "避難元市町",
    "host": "避難先市町",
    "outside": "県外市町",
    "other": "他の市町",
    "prefecture": "県",
    "other_prefecture": "他府県",
    "state": "国",
    "supporters": "避難支援等関係者",
    "registered_group": "登録被災者援護協力団体",
    "private_group": "民間団体",
    "family": "家族等",
    "person": "本人",
}
CATEGORIES = {
    "whereabouts": "所在",
    "ledger": "台帳情報",
    "support_list": "要支援者名簿",
    "care": "要配慮情報",
}
PHASES = {"peace": "平時", "72h": "72時間以内", "response": "応急期", "recovery": "復旧期"}
CERTAINTIES = ("条文を確認", "一部を確認", "要確認")
CONSENTS = ("問わない", "あり")
DIMENSIONS = (("from_", BODIES), ("to", BODIES), ("category", CATEGORIES), ("phase", PHASES))
COLUMNS = (
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


@dataclass(frozen=True)
class Decision:
    """Whether one disclosure has a ground (教材であり法的助言ではない).

    Attributes
    ----------
    verdict
        ``可`` (a row whose text was read), ``要確認`` (only a row whose text was not read), ``根拠なし``.
    ground, condition, certainty, row
        The row of the law table; empty if there is none.
    """

    verdict: str
    ground: str
    condition: str
    certainty: str
    row: str
    notice: str = NOTICE

    def __bool__(self) -> bool:
        return self.verdict == ALLOWED


def grounds(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give the law as a table; its first column says 教材であり法的助言ではない.

    Parameters
    ----------
    table
        A facilitator's own table with the same columns; by default the shipped ``legal_grounds``.

    Returns
    -------
    pandas.DataFrame
        One row a ground: ``notice, row, from_, to, category, phase, consent`` (あり: only with consent), ``ground,
        condition, certainty`` (条文を確認, 一部を確認, 要確認), ``as_of, source``.

    Raises
    ------
    TableError
        If a cell holds what is no body, category, phase, consent or certainty.
    """
    found = load("legal_grounds") if table is None else table.copy()
    if faults := list(_faults(found)):
        raise TableError(faults)
    found.attrs["notice"] = NOTICE
    return found


def raci() -> pd.DataFrame:
    """Give who does what with evacuees' records (R does, A answers for it, C is asked, I is told).

    Returns
    -------
    pandas.DataFrame
        One row a task: ``notice, task, host, home, prefecture, state, group, ground, certainty, note``.
    """
    table = load("raci").fillna("")
    table.attrs["notice"] = NOTICE
    names = {
        "task": "業務",
        "host": "避難先市町",
        "home": "避難元市町",
        "prefecture": "県",
        "state": "国",
        "group": "支援団体",
    }
    table.attrs["labels"] = {**names, "notice": "注意", "ground": "根拠", "certainty": "確かさ"}
    return table


@overload
def may_disclose(
    from_: str,
    to: str,
    category: str,
    *,
    phase: str = ...,
    consent: bool = ...,
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
    table: pd.DataFrame | None = ...,
) -> Decision | pd.DataFrame: ...
def may_disclose(
    from_: Any,
    to: Any,
    category: Any,
    *,
    phase: Any = "応急期",
    consent: Any = False,
    table: pd.DataFrame | None = None,
) -> Decision | pd.DataFrame:
    """Say whether a disclosure has a legal ground in the table (教材であり法的助言ではない).

    Parameters
    ----------
    from_, to
        Bodies (`BODIES`, Japanese or English name): one, or a column of them.
    category
        ``所在, 台帳情報, 要支援者名簿, 要配慮情報``.
    phase
        ``平時, 72時間以内, 応急期, 復旧期``.
    consent
        Whether the person has agreed to this recipient and purpose.
    table
        Another law table; by default `grounds`.

    Returns
    -------
    Decision or pandas.DataFrame
        A `Decision` for single values; for columns a table, one row a disclosure: ``verdict, ground, condition,
        certainty, row`` (categories: a million rows take a fraction of a second).

    Raises
    ------
    ChoiceError
        If a body, category or phase is unknown.
    """
    law = grounds(table)
    rows = _rows(law, (from_, to, category, phase), consent)
    labels = _labels(law)
    if rows.ndim == 0:
        return Decision(**{name: str(words[int(rows)]) for name, words in labels.items()})
    return _table(rows.ravel(), labels)


def ground_matrix(
    category: str = "所在",
    *,
    phase: str = "応急期",
    consent: bool = False,
    table: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Ask `may_disclose` for every pair of bodies that the law table speaks of (教材であり法的助言ではない).

    Parameters
    ----------
    category, phase, consent, table
        As for `may_disclose`; one value each.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``notice, from_, to, verdict, ground, condition, certainty, row``. Bodies stand in the order of `BODIES`;
        those from which, or to which, nothing may go in any category or phase are left out.

    Raises
    ------
    ChoiceError
        If category or phase is unknown.
    """
    law = grounds(table)
    spoken = [
        {word for cell in law[column].astype(str) for word in cell.split()}
        for column in ("from_", "to")
    ]
    from_, to = ([body for body in BODIES.values() if body in words] for words in spoken)
    pairs = pd.MultiIndex.from_product([from_, to], names=["from_", "to"]).to_frame(index=False)
    rows = _rows(law, (pairs["from_"], pairs["to"], category, phase), consent)
    found = pd.concat([pairs, _table(rows.ravel(), _labels(law)).astype("str")], axis=1)
    found.insert(0, "notice", NOTICE)
    found.attrs = {
        "notice": NOTICE,
        "settings": {"category": category, "phase": phase, "consent": consent},
    }
    return found


def decide(from_: Any, to: Any, category: Any, *, phase: Any, consent: Any) -> pd.DataFrame:
    """Give the verdicts of `may_disclose` for columns, always as a table."""
    law = grounds()
    return _table(np.atleast_1d(_rows(law, (from_, to, category, phase), consent)), _labels(law))


def _rows(law: pd.DataFrame, given: Sequence[Any], consent: Any) -> NDArray[np.intp]:
    """Give the number of the row that decides each disclosure; the number of rows means none."""
    coded = [
        _coded(values, names, name) for values, (name, names) in zip(given, DIMENSIONS, strict=True)
    ]
    index = np.broadcast_arrays(*coded, np.asarray(consent, dtype=bool).astype(np.intp))
    return np.asarray(_lookup(law)[tuple(index)], dtype=np.intp)


def _coded(values: Any, names: dict[str, str], dimension: str) -> NDArray[np.intp]:
    """Turn names into numbers; unknown ones are refused by name."""
    known = {word: at for at, pair in enumerate(names.items()) for word in pair}
    if isinstance(values, str):
        values, scalar = [values], True
    else:
        scalar = False
    codes, words = pd.factorize(pd.Series(values), use_na_sentinel=False)
    places = np.array([known.get(str(word), -1) for word in words], dtype=np.intp)
    if (places < 0).any():
        wrong = words[int(np.argmin(places))]
        raise ChoiceError(
            f"{dimension} の「{shorten(wrong)}」は知りません。{'・'.join(names.values())} から選んでください。"
        )
    found = places[codes] if len(codes) else np.zeros(0, dtype=np.intp)
    return np.asarray(found[0] if scalar else found, dtype=np.intp)


def _lookup(law: pd.DataFrame) -> NDArray[np.intp]:
    """Give the number of the deciding row for every combination; the number of rows means none."""
    sizes = [len(names) for _, names in DIMENSIONS]
    found = np.full((*sizes, 2), len(law), dtype=np.intp)
    # later rows first, so that the first row that fits has the last word
    for at in range(len(law) - 1, -1, -1):
        row = law.iloc[at]
        cells = [
            [list(names.values()).index(word) for word in str(row[name]).split()]
            for name, names in DIMENSIONS
        ]
        consents = [1] if row["consent"] == CONSENTS[1] else [0, 1]
        found[np.ix_(*cells, consents)] = at
    return found


def _labels(law: pd.DataFrame) -> dict[str, Sequence[str]]:
    verdicts = [UNSURE if word == CERTAINTIES[-1] else ALLOWED for word in law["certainty"]]
    labels = {
        name: [*law[name].astype(str), ""] for name in ("ground", "condition", "certainty", "row")
    }
    labels["ground"][-1] = NONE
    return {"verdict": [*verdicts, NONE], **labels}


def _table(rows: NDArray[np.intp], labels: dict[str, Sequence[str]]) -> pd.DataFrame:
    columns = {}
    for name, words in labels.items():
        kinds = list(dict.fromkeys(words))
        places = np.array([kinds.index(word) for word in words], dtype=np.int16)
        columns[name] = pd.Categorical.from_codes(places[rows], categories=pd.Index(kinds))
    table = pd.DataFrame(columns)
    table.attrs["notice"] = NOTICE
    return table


def _faults(table: pd.DataFrame) -> list[Fault]:
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        return [
            Fault("列がありません", "legal_grounds の列をそろえてください", column=name)
            for name in missing
        ]
    offered = {name: tuple(names.values()) for name, names in DIMENSIONS}
    offered |= {"consent": CONSENTS, "certainty": CERTAINTIES}
    faults = []
    for name, words in offered.items():
        for at, cell in enumerate(table[name].astype(str), start=2):
            for word in cell.split() or [""]:
                if word not in words:
                    remedy = f"{'・'.join(words)} から選んでください"
                    faults.append(
                        Fault(
                            "知らない語です",
                            remedy,
                            file="legal_grounds",
                            row=at,
                            column=name,
                            value=word,
                        )
                    )
    return faults
