"""What is wrong with a line that Python cannot read: a quote, a full-width sign, a bracket?"""

import re
import unicodedata

from dxkit.errors import shorten

LINE_LETTERS = 70
# signs of a Japanese keyboard that stand for half-width ones, beside those that NFKC turns
JAPANESE_SIGNS = {
    "“": '"', "”": '"', "„": '"', "‟": '"', "‘": "'", "’": "'", "「": '"', "」": '"', "『": '"', "』": '"',
    "、": ",", "。": ".", "・": ".", "〜": "-", "−": "-", "―": "-", "‐": "-", "–": "-", "—": "-", "ー": "-",
    "×": "*", "÷": "/", "【": "[", "】": "]", "〔": "[", "〕": "]", "\u3000": " ", "\xa0": " ", "￥": "\\",
}  # fmt: skip
QUOTE_REMEDY = '文字の前とうしろを、半角の " で囲みます（例: town = "豊岡市"）。'
CLOSING = {"(": ")", "[": "]", "{": "}"}

Lines = tuple[str, str]


def explain_syntax(error: SyntaxError) -> Lines:
    """Say what Python could not read, and what to do."""
    message = str(error.msg or "")
    text = (error.text or "").rstrip("\n")
    # quotes first: a full-width sign inside of a text is no fault
    if "unterminated" in message:
        return _explain_open_text(message, text)
    if sign := find_japanese_sign(text):
        return _explain_sign(sign)
    if isinstance(error, IndentationError):
        return _explain_indent(message)
    return _explain_bracket(message, text) or _explain_form(message, text)


def find_japanese_sign(code: str) -> str:
    """Find the first full-width or Japanese sign of a line outside of its texts and notes."""
    quote = ""
    for letter in code:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "#":
            return ""
        elif letter in JAPANESE_SIGNS or (_to_half(letter) != letter and not letter.isalpha()):
            return letter
    return ""


def _to_half(letter: str) -> str:
    return JAPANESE_SIGNS.get(letter) or unicodedata.normalize("NFKC", letter)


def _explain_sign(sign: str) -> Lines:
    half = _to_half(sign)
    if not sign.strip():
        return "全角の空白が入っています。", "全角の空白を消すか、半角の空白に直します。"
    if half in "\"'":
        return f"全角（日本語用）の引用符「{sign}」が使われています。", QUOTE_REMEDY
    return (
        f"全角の記号「{sign}」が使われています。",
        f"半角の「{half}」に直します（日本語入力を切って打ちます）。",
    )


def _explain_open_text(message: str, text: str) -> Lines:
    if "triple-quoted" in message:
        return '引用符 """ が閉じていません。', 'おわりにも """ を書き足します。'
    marks = "".join(letter for letter in text if letter in "\"'“”‘’")
    problem = "引用符が閉じていません。"
    if '"' in marks and "'" in marks:
        problem = "はじめとおわりの引用符が違います。"
    elif set(marks) & set("“”‘’"):
        problem = "全角（日本語用）の引用符が混じっています。"
    return problem, QUOTE_REMEDY


def _explain_indent(message: str) -> Lines:
    if "expected an indented block" in message:
        return (
            "「:」で終わる行の次の行が、字下げされていません。",
            "次の行の頭に半角の空白を4つ入れます。",
        )
    if "unexpected indent" in message:
        return "行の頭に、余分な空白があります。", "行の頭の空白を消します。"
    return "行の頭の空白の数が、上の行とそろっていません。", "行の頭の空白を、上の行とそろえます。"


def _explain_bracket(message: str, text: str) -> Lines | None:
    """Explain a bracket without its partner; None where it is not about brackets."""
    if match := re.search(r"'([(\[{])' was never closed", message):
        closing = CLOSING[match[1]]
        return f"かっこ「{match[1]}」が閉じていません。", f"対になる「{closing}」を書き足します。"
    if match := re.search(r"unmatched '(.)'", message):
        return (
            f"かっこ「{match[1]}」が1つ余っています。",
            "余っているかっこを消すか、対になるかっこを前に書き足します。",
        )
    if match := re.search(r"closing parenthesis '(.)' does not match opening .*'(.)'", message):
        closing = CLOSING.get(match[2], match[2])
        return (
            f"「{match[2]}」で開いたかっこを「{match[1]}」で閉じています。",
            f"「{match[1]}」を「{closing}」に直します。",
        )
    opened = find_open_bracket(text)
    if opened and re.search("incomplete input|unexpected EOF|invalid syntax", message):
        return (
            f"かっこ「{opened}」が閉じていません。",
            f"対になる「{CLOSING[opened]}」を書き足します。",
        )
    return None


def find_open_bracket(code: str) -> str:
    """Find the last bracket of a line, outside of its texts, that is not closed in it."""
    opened: list[str] = []
    quote = ""
    for letter in code:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in CLOSING:
            opened.append(letter)
        elif opened and letter == CLOSING[opened[-1]]:
            opened.pop()
    return opened[-1] if opened else ""


def _explain_form(message: str, text: str) -> Lines:
    """Explain what is left, by Python's own words."""
    for pattern, problem, remedy in FORMS:
        if re.search(pattern, message):
            return problem, remedy
    if re.search(r"=\s*(#.*)?$", text):
        return "「=」の右に何も書かれていません。", QUOTE_REMEDY
    if re.search(r"[\"'\w] +[\"'\w]", text):
        return FORMS[2][1:]
    shown = f"「{shorten(text.strip(), LINE_LETTERS)}」" if text.strip() else "この枠"
    return (
        f"{shown}を Python が読めません。",
        "引用符・かっこ・「,」を、ほかの枠と見比べて直します。",
    )


# what Python says, what is wrong, and what to do
FORMS = (
    (
        "invalid .*literal|invalid number",
        "数のすぐうしろに文字があります。",
        "数だけを書きます（2kg ではなく 2.0 のように）。",
    ),
    (
        "leading zeros",
        "数が 0 で始まっています。",
        '0 を消します。団体コードなら "28209" のように " で囲みます。',
    ),
    (
        "forgot a comma",
        "ことばや数の間に「,」か記号が足りません。",
        '間に半角の「,」を入れます。文字なら前とうしろを " で囲みます。',
    ),
    (
        "expected ':'",
        "行のおわりに「:」がありません。",
        "行のおわりに半角の「:」を書き足します。",
    ),
    (
        "cannot assign|Maybe you meant '=='",
        "「=」の左が、名前ではありません。",
        'town = "豊岡市" のように、左に名前、右に値を書きます。',
    ),
)
