"""What stands where in the form of the prefecture's hearing?

The side that writes the form and the side that reads it share these.
"""

from dxkit.loaders._load import load
from dxkit.schema import VALUE_LABELS

VERSION = "兵庫県DXヒアリング 2026-1"
# names of the sheets; the last one is hidden
ANSWERS = "回答"
STAGES = "段階の説明"
STORY = "架空の町"
MARK = "様式"
HEADS = ("番号", "項目", "見出し", "設問", "現状", "目標", "状態", "根拠")
# what is chosen in the form → what the table holds
STATUSES = {label: status for status, label in VALUE_LABELS["status"].items()}
FIELDS = {"municipality": "市町名", "rater": "聞き取り者", "date": "聞き取り日"}
LEVELS = tuple(str(level) for level in range(6))
# row numbers on the sheet of answers
FIRST_FIELD_ROW = 3
HEAD_ROW = 7
# column number of what is typed into a field, and its letter in messages
FIELD_COLUMN = 3
FIELD_LETTER = "C"
# cells of the hidden sheet that tell version, towns rated, and whether the answers are invented
VERSION_COLUMN = 1
CODES_COLUMN = 2
ITEMS_COLUMN = 3
TOWNS_COLUMN = 4
MADE_COLUMN = 5


def list_items() -> list[str]:
    """List the items that have a question, in the order of the form."""
    table = load("indicators_hearing")
    return list(table.loc[table["question"].notna(), "indicator"])
