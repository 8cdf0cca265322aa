"""What went wrong, where, and what can be done about it, in two or three lines of Japanese?

`explain_error` writes the lines that a notebook shows in place of Python's own. dxkit's own errors
are Japanese already and keep their words.
"""

import builtins
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dxkit._environment._call_lines import explain_type_error, name_type
from dxkit._environment._error_place import (
    ErrorPlace,
    find_defining_cell,
    find_place,
    walk_frames,
)
from dxkit._environment._near_names import (
    find_near_names,
    find_official_name,
    list_labels,
    list_names,
)
from dxkit._environment._syntax_lines import Lines, explain_syntax
from dxkit.errors import DxkitError, shorten
from dxkit.loaders import catalog

DO = "どうする: "
RUN_ABOVE = "この枠より上のセルを、いちばん上から順に実行します（Shift + Enter）。"
ASK = "下の「くわしい記録」を開いて、進行役に見せてください。"
# words of other languages that are written with a capital letter in Python
CAPITALS = {"true": "True", "false": "False", "none": "None", "null": "None"}
# kinds of files that a listing of a folder names
LISTED_FILES = 5
LIBRARIES = ("dxkit", "pandas", "numpy", "matplotlib", "geopandas", "folium", "ipywidgets")


def explain_error(error: BaseException, shell: Any = None) -> list[str]:
    """Explain an error in two or three lines of Japanese.

    Parameters
    ----------
    error
        Any exception, with its traceback.
    shell
        The IPython shell in which it happened; says which notebook is open.

    Returns
    -------
    list of str
        What went wrong, where, and what to do.
    """
    place = find_place(error)
    if isinstance(error, DxkitError):
        # the message says what, where in the file, and what to do
        problem, remedy = str(error), _guess_table(error)
    else:
        problem, remedy = _explain(error, place, shell)
    # IPython turns a %line into a call of its own, which nobody has typed
    where = "" if "get_ipython()" in place.code else str(place)
    lines = [problem, where, f"{DO}{remedy}" if remedy else ""]
    return [line for line in lines if line]


def _guess_table(error: DxkitError) -> str:
    """Guess which table was meant by a name that the catalogue does not hold."""
    match = re.match("「(.+?)」という表はありません", str(error))
    near = find_near_names(match[1], catalog()["name"]) if match else []
    return f"もしかして: {list_names(near)}" if near else ""


def _explain(error: BaseException, place: ErrorPlace, shell: Any) -> Lines:
    """Choose the explanation by the error's nearest type."""
    # IPython's own error for %lines; its class cannot be imported without IPython
    if type(error).__name__ == "UsageError":
        return _explain_magic(str(error))
    if isinstance(error, NameError):
        return _explain_name(error, place, shell)
    if isinstance(error, KeyError):
        return _explain_key(error, place)
    if isinstance(error, TypeError):
        return explain_type_error(str(error), place)
    for kind in type(error).__mro__:
        if kind in EXPLANATIONS:
            return EXPLANATIONS[kind](error)
    kind_name = type(error).__name__
    return (
        f"計算が止まりました（{shorten(kind_name, 40)}）。",
        f"直前に変えたところを戻します。{ASK}",
    )


def _explain_magic(message: str) -> Lines:
    name = next(iter(re.findall("`(%+[^`]*)`", message)), "%")
    return (
        f"「{shorten(name, 40)}」という特別な命令はありません。",
        "行の頭の「%」を消すか、もとの枠と見比べます。",
    )


def _explain_name(error: NameError, place: ErrorPlace, shell: Any) -> Lines:
    name = error.name or next(iter(re.findall(r"name '(.+?)' is not defined", str(error))), "")
    if not name:
        return "まだ無い名前が使われています。", RUN_ABOVE
    problem = f"「{shorten(name, 40)}」という名前は、まだありません。"
    # a text without its quotes is read as a name
    if not name.isascii():
        text = find_official_name(name) or name
        remedy = f'文字なら、前とうしろを半角の " で囲みます（例: town = "{shorten(text, 20)}"）。'
        return f"「{shorten(name, 40)}」に引用符がありません。", remedy
    if name.lower() in CAPITALS:
        return problem, f"大文字で始めて {CAPITALS[name.lower()]} と書きます。"
    if cell := find_defining_cell(name, shell):
        return problem, f"上のセルを先に実行します: {cell}。"
    names = [*_find_labels(name, error, place), *place.names, *dir(builtins)]
    near = find_near_names(name, [key for key in names if not str(key).startswith("_")])
    guess = f"もしかして: {list_names(near)}。" if near else ""
    return problem, f"{guess}綴りが合っていれば、{RUN_ABOVE}"


def _explain_key(error: KeyError, place: ErrorPlace) -> Lines:
    key = error.args[0] if error.args else ""
    labels = _find_labels(key, error, place)
    # "['x'] not in index" of pandas names several
    quoted = re.findall(r"'([^']+)'", str(key)) if "not in index" in str(key) else []
    names = quoted or [str(key)]
    if re.match(r"None of \[", str(key)):
        names = re.findall(r"'([^']+)'", str(key))[:3] or names
    near = [guess for name in names for guess in find_near_names(name, labels)]
    problem = f"{list_names(names)}は、この表（辞書）にありません。"
    if near:
        return problem, f"もしかして: {list_names(dict.fromkeys(near))}"
    texts = [label for label in labels if isinstance(label, str)]
    if texts:
        return problem, f"ある名前: {list_names(texts[:8])}{'など' if len(texts) > 8 else ''}"
    official = find_official_name(names[0])
    guess = f"市町名なら「{official}」と書きます。" if official not in ("", names[0]) else ""
    return problem, f"{guess}綴りと、列の名前を確かめます。"


def _find_labels(key: object, error: Exception, place: ErrorPlace) -> list[object]:
    """List the labels among which a key was looked for."""
    # pandas: the innermost frames belong to the table or index that was asked
    for frame in reversed(list(walk_frames(error))):
        labels = list_labels(frame.f_locals.get("self"))
        if labels and frame is not place.frame:
            return labels
    # a dictionary: the line of the cell names it
    for name in re.findall(r"([A-Za-z_]\w*)\s*\[", place.code):
        container = place.names.get(name)
        if isinstance(container, dict) and key not in container:
            return list_labels(container)
    return []


def _explain_attribute(error: AttributeError) -> Lines:
    # dxkit's own modules answer in Japanese
    if not str(error).isascii():
        return str(error), ""
    name = error.name or ""
    if error.obj is None and "NoneType" in str(error):
        return (
            f"「.{shorten(name, 40)}」の前が、値なし（None）になっています。",
            "上の枠の結果を名前に入れたかを確かめ、上から順に実行し直します。",
        )
    match = re.match(r"(?:type object )?'(\w+)' object|module '([\w.]+)'", str(error))
    owner = name_type(match[1] or match[2]) if match else "これ"
    near = find_near_names(name, [word for word in dir(error.obj) if not word.startswith("_")])
    guess = f"もしかして: {list_names(near)}" if near else "綴りを、もとの枠と見比べます。"
    return f"{owner}に「.{shorten(name, 40)}」はありません。", guess


def _explain_module(error: ImportError) -> Lines:
    name = str(error.name or "")
    if match := re.search(r"cannot import name '(\w+)' from '([\w.]+)'", str(error)):
        near = find_near_names(match[1], _list_members(match[2]))
        guess = f"もしかして: {list_names(near)}" if near else "綴りを、もとの枠と見比べます。"
        return f"「{match[2]}」の中に「{match[1]}」はありません。", guess
    near = find_near_names(name, LIBRARIES)
    guess = f"もしかして: {list_names(near)}。" if near else ""
    return (
        f"「{shorten(name, 40)}」という部品（ライブラリ）は入っていません。",
        f"{guess}綴りが合っていれば、進行役に伝えます（自分で入れる必要はありません）。",
    )


def _list_members(module: str) -> list[str]:
    return dir(sys.modules[module]) if module in sys.modules else []


def _explain_file(error: OSError) -> Lines:
    path = Path(str(error.filename or ""))
    folder = path.parent
    try:
        files = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError:
        return (
            f"フォルダー「{shorten(folder, 60)}」が見つかりません。",
            "フォルダーの名前の綴りを確かめます。",
        )
    near = find_near_names(path.name, files)
    same_kind = [name for name in files if name.endswith(path.suffix or ".csv")]
    guess = f"もしかして: {list_names(near)}。" if near else ""
    listed = f"ここにあるファイル: {list_names(same_kind[:LISTED_FILES])}。" if same_kind else ""
    return (
        f"ファイル「{shorten(path.name, 60)}」が見つかりません。",
        f"{guess or listed}左の一覧にファイルをドラッグして入れ、名前を見比べます。",
    )


def _explain_permission(error: OSError) -> Lines:
    return (
        f"ファイル「{shorten(Path(str(error.filename or '')).name, 60)}」を開けません。",
        "Excel などで開いていたら閉じて、もう一度実行します。",
    )


def _explain_value(error: BaseException) -> Lines:
    message = str(error)
    if not message.isascii() and not re.search(r"[a-z]{4}", message):
        return message, ""
    if match := re.search(
        r"(?:could not convert string to float|invalid literal .*?): '(.*)'", message
    ):
        return (
            f"「{shorten(match[1], 30)}」は数ではありません。",
            "単位や「,」を取って、数だけを書きます（例: 12人 → 12）。",
        )
    if "must be of the same length" in message or "does not match length" in message:
        return "列の長さ（値の数）がそろっていません。", "どの列も同じ数の値にします。"
    if "truth value of a" in message:
        return (
            "表や列の全体を、1つの○×として使っています。",
            '条件は table[table["列"] > 10] のように、[ ] の中に書きます。',
        )
    return (
        "値が、この使い方に合っていません（ValueError）。",
        f"変えた値を、もとの値に戻します。{ASK}",
    )


def _explain_index(_: BaseException) -> Lines:
    return (
        "番号が、並びの数より大きいです（番号は 0 から数えます）。",
        "小さい番号に変えます。1番目は [0]、最後は [-1] です。表が空のこともあります。",
    )


def _explain_zero(_: BaseException) -> Lines:
    return (
        "0 で割ろうとしています。",
        "割る数（分母）が 0 になっていないか、設定と表の値を確かめます。",
    )


# by type; the nearest in the order of inheritance counts
EXPLANATIONS: dict[type[BaseException], Callable[[Any], Lines]] = {
    SyntaxError: explain_syntax,
    AttributeError: _explain_attribute,
    ImportError: _explain_module,
    FileNotFoundError: _explain_file,
    PermissionError: _explain_permission,
    ConnectionError: lambda _: (
        "ネットワークにつながりません。",
        "この教室ではつながなくても進められます。つなぐ枠は飛ばします。",
    ),
    UnicodeDecodeError: lambda _: (
        "ファイルの文字の種類（文字コード）が違います。",
        'dxkit.read("ファイル名") で読みます。文字コードは自分で見分けます。',
    ),
    ValueError: _explain_value,
    IndexError: _explain_index,
    ZeroDivisionError: _explain_zero,
    KeyboardInterrupt: lambda _: (
        "計算を止めました。",
        "続けるときは、この枠をもう一度実行します。",
    ),
    MemoryError: lambda _: (
        "このパソコンの記憶（メモリー）が足りません。",
        "ほかのソフトを閉じ、カーネルを再起動して、数を小さくします。",
    ),
    RecursionError: lambda _: (
        "同じ命令が自分を呼び続けています。",
        "直前に変えたところを、もとに戻します。",
    ),
    AssertionError: lambda _: (
        "確かめの式（assert）が成り立ちませんでした。",
        "その行の値を1つずつ表示して、予想と見比べます。",
    ),
    SystemExit: lambda _: ("exit() はノートブックでは使いません。", "その行を消します。"),
}
