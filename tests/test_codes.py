"""Codes go in as people type them and come out as the standards write them."""

import jismesh.utils
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxkit import codes
from dxkit.errors import ChoiceError, CodeError

bodies = st.tuples(st.integers(1, 47), st.integers(100, 999)).map(
    lambda pair: f"{pair[0]:02d}{pair[1]}"
)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "typed",
    [
        "28201",
        28201,
        "282014",
        282014,
        282014.0,
        "２８２０１",
        " 28201 ",
        "282014.0",
        np.int64(282014),
    ],
)
def test_himeji_is_understood_however_it_is_typed(typed):
    assert codes.short_code(typed) == "28201"
    assert codes.full_code(typed) == "282014"


def test_a_lost_leading_zero_is_put_back():
    assert codes.full_code(1100) == "011002"


@given(bodies)
def test_every_code_survives_the_way_there_and_back(body):
    full = codes.full_code(body)
    for spelling in (full, int(full) if body[0] != "0" else full, full.translate(FULL_WIDTH)):
        assert codes.short_code(spelling) == body


@given(bodies, st.integers(0, 9))
def test_a_wrong_check_digit_is_rejected_and_the_right_one_named(body, digit):
    right = codes.check_digit(body)
    if str(digit) != right:
        with pytest.raises(CodeError, match=f"正しくは「{right}」"):
            codes.short_code(f"{body}{digit}")


@pytest.mark.parametrize(
    "typed", ["", "abc", None, float("nan"), "282", "2820145", "99999", "28001"]
)
def test_what_is_no_code_is_refused_by_name(typed):
    with pytest.raises(CodeError, match=r"コード|はずです"):
        codes.short_code(typed)


@pytest.mark.parametrize(("level", "other"), [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5)])
def test_mesh_codes_are_those_of_another_implementation(level, other):
    random = np.random.default_rng(20261123)
    lat, lon = random.uniform(24, 46, 5000), random.uniform(123, 149, 5000)
    ours = codes.mesh_code(lat, lon, level=level)
    assert (ours == jismesh.utils.to_meshcode(lat, lon, other).astype(str)).all()


@given(st.floats(20.5, 46), st.floats(122.5, 154), st.sampled_from("12345"))
def test_a_point_lies_in_the_box_of_its_code_and_the_corner_names_the_cell(lat, lon, level):
    code = codes.mesh_code(lat, lon, level=level)
    box = codes.mesh_box(code)
    assert box.south - 1e-8 <= lat <= box.north + 1e-8
    assert box.west - 1e-8 <= lon <= box.east + 1e-8
    assert codes.mesh_code(box.south, box.west, level=level) == code


@pytest.mark.parametrize("code", ["12", "523501945", "52359", "52358012", "5235019a", "523501940"])
def test_a_mesh_code_that_the_standard_does_not_know_is_refused(code):
    with pytest.raises(CodeError, match="メッシュコード"):
        codes.mesh_box(code)


def test_swapped_coordinates_and_unknown_levels_are_refused():
    with pytest.raises(CodeError, match="逆でないか"):
        codes.mesh_code(135.0, 34.0)
    with pytest.raises(ChoiceError, match="「9」"):
        codes.mesh_code(34.0, 135.0, level="9")
