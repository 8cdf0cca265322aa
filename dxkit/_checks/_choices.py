"""Is an option among those offered, and a number within its limits?"""

from collections.abc import Hashable, Iterable, Sequence
from importlib import import_module
from math import isfinite, isinf, isnan
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from dxkit._arrays import FloatArray
from dxkit.errors import ChoiceError, MissingExtraError, shorten


def require_choice(value: object, offered: Iterable[str], option: str) -> str:
    """Return a choice that is among those offered.

    Raises
    ------
    ChoiceError
    """
    choices = list(offered)
    if not is_among(value, choices):
        raise ChoiceError(
            f"{option}=「{shorten(value)}」は選べません。{'・'.join(map(str, choices))} から選んでください。"
        )
    return str(value)


def require_number(
    value: float, option: str, *, low: float = 0.0, high: float = np.inf, above: bool = False
) -> float:
    """Return a finite number within limits; ``above`` leaves ``low`` itself out.

    Raises
    ------
    ChoiceError
    """
    if not (is_number(value) and low <= value <= high and not (above and value == low)):
        # the message says in words which ends are allowed
        end = "の" if np.isinf(high) else ""
        low_text = f"{low:.15g}より大きい" if above else f"{low:.15g}以上{end}"
        high_text = "" if np.isinf(high) else f"{high:.15g}以下の"
        raise ChoiceError(
            f"{option}={shorten(value)} は使えません。{low_text}{high_text}数にしてください。"
        )
    return float(value)


def require_whole_number(value: object, option: str, *, low: int = 1, high: int = 10**6) -> int:
    """Return a whole number within limits; 2.0 is none, as it comes from a calculation.

    Raises
    ------
    ChoiceError
    """
    if not _is_whole(value, low, high):
        raise ChoiceError(
            f"{option}={shorten(value)} は使えません。{low}〜{high}の整数にしてください。"
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def read_list(values: object, option: str) -> list[Any]:
    """Read several values; one word or number alone is a list of one.

    Raises
    ------
    ChoiceError
        If it is no list, or one is missing or is itself a list.
    """
    if isinstance(values, np.ndarray) and values.ndim == 0:
        # an array of no dimension is a value alone
        values = values.item()
    is_single = isinstance(values, str | bytes) or not np.iterable(values)
    items: list[Any] = [values] if is_single else list(values)  # type: ignore[call-overload]
    # of a table only the headings would be read
    if isinstance(values, pd.DataFrame) or not all(
        isinstance(item, Hashable) and not _is_missing(item) for item in items
    ):
        raise ChoiceError(
            f"{option}={shorten(values)} は使えません。"
            "空欄や表を含まない、値の並び（リスト）にしてください。"
        )
    return items


def read_mapping(values: object, option: str, example: str = "{コード: 値}") -> dict[Any, Any]:
    """Read what is called how, from a dictionary or a series; None is empty.

    ``example`` shows in the error how it is written.

    Raises
    ------
    ChoiceError
    """
    if values is None:
        return {}
    # a table has items and keys, too
    if not (hasattr(values, "items") and hasattr(values, "keys")) or hasattr(values, "columns"):
        raise ChoiceError(
            f"{option}={shorten(values)} は使えません。{example} の形で渡してください。"
        )
    return dict(values.items())


def require_flag(value: object, option: str) -> bool:
    """Return a choice between yes and no; a word such as "いいえ" is none, though it counts as true.

    Raises
    ------
    ChoiceError
    """
    is_zero_or_one = isinstance(value, int | np.integer) and int(value) in (0, 1)
    if not (isinstance(value, bool | np.bool_) or is_zero_or_one):
        raise ChoiceError(
            f"{option}={shorten(value)} は使えません。True（はい）か False（いいえ）にしてください。"
        )
    return bool(value)


def require_share(value: object, option: str) -> float:
    """Return a share of a whole, 0 to 1, such as the draws that an interval holds.

    Raises
    ------
    ChoiceError
    """
    return require_number(value, option, high=1)  # type: ignore[arg-type]


def require_result(value: object, kind: type, option: str, source: str) -> None:
    """Refuse what is no result of the function that makes it.

    Parameters
    ----------
    value, option
        What was handed over, and under which name.
    kind
        What it must be.
    source
        The function whose result it is, as it is called.

    Raises
    ------
    ChoiceError
    """
    if not isinstance(value, kind):
        raise ChoiceError(
            f"{option}={shorten(value)} は使えません。{source} の結果を渡してください。"
        )


def require_function(value: object, option: str) -> None:
    """Refuse what cannot be called.

    Raises
    ------
    ChoiceError
    """
    if not callable(value):
        raise ChoiceError(
            f"{option}={shorten(value)} は使えません。関数（def や lambda）を渡してください。"
        )


def require_seed(seed: object, option: str = "seed") -> None:
    """Refuse what is no seed: a whole number from 0, or None for another answer each time.

    Raises
    ------
    ChoiceError
    """
    is_whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool | np.bool_)
    if seed is not None and not (is_whole and int(seed) >= 0):  # type: ignore[call-overload]
        raise ChoiceError(
            f"{option}={shorten(seed)} は使えません。0以上の整数にしてください（例: {option}=1）。"
        )


def require_executor(executor: object, method: str) -> None:
    """Refuse what cannot share work out: anything without the method by which jobs are handed over.

    ``None`` means that this computer does the work itself.

    Parameters
    ----------
    executor
        What the caller hands over as ``executor=``.
    method
        ``map`` or ``submit``.

    Raises
    ------
    ChoiceError
    """
    # a Dask client's own map returns promises and no answers
    is_client = callable(getattr(executor, "get_executor", None))
    # a class is no executor yet, and the map of a table is another one
    is_other = isinstance(executor, type | pd.DataFrame | pd.Series | pd.Index)
    can_work = callable(getattr(executor, method, None)) and not is_other
    if executor is not None and (is_client or not can_work):
        example = "client.get_executor()" if is_client else "ThreadPoolExecutor(4)"
        raise ChoiceError(
            f"executor={shorten(executor)} は使えません。仕事を分け合う Executor"
            f"（例: {example}）を渡すか、executor= を省いてください。"
        )


def require_count(count: object, most: int, option: str = "count") -> int:
    """Return a number of bases from 1 to as many as there are candidates.

    Raises
    ------
    ChoiceError
    """
    if not _is_whole(count, 1, most):
        raise ChoiceError(
            f"{option}={shorten(count)} は使えません。1〜{most}（候補地の数）の整数にしてください。"
        )
    return int(count)  # type: ignore[call-overload, no-any-return]


def read_counts(chosen: int | Sequence[int], most: int) -> list[int]:
    """Read numbers of bases, ascending, each once.

    Raises
    ------
    ChoiceError
        If one is no whole number from 1 to ``most``, or there is none.
    """
    counts: Iterable[object]
    if isinstance(chosen, int | np.integer) and not isinstance(chosen, bool):
        # one number n stands for 1 … n
        counts = range(1, int(chosen) + 1)
    elif np.iterable(chosen) and not isinstance(chosen, str | bytes):
        counts = list(chosen)
    else:
        # no number of bases: refused below, with its own name
        counts = [chosen]
    numbers = sorted({require_count(count, most, "counts") for count in counts})
    if not numbers:
        raise ChoiceError(f"counts={shorten(chosen)} に拠点の数がありません。1以上にしてください。")
    return numbers


def is_number(value: object) -> bool:
    """Check that a value is a finite number; text, True and False are none."""
    if isinstance(value, bool | np.bool_) or not isinstance(
        value, int | float | np.integer | np.floating
    ):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        # a whole number of more than 300 digits
        return False


def to_float_array(values: object) -> FloatArray:
    """Convert numbers of any kind to an array, NaN where one is no number.

    numpy would read text such as "3" as 3 and True as 1; here they are NaN.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        # lists of different lengths
        return np.asarray(np.nan)
    if array.dtype.kind in "iuf":
        return array.astype(np.float64)
    # cell by cell, as numpy would turn text into numbers
    numbers = [
        float(value) if is_number(value) or (isinstance(value, float) and isinf(value)) else np.nan
        for value in array.ravel().tolist()
    ]
    return np.asarray(numbers, dtype=np.float64).reshape(array.shape)


def read_time_limit(time_limit_s: float | None) -> float | None:
    """Return a limit in seconds, at least 0; None (also for infinity) where there is none.

    Raises
    ------
    ChoiceError
    """
    if time_limit_s is None or (isinstance(time_limit_s, float) and time_limit_s == np.inf):
        return None
    return require_number(time_limit_s, "time_limit_s")


def import_extra(module: str, package: str, name: str = "planning") -> ModuleType:
    """Import an optional library.

    Raises
    ------
    MissingExtraError
        With the command that installs it.
    """
    # libraries of the extras are imported only where they are used
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{package} がありません。dxkit のフォルダーで make full を実行するか、"
            f"pip install 'dxkit[{name}]' を実行してください。"
        ) from error


def _is_missing(value: object) -> bool:
    """Check for None, NaN, NaT and pd.NA, by which nothing can be found."""
    is_nan = isinstance(value, float | np.floating) and isnan(value)
    return value is None or is_nan or type(value).__name__ in ("NAType", "NaTType")


def is_among(value: object, choices: Iterable[object]) -> bool:
    """Check that a value is one of those offered; arrays and missing values never are."""
    try:
        return value in list(choices)
    except (TypeError, ValueError):
        # pd.NA and arrays, which compare with nothing
        return False


def _is_whole(value: object, low: int, high: int) -> bool:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        return False
    return low <= int(value) <= high
