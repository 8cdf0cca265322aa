"""What does a municipality's next level ask, and who like it has reached that?"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from dxkit._checks import (
    is_number,
    read_list,
    read_mapping,
    require_number,
    require_result,
    require_whole_number,
    warn_caller,
    warn_of_lone_labels,
)
from dxkit._keywords import accepts_old_keywords
from dxkit.errors import ChoiceError, shorten
from dxkit.maturity._framework import find_code, parse_framework
from dxkit.maturity._score import Scores
from dxkit.schema import accepts_any_table, carry_provenance

# the least certainty (0–1) of 中くらい and of 高い
CERTAINTY = (0.6, 0.9)
CERTAINTY_WORDS = ("低い", "中くらい", "高い")
COLUMNS = (
    "item",
    "label",
    "level",
    "next_level",
    "now_text",
    "next_text",
    "reached_by",
    "reached",
    "gain",
    "sure",
)


@accepts_old_keywords(n="count")
@accepts_any_table("framework", "peers")
def next_steps(
    scores: Scores,
    code: str,
    *,
    count: int = 3,
    framework: pd.DataFrame | None = None,
    peers: pd.DataFrame | None = None,
    names: pd.Series | None = None,
    error: float = 0.6,
    certainty: tuple[float, float] = CERTAINTY,
) -> pd.DataFrame:
    """List what the next level asks of a municipality, and who like it has reached that.

    Parameters
    ----------
    scores
        Of `score` on levels 0–5.
    code
        The municipality.
    count
        How many steps.
    framework
        ``indicators_hearing`` with ``level_0`` … ``level_5`` texts; by default the framework of
        ``scores``.
    peers
        Of `peers`; by default all others.
    names
        Code → name, for ``reached_by``.
    error
        Standard deviation of an answer, in levels (`rater_severity` estimates it).
    certainty
        Probabilities (0–1) from which it is 中くらい and 高い that the municipality is behind.

    Returns
    -------
    pandas.DataFrame
        Most worthwhile first: ``item, label, level, next_level, now_text, next_text, reached_by``
        (names joined by 、), ``reached`` (share of peers), ``gain`` (what one level adds to the
        total), ``sure`` (高い/中くらい/低い: how surely the municipality is behind its peers'
        median, against the error of an answer).

    Raises
    ------
    ChoiceError
        If there is no such municipality, or an option is out of its limits.

    Warns
    -----
    TableWarning
        Of peers that ``scores`` does not hold, and of a municipality that has answered nothing.

    Notes
    -----
    An item comes before another if more peers have reached its next level (it can be done by the
    like), then by what it adds. Items at the top level or without an answer are not proposed.

    Examples
    --------
    >>> import dxkit
    >>> from dxkit.maturity import score, values_of
    >>> framework = dxkit.load("indicators_hearing")
    >>> scores = score(values_of(dxkit.load("hearing_example")), framework)
    >>> steps = next_steps(scores, "28585", count=2, framework=framework)
    >>> steps[["label", "level", "next_level"]].to_numpy().tolist()
    [['目指す姿', 0, 1], ['推進リーダー', 1, 2]]
    """
    require_result(scores, Scores, "scores", "maturity.score")
    require_whole_number(count, "count")
    require_number(error, "error")
    certainty = _read_certainty(certainty)
    name_by_code = read_mapping(names, "names")
    code = find_code(code, scores.raw.index)
    texts = (scores.indicators if framework is None else framework).set_index("indicator")
    peer_codes = peers["code"] if peers is not None else scores.raw.index
    others = [peer for peer in peer_codes if peer in scores.raw.index and peer != code]
    answers = scores.raw.loc[code].dropna()
    _warn_of_silence(scores, code, peer_codes, has_answers=len(answers) > 0)
    tree = parse_framework(scores.indicators)
    gains = dict(zip(tree.leaves, tree.leaf_weights / (tree.high - tree.low), strict=True))
    tops = dict(zip(tree.leaves, tree.high, strict=True))
    rows = [
        {"item": item, "gain": gains[item]}
        | _describe_step(
            float(level), scores.raw.loc[others, item], texts.loc[item], name_by_code, error
        )
        for item, level in zip(answers.index, answers, strict=True)
        if level < tops[item]
    ]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "behind"])
    # how surely the municipality is behind its peers, in words
    position = np.searchsorted(certainty, table.pop("behind").to_numpy(dtype=float), side="right")
    table["sure"] = [CERTAINTY_WORDS[word] for word in position]
    table = table.sort_values(["reached", "gain"], ascending=False, kind="stable")
    table = table.head(count).reset_index(drop=True)
    table.attrs["settings"] = {
        "code": code,
        "count": count,
        "error": error,
        "certainty": certainty,
    }
    return carry_provenance(table, scores.raw)


def _read_certainty(certainty: object) -> tuple[float, float]:
    """Read the two probabilities from which words change."""
    # of a set nobody knows which comes first
    ends = [] if isinstance(certainty, set) else read_list(certainty, "certainty")
    if not (len(ends) == 2 and all(map(is_number, ends)) and 0 <= ends[0] <= ends[1] <= 1):
        raise ChoiceError(
            f"certainty={shorten(certainty)} は使えません。"
            "0〜1の確率を2つ、小さい方から書いてください（例: (0.6, 0.9)）。"
        )
    return float(ends[0]), float(ends[1])


def _warn_of_silence(
    scores: Scores, code: str, peer_codes: Iterable[str], *, has_answers: bool
) -> None:
    """Say that nothing can be proposed without an answer, and which peers have no scores."""
    if not has_answers:
        text = f"「{code}」は答えが1つもないので、次の一歩を挙げられません。答えを入れてください。"
        warn_caller(text)
    lone = {"peers": set(peer_codes) - set(scores.raw.index)}
    warn_of_lone_labels(lone, "市町", "達した市町に数えていません")


def _describe_step(
    level: float,
    others: "pd.Series[float]",
    texts: "pd.Series[Any]",
    names: Mapping[Any, Any],
    error: float,
) -> dict[str, object]:
    """Describe one step: its texts, who has reached it, and how surely the like are ahead."""
    # averages of several interviewers are rounded half up, as people do
    level_now = int(np.floor(level + 0.5))
    peer_levels = others.dropna()
    reached = peer_levels.index[peer_levels >= level_now + 1]
    reached_names = [str(names.get(peer, peer)) for peer in reached]
    behind = float(peer_levels.median()) - level if len(peer_levels) else 0.0
    # the standard error of a median of n answers is about √(π/2n) times that of one
    median_variance = np.pi / (2 * max(len(peer_levels), 1))
    standard_error = error * np.sqrt(1 + median_variance)
    # answers without an error: behind or not, and level is neither
    distance = behind / standard_error if standard_error > 0 else np.copysign(np.inf, behind)
    return {
        "label": texts["label"],
        "level": level_now,
        "next_level": level_now + 1,
        "now_text": str(texts.get(f"level_{level_now}", "") or ""),
        "next_text": str(texts.get(f"level_{level_now + 1}", "") or ""),
        "reached_by": "、".join(reached_names),
        "reached": len(reached) / max(len(peer_levels), 1),
        "behind": float(ndtr(distance)) if behind else 0.5,
    }
