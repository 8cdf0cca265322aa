"""Whose question is this: which field does it belong to, and who is that field's liaison?"""

from collections.abc import Iterable

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

UNDECIDED = "決まらない（地域リエゾンが聞き取る）"
WORD_MARK = " "


@accepts_any_table("fields", "liaisons")
def route(
    questions: Iterable[str] | str,
    fields: pd.DataFrame,
    *,
    liaisons: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Route questions to the field that they belong to.

    Parameters
    ----------
    questions
        Free Japanese text, one or several.
    fields
        One row a field: ``field, words`` (separated by blanks; table ``liaison_fields``).
    liaisons
        Who answers for a field: ``field, liaison``.

    Returns
    -------
    pandas.DataFrame
        One row a question: ``question, field, words`` (those of the field found in it), ``others``
        (fields of which words were found, too) and ``liaison``. A question with no word of any
        field, or as many of two, has the field 決まらない: nothing is guessed.

    Raises
    ------
    TableError
        If a table cannot be used or a question is empty.

    Notes
    -----
    A word counts once, the longest word at a place alone (個人情報 and not 情報 as well). It is a
    signpost for the first call, not an assignment.

    Examples
    --------
    >>> import dxkit
    >>> routed = route(["外字の同定が終わらない", "お祭りの日はいつ"], dxkit.load("liaison_fields"))
    >>> routed["field"].tolist()
    ['標準化', '決まらない（地域リエゾンが聞き取る）']
    """
    texts = _checks.read_list(questions, "questions")
    plain = read_plain_table(fields)
    _checks.require_columns(plain, ["field", "words"], "分野の表")
    _checks.require_unique_rows(plain, ["field"], "分野の表")
    if not texts:
        raise TableError([Fault("質問がありません", "1つ以上書いてください", column="question")])
    empty = [row for row, text in enumerate(texts, start=1) if not str(text).strip()]
    if empty:
        raise TableError(
            Fault("質問の文が空です", "文章で書いてください", row=row, column="question")
            for row in empty
        )
    vocabulary = {
        word: str(row["field"])
        for row in plain.to_dict("records")
        if pd.notna(row["words"])
        for word in str(row["words"]).split(WORD_MARK)
        if word
    }
    table = pd.DataFrame([_find_field(str(text), vocabulary) for text in texts])
    if liaisons is not None:
        people = read_plain_table(liaisons)
        _checks.require_columns(people, ["field", "liaison"], "分野リエゾン")
        _checks.require_unique_rows(people, ["field"], "分野リエゾン")
        table["liaison"] = table["field"].map(people.set_index("field")["liaison"])
    return carry_provenance(table, fields, liaisons)


def _find_field(text: str, vocabulary: dict[str, str]) -> dict[str, object]:
    """Find the one field of which most words stand in a text."""
    rest = text
    hits: dict[str, list[str]] = {}
    # the longest first, and each taken out: 個人情報 is not also 情報
    for word in sorted(vocabulary, key=lambda word: (-len(word), word)):
        if word in rest:
            hits.setdefault(vocabulary[word], []).append(word)
            rest = rest.replace(word, "\n")
    most = max((len(words) for words in hits.values()), default=0)
    leaders = [field for field, words in hits.items() if len(words) == most]
    field = leaders[0] if len(leaders) == 1 else UNDECIDED
    others = sorted(set(hits) - {field})
    words = hits.get(field, [])
    return {
        "question": text,
        "field": field,
        "words": "、".join(words),
        "others": "、".join(others),
    }
