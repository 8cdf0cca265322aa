"""What does this JSON file hold, and where is it broken?"""

import json
import warnings
from typing import Any

from dxkit.errors import Fault, TableError, TableWarning
from dxkit.loaders._decode_text import decode_text
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.schema import replace_surrogates


def parse_json(content: bytes, file: str) -> tuple[Any, str]:
    """Parse JSON; return it with its text.

    Raises
    ------
    TableError
        If it is cut off, damaged, nested too deeply, or holds a number too long to be one; names
        the row.
    """
    # JSON is UTF-8 by its standard, but not every file keeps to it
    text = decode_text(content, file)
    try:
        return _replace_lone_surrogates(json.loads(text), text, file), text
    except json.JSONDecodeError as error:
        # an error at the last letter means that the rest is missing
        is_cut = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
        problem = "JSONとして読めません（壊れています）"
        if is_cut:
            problem = "JSONのファイルが途中で切れています"
        raise TableError.one(problem, GET_AGAIN, file=file, row=error.lineno) from error
    except (ValueError, RecursionError) as error:
        problem = "JSONとして読めません（入れ子が深すぎるか、けた数の多すぎる数があります）"
        raise TableError.one(problem, GET_AGAIN, file=file) from error


def _replace_lone_surrogates(value: Any, text: str, file: str) -> Any:
    """Put a question mark in the place of half of a surrogate pair, and say so.

    JSON may write one as an escape, and no column of text can hold it.
    """
    if "\\ud" not in text and "\\uD" not in text:
        return value
    written = json.dumps(value, ensure_ascii=False)
    sound = replace_surrogates(written)
    # each half is one character of the text, as its mark is
    count = sum(before != after for before, after in zip(written, sound, strict=True))
    if not count:
        return value
    fault = Fault(
        f"文字として読めない符号（サロゲートの片割れ）が{count:,}個あります"
        "（その文字は ? として読みます）",
        "元の文字を確かめてください",
        file=file,
    )
    warnings.warn(str(fault), TableWarning, stacklevel=4)
    return json.loads(sound)
