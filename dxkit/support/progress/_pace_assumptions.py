"""What can one snapshot of progress not tell, and what does the forecast assume instead?

`PaceAssumptions` holds every assumption; change any of it and see what follows.
"""

from dataclasses import dataclass

from dxkit.errors import ChoiceError

# standard deviations within which 90 % of a normal distribution lies
NINETY_PERCENT = 1.645
# times as fast as so far, in nine futures of ten: where one date is known, and where two are
FUTURE_FROM_ONE_DATE = (0.5, 4.0)
FUTURE_FROM_TWO_DATES = (0.5, 2.0)


@dataclass(frozen=True)
class PaceAssumptions:
    """What one snapshot cannot tell and the forecast assumes.

    Attributes
    ----------
    start
        Earliest and latest month in which work on the steps began ("2021-09" is the month in
        which the law came into force). Not used where the table holds two dates or more: the
        pace between them is taken then.
    future
        Nine futures of ten go between so many times as fast as so far. By default 0.5 to 4 where
        the table holds one date (the mean since work began includes slow first years), and 0.5 to
        2 where it holds two.
    shared
        The part (0–1) of that which all municipalities have in common, such as vendors short of
        engineers.
    lean
        How strongly a system's pace leans towards its municipality's: as if so many steps had
        been seen at that pace.
    together
        How much (0–1) the systems of one municipality hang together in what remains: 0 each by
        itself, 1 all at one stroke. In the shipped figures of 2026-01 the intraclass correlation
        of shares within municipalities is 0.59.
    wait_months
        Least and most months for which listed systems (特定移行) rest before they move on.

    Examples
    --------
    >>> PaceAssumptions(future=(1.0, 2.0)).future
    (1.0, 2.0)
    """

    start: tuple[str, str] = ("2021-09", "2023-04")
    future: tuple[float, float] | None = None
    shared: float = 0.5
    lean: float = 20.0
    together: float = 0.6
    wait_months: tuple[float, float] = (0.0, 24.0)

    def __post_init__(self) -> None:
        # a factor of 0 would never finish, and slow must not be above fast
        if self.future is not None and not 0 < self.future[0] <= self.future[1]:
            raise ChoiceError(
                f"future={self.future} は使えません。"
                "0より大きい（遅い, 速い）の順にしてください。例: (0.5, 4)"
            )
        # both are parts of a variance
        for name in ("shared", "together"):
            if not 0 <= getattr(self, name) <= 1:
                raise ChoiceError(
                    f"{name}={getattr(self, name)} は使えません。0〜1にしてください。"
                )
        if not self.lean >= 0:
            raise ChoiceError(f"lean={self.lean} は使えません。0以上にしてください。")
        if not 0 <= self.wait_months[0] <= self.wait_months[1]:
            raise ChoiceError(
                f"wait_months={self.wait_months} は使えません。"
                "0以上の（短い, 長い）の順にしてください。"
            )
