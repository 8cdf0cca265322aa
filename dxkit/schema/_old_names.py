"""Which columns repeat another one under the name that it had a release ago?"""

from collections.abc import Hashable, Iterable

# old name → the column that holds the same today; both stand in a table for one release
OLD_NAMES: dict[Hashable, str] = {"area": "area_name"}


def drop_old_names(columns: Iterable[Hashable]) -> list[Hashable]:
    """List columns without those that repeat another one under its name of a release ago.

    Examples
    --------
    >>> drop_old_names(["code", "area_name", "area"])
    ['code', 'area_name']
    """
    names = list(columns)
    return [name for name in names if OLD_NAMES.get(name) not in names]
