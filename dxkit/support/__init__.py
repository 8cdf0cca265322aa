"""How does the prefecture help its municipalities: who is behind, what does it cost, who learns what, who meets whom?"""

from importlib import import_module
from typing import Any

_MODULES = ("costs", "liaison", "matching", "network", "progress", "training")


def __getattr__(name: str) -> Any:
    """Load a measure the first time that it is asked for (PEP 562)."""
    if name in _MODULES:
        return import_module(f"dxkit.support.{name}")
    raise AttributeError(
        f"dxkit.support に「{name}」という名前はありません。使える名前: {', '.join(_MODULES)}"
    )


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
