"""Is a hostile archive refused before anything of it is unpacked?"""

import zipfile

import openpyxl
import pytest

from dxkit import loaders
from dxkit.errors import TableError


def _zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "member", ["../../a.geojson", "/etc/a.geojson", "..\\a.geojson", "C:/a.geojson"]
)
def test_a_member_that_leaves_the_folder_is_refused_by_name(tmp_path, member):
    with pytest.raises(TableError, match="外のフォルダー"):
        loaders.read_boundaries(_zip(tmp_path / "a.zip", {member: "{}"}))
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_a_zip_bomb_is_refused(tmp_path):
    with pytest.raises(TableError, match=r"不自然|展開"):
        loaders.read_boundaries(_zip(tmp_path / "a.zip", {"a.geojson": b"0" * 80_000_000}))


def test_a_workbook_that_is_cut_short_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["市町名", "数"])
    book.active.append(["神戸市", 1])
    book.save(tmp_path / "a.xlsx")
    whole = (tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableError, match=r"b\.xlsx"):
        loaders.read_table(tmp_path / "b.xlsx")


def test_a_formula_without_its_result_is_a_fault_not_a_blank(tmp_path):
    book = openpyxl.Workbook()
    for row in [["市町名", "数"], ["神戸市", "=1+1"], ["姫路市", 3]]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(TableError, match="数式") as caught:
        loaders.read_table(tmp_path / "a.xlsx")
    assert caught.value.faults[0].row == 2


def test_a_value_in_the_last_cell_of_a_sheet_does_not_hang(tmp_path):
    book = openpyxl.Workbook()
    for row in [["市町名", "数"], ["神戸市", 1], ["姫路市", 3]]:
        book.active.append(row)
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(TableError, match=r"a\.xlsx"):
        loaders.read_table(tmp_path / "a.xlsx")


def test_a_line_of_200_megabytes_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x" * 200_000_000)
    with pytest.raises(TableError, match="1行が長すぎ"):
        loaders.read_table(tmp_path / "a.csv")
