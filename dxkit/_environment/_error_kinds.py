"""Of which kind is an error: a quote, a full-width sign, a name that is not there yet?

The kinds are a closed list of words: a kind says nothing of what somebody has typed.
"""

from collections.abc import Callable

from dxkit._environment._syntax_lines import find_japanese_sign, find_open_bracket
from dxkit.errors import DxkitError

QUOTE = "引用符"
SIGN = "全角の記号"
BRACKET = "かっこ"
INDENT = "字下げ"
FORM = "書き方"
NAME = "まだない名前"
LABEL = "列や市町の名前"
FILE = "ファイル"
VALUE = "表や値"
STOPPED = "途中で止めた"
OTHER = "そのほか"
ERROR_KINDS = (*(QUOTE, SIGN, BRACKET, INDENT, FORM, NAME, LABEL, FILE, VALUE, STOPPED, OTHER),)
QUOTE_MARKS = "“”„‟「」『』‘’＂＇"
# who is told of a kind; each must be quick and never fail
_LISTENERS: list[Callable[[str], object]] = []


def classify_error(error: BaseException) -> str:
    """Find the kind of an error.

    Parameters
    ----------
    error
        Any exception.

    Returns
    -------
    str
        One of `ERROR_KINDS`.
    """
    if isinstance(error, SyntaxError):
        return _classify_syntax(error)
    if isinstance(error, NameError):
        # a Japanese word without its quotes is read as a name
        return NAME if str(error.name or "").isascii() else QUOTE
    families: tuple[tuple[type[BaseException], str], ...] = (
        (KeyError, LABEL),
        (DxkitError, VALUE),
        (OSError, FILE),
        (KeyboardInterrupt, STOPPED),
        (TypeError, VALUE),
        (ValueError, VALUE),
        (ArithmeticError, VALUE),
        (LookupError, VALUE),
        (AttributeError, VALUE),
    )
    return next((kind for family, kind in families if isinstance(error, family)), OTHER)


def add_error_listener(listener: Callable[[str], object]) -> None:
    """Let somebody know the kind of every error that is shown from now on."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def notify_error_listeners(error: BaseException) -> None:
    """Tell the listeners of which kind an error is."""
    for listener in _LISTENERS:
        listener(classify_error(error))


def _classify_syntax(error: SyntaxError) -> str:
    message = str(error.msg or "")
    text = (error.text or "").rstrip("\n")
    if "unterminated" in message:
        return QUOTE
    if sign := find_japanese_sign(text):
        return QUOTE if sign in QUOTE_MARKS else SIGN
    if isinstance(error, IndentationError):
        return INDENT
    brackets = ("was never closed", "unmatched", "does not match opening")
    if any(words in message for words in brackets) or find_open_bracket(text):
        return BRACKET
    return FORM
