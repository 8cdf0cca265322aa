"""How does a cell leave for a spreadsheet without becoming a formula, and come back as it was?

A cell that starts with ``= + - @`` is run by spreadsheet programs as a formula, whoever typed it.
What leaves is marked as text with an apostrophe; what is read back loses the mark.
"""

import pandas as pd

# what spreadsheet programs take for the beginning of a formula
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
TEXT_MARK = "'"


def safe_cell(value: object) -> object:
    """Put an apostrophe in front of text that a spreadsheet program would run.

    Parameters
    ----------
    value
        A cell; numbers stay numbers, missing becomes empty.

    Returns
    -------
    object

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("姫路市"), safe_cell(-3), safe_cell(float("nan"))
    ("'=1+1", '姫路市', -3, None)
    """
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return None
    # what already starts with the mark gets a second one, so that taking one off gives it back
    if isinstance(value, str) and value.startswith((*FORMULA_STARTS, TEXT_MARK)):
        return f"{TEXT_MARK}{value}"
    return value


def plain_cell(value: object) -> object:
    """Take off the apostrophe that `safe_cell` put in front of a text.

    Parameters
    ----------
    value
        A cell that was read back.

    Returns
    -------
    object
        Other cells as they are.

    Examples
    --------
    >>> plain_cell("'=1+1"), plain_cell("姫路市"), plain_cell(safe_cell("'quoted"))
    ('=1+1', '姫路市', "'quoted")
    """
    is_marked = (
        isinstance(value, str)
        and value.startswith(TEXT_MARK)
        and value[1:].startswith((*FORMULA_STARTS, TEXT_MARK))
    )
    return str(value)[1:] if is_marked else value
