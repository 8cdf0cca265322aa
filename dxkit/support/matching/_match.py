"""Which three services answer a need best, and which words say so?"""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._arrays import FloatArray, IntArray
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.matching import _text_similarity
from dxkit.support.matching._fit import MIN_FITS, NOTHING_FITS, compute_fits

Needs: TypeAlias = "pd.DataFrame | pd.Series[str] | Iterable[str] | str"
METHODS = ("both", "words", "meaning")
# the weight of meaning beside words; taken from a study of 51 other needs, not fitted to those of
# the tests
MEANING_WEIGHT = 2.0
# columns of a service that describe it
TEXT_COLUMNS = ("name", "text", "keywords")
NO_SHARED_WORD = "（共通の語はない：意味の近さだけ）"
# scores are compared to this many digits, so that equal ones are equal on every processor
SCORE_DIGITS = 6


@accepts_any_table("services")
def match(
    needs: Needs,
    services: pd.DataFrame,
    *,
    top: int = 3,
    method: Literal["both", "words", "meaning"] = "both",
    meaning_weight: float = MEANING_WEIGHT,
    min_fit: float | Literal["calibrated"] | None = "calibrated",
) -> pd.DataFrame:
    """Propose services for each need, best first, with the words that they share.

    Never an assignment: the score only orders the services of one need, and a person decides. A
    need that no service fits gets one row that says so.

    Parameters
    ----------
    needs
        Free Japanese text: one, several, or a table with ``need`` (further columns are kept).
    services
        One row a service: ``service, name, text``, and where there are some ``keywords`` (words of
        one's own, separated by blanks, that count like the description's).
    top
        How many services to propose for each need.
    method
        ``words``: BM25 on the content words; ``meaning``: cosine of sentence embeddings; ``both``:
        the sum of the two, each standardised over the services of the need.
    meaning_weight
        Weight of meaning beside words in ``both``.
    min_fit
        Least ``fit`` of the best service for a need to be answered at all. By default the value
        calibrated for ``method``; ``None`` never says that nothing fits.

    Returns
    -------
    pandas.DataFrame
        One row a proposal: the columns of the need, ``need_id`` (its row, from 1), ``rank,
        service, name, score``, ``words_score, meaning_score`` (NaN where not computed), ``fit``
        (comparable between needs, unlike ``score``) and ``words`` (shared content words as the
        need writes them, the most telling first). Services of the same score are ordered by their
        code ``service``. A need that nothing fits has one row: ``rank`` 1, ``name`` 何も合いません,
        no ``service`` and no ``score``, and in ``fit`` what the best service reached.
        ``.attrs["settings"]`` with ``assigned=False`` and ``min_fit``.

    Notes
    -----
    The calibrated ``min_fit`` was chosen on 65 needs (35 published by municipalities, 30 written
    for this project) and judged once on 35 others that were kept aside; the figures stand in the
    method page. A list of other services shifts it: look at ``fit`` of needs whose answer is
    known, and set it.

    Raises
    ------
    TableError
        If a need or a description is empty, or a column is missing.
    ChoiceError
        If ``top``, ``method`` or ``min_fit`` cannot be.
    MissingExtraError
        If SudachiPy or the encoder is not installed.

    Examples
    --------
    >>> import dxkit
    >>> first = match("電話の問い合わせが多い", dxkit.load("services"), method="words", top=1)
    >>> first[["name", "words"]].values.tolist()
    [['AIチャットボット', '問い合わせ、電話']]
    >>> match("駅前で自転車がよく盗まれる", dxkit.load("services"), method="words")["name"].tolist()
    ['何も合いません']
    """
    _checks.require_choice(method, METHODS, "method")
    weight = _checks.require_number(meaning_weight, "meaning_weight")
    least_fit = _read_min_fit(min_fit, method)
    need_table = _read_needs(needs)
    service_table = read_plain_table(services)
    descriptions = _read_descriptions(service_table)
    limit = int(_checks.require_number(top, "top", low=1, high=len(service_table)))
    # words as they stand in the need are kept, as the reasons quote them
    need_words = [_text_similarity.list_content_words(text) for text in need_table["need"]]
    service_words = [
        [word for word, _ in _text_similarity.list_content_words(text)] for text in descriptions
    ]
    scores = _compute_scores(
        need_table,
        descriptions,
        need_words,
        service_words,
        method=method,
        meaning_weight=weight,
    )
    words_alone = [[word for word, _ in words] for words in need_words]
    scores["fit"] = compute_fits(words_alone, service_words, scores["meaning_score"], method)
    rows, columns = _rank_services(scores["score"], service_table["service"], limit)
    score_table = pd.DataFrame({name: part[rows, columns] for name, part in scores.items()})
    table = _tabulate_proposals(
        need_table.iloc[rows], service_table.iloc[columns], score_table, limit
    )
    table["words"] = [
        _write_shared_words(need_words[row], service_words, column)
        for row, column in zip(rows, columns, strict=True)
    ]
    table = _refuse_needs(table, scores["fit"].max(axis=1), least_fit)
    table.attrs["settings"] = {
        "top": limit,
        "method": method,
        "meaning_weight": weight,
        "min_fit": least_fit,
        "assigned": False,
    }
    return carry_provenance(table, needs, services)


def _read_min_fit(min_fit: float | str | None, method: str) -> float | None:
    """Read the least fit: the calibrated one, a number of one's own, or none."""
    if min_fit is None:
        return None
    if isinstance(min_fit, str) and min_fit == "calibrated":
        return MIN_FITS[method]
    # a cosine may be negative
    if not _checks.is_number(min_fit):
        raise ChoiceError(
            f"min_fit=「{shorten(str(min_fit))}」は使えません。"
            '数か、"calibrated"（既定）か、None（断らない）にしてください。'
        )
    return float(min_fit)


def _refuse_needs(
    proposals: pd.DataFrame, best_fits: FloatArray, min_fit: float | None
) -> pd.DataFrame:
    """Put one row that says so in the place of the proposals for a need that nothing fits."""
    if min_fit is None:
        return proposals
    positions = proposals["need_id"].to_numpy(dtype=np.int64) - 1
    is_refused = best_fits[positions] < min_fit
    # one row of its proposals is left, and says what the best of them reached
    stays = ~is_refused | (proposals["rank"] == 1).to_numpy()
    table: pd.DataFrame = proposals[stays].reset_index(drop=True)
    refused = is_refused[stays]
    table["fit"] = np.where(refused, best_fits[positions[stays]], table["fit"])
    # what was best of nothing is not named, or it would be taken for a proposal
    table.loc[refused, [column for column in ("service", "field") if column in table]] = None
    table.loc[refused, "score"] = np.nan
    table.loc[refused, "name"] = NOTHING_FITS
    return table


def _compute_scores(
    needs: pd.DataFrame,
    descriptions: list[str],
    need_words: list[list[tuple[str, str]]],
    service_words: list[list[str]],
    *,
    method: str,
    meaning_weight: float,
) -> dict[str, FloatArray]:
    """Compute the score that counts and its parts: needs × services each."""
    words = _text_similarity.compute_bm25(
        [[word for word, _ in need] for need in need_words], service_words
    )
    # the embedding is left out, and its package with it, where it is not asked for
    if method == "words":
        return {
            "score": words,
            "words_score": words,
            "meaning_score": np.full_like(words, np.nan),
        }
    meaning = _text_similarity.compute_cosines(needs["need"].tolist(), descriptions)
    both = standardise_rows(words) + meaning_weight * standardise_rows(meaning)
    return {
        "score": meaning if method == "meaning" else both,
        "words_score": words,
        "meaning_score": meaning,
    }


def standardise_rows(scores: FloatArray) -> FloatArray:
    """Standardise each row to mean 0 and deviation 1; a row of equal scores becomes 0."""
    deviation = scores.std(axis=1, keepdims=True)
    centred = scores - scores.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.where(deviation > 0, deviation, 1.0))


def _read_needs(needs: Needs) -> pd.DataFrame:
    """Read the needs as a table; every empty one is named."""
    if isinstance(needs, pd.DataFrame):
        table = read_plain_table(needs)
    else:
        table = pd.DataFrame({"need": _checks.read_list(needs, "needs")})
    _checks.require_columns(table, ["need"], "needs")
    _require_texts(table["need"], "needs", "need")
    return table.reset_index(drop=True)


def _read_descriptions(services: pd.DataFrame) -> list[str]:
    """Read what describes each service as one text."""
    _checks.require_columns(services, ["service", "name", "text"], "services")
    _require_texts(services["name"], "services", "name")
    _checks.require_unique_rows(services, ["service"], "services")
    _require_texts(services["text"], "services", "text")
    present = [column for column in TEXT_COLUMNS if column in services.columns]
    return services[present].fillna("").astype(str).agg("。".join, axis=1).tolist()


def _require_texts(texts: pd.Series, what: str, column: str) -> None:
    """Refuse empty texts and what is no text, naming each row."""
    faults = [
        Fault(f"{what} の文が空です", "文章で書いてください", row=row, column=column)
        if pd.isna(text) or not str(text).strip()
        else Fault(
            f"{what} の文が文字ではありません",
            "文章で書いてください",
            row=row,
            column=column,
            value=text,
        )
        for row, text in enumerate(texts, start=1)
        if not isinstance(text, str) or not text.strip()
    ]
    if faults:
        raise TableError(faults)


def _rank_services(
    scores: FloatArray, services: "pd.Series[str]", limit: int
) -> tuple[IntArray, IntArray]:
    """Rank the services of each need; return rows and columns of the best scores, best first."""
    # by code first, so that the stable sort by score leaves equal scores in that order
    by_code = np.argsort(services.astype(str).to_numpy(dtype=object), kind="stable")
    rounded = np.round(scores[:, by_code], SCORE_DIGITS)
    best = by_code[np.argsort(-rounded, axis=1, kind="stable")[:, :limit]]
    return np.repeat(np.arange(len(scores)), limit), best.ravel()


def _tabulate_proposals(
    needs: pd.DataFrame, services: pd.DataFrame, scores: pd.DataFrame, limit: int
) -> pd.DataFrame:
    """Put needs, services and scores side by side, row by row."""
    # a service's text and keywords are too long to stand in every row
    labels = services[
        [column for column in ("service", "name", "field") if column in services.columns]
    ]
    # a need's own column of the same name gives way
    need_columns = needs.drop(columns=[column for column in labels if column in needs.columns])
    numbers = pd.DataFrame(
        {"need_id": needs.index.to_numpy() + 1, "rank": np.arange(len(needs)) % limit + 1}
    )
    parts = [numbers, need_columns.reset_index(drop=True), labels.reset_index(drop=True), scores]
    return pd.concat(parts, axis=1)


def _write_shared_words(
    need: list[tuple[str, str]], service_words: list[list[str]], column: int
) -> str:
    """Write which words the need shares with a service, those in the fewest services first."""
    shared = {word: written for word, written in need if word in service_words[column]}
    frequency = {word: sum(word in words for words in service_words) for word in shared}
    # of two words that are as rare, the longer one tells more
    order = sorted(shared, key=lambda word: (frequency[word], -len(word)))
    return "、".join(shared[word] for word in order) or NO_SHARED_WORD
