"""Which old keywords and names still work? Those of one release ago, with a warning.

A keyword that is renamed stays callable for one release: `accepts_old_keywords` translates it
before the call. A renamed public name is found by `find_old_name`.
"""

import warnings
from collections.abc import Callable, Mapping
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


def find_old_name(
    name: str, new_names: Mapping[str, str], namespace: Mapping[str, object], package: str
) -> object:
    """Find what a package once offered under another name, for its module ``__getattr__``.

    Raises
    ------
    AttributeError
        If the package never had such a name.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(action="ignore"):
    ...     find_old_name("STAGES", {"STAGES": "LEARNING_STAGES"}, {"LEARNING_STAGES": 3}, "dxkit")
    3
    """
    if name not in new_names:
        raise AttributeError(f"{package} に「{name}」という名前はありません。")
    new = new_names[name]
    message = f"{package}.{name} は {new} に変わりました。次の版で使えなくなります。"
    warnings.warn(message, FutureWarning, stacklevel=3)
    return namespace[new]
