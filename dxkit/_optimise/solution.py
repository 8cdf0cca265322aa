"""How did a solver's search end, and with which answer?

A kernel has no words for users: what went wrong is a `Status` or one of two small errors.
"""

from dataclasses import dataclass
from enum import Enum

from dxkit._arrays import FloatArray


class Status(Enum):
    """How a search ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time limit"
    NODE_LIMIT = "node limit"
    # anything else, for instance numerical trouble or a model that HiGHS refuses
    FAILED = "failed"

    @property
    def is_limit(self) -> bool:
        """Whether a limit ended the search, so that there may be better vectors."""
        return self in (Status.TIME_LIMIT, Status.NODE_LIMIT)


class InfeasibleError(Exception):
    """No vector keeps the constraints."""


class SearchStoppedError(Exception):
    """The search ended before it had any feasible vector.

    Attributes
    ----------
    status : Status
    detail : str
        The status in HiGHS's own words.
    """

    def __init__(self, status: Status, detail: str) -> None:
        # all arguments, so that the error comes back from another process as it is
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


@dataclass(frozen=True)
class Solution:
    """What HiGHS found.

    Attributes
    ----------
    status
        How the search ended.
    values
        One number a column; empty where no feasible vector was found.
    duals
        One number a row (of a linear programme; zeros otherwise); empty without values.
    value
        The objective; NaN without values.
    bound
        What no feasible vector can better; holds also after a limit (infinite if nothing is known).
    detail
        The status in HiGHS's own words.
    """

    status: Status
    values: FloatArray
    duals: FloatArray
    value: float
    bound: float
    detail: str

    @property
    def has_values(self) -> bool:
        """Whether a feasible vector was found."""
        return bool(self.values.size)

    def require_values(self) -> FloatArray:
        """Return the values, or raise: a vector that is not there must never pass for one.

        Raises
        ------
        InfeasibleError
            If no vector keeps the constraints.
        SearchStoppedError
            If the search ended before it had any.
        """
        # proven: no other limit or start would help
        if self.status is Status.INFEASIBLE:
            raise InfeasibleError
        if not self.has_values:
            raise SearchStoppedError(self.status, self.detail)
        return self.values

    def values_within_limit(self) -> FloatArray | None:
        """Return the values; None where a limit ended the search before it had any.

        Raises
        ------
        InfeasibleError, SearchStoppedError
            As `require_values`, where the search ended without values for another reason.
        """
        return None if self.status.is_limit and not self.has_values else self.require_values()
