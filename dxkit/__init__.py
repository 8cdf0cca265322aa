"""dxkit: how does the digital transformation of Hyogo's 41 municipalities stand?

dxkit loads tables, computes from them and draws the answer, without the network. A package
(``dxkit.drones``) is the only public path to what is in it: its files are private, named for what
they hold (``_best_bases.py``). A line of code imports only from the rows below its own::

    widgets | reports                                               what people touch, and print
    charts | maps | maturity | sharing | drones | groups | support  pictures; the topics
    regions | linkage | _environment | assumptions                  places; same persons; checks
    loaders | store                                                 files in; votes kept
    schema                                                          columns, headings, provenance
    codes | _checks | _keywords | _optimise | _plain_tables         codes, checks, solvers
    errors | _arrays | _cell_hooks | _late_names                    messages, types, cells, names

Topics are handed tables and return tables; they load no file and draw nothing. ``import dxkit``
costs next to nothing: public modules and names load on first use.

Examples
--------
>>> import dxkit
>>> municipalities = dxkit.load("municipalities")
>>> len(municipalities), int(municipalities["people_2020"].sum())
(41, 5465002)
"""

import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dxkit._cell_hooks import watch_cells

if TYPE_CHECKING:
    from dxkit import assumptions as assumptions
    from dxkit import charts as charts
    from dxkit import codes as codes
    from dxkit import drones as drones
    from dxkit import errors as errors
    from dxkit import groups as groups
    from dxkit import linkage as linkage
    from dxkit import loaders as loaders
    from dxkit import maps as maps
    from dxkit import maturity as maturity
    from dxkit import regions as regions
    from dxkit import reports as reports
    from dxkit import schema as schema
    from dxkit import sharing as sharing
    from dxkit import store as store
    from dxkit import support as support
    from dxkit import widgets as widgets
    from dxkit._environment import check as check
    from dxkit.loaders import catalog as catalog
    from dxkit.loaders import compare_with_shipped as compare_with_shipped
    from dxkit.loaders import data_folder as data_folder
    from dxkit.loaders import describe as describe
    from dxkit.loaders import label as label
    from dxkit.loaders import load as load
    from dxkit.loaders import my_town as my_town
    from dxkit.loaders import read as read
    from dxkit.schema import show as show

__version__ = "0.1.0"

_MODULES = (
    "assumptions",
    "charts",
    "codes",
    "drones",
    "errors",
    "groups",
    "linkage",
    "loaders",
    "maps",
    "maturity",
    "regions",
    "reports",
    "schema",
    "sharing",
    "store",
    "support",
    "widgets",
)
# public names that stand in a module further down
_HOMES = {
    "catalog": "dxkit.loaders",
    "check": "dxkit._environment",
    "compare_with_shipped": "dxkit.loaders",
    "data_folder": "dxkit.loaders",
    "describe": "dxkit.loaders",
    "label": "dxkit.loaders",
    "load": "dxkit.loaders",
    "my_town": "dxkit.loaders",
    "read": "dxkit.loaders",
    "show": "dxkit.schema",
}
__all__ = [*_MODULES, *_HOMES]


def __getattr__(name: str) -> Any:
    """Load a public module or name the first time that it is used (PEP 562)."""
    if name in _MODULES:
        return import_module(f"dxkit.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(
        f"dxkit に「{name}」という名前はありません。使える名前: {', '.join(__all__)}"
    )


def __dir__() -> list[str]:
    # names that are not loaded yet must be offered by tab completion, too
    return sorted([*globals(), *__all__])


def _explain_errors(shell: Any) -> None:
    """Explain errors in Japanese in an IPython shell.

    ``import dxkit`` does so by itself; a kernel whose settings name dxkit as an extension does so
    from its first cell on.

    Parameters
    ----------
    shell
        The IPython shell. Its cells fail as before, so that "run all" stops.

    Examples
    --------
    >>> import dxkit
    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> dxkit.load_ipython_extension(shell)
    >>> _ = shell.run_cell("count = 10 / 0")
    0 で割ろうとしています。
    どこで: この枠の1行目 count = 10 / 0
    どうする: 割る数（分母）が 0 になっていないか、設定と表の値を確かめます。
    """
    # a second import, or a second shell around the same kernel, must not wrap it twice
    if getattr(shell._showtraceback, "is_japanese", False):
        return
    show_original = shell._showtraceback

    def show_in_japanese(kind: Any, error: Any, record: Any) -> None:
        # loaded at the first error only: it needs the tables of municipalities
        display = import_module("dxkit._environment._error_display")
        display.show_error(shell, show_original, kind, error, record)

    def show_magic_in_japanese(error: Any) -> None:
        # IPython would print it in English; as an error it also stops "run all"
        show_in_japanese(type(error), error, [f"UsageError: {error}"])

    write_original = warnings.formatwarning

    def write_warning(message: Any, *place: Any) -> str:
        # the line of dxkit's own code that warned means nothing to the person who is warned
        text = str(message)
        return write_original(message, *place) if text.isascii() else f"気をつける: {text}\n"

    warnings.formatwarning = write_warning  # type: ignore[assignment]
    show_in_japanese.is_japanese = True  # type: ignore[attr-defined]
    shell._showtraceback = show_in_japanese
    shell.show_usage_error = show_magic_in_japanese
    watch_cells(shell)


def _find_shell() -> Any:
    """Find the IPython shell in which dxkit is imported; IPython is never imported for it."""
    ipython = sys.modules.get("IPython")
    find = getattr(ipython, "get_ipython", None)
    return find() if find is not None else None


# the name by which IPython asks for an extension
load_ipython_extension = _explain_errors
if (_shell := _find_shell()) is not None:
    _explain_errors(_shell)
