"""JSON from anywhere: what Python's parser lets through and a table cannot hold."""

import pytest

from dxkit import loaders
from dxkit.errors import TableError


def _read_system(tmp_path, written):
    """Read a list with one system of that name, and return the name that the fault shows."""
    path = tmp_path / "a.json"
    content = f'{{"municipalities": [{{"code": "28201", "business_rates": {{{written}: 0.5}}}}]}}'
    path.write_bytes(content.encode())
    with pytest.raises(TableError, match="20業務にない") as caught:
        loaders.read_standardization(path)
    (fault,) = caught.value.faults
    return fault.value


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"\ud842\udfb7野家"', "𠮷野家"),
        (r'"\ud800半"', "?半"),
        (r'"半\uDC00"', "半?"),
        (r'"\\ud800"', r"\ud800"),
        ('"𠮷野家"', "𠮷野家"),
    ],
)
def test_half_of_a_surrogate_pair_is_a_question_mark_and_whole_ones_stay(tmp_path, written, read):
    assert _read_system(tmp_path, written) == read


def test_a_cut_file_names_its_row(tmp_path):
    (tmp_path / "a.json").write_bytes(b'{"municipalities": [1,\n"abc')
    with pytest.raises(TableError, match=r"(?s)a\.json.*2行目.*途中で切れ"):
        loaders.read_standardization(tmp_path / "a.json")
