"""Odd points of an official list stay as they are, and are said."""

import warnings

import pytest

from dxkit.errors import TableError, TableWarning
from dxkit.loaders import read_mesh_population, read_shelters

HEADS = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,洪水,地震,緯度,経度,備考"
SOUND = "1,E1,兵庫県姫路市,城東小,城東町,1,,34.84,134.70,"


def _write(folder, *rows):
    path = folder / "28.csv"
    path.write_text("\n".join([HEADS, SOUND, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_sound_list_says_nothing(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_shelters(_write(tmp_path))) == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            "2,E2,兵庫県姫路市,札幌の小学校,北1条,1,,43.06,141.35,",
            "20 km以上離れた.*1行.*札幌の小学校",
        ),
        (
            "2,E1,兵庫県姫路市,番号が同じ,城東町,1,,34.83,134.69,",
            "同じ番号.*2行.*城東小、番号が同じ",
        ),
        ("2,E2,兵庫県姫路市,座標なし,城東町,1,,,,", "緯度・経度のない行が1行.*座標なし"),
    ],
)
def test_an_odd_point_is_said_and_stays(tmp_path, row, words):
    with pytest.warns(TableWarning, match=words):
        assert len(read_shelters(_write(tmp_path, row))) == 2


def test_a_site_on_a_pier_near_its_town_is_not_called_far(tmp_path):
    # some 10 km off the coast of Himeji
    row = "2,E2,兵庫県姫路市,島の集会所,家島,1,,34.66,134.53,"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_shelters(_write(tmp_path, row))) == 2


def test_more_elderly_than_people_is_refused_but_not_where_cells_were_merged(tmp_path):
    heads = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T1,T2\n,,,,人口（総数）,65歳以上人口\n"
    path = tmp_path / "tblT001101H5234.txt"
    path.write_text(heads + "523425054,0,,,12,30\n", encoding="cp932")
    with pytest.raises(TableError, match=r"3行目.*65歳以上人口が人口（12）より多く"):
        read_mesh_population(path)
    # the second cell's ages stand in the first
    merged = "523425054,2,,523425053,12,30\n523425053,1,523425054,,40,*\n"
    path.write_text(heads + merged, encoding="cp932")
    assert read_mesh_population(path)["people"].sum() == 52
