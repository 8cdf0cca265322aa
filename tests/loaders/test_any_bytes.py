"""Whatever bytes come in, a reader gives a table or one of the project's own errors."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dxkit import loaders
from dxkit.errors import TableError

pytestmark = pytest.mark.filterwarnings("ignore::dxkit.errors.TableWarning")
READERS = [
    "read_table", "read_boundaries", "read_dashboard", "read_standardization", "read_extensions", "read_shelters", "read_towns",
    "read_roadside_stations", "read_mesh_population", "read_estat", "read_residents", "read_did", "read_facilities",
    "read_elevation", "read_wind_normals", "read_weather_areas",
]  # fmt: skip
SOUND = {
    "a.csv": "団体コード,市町名,数\n28201,姫路市,1\n28202,尼崎市,2\n28203,明石市,3\n".encode(),
    "b.csv": "区分,指標,神戸市,姫路市\n体制,CIO,実施,未実施\n".encode("cp932"),
    "c.txt": "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,a,b\n,,,,　人口（総数）,　６５歳以上人口\n533411001,0,,,10,2\n".encode(
        "cp932"
    ),
    "d.geojson": (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"N03_001": "兵庫県", "N03_003": null, '
        '"N03_004": "姫路市", "N03_007": "28201"}, "geometry": {"type": "Polygon", "coordinates": '
        "[[[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]]}}]}"
    ).encode(),
    "g.csv": b"mesh_code,elevation_m\n52340467,73.7\n52340468,\n",
    "h.csv": "citycode,cityname,cityname_kn,matomeareaname,firstareaname,prefname\n2820900,豊岡市,とよおかし,但馬北部,北部,兵庫県\n".encode(),
    "i.geojson": (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"共通ID": "E1", "施設・場所名": "城東小", '
        '"住所": "兵庫県姫路市城東町", "地震": "1"}, "geometry": {"type": "Point", "coordinates": [134.7, 34.83]}}]}'
    ).encode(),
    "j.geojson": (
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"G04a_001": "52340467", "G04a_002": "73.7"}, '
        b'"geometry": {"type": "Point", "coordinates": [134.84, 35.05]}}]}'
    ),
    "e.json": '{"municipalities": [{"code": "28201", "business_rates": {"住民基本台帳": 0.5}, "applicable_businesses": []}]}'.encode(),
}
relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _book():
    book = openpyxl.Workbook()
    for row in [["市町名", "数"], ["神戸市", 1], ["姫路市", 2]]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


SOUND["f.xlsx"] = _book()


def _reads_or_says_why(reader: str, path: Path, content: bytes):
    path.write_bytes(content)
    table = refused = None
    try:
        table = getattr(loaders, reader)(path)
    except TableError as error:
        refused = error
    assert isinstance(table, pd.DataFrame) or (refused.faults and path.name in str(refused))
    return table


@relaxed
@given(
    content=st.binary(max_size=300),
    reader=st.sampled_from(READERS),
    name=st.sampled_from([*SOUND, "g.zip", "h.shp"]),
)
def test_random_bytes(tmp_path, content, reader, name):
    _reads_or_says_why(reader, tmp_path / name, content)


@relaxed
@given(name=st.sampled_from(sorted(SOUND)), share=st.floats(0, 1), reader=st.sampled_from(READERS))
def test_a_sound_file_cut_anywhere(tmp_path, name, share, reader):
    content = SOUND[name]
    _reads_or_says_why(reader, tmp_path / name, content[: int(share * len(content))])


@relaxed
@given(
    name=st.sampled_from(sorted(SOUND)),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
    reader=st.sampled_from(READERS),
)
def test_a_sound_file_with_bytes_changed(tmp_path, name, changes, reader):
    content = bytearray(SOUND[name])
    for share, byte in changes:
        content[int(share * len(content))] = byte
    _reads_or_says_why(reader, tmp_path / name, bytes(content))


words = st.one_of(
    st.sampled_from(
        [
            "団体コード",
            "市町名",
            "神戸市",
            "28201",
            "282014",
            "人口",
            "△5",
            "74%",
            "***",
            "合計",
            "注 これは注",
            "",
            "太子町",
            "2026/4/1",
        ]
    ),
    st.text(max_size=6),
    st.integers(-(10**6), 10**6).map(str),
)
grids = st.lists(st.lists(words, min_size=1, max_size=6), min_size=1, max_size=8)


@relaxed
@given(grid=grids)
def test_any_grid_of_cells_as_csv(tmp_path, grid):
    stream = io.StringIO()
    csv.writer(stream).writerows(grid)
    _reads_or_says_why(
        "read_table", tmp_path / "a.csv", stream.getvalue().encode("utf-8", errors="replace")
    )


@relaxed
@given(grid=st.lists(st.lists(st.one_of(st.integers(0, 10**6), st.floats(), st.booleans(), st.none(), st.datetimes(),
                                        words.filter(lambda word: not openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(word))),
                              min_size=1, max_size=5), min_size=1, max_size=6))  # fmt: skip
def test_any_grid_of_typed_cells_as_a_workbook(tmp_path, grid):
    book = openpyxl.Workbook()
    for row in grid:
        book.active.append(
            [
                None if isinstance(cell, float) and cell in (float("inf"), -float("inf")) else cell
                for cell in row
            ]
        )
    book.save(tmp_path / "a.xlsx")
    _reads_or_says_why("read_table", tmp_path / "a.xlsx", (tmp_path / "a.xlsx").read_bytes())


@relaxed
@given(
    member=st.sampled_from(
        [
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
            "xl/styles.xml",
            "[Content_Types].xml",
            "xl/_rels/workbook.xml.rels",
        ]
    ),
    changes=st.lists(
        st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4
    ),
)
def test_a_workbook_whose_xml_is_changed(tmp_path, member, changes):
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(SOUND["f.xlsx"])) as before,
        zipfile.ZipFile(stream, "w") as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            for share, put in changes if name == member else ():
                at = int(share * len(content))
                content = content[:at] + put + content[at + len(put) :]
            after.writestr(name, content)
    _reads_or_says_why("read_table", tmp_path / "a.xlsx", stream.getvalue())


codes = st.lists(
    st.sampled_from(["28100", "28201", "28464", "28481", "28586"]),
    min_size=2,
    max_size=5,
    unique=True,
)


@relaxed
@given(
    codes=codes,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]),
    mark=st.sampled_from([",", "\t", ";"]),
)
def test_a_sound_table_means_the_same_in_every_form(tmp_path, codes, encoding, mark):
    text = f"団体コード{mark}数\n" + "".join(f"{code}{mark}{at}\n" for at, code in enumerate(codes))
    table = _reads_or_says_why("read_table", tmp_path / "a.csv", text.encode(encoding))
    assert table["code"].tolist() == codes
    assert table["数"].tolist() == list(range(len(codes)))
