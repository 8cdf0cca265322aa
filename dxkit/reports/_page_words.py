"""Which words of a notebook fit a page on which nothing can be run?

A notebook asks its reader to run, to write and to choose from menus. A page shows results that are
there already; on it such a request says where it holds.
"""

import re
from typing import Any

# running as something to do: 実行しても, 実行しました, 実行されて and 実行しません only report it
_RUN = r"実行(?!して(?:も(?!かまい|よい|ら[いう])|しま|い)|し直しても|しました|しません|され)"
_CODE = "`[^`]+`"
# what asks for a kernel, a menu of JupyterLab, a file beside the notebook, or a live widget
_REQUESTS = (
    # keys, menus and files of JupyterLab
    "Shift|Ctrl|カーネル|右クリック|ドラッグ|メニュー|左の(?:ファイル)?一覧|セル操作|次の枠へは",
    # to run
    rf"{_RUN}(?:し(?:ます|ましょう|て|直|、|たら)|すれ|できる)|(?:から|まで|だけを){_RUN}",
    r"実行の印|を実行\*{0,2}です|を実行」(?:を|し(?:ます|、)|すれ)|その次のセルで",
    "枠をもう一度|新しい(?:枠|セル)|もう一度動か|動かしてみましょう|投票してみましょう",
    # to change a line of code: what merely says 変えると or 変えられます is no request
    rf"書き変え|{_CODE} を[^。]*(?:変え(?:て|ます|、)|選び直し|広げるか)|名前に変えて|決めた数字に変えます",
    rf"[をに]変えてください|変えたいときは|書き換えて、|差し替え(?:ます|て|、)|{_CODE} に戻し",
    rf"{_CODE} を[^。]*(?:変える|する)と、[^。]*(?:どう|どれだけ)[^。]*か。",
    rf"{_CODE} (?:を足して|で進めます|にします|を見てください)|{_CODE} の[^。]*列?を足して",
    rf"{_CODE} に[^。]*(?:列を足し|1つ足し|渡します)|`[^`]+ = [^`]+` に(?:した|し)|外してみます",
    # to write into a line of code
    rf"{_CODE} に[^。]*書き(?:ます|、)|^{_CODE} は[^。]*にします|本番では[^。`]*`",
    "」のように書きます|言葉のまま書きます|モデルを書きます|数字を1つ書きます",
    # to open what the notebook has written
    r"できたファイルを|`out` フォルダーの|`out/[^`]+` [をは][^。]*(?:開[きい]|ドラッグ)",
    # to use a widget that stands still on a page
    r"「\*{0,2}ファイルを選ぶ\*{0,2}」|Excel か CSV を選ぶと|「(?:共有する|採点する|置く／外す)」を押",
    "地図の丸を押すと|「最適と比べる」は|1つ選ぶと、|書いて記録します|下の部品で、",
)
_ASKS = re.compile("|".join(_REQUESTS))
# signs of a quotation, and of a list
_QUOTE = r"\s*(?:> ?)*"
_LIST = r"(?:[-*] |\d+\. )?"
# a heading, or a row of a table, is never a request
_FIXED = re.compile(rf"{_QUOTE}(?:#|\|)")
# opens or closes lines of code; ```x``` within one line does neither
_FENCE = re.compile(rf"{_QUOTE}{_LIST}(`{{3,}}|~{{3,}})(?=([^`]*)$)")
# what stands before the sentence itself: signs of a quotation and a list, tags, a trouble, 見るところ
_START = re.compile(
    rf"{_QUOTE}{_LIST}(?:</?[a-z][^>]*>)*(?:\*\*[^*]+\*\*: |見るところ: |進め方: )?"
)
_BRACKETS = re.compile("（[^（）]*）")
_OPENING, _CLOSING = "（「『(", "）」』)"
ELSEWHERE = "Python のあるPCでは、"


def fit_words(notebook: Any) -> None:
    """Fit the words of a notebook, in place, to a page on which nothing can be run."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = fit_text(cell.source)


def fit_text(text: str) -> str:
    """Say of what asks to run or to write something where that holds.

    Examples
    --------
    >>> fit_text("色の濃い市町を見ます。`town` を変えて実行します。")
    '色の濃い市町を見ます。Python のあるPCでは、`town` を変えて実行します。'
    """
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        lines.append(line if fence or mark else _fit_line(line))
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
    return "\n".join(lines)


def fit_hint(hint: str) -> str:
    """Say of a hint that asks for a new cell where it holds."""
    return _add_place(hint) if _find_request(hint) else hint


def _fit_line(line: str) -> str:
    """Say once in a line, before its first request, where it holds."""
    if _FIXED.match(line):
        return line
    sentences = _split_sentences(line)
    for place, sentence in enumerate(sentences):
        if _find_request(sentence):
            sentences[place] = _add_place(sentence)
            break
    return "".join(sentences)


def _skip_start(sentence: str) -> int:
    start = _START.match(sentence)
    return start.end() if start else 0


def _find_request(sentence: str) -> re.Match[str] | None:
    """Find what a sentence asks for; the name of a trouble before it asks for nothing."""
    return _ASKS.search(sentence[_skip_start(sentence) :])


def _add_place(sentence: str) -> str:
    """Say where a sentence holds: before it, or in the one bracket that asks for something."""
    end = _skip_start(sentence)
    words = sentence[end:]
    brackets = [place for place in _BRACKETS.finditer(words) if _ASKS.search(place[0])]
    if len(brackets) == 1 and not _ASKS.search(_BRACKETS.sub("", words)):
        end += brackets[0].start() + 1
    return f"{sentence[:end]}{ELSEWHERE}{sentence[end:]}"


def _split_sentences(text: str) -> list[str]:
    """Split where a sentence ends outside of brackets."""
    sentences, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if letter == "。" and depth <= 0:
            end = place + 1
            # what closes bold letters belongs to the sentence
            if text[start:end].count("**") % 2 and text.startswith("**", end):
                end += 2
            sentences.append(text[start:end])
            start = end
    return [*sentences, text[start:]]
