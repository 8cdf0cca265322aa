"""How does a package offer its names without loading all that stands behind them?

A notebook that asks one question must not pay for the explorers beside it: they bring the vote's
database, solvers and simulations with them.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def offer_names(
    package: str, homes: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make ``__getattr__`` and ``__dir__`` of a package that loads names on first use (PEP 562).

    Parameters
    ----------
    package
        The package's own ``__name__``.
    homes
        By private module, the names that the package offers from it.

    Returns
    -------
    tuple
        What the package calls ``__getattr__`` and ``__dir__``.

    Examples
    --------
    >>> load, names = offer_names("dxkit.maps", {"_map": ("Map",)})
    >>> load("Map").__name__, "Map" in names()
    ('Map', True)
    """
    modules = {name: module for module, names in homes.items() for name in names}

    def load_name(name: str) -> Any:
        owner = import_module(package)
        if name not in modules:
            # as Python says it, so that errors are explained as those of any other module
            raise AttributeError(
                f"module {package!r} has no attribute {name!r}", name=name, obj=owner
            )
        value = getattr(import_module(f"{package}.{modules[name]}"), name)
        # from now on it is there as any other name
        setattr(owner, name, value)
        return value

    def list_names() -> list[str]:
        # names that are not loaded yet must be offered by tab completion, too
        return sorted({*vars(import_module(package)), *modules})

    return load_name, list_names
