"""Whoever judged a model's answers: which faults were found, and what was doubted in vain?"""

from collections.abc import Iterable

import pandas as pd

from dxkit._checks import find_stray_words, read_list, require_columns, require_unique_rows
from dxkit.errors import ChoiceError, TableError, shorten
from dxkit.schema import accepts_any_table, carry_provenance

VERDICTS = ("正しい", "誤り")
# whether the answer is wrong, and whether it was doubted → what came of it
OUTCOMES = {
    (True, True): "見つけた誤り",
    (True, False): "見のがした誤り",
    (False, True): "正しいのに疑った",
    (False, False): "正しく信じた",
}


@accepts_any_table("checked")
def score_judgements(checked: pd.DataFrame, suspected: Iterable[object]) -> pd.DataFrame:
    """Score somebody's judgement of recorded answers.

    Parameters
    ----------
    checked
        From `check_answers`: ``answer_id, verdict``.
    suspected
        Numbers of the answers that were judged wrong; all others count as judged right.

    Returns
    -------
    pandas.DataFrame
        Four rows: ``outcome`` (見つけた誤り, 見のがした誤り, 正しいのに疑った, 正しく信じた),
        ``count`` and ``answer_ids`` (separated by 、).

    Raises
    ------
    ChoiceError
        If a number is not among the answers.
    TableError
        If the table cannot be used.

    Notes
    -----
    Both errors are shown: who doubts everything finds all faults, and could as well not have asked.

    Examples
    --------
    >>> import pandas as pd
    >>> checked = pd.DataFrame({"answer_id": ["1", "2", "3"], "verdict": ["誤り", "正しい", "誤り"]})
    >>> score_judgements(checked, [1, 2])["count"].tolist()
    [1, 1, 1, 0]
    """
    require_columns(checked, ["answer_id", "verdict"], "答え合わせの表")
    require_unique_rows(checked, ["answer_id"], "答え合わせの表")
    faults = find_stray_words(checked, "verdict", VERDICTS, "答え合わせの表")
    if faults:
        raise TableError(faults)
    numbers = checked["answer_id"].map(str)
    doubts = {str(number).strip() for number in read_list(suspected, "suspected")}
    strangers = sorted(doubts - set(numbers))
    if strangers:
        raise ChoiceError(
            f"番号「{'、'.join(map(shorten, strangers))}」の答えはありません。"
            f"使える番号: {'、'.join(numbers)}。"
        )
    is_wrong = checked["verdict"] == VERDICTS[1]
    outcomes = [
        OUTCOMES[bool(wrong), number in doubts]
        for wrong, number in zip(is_wrong, numbers, strict=True)
    ]
    groups: dict[str, list[str]] = {name: [] for name in OUTCOMES.values()}
    for outcome, number in zip(outcomes, numbers, strict=True):
        groups[outcome].append(number)
    score = pd.DataFrame(
        {
            "outcome": list(groups),
            "count": [len(members) for members in groups.values()],
            "answer_ids": ["、".join(sorted(members, key=_rank_id)) for members in groups.values()],
        }
    )
    return carry_provenance(score, checked)


def _rank_id(number: str) -> tuple[bool, int, str]:
    """Rank an answer's number: 9 before 10, and words behind the numbers."""
    is_number = number.isascii() and number.isdecimal()
    return not is_number, int(number) if is_number else 0, number
