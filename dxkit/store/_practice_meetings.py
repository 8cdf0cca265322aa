"""How does a demonstration show votes without ever standing in a real meeting's record?

A meeting whose name begins with 練習 is a practice meeting: all its tables are marked as invented,
no other meeting counts it as an earlier one, and invented votes are written into no other.
"""

PRACTICE_NAME = "練習"
# origin of all that a practice meeting holds
PRACTICE_MARK = {"made": True, "kind": "made", "source": "練習の会議"}


def is_practice(meeting: str) -> bool:
    """Check whether a meeting's name says that it is for practice.

    Parameters
    ----------
    meeting
        The name.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_practice("練習 2月"), is_practice("意見交換会 2月")
    (True, False)
    """
    return meeting.strip().startswith(PRACTICE_NAME)
