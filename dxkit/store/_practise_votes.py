"""How does a practice meeting get votes to show, and no real meeting ever?"""

from collections.abc import Sequence

import numpy as np

from dxkit.errors import ChoiceError, shorten
from dxkit.store._practice_meetings import PRACTICE_NAME, is_practice
from dxkit.store._session import Session

MAX_VOTERS = 500


def practise(
    session: Session,
    items: Sequence[str],
    *,
    voters: int = 30,
    cards: Sequence[str] = (),
    seed: int = 0,
) -> Session:
    """Fill a practice meeting with invented votes and cards; doing it again adds nothing.

    Parameters
    ----------
    session
        Of a meeting whose name begins with 練習.
    items
        What is voted on: the first is the most wanted, the last the least.
    voters
        How many vote on every item.
    cards
        Texts of cards.
    seed
        Of the votes.

    Returns
    -------
    Session
        The same.

    Raises
    ------
    ChoiceError
        If the meeting is no practice meeting, or ``voters`` cannot be.

    Examples
    --------
    >>> import tempfile
    >>> from dxkit.store import Session
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Session(f"{folder}/a.sqlite", meeting="練習") as session:
    ...         results = practise(session, ["共同調達", "研修"]).results()
    ...     results["votes"].tolist(), results.attrs["made"]
    ([30, 30], True)
    """
    if not is_practice(session.meeting):
        raise ChoiceError(
            f"会議「{shorten(session.meeting)}」には架空の票を入れられません。"
            f'名前が「{PRACTICE_NAME}」で始まる会議（meeting="{PRACTICE_NAME}"）で試してください。'
        )
    if not 1 <= voters <= MAX_VOTERS:
        raise ChoiceError(f"voters={shorten(voters)} は使えません。1〜{MAX_VOTERS}にしてください。")
    rng = np.random.default_rng(seed)
    for voter in range(voters):
        for place, item in enumerate(items):
            # half a step less wanted from item to item, and everybody as they please
            value = int(rng.integers(-2, 3)) + 1 - (place + 1) // 2
            session.vote(
                item=item,
                value=max(-2, min(2, value)),
                client=f"{PRACTICE_NAME}{voter}",
                id=f"{PRACTICE_NAME} {seed} {voter} {place}",
            )
    for place, text in enumerate(cards):
        session.note(text=text, id=f"{PRACTICE_NAME} {seed} card {place}")
    return session
