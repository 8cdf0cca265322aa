"""How does the prefecture help its municipalities: who is behind, what costs what, who meets whom?

The package loads `answers`, `costs`, `liaison`, `matching`, `network`, `procedures`, `process`,
`progress`, `security` and `training` when they are first asked for.
"""

from importlib import import_module
from typing import Any

_PACKAGES = (
    *("answers", "costs", "liaison", "matching", "network", "procedures", "process", "progress"),
    *("security", "training"),
)


def __getattr__(name: str) -> Any:
    """Load a package the first time that it is asked for (PEP 562)."""
    # each brings heavy libraries along, which a user of another does not need
    if name in _PACKAGES:
        return import_module(f"dxkit.support.{name}")
    raise AttributeError(
        f"dxkit.support に「{name}」という名前はありません。使える名前: {', '.join(_PACKAGES)}"
    )


def __dir__() -> list[str]:
    return sorted([*globals(), *_PACKAGES])
