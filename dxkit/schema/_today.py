"""Which day is it, also in a test or a rehearsal that sets the clock?"""

import os
from datetime import date

from dxkit.errors import ChoiceError, shorten

# names another day in the environment
VARIABLE = "DXKIT_TODAY"


def today() -> date:
    """Return the day by which dxkit judges how old a table is.

    Returns
    -------
    datetime.date
        The day that the environment variable ``DXKIT_TODAY`` names (``2027-04-01``), or else
        today. Nothing else depends on it: no figure, and no result.

    Raises
    ------
    ChoiceError
        If ``DXKIT_TODAY`` is no day.

    Examples
    --------
    >>> import os
    >>> os.environ["DXKIT_TODAY"] = "2027-04-01"
    >>> today().isoformat()
    '2027-04-01'
    >>> del os.environ["DXKIT_TODAY"]
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ChoiceError(
            f"環境変数 {VARIABLE}=「{shorten(text)}」は日付ではありません。"
            "2027-04-01 のように書いてください。"
        ) from None
