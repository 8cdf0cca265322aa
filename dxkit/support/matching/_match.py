"""Which three services answer a need best, and which words say so?"""

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dxkit import _checks
from dxkit.errors import Fault, TableError
from dxkit.support.matching import _text_similarity

Floats = NDArray[np.float64]
Needs: TypeAlias = "pd.DataFrame | pd.Series[str] | Iterable[str] | str"
METHODS = ("both", "words", "meaning")
# the weight of meaning beside words; taken from a study of 51 other needs, not fitted to those of the tests
MEANING_WEIGHT = 2.0
TEXTS = ("name", "text", "keywords")
NO_WORD = "（共通の語はない：意味の近さだけ）"


def match(
    needs: Needs,
    services: pd.DataFrame,
    *,
    top: int = 3,
    method: Literal["both", "words", "meaning"] = "both",
    meaning_weight: float = MEANING_WEIGHT,
) -> pd.DataFrame:
    """Propose services for each need, best first, with the words that they share.

    Never an assignment: the score only orders the services of one need, and a person decides.

    Parameters
    ----------
    needs
        Free Japanese text: one, several, or a table with ``need`` (further columns are kept).
    services
        One row a service: ``service, name, text``, and where there are some ``keywords`` (words of one's own, separated by
        blanks, that count like the description's).
    top
        How many services to propose for each need.
    method
        ``words``: BM25 on the content words; ``meaning``: cosine of sentence embeddings; ``both``: the sum of the two, each
        standardised over the services of the need.
    meaning_weight
        Weight of meaning beside words in ``both``.

    Returns
    -------
    pandas.DataFrame
        One row a proposal: the columns of the need, ``need_id`` (its row, from 1), ``rank, service, name, score``,
        ``words_score, meaning_score`` (NaN where not computed) and ``words`` (shared content words as the need writes them,
        the most telling first). ``.attrs["settings"]`` with ``assigned=False``.

    Raises
    ------
    TableError
        If a need or a description is empty, or a column is missing.
    ChoiceError
        If ``top`` or ``method`` cannot be.
    MissingExtraError
        If SudachiPy or the encoder is not installed.
    """
    _checks.require_choice(method, METHODS, "method")
    weight = _checks.require_number(meaning_weight, "meaning_weight")
    asked, offered = _asked(needs), _described(services)
    most = int(_checks.require_number(top, "top", low=1, high=len(services)))
    read = [_text_similarity.content(text) for text in asked["need"]]
    described = [[word for word, _ in _text_similarity.content(text)] for text in offered]
    by_words = _text_similarity.bm25([[word for word, _ in need] for need in read], described)
    # the embedding is left out, and its package with it, where it is not asked for
    blank = np.full_like(by_words, np.nan)
    by_meaning = (
        blank if method == "words" else _text_similarity.nearness(asked["need"].tolist(), offered)
    )
    scores = {"words": by_words, "meaning": by_meaning}.get(
        method, standard(by_words) + weight * standard(by_meaning)
    )
    rows, columns = _places(scores, most)
    told = pd.DataFrame(
        {
            name: part[rows, columns]
            for name, part in (
                ("score", scores),
                ("words_score", by_words),
                ("meaning_score", by_meaning),
            )
        }
    )
    table = _proposals(asked.iloc[rows], services.iloc[columns], told, most)
    table["words"] = [
        _shared(read[row], described, column) for row, column in zip(rows, columns, strict=True)
    ]
    settings: dict[str, Any] = {
        "top": most,
        "method": method,
        "meaning_weight": weight,
        "assigned": False,
    }
    table.attrs["settings"] = settings
    return table


def found_share(proposals: pd.DataFrame, truth: Iterable[str], *, top: int = 3) -> float:
    """Give the share of needs whose right service is among the first ``top`` proposals.

    Parameters
    ----------
    proposals
        From `match`, with at least ``top`` proposals a need.
    truth
        The right service of each need, in the needs' order.
    top
        How many proposals count.

    Returns
    -------
    float
        0–1. With few needs it is uncertain: with 30, one need is 0.03.

    Raises
    ------
    TableError
        If the number of right services is not that of the needs.
    """
    right = list(truth)
    if len(right) != proposals["need_id"].nunique():
        raise TableError.one(
            "正解の数が困りごとの数と違います",
            "1つの困りごとに1つの正解をつけてください",
            value=len(right),
        )
    first = proposals[proposals["rank"] <= top]
    hit = (
        first["service"].to_numpy()
        == np.asarray(right, dtype=object)[first["need_id"].to_numpy() - 1]
    )
    return float(hit.sum()) / len(right)


def standard(scores: Floats) -> Floats:
    """Standardise each row to mean 0 and deviation 1; a row of equal scores becomes 0."""
    spread = scores.std(axis=1, keepdims=True)
    return np.asarray(
        (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    )


def _asked(needs: Needs) -> pd.DataFrame:
    """Give the needs as a table; every empty one is named."""
    table = (
        needs.copy()
        if isinstance(needs, pd.DataFrame)
        else pd.DataFrame({"need": [needs] if isinstance(needs, str) else [*needs]})
    )
    _checks.require_columns(table, ["need"], "needs")
    _filled(table["need"], "needs", "need")
    return table.reset_index(drop=True)


def _described(services: pd.DataFrame) -> list[str]:
    """Give what describes each service as one text."""
    _checks.require_columns(services, ["service", "name", "text"], "services")
    _checks.require_unique_rows(services, ["service"], "services")
    _filled(services["text"], "services", "text")
    parts = (
        services[[column for column in TEXTS if column in services.columns]].fillna("").astype(str)
    )
    return parts.agg("。".join, axis=1).tolist()


def _filled(texts: pd.Series, what: str, column: str) -> None:
    empty = np.flatnonzero(texts.isna() | (texts.astype(str).str.strip() == ""))
    if empty.size:
        raise TableError(
            Fault(f"{what} の文が空です", "文章で書いてください", row=int(row) + 1, column=column)
            for row in empty
        )


def _places(scores: Floats, most: int) -> tuple[list[int], list[int]]:
    """Give rows and columns of the best scores of each row, best first."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :most]
    return np.repeat(np.arange(len(scores)), most).tolist(), best.ravel().tolist()


def _proposals(
    asked: pd.DataFrame, services: pd.DataFrame, scores: pd.DataFrame, most: int
) -> pd.DataFrame:
    """Put needs, services and scores side by side, row by row."""
    named = services[
        [column for column in ("service", "name", "field") if column in services.columns]
    ]
    kept = asked.drop(columns=[column for column in named if column in asked.columns])
    numbered = pd.DataFrame(
        {"need_id": asked.index.to_numpy() + 1, "rank": np.arange(len(asked)) % most + 1}
    )
    return pd.concat(
        [numbered, kept.reset_index(drop=True), named.reset_index(drop=True), scores], axis=1
    )


def _shared(need: list[tuple[str, str]], described: list[list[str]], column: int) -> str:
    """Say which words the need shares with a service, those in the fewest services first."""
    inside = {word: shown for word, shown in need if word in described[column]}
    rarity = {word: sum(word in document for document in described) for word in inside}
    return (
        "、".join(
            inside[word] for word in sorted(inside, key=lambda word: (rarity[word], len(word) * -1))
        )
        or NO_WORD
    )
