"""Which of the courses' past videos and texts answer a question?"""

import unicodedata

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance

# columns in which is searched, where they are there
TEXT_COLUMNS = ("title", "topic", "place", "note", "text")
# from this share of the question's letter pairs on a material is listed
LEAST_SHARE = 0.5


@accepts_any_table("materials")
def find_materials(
    materials: pd.DataFrame, question: str, *, stage: str | None = None
) -> pd.DataFrame:
    """Search past materials for words, in whatever width and case they are written.

    Parameters
    ----------
    materials
        From the form ``material``: ``title`` and, where known, ``topic, stage, place, note``.
    question
        Words, separated by blanks or not.
    stage
        Only materials of this stage (知る、やってみる、教え合う).

    Returns
    -------
    pandas.DataFrame
        The rows that hold at least half of the question's letter pairs, with ``share`` (of them),
        the best first, equal ones by title. Empty where nothing is found.

    Raises
    ------
    TableError
        If ``title`` is missing.
    ChoiceError
        If the question has fewer than two letters, or the stage is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> materials = pd.DataFrame({"title": ["表計算の関数入門", "ＡＩで議事録", "文書の書き方"]})
    >>> find_materials(materials, "aiの議事録")["title"].tolist()
    ['ＡＩで議事録']
    """
    plain = read_plain_table(materials)
    _checks.require_columns(plain, ["title"], "研修資料の一覧")
    wanted = _list_letter_pairs(str(question))
    if not wanted:
        raise ChoiceError(
            f"question=「{shorten(str(question))}」は短すぎます。2文字以上の言葉を書いてください。"
        )
    if stage is not None:
        _checks.require_columns(plain, ["stage"], "研修資料の一覧")
        _checks.require_choice(stage, sorted(set(plain["stage"].dropna().astype(str))), "stage")
        plain = plain[plain["stage"] == stage].reset_index(drop=True)
    columns = [column for column in TEXT_COLUMNS if column in plain.columns]
    texts = plain[columns].fillna("").astype(str).agg(" ".join, axis=1)
    shares = [len(wanted & _list_letter_pairs(text)) / len(wanted) for text in texts]
    hits = plain.assign(share=pd.Series(shares, index=plain.index, dtype=float))
    hits = hits[hits["share"] >= LEAST_SHARE]
    table = hits.sort_values(
        ["share", "title"], ascending=[False, True], kind="stable", ignore_index=True
    )
    table.attrs = {"settings": {"question": str(question), "searched": len(plain)}}
    return carry_provenance(table, materials)


def _list_letter_pairs(text: str) -> set[str]:
    """List pairs of neighbouring letters, folded to one width and case; blanks part words."""
    words = unicodedata.normalize("NFKC", text).casefold().split()
    return {word[start : start + 2] for word in words for start in range(len(word) - 1)}
