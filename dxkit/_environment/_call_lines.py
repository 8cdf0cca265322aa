"""What is wrong with a call, or with what was put together, when Python says TypeError?"""

import inspect
import re
from collections.abc import Callable
from typing import Any

from dxkit._environment._error_place import ErrorPlace
from dxkit._environment._near_names import find_near_names, list_names

Lines = tuple[str, str]

TYPE_WORDS = {
    "str": "文字",
    "int": "数",
    "float": "数",
    "NoneType": "値なし（None）",
    "list": "並び（list）",
    "dict": "辞書（dict）",
    "DataFrame": "表",
    "Series": "列（Series）",
    "bool": "○×（True/False）",
    "tuple": "組（tuple）",
    "module": "部品（module）",
    "function": "命令（関数）",
}


def explain_type_error(message: str, place: ErrorPlace) -> Lines:
    """Say in words what a TypeError means, and what to do."""
    for pattern, explain in EXPLANATIONS:
        if match := re.search(pattern, message):
            return explain(match, place)
    return (
        "値の種類（文字・数・表など）が、この使い方に合っていません。",
        "数に引用符が付いていないか、文字に引用符があるかを確かめます。",
    )


def name_type(word: str) -> str:
    """Name a type of Python in Japanese."""
    last = word.rpartition(".")[2]
    return TYPE_WORDS.get(last, last)


def _explain_unknown_keyword(match: re.Match[str], place: ErrorPlace) -> Lines:
    call, keyword = match[1], match[2]
    names = _list_keywords(call, place)
    near = find_near_names(keyword, names)
    remedy = "綴りを、もとの枠と見比べます。"
    if near:
        remedy = f"もしかして: {list_names(near)}"
    elif names:
        remedy = f"使える名前: {list_names(names[:8])}"
    return f"命令「{call}」に、「{keyword}=」という指定はありません。", remedy


def _list_keywords(call: str, place: ErrorPlace) -> list[str]:
    """List the keywords of the function that the failing line calls."""
    last = call.rpartition(".")[2]
    for function in _find_called(place):
        if getattr(function, "__name__", "") != last:
            continue
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            continue
        return [item.name for item in parameters if item.kind is not item.VAR_KEYWORD]
    return []


def _find_called(place: ErrorPlace) -> list[Callable[..., Any]]:
    """Find the functions that a line calls by name: maps.choropleth, or show."""
    functions = []
    for dotted in re.findall(r"([A-Za-z_][\w.]*)\s*\(", place.code):
        first, *rest = dotted.split(".")
        target: Any = place.names.get(first)
        for part in rest:
            # unlike getattr, this runs no code of the object
            target = inspect.getattr_static(target, part, None)
        if callable(target):
            functions.append(target)
    return functions


def _explain_missing(match: re.Match[str], _: ErrorPlace) -> Lines:
    names = re.findall(r"'(\w+)'", match[2])
    return (
        f"命令「{match[1]}」に、なくてはならない指定 {list_names(names)} がありません。",
        "かっこの中を、もとの枠と見比べて書き足します。",
    )


def _explain_surplus(match: re.Match[str], _: ErrorPlace) -> Lines:
    return (
        f"命令「{match[1]}」のかっこの中に、値が多すぎます。",
        '余分な値を消すか、title="…" のように名前を付けて書きます。',
    )


def _explain_operands(match: re.Match[str], _: ErrorPlace) -> Lines:
    sign, left, right = match[1], name_type(match[2]), name_type(match[3])
    return (
        f"{left}と{right}は、「{sign}」で計算できません。",
        "数なら引用符を取ります。文字につなぐ数は str(…) で囲みます。",
    )


def _explain_not_callable(match: re.Match[str], _: ErrorPlace) -> Lines:
    return (
        f"{name_type(match[1])}のうしろに「(」があります。命令ではないので呼び出せません。",
        "「(」を「[」に直すか、間に「,」を入れます。",
    )


def _explain_not_subscriptable(match: re.Match[str], _: ErrorPlace) -> Lines:
    return (
        f"{name_type(match[1])}には、「[ ]」で中身を選ぶことができません。",
        "命令なら「( )」で呼び出します。名前が上の枠と同じかも確かめます。",
    )


def _explain_concatenation(match: re.Match[str], _: ErrorPlace) -> Lines:
    return (
        f"文字と{name_type(match[1])}は、「+」でつなげません。",
        "文字の引用符を取って数にするか、数を str(…) で囲みます。",
    )


def _explain_position(_: re.Match[str], __: ErrorPlace) -> Lines:
    return (
        "何番目かを選ぶところに、文字など数でないものが書かれています。",
        "0、1、2 のような数を書きます。名前で選べるのは、表の列や行だけです。",
    )


EXPLANATIONS: tuple[tuple[str, Callable[[re.Match[str], ErrorPlace], Lines]], ...] = (
    (r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'", _explain_unknown_keyword),
    (r"([\w.]+)\(\) missing \d+ required .*?arguments?: (.*)", _explain_missing),
    (r"([\w.]+)\(\) takes .* positional arguments? but", _explain_surplus),
    (r"unsupported operand type\(s\) for (.+): '(.+?)' and '(.+?)'", _explain_operands),
    (r"'(.+?)' not supported between instances of '(.+?)' and '(.+?)'", _explain_operands),
    (r"can only concatenate str \(not \"(.+?)\"\) to str", _explain_concatenation),
    (r"'(.+?)' object is not callable", _explain_not_callable),
    (r"'(.+?)' object is not subscriptable", _explain_not_subscriptable),
    (r"indices must be integers", _explain_position),
)
