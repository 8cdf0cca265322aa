"""Is a newer edition of a table due, and what is it called?

What `dxkit.load` returns names, for each file behind it, the day up to which it is good
(``fresh_until``) and the file that follows (``next_file``). Whatever shows a table or is drawn from
it says so in one line once that day has passed.
"""

from dxkit.schema._provenance import merge_provenance
from dxkit.schema._today import today

# in the catalogue: a table that does not age, and one that nothing follows
NEVER_OLD = "期限なし"
NO_NEXT_FILE = "なし"
# editions that one line names
LISTED = 4


def write_age_note(*tables: object) -> str:
    """Write in one line which of the files behind some tables are older than good.

    Parameters
    ----------
    tables
        Tables or series with ``.attrs``, or mappings as ``.attrs`` are.

    Returns
    -------
    str
        Empty where nothing is too old, or where nobody knows.

    Raises
    ------
    ChoiceError
        If ``DXKIT_TODAY`` is no day.

    Examples
    --------
    >>> attrs = {"inputs": [{"name": "a", "fresh_until": "2020-03-31", "next_file": "2020年度の表"}]}
    >>> write_age_note(attrs)
    'この表は 2020-03-31 までのものです。新しい表: 2020年度の表'
    """
    day = today().isoformat()
    # files of one publisher often end on one day and go by one next edition
    editions = {
        (limit, str(record.get("next_file") or NO_NEXT_FILE))
        for record in merge_provenance(*tables).get("inputs", ())
        if is_old(limit := str(record.get("fresh_until") or NEVER_OLD), day)
    }
    texts = [f"{limit} まで{{}}新しい表: {file}" for limit, file in sorted(editions)]
    if len(texts) == 1:
        return f"この表は {texts[0].format('のものです。')}"
    if not texts:
        return ""
    more = f"、ほか{len(texts) - LISTED}" if len(texts) > LISTED else ""
    listed = "、".join(text.format("（") + "）" for text in texts[:LISTED])
    return f"期限を過ぎた表があります: {listed}{more}"


def is_old(fresh_until: str, day: str) -> bool:
    """Say whether a table that is good up to one day is older than good on another."""
    return fresh_until != NEVER_OLD and fresh_until < day
