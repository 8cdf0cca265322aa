"""Which old keywords does a function still take? Those of one release ago, with a warning that names the new word.

A keyword that is renamed stays callable for one release: `accepts_old_keywords` translates it before the call.
"""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from dxkit.errors import ChoiceError

P = ParamSpec("P")
R = TypeVar("R")


def accepts_old_keywords(**new_names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a function that renamed keywords: ``old="new"`` for each.

    The old keyword goes on working for one release, with a FutureWarning; the signature that
    users see has the new one only.

    Raises
    ------
    ChoiceError
        When the decorated function is called with the old and the new keyword at once.

    Examples
    --------
    >>> @accepts_old_keywords(seconds="time_limit_s")
    ... def search(*, time_limit_s=60):
    ...     return time_limit_s
    >>> import warnings
    >>> with warnings.catch_warnings(action="ignore"):
    ...     search(seconds=5)
    5
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def translate(*args: P.args, **kwargs: P.kwargs) -> R:
            for old, new in new_names.items():
                if old not in kwargs:
                    continue
                if new in kwargs:
                    raise ChoiceError(
                        f"{function.__name__} に {old}= と {new}= の両方があります。"
                        f"{new}= だけにしてください。"
                    )
                message = (
                    f"{function.__name__} の {old}= は {new}= に変わりました。"
                    "次の版で使えなくなります。"
                )
                warnings.warn(message, FutureWarning, stacklevel=2)
                kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return translate

    return decorate
