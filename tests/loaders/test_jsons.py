"""JSON from anywhere: what Python's parser lets through and a table cannot hold."""

import pytest

from dxkit.errors import TableError
from dxkit.loaders._json import parse_json


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'["\ud842\udfb7野家"]', "𠮷野家"),
        (r'["\ud800半"]', "?半"),
        (r'["半\uDC00"]', "半?"),
        (r'["\\ud800"]', r"\ud800"),
        ('["𠮷野家"]', "𠮷野家"),
    ],
)
def test_half_of_a_surrogate_pair_is_a_question_mark_and_whole_ones_stay(written, read):
    assert parse_json(written.encode(), "a.json")[0] == [read]


def test_a_cut_file_names_its_row():
    with pytest.raises(TableError, match=r"(?s)a\.json.*2行目.*途中で切れ"):
        parse_json(b'[1,\n"abc', "a.json")
