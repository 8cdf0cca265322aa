"""A file that somebody carried in is found by its name, however it is written, checked, and never deleted."""

import hashlib
import http.server
import io
import json
import threading
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import FetchError, TableWarning

DOWNLOADS = dxkit.load("downloads").fillna("")
SYSTEMS = dxkit.load("systems")
FILE_BY_NAME = dict(zip(DOWNLOADS["name"], DOWNLOADS["file"], strict=True))
RESIDENTS_FILE = FILE_BY_NAME["residents"]
PAGE = "<!doctype html><html><body>閲覧できません</body></html>".encode()


def _make_zip(member, text, encoding="utf-8"):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, text.encode(encoding))
    return buffer.getvalue()


def _make_workbook(title, rows):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _make_features(properties, shape):
    feature = {"type": "Feature", "properties": properties, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def _make_boundaries():
    ring = [[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]
    names = {"N03_001": "兵庫県", "N03_003": None, "N03_004": "姫路市", "N03_007": "28201"}
    shape = {"type": "Polygon", "coordinates": [ring]}
    return _make_zip("N03-20240101_28.geojson", _make_features(names, shape))


def _make_stations():
    names = ["北緯", "東経", "兵庫県", "淡路市", "28226", "あわじ"]
    properties = {f"P35_{number:03}": name for number, name in enumerate(names, start=1)}
    properties |= {"P35_001": 34.6, "P35_002": 135.0}
    shape = {"type": "Point", "coordinates": [135.0, 34.6]}
    return _make_zip("P35-18.geojson", _make_features(properties, shape))


def _make_mesh():
    # the cell of Himeji Castle
    rows = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,a,b\n,,,,人口（総数）,６５歳以上人口\n523436551,0,,,100,30\n"
    return _make_zip("tblT001101H5234.txt", rows, "cp932")


def _make_residents(people=510_000):
    heads = ["団体コード", "都道府県名", "市区町村名", "男", "女", "計", "世帯数"]
    row = ["282014", "兵庫県", "姫路市", 250_000, 260_000, people, 240_000]
    return _make_workbook("総計", [["令和7年1月1日現在"], heads, row])


def _make_progress():
    heads = ["団体コード", "都道府県名", "市区町村名", *SYSTEMS["progress_name"]]
    row = ["282014", "兵庫県", "姫路市", *[0.5] * 20]
    return _make_workbook("令和8年1月_進捗状況", [["標準化の進捗状況"], heads, row])


def _make_extensions():
    heads = ["都道府県名", "市区町村名", *SYSTEMS["extension_name"], "共通機能"]
    row = ["兵庫県", "姫路市", "●", *[None] * 20]
    return _make_workbook("結果一覧", [["該当見込み"], ["令和7年12月末時点"], heads, row])


SHELTERS = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,洪水,地震,緯度,経度,備考\n1,E1,兵庫県姫路市,城東小,城東町,1,,34.8,134.7,\n"
DASHBOARD = "区分,指標,神戸市,姫路市\n体制,CIOの任命,実施,未実施\n"
CONTENTS = {
    "read_boundaries": _make_boundaries(),
    "read_roadside_stations": _make_stations(),
    "read_mesh_population": _make_mesh(),
    "read_shelters": SHELTERS.encode(),
    "read_dashboard": DASHBOARD.encode(),
    "read_standardization": _make_progress(),
    "read_extensions": _make_extensions(),
    "read_residents": _make_residents(),
}
READER_BY_NAME = dict(zip(DOWNLOADS["name"], DOWNLOADS["reader"], strict=True))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "持ち込み 資料"
    folder.mkdir()
    monkeypatch.setenv("DXKIT_CACHE", str(folder))
    return folder


@pytest.fixture
def publisher(monkeypatch):
    """Serve the files of every address in the table on loopback."""
    contents = {
        f"/{row.name_}": CONTENTS[row.reader]
        for row in DOWNLOADS.rename(columns={"name": "name_"}).itertuples()
        if row.url
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(contents[self.path])))
            self.end_headers()
            self.wfile.write(contents[self.path])

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    urls = [f"{address}/{row}" if url else "" for row, url in DOWNLOADS[["name", "url"]].to_numpy()]
    table = DOWNLOADS.assign(url=urls)
    monkeypatch.setattr("dxkit.loaders._fetch.load", lambda name: table)
    monkeypatch.setenv("NO_PROXY", "*")
    yield
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.mark.parametrize("name", DOWNLOADS["name"])
def test_every_official_file_can_be_carried_in_and_read_by_its_reader(cache, name):
    content = CONTENTS[READER_BY_NAME[name]]
    (cache / FILE_BY_NAME[name]).write_bytes(content)
    path = loaders.fetch(name)
    assert path == cache / FILE_BY_NAME[name]
    rows = {"dashboard": 2, "standardization": 20}.get(name, 1)
    assert len(getattr(loaders, READER_BY_NAME[name])(path)) == rows
    note = path.with_name(f"{path.name}.sha256").read_text(encoding="utf-8")
    assert note == f"{hashlib.sha256(content).hexdigest()}  {path.name}\n"


@pytest.mark.parametrize("name", DOWNLOADS.loc[DOWNLOADS["url"] != "", "name"])
def test_every_official_file_with_an_address_is_downloaded_checked_and_kept(cache, publisher, name):
    path = loaders.fetch(name, show_progress=False)
    assert path.read_bytes() == CONTENTS[READER_BY_NAME[name]]
    assert sorted(cache.iterdir()) == [path, path.with_name(f"{path.name}.sha256")]


@pytest.mark.parametrize("name", DOWNLOADS.loc[DOWNLOADS["url"] == "", "name"])
def test_every_official_file_without_an_address_says_what_to_carry_in_and_where(cache, name):
    with pytest.raises(FetchError, match="手で保存") as caught:
        loaders.fetch(name)
    row = DOWNLOADS.set_index("name").loc[name]
    for part in (row["label"], row["page"], row["how"], row["reader"], str(cache / row["file"])):
        assert part in str(caught.value)
    assert list(cache.iterdir()) == []


NAME_VARIANTS = {
    "composed": unicodedata.normalize("NFC", FILE_BY_NAME["dashboard"]),
    "decomposed, as a Mac writes it": unicodedata.normalize("NFD", FILE_BY_NAME["dashboard"]),
    "blanks": f" {FILE_BY_NAME['dashboard']}".replace("_", " _ "),
    "an ideographic blank": FILE_BY_NAME["dashboard"].replace("_", "_\u3000"),
    "full-width letters": FILE_BY_NAME["dashboard"].replace("DX", "ＤＸ"),
    "capitals": FILE_BY_NAME["dashboard"].replace(".csv", ".CSV"),
}


@pytest.mark.parametrize("written", NAME_VARIANTS.values(), ids=NAME_VARIANTS)
def test_a_name_is_found_however_its_characters_are_written(cache, written):
    (cache / written).write_bytes(DASHBOARD.encode())
    path = loaders.fetch("dashboard")
    assert path.read_bytes() == DASHBOARD.encode()
    assert unicodedata.normalize("NFC", path.name) == unicodedata.normalize("NFC", written)
    assert loaders.read_dashboard(path).loc["28100", "chief_officer"] == 1


def test_a_name_as_the_table_has_it_goes_before_its_variants(cache):
    (cache / RESIDENTS_FILE).write_bytes(_make_residents())
    (cache / f" {RESIDENTS_FILE}").write_bytes(_make_residents(people=1))
    assert loaders.fetch("residents") == cache / RESIDENTS_FILE


def test_two_variants_of_a_name_are_both_named_and_neither_is_taken(cache):
    stem = RESIDENTS_FILE.removesuffix(".xlsx")
    for name in (f"{stem} .xlsx", f" {stem}.xlsx"):
        (cache / name).write_bytes(_make_residents())
    with pytest.raises(FetchError, match=r"(?s)2つあります.*1つだけ"):
        loaders.fetch("residents")


@pytest.mark.parametrize(
    "name", ["住民基本台帳人口 (1).xlsx", "000990011.xlsx", "住民基本台帳人口 - コピー.XLSX"]
)
def test_another_name_is_pointed_out_and_never_guessed(cache, name):
    (cache / name).write_bytes(_make_residents())
    with pytest.raises(FetchError, match=r"名前を「住民基本台帳人口\.xlsx」に直して") as caught:
        loaders.fetch("residents")
    assert f"「{name}」" in str(caught.value)
    assert [path.name for path in cache.iterdir()] == [name]


def test_another_official_file_is_not_taken_for_one_under_a_wrong_name(cache):
    (cache / FILE_BY_NAME["standardization"]).write_bytes(_make_progress())
    with pytest.raises(FetchError, match="手で保存") as caught:
        loaders.fetch("residents")
    assert FILE_BY_NAME["standardization"] not in str(caught.value)


def test_a_zip_that_was_unpacked_is_pointed_out(cache):
    (cache / FILE_BY_NAME["n03_2024"]).mkdir()
    with pytest.raises(FetchError, match=r"(?s)フォルダーです.*開かずに"):
        loaders.fetch("n03_2024")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空です（0バイト）"),
        (PAGE, "ウェブページ（HTML）"),
        (_make_residents()[:-60], "壊れているか、途中で切れています"),
        (_make_progress(), "read_residents で開けません"),
    ],
)
def test_a_carried_in_file_that_is_another_is_refused_but_never_deleted(cache, content, says):
    path = cache / RESIDENTS_FILE
    path.write_bytes(content)
    with pytest.raises(FetchError, match=rf"(?s){says}.*消していません"):
        loaders.fetch("residents")
    assert path.read_bytes() == content
    assert list(cache.iterdir()) == [path]


def test_a_file_that_takes_the_place_of_a_checked_one_is_checked_again(cache):
    path = cache / RESIDENTS_FILE
    path.write_bytes(_make_residents())
    loaders.fetch("residents")
    path.write_bytes(PAGE)
    with pytest.raises(FetchError, match="ウェブページ"):
        loaders.fetch("residents")
    path.write_bytes(_make_residents(people=510_001))
    assert loaders.fetch("residents") == path
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in path.with_name(f"{path.name}.sha256").read_text(encoding="utf-8")


def test_a_checked_file_is_not_read_again_by_its_reader(cache, monkeypatch):
    (cache / RESIDENTS_FILE).write_bytes(_make_residents())
    loaders.fetch("residents")

    def refuse(_path):
        raise AssertionError("read twice")

    monkeypatch.setattr("dxkit.loaders.read_residents", refuse)
    assert loaders.fetch("residents").name == RESIDENTS_FILE


def test_a_folder_that_can_only_be_read_still_serves_its_file_and_the_hash_is_said(
    cache, monkeypatch
):
    content = _make_residents()
    (cache / RESIDENTS_FILE).write_bytes(content)

    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.warns(TableWarning, match=hashlib.sha256(content).hexdigest()):
        assert loaders.fetch("residents").read_bytes() == content


def test_the_home_folder_may_stand_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DXKIT_CACHE", "~/控え")
    (tmp_path / "控え").mkdir()
    (tmp_path / "控え" / RESIDENTS_FILE).write_bytes(_make_residents())
    assert loaders.fetch("residents") == tmp_path / "控え" / RESIDENTS_FILE
