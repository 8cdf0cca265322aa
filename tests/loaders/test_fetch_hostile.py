"""Whatever a publisher, a filter or a proxy answers: what is no official file is refused in Japanese and leaves no trace.

Every play of the server on loopback is bounded; `pytest -s` prints what was tried and what stayed on disk.
"""

import gzip
import hashlib
import http.server
import io
import itertools
import json
import os
import socket
import ssl
import sys
import threading
import zipfile

import pandas as pd
import pytest

from dxkit import loaders
from dxkit.errors import FetchError

TABLE = (
    "令和7年1月1日現在,,,,,,\n団体コード,都道府県名,市区町村名,男,女,計,世帯数\n"
    "282014,兵庫県,姫路市,250000,260000,510000,240000\n284645,兵庫県,太子町,16000,17000,33000,13000\n"
).encode()
FILTER_PAGE = "<!DOCTYPE html>\n<html><body>このサイトは閲覧できません</body></html>\n".encode()
MB = 2**20
KEPT = "(kept: it is the file)"

# for loopback alone and worth nothing: from 2020 to 2120, so that no clock breaks the tests
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRjlJiNhwnYp3WhzT
L9yysxMTcVM7k2PLeN7wyZQS1gahRANCAASckvNPmLU1pRB0GPWl6MYuuHmFZ4fk
LW9OG3fcFsu4hDHFOAW50mRky6+ptkdxRdBH0OWZuU63aC0vUWdR7m3Z
-----END PRIVATE KEY-----
"""
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBbjCCARSgAwIBAgIBAjAKBggqhkjOPQQDAjAVMRMwEQYDVQQDDApkeGtpdCB0
ZXN0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAVMRMwEQYDVQQD
DApkeGtpdCB0ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEnJLzT5i1NaUQ
dBj1pejGLrh5hWeH5C1vTht33BbLuIQxxTgFudJkZMuvqbZHcUXQR9DlmblOt2gt
L1FnUe5t2aNTMFEwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQU5iKTIv4L/1hJ
8qHl7YtfXuYNIQowDgYDVR0PAQH/BAQDAgKEMA8GA1UdEQQIMAaHBH8AAAEwCgYI
KoZIzj0EAwIDSAAwRQIhAKUOB8K1g7KyDvUthzZ2+V/T0p9O6xf1JOBBZwxu5p40
AiBGRsvC+aVRDfSIdtZDhCh56WfbBIug4fv/GhqI5JY4Yw==
-----END CERTIFICATE-----
"""


def _make_boundaries():
    """Make the zip of one municipality in the form of 国土数値情報 N03."""
    ring = [[134.6, 34.8], [134.7, 34.8], [134.7, 34.9], [134.6, 34.8]]
    names = {"N03_001": "兵庫県", "N03_003": None, "N03_004": "姫路市", "N03_007": "28201"}
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": names, "geometry": shape}
    return _make_zip(
        "行政区域.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]})
    )


def _make_zip(member, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
    return buffer.getvalue()


def _make_workbook(member="[Content_Types].xml"):
    return _make_zip(member, "<Types/>")


BOUNDARIES = _make_boundaries()

# path → status, headers beside the length, body, length to declare (None: none; "": that of the body)
ANSWERS = {
    "sound.csv": (200, {}, TABLE, ""),
    "sound.zip": (200, {}, BOUNDARIES, ""),
    "filter": (200, {"Content-Type": "text/html"}, FILTER_PAGE, ""),
    "filter_bom": (200, {}, b"\xef\xbb\xbf  " + FILTER_PAGE, ""),
    "filter_utf16": (200, {}, FILTER_PAGE.decode().encode("utf-16"), ""),
    "filter_comment": (200, {}, b"<!-- proxy -->\n" + FILTER_PAGE, ""),
    "filter_text": (200, {}, "この通信は遮断されました\n".encode(), ""),
    "empty": (200, {}, b"", ""),
    "blank": (200, {}, b"\r\n\r\n", ""),
    "no_content": (204, {}, b"", None),
    "cut_table": (200, {}, TABLE[:-9], str(len(TABLE))),
    "cut_zip": (200, {}, BOUNDARIES[:-40], str(len(BOUNDARIES))),
    "cut_without_length": (200, {}, TABLE[:-9], None),
    "cut_zip_without_length": (200, {}, BOUNDARIES[:-40], None),
    "cut_chunked": (200, {"Transfer-Encoding": "chunked"}, b"ff\r\n" + TABLE[:40], None),
    "cut_gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(TABLE)[:-4], ""),
    "short_length": (200, {}, TABLE, str(len(TABLE) - 10)),
    "short_length_zip": (200, {}, BOUNDARIES, str(len(BOUNDARIES) - 10)),
    "long_length": (200, {}, TABLE, str(len(TABLE) + 10)),
    "odd_length": (200, {}, TABLE, "10, 20"),
    "endless_length": (200, {}, TABLE, str(10**15)),
    "pdf": (200, {}, b"%PDF-1.7\n" + bytes(50), ""),
    "workbook": (200, {}, _make_workbook(), ""),
    "json": (200, {}, b'{"error": "login required"}', ""),
    "other_zip": (200, {}, _make_zip("読んでください.txt", "姫路市"), ""),
    "other_table": (200, {}, "品目,数\nりんご,3\n".encode(), ""),
    "no_gzip": (200, {"Content-Encoding": "gzip"}, TABLE, ""),
    "brotli": (200, {"Content-Encoding": "br"}, TABLE, ""),
    "gzip_bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(64 * MB)), ""),
    "zip_bomb": (200, {}, _make_zip("a.geojson", bytes(64 * MB)), ""),
    "status_401": (401, {}, FILTER_PAGE, ""),
    "status_403": (403, {}, FILTER_PAGE, ""),
    "status_404": (404, {}, FILTER_PAGE, ""),
    "status_407": (407, {"Proxy-Authenticate": "Basic"}, FILTER_PAGE, ""),
    "status_410": (410, {}, b"", ""),
    "status_429": (429, {"Retry-After": "9999"}, b"", ""),
    "status_500": (500, {}, FILTER_PAGE, ""),
    "status_503": (503, {}, b"", ""),
    "status_511": (511, {}, FILTER_PAGE, ""),
    "status_300": (300, {}, FILTER_PAGE, ""),
    "to_page": (302, {"Location": "/filter"}, b"", ""),
    "to_workbook": (302, {"Location": "/workbook"}, b"", ""),
    "to_sound": (302, {"Location": "/sound.csv"}, b"", ""),
    "to_file": (302, {"Location": "file:///etc/hostname"}, b"", ""),
    "to_itself": (302, {"Location": "/to_itself"}, b"", ""),
    "to_back": (301, {"Location": "/to_itself"}, b"", ""),
}

# play, suffix of the official file, what the message says
PLAYS = [
    ("filter", ".csv", r"ウェブページ（HTML）.*庁内のフィルター"),
    ("filter", ".zip", r"ウェブページ（HTML）.*庁内のフィルター"),
    ("filter_bom", ".csv", r"ウェブページ（HTML）"),
    ("filter_utf16", ".csv", r"ウェブページ（HTML）"),
    ("filter_comment", ".csv", r"ウェブページ（HTML）"),
    ("filter_text", ".csv", r"read_residents で開けません"),
    ("filter_text", ".zip", r"文字のファイルで、圧縮ファイル（zip）ではありません"),
    ("empty", ".csv", r"空です"),
    ("empty", ".zip", r"空です"),
    ("blank", ".csv", r"空です"),
    ("no_content", ".csv", r"返しません（204）"),
    ("cut_table", ".csv", r"途中で切れ"),
    ("cut_zip", ".zip", r"途中で切れ"),
    ("cut_without_length", ".csv", r"長さを知らせない"),
    ("cut_zip_without_length", ".zip", r"圧縮ファイルが壊れているか、途中で切れています"),
    ("cut_chunked", ".csv", r"途中で切れ"),
    ("cut_gzip", ".csv", r"通信が途中で切れ"),
    ("short_length", ".csv", r"通信が途中で切れ"),
    ("short_length_zip", ".zip", r"圧縮ファイルが壊れているか、途中で切れています"),
    ("long_length", ".csv", r"途中で切れ"),
    ("odd_length", ".csv", r"通信の決まりに合いません"),
    ("endless_length", ".csv", r"大きすぎます.*上限 512 MB"),
    ("pdf", ".zip", r"PDFで、圧縮ファイル（zip）ではありません"),
    ("workbook", ".csv", r"Excelのファイル（xlsx）で、文字のファイルではありません"),
    ("workbook", ".zip", r"Excelのファイル（xlsx）で、圧縮ファイル（zip）ではありません"),
    ("json", ".csv", r"JSONのファイルで、文字のファイルではありません"),
    ("other_zip", ".zip", r"read_boundaries で開けません"),
    ("other_table", ".csv", r"read_residents で開けません"),
    ("no_gzip", ".csv", r"圧縮されて届いた中身が壊れています"),
    ("brotli", ".csv", r"読めない圧縮（br）"),
    ("gzip_bomb", ".csv", r"展開すると.*危険"),
    ("zip_bomb", ".zip", r"展開すると.*危険"),
    ("status_401", ".csv", r"利用者の確認.*401"),
    ("status_403", ".csv", r"断られました（403）.*フィルター"),
    ("status_404", ".csv", r"ファイルがありません（404）.*公表ページ"),
    ("status_407", ".csv", r"プロキシ.*407.*HTTPS_PROXY"),
    ("status_410", ".csv", r"取り下げました（410）"),
    ("status_429", ".csv", r"回数が多すぎる.*429"),
    ("status_500", ".zip", r"公表元の側で不具合.*500"),
    ("status_503", ".csv", r"公表元の側で不具合.*503"),
    ("status_511", ".csv", r"利用の手続き.*511"),
    ("status_300", ".csv", r"返しません（300）"),
    ("to_page", ".zip", r"ウェブページ（HTML）.*転送先: \S+/filter"),
    ("to_workbook", ".zip", r"Excelのファイル（xlsx）で、.*転送先: \S+/workbook"),
    ("to_file", ".csv", r"http\(s\) のものではありません"),
    ("to_itself", ".csv", r"転送が終わりません"),
    ("to_back", ".csv", r"転送が終わりません"),
]


class _Publisher(http.server.BaseHTTPRequestHandler):
    """Play what the path says; ``drip`` and ``silence`` end by their counts or when the test is over."""

    over = threading.Event()

    def do_GET(self):
        play = self.path.rpartition("/")[2]
        if play in ("drip", "silence"):
            self._send_head(200, {"Content-Length": str(MB)})
            for _ in range(200 if play == "drip" else 1):
                self.wfile.write(b"2")
                # a client that has gone ends the play at the next letter
                self.over.wait(0.01)
            if play == "silence":
                self.over.wait(10)
        elif play in ANSWERS:
            status, headers, body, length = ANSWERS[play]
            if length is not None:
                headers = headers | {"Content-Length": length or str(len(body))}
            self._send_head(status, headers)
            self.wfile.write(body)
        else:
            # a proxy is asked for whole addresses
            self._send_head(407, {"Proxy-Authenticate": "Basic", "Content-Length": "0"})

    def do_CONNECT(self):
        status = 403 if "forbidden" in self.path else 407
        self._send_head(status, {"Proxy-Authenticate": "Basic"})

    def _send_head(self, status, headers):
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing of clients that hang up: that is what they should do."""


def _serve(context=None):
    server = _Server(("127.0.0.1", 0), _Publisher)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    return server, thread


def _end(server, thread):
    _Publisher.over.set()
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def publisher():
    _Publisher.over.clear()
    server, thread = _serve()
    yield f"http://127.0.0.1:{server.server_port}"
    _end(server, thread)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "key.pem").write_text(KEY, encoding="ascii")
    (folder / "certificate.pem").write_text(CERTIFICATE, encoding="ascii")
    return folder / "certificate.pem"


@pytest.fixture(scope="module")
def secure_publisher(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    _Publisher.over.clear()
    server, thread = _serve(context)
    yield f"https://127.0.0.1:{server.server_port}"
    _end(server, thread)


@pytest.fixture(scope="module")
def attempts():
    """Collect what was tried, and print it at the end."""
    rows = []
    yield rows
    traces = [(row[0], row[2]) for row in rows if row[2] != "nothing" and row[3] != KEPT]
    lines = [
        "",
        "| what was played | official file | on disk after | what the message says |",
        "|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    lines.append(
        f"{len(rows)} attempts; {sum(row[3] == KEPT for row in rows)} kept the file they asked for"
    )
    lines.append(f"refused or stopped, and yet something on disk: {traces}")
    sys.stdout.write("\n".join(lines) + "\n")


@pytest.fixture
def fetch_from(tmp_path, monkeypatch, attempts):
    """Fetch an address as an official file; what stays in the folder is noted for the table."""
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "SSL_CERT_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("DXKIT_CACHE", str(tmp_path / "控え"))

    def fetch_address(url, suffix=".csv", play="", **options):
        reader = "read_boundaries" if suffix == ".zip" else "read_residents"
        row = (
            "表",
            "ある公式の表",
            url,
            "https://example.jp/公表",
            f"公式の表{suffix}",
            "全国",
            reader,
        )
        columns = ["name", "label", "url", "page", "file", "how", "reader"]
        table = pd.DataFrame([row], columns=columns)
        monkeypatch.setattr("dxkit.loaders._fetch.load", lambda name: table)
        message = "(stopped by hand)"
        try:
            path = loaders.fetch("表", show_progress=False, **options)
        except FetchError as error:
            message = (
                str(error).partition("」を取得できませんでした。")[2]
                or str(error).partition("」は使えません。")[2]
            )
            message = message.partition("\n")[0]
            raise
        else:
            message = KEPT
            return path
        finally:
            remains = "、".join(_list_remains(tmp_path)) or "nothing"
            attempts.append((play or url.rpartition("/")[2], f"公式の表{suffix}", remains, message))

    return fetch_address


def _list_remains(folder):
    return sorted(
        path.name for path in folder.rglob("*") if path.is_file() or path.name.startswith(".")
    )


def _assert_is_one_clear_error(error, url, tmp_path, suffix):
    message = str(error)
    assert f"公式の表{suffix}" in message
    assert url in message
    assert "どうするか: " in message
    assert str(tmp_path / "控え" / f"公式の表{suffix}") in message
    assert "https://example.jp/公表" in message
    assert _list_remains(tmp_path) == []


@pytest.mark.parametrize(("play", "suffix", "says"), PLAYS)
def test_what_is_no_official_file_is_refused_by_name_and_leaves_nothing(
    publisher,
    fetch_from,
    tmp_path,
    *,
    play,
    suffix,
    says,
):
    url = f"{publisher}/{play}"
    with pytest.raises(FetchError, match=rf"(?s){says}") as caught:
        fetch_from(url, suffix)
    _assert_is_one_clear_error(caught.value, url, tmp_path, suffix)


@pytest.mark.parametrize(
    ("play", "suffix"), [("sound.csv", ".csv"), ("to_sound", ".csv"), ("sound.zip", ".zip")]
)
def test_a_sound_file_is_kept_with_its_hash(publisher, fetch_from, tmp_path, play, suffix):
    path = fetch_from(f"{publisher}/{play}", suffix)
    content = TABLE if suffix == ".csv" else BOUNDARIES
    assert path.read_bytes() == content
    assert _list_remains(tmp_path) == [f"公式の表{suffix}", f"公式の表{suffix}.sha256"]
    note = path.with_name(f"{path.name}.sha256").read_text(encoding="utf-8")
    assert note == f"{hashlib.sha256(content).hexdigest()}  公式の表{suffix}\n"


def test_a_drip_is_given_up_when_its_time_is_over_by_the_clock(
    publisher, fetch_from, tmp_path, monkeypatch
):
    # each look at this clock is 1,000 s later than the one before
    clock = itertools.count(0, 1000)
    monkeypatch.setattr("dxkit.loaders._fetch_download.monotonic", lambda: next(clock))
    with pytest.raises(FetchError, match="time_limit_s") as caught:
        fetch_from(f"{publisher}/drip", time_limit_s=999)
    _assert_is_one_clear_error(caught.value, f"{publisher}/drip", tmp_path, ".csv")
    # looked at before the request and after the first piece, however much dripped until then
    assert next(clock) == 2000


def test_a_server_that_falls_silent_is_given_up(publisher, fetch_from, tmp_path, monkeypatch):
    monkeypatch.setattr("dxkit.loaders._fetch_download.SILENCE_LIMIT_S", 0.3)
    with pytest.raises(FetchError, match="時間内に来ません") as caught:
        fetch_from(f"{publisher}/silence")
    _assert_is_one_clear_error(caught.value, f"{publisher}/silence", tmp_path, ".csv")


def test_a_file_with_another_hash_than_the_one_demanded_is_not_kept(
    publisher, fetch_from, tmp_path
):
    url = f"{publisher}/sound.csv"
    with pytest.raises(FetchError, match="ハッシュ値") as caught:
        fetch_from(url, play="sound.csv, another hash demanded", sha256="0" * 64)
    _assert_is_one_clear_error(caught.value, url, tmp_path, ".csv")
    digest = hashlib.sha256(TABLE).hexdigest()
    path = fetch_from(url, play="sound.csv, its hash demanded", sha256=digest.upper())
    # the file that lies there is held to the hash, too, but never deleted
    with pytest.raises(FetchError, match=digest):
        fetch_from(url, play="sound.csv there, another hash demanded", sha256="0" * 64)
    assert path.read_bytes() == TABLE


def test_a_certificate_nobody_vouches_for_is_refused_with_its_remedy(
    secure_publisher, fetch_from, tmp_path
):
    url = f"{secure_publisher}/sound.csv"
    says = r"(?s)証明書.*(self-signed|self signed).*SSL_CERT_FILE.*REQUESTS_CA_BUNDLE"
    with pytest.raises(FetchError, match=says) as caught:
        fetch_from(url, play="self-signed certificate")
    _assert_is_one_clear_error(caught.value, url, tmp_path, ".csv")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_the_remedy_for_certificates_works(
    secure_publisher, certificate, fetch_from, monkeypatch, variable
):
    monkeypatch.setenv(variable, str(certificate))
    path = fetch_from(f"{secure_publisher}/sound.csv", play=f"the same with {variable}")
    assert path.read_bytes() == TABLE


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_certificate_file_that_is_not_there_is_named(
    secure_publisher, fetch_from, tmp_path, monkeypatch, variable
):
    monkeypatch.setenv(variable, str(tmp_path / "無い証明書.pem"))
    with pytest.raises(FetchError, match=rf"{variable}.*無い証明書"):
        fetch_from(f"{secure_publisher}/sound.csv", play=f"{variable} names no file")
    assert _list_remains(tmp_path) == []


def test_a_certificate_of_another_host_is_refused_although_it_is_trusted(
    secure_publisher, certificate, fetch_from, tmp_path, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    # the certificate is for the number alone
    url = f"{secure_publisher.replace('127.0.0.1', 'localhost')}/sound.csv"
    with pytest.raises(FetchError, match="証明書") as caught:
        fetch_from(url, play="trusted certificate of another host")
    _assert_is_one_clear_error(caught.value, url, tmp_path, ".csv")


def test_a_redirect_from_https_to_http_is_refused(
    publisher,
    secure_publisher,
    certificate,
    fetch_from,
    tmp_path,
    *,
    monkeypatch,
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    answer = (302, {"Location": f"{publisher}/sound.csv"}, b"", "")
    monkeypatch.setitem(ANSWERS, "to_http", answer)
    with pytest.raises(FetchError, match="暗号化されない") as caught:
        fetch_from(f"{secure_publisher}/to_http", play="redirect from https to http")
    _assert_is_one_clear_error(caught.value, f"{secure_publisher}/to_http", tmp_path, ".csv")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_asks_for_a_sign_in_is_named_with_its_remedy(
    publisher, fetch_from, tmp_path, monkeypatch, scheme
):
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", publisher)
    url = f"{scheme}://publisher.invalid/a.csv"
    with pytest.raises(FetchError, match=r"(?s)プロキシ.*407.*HTTPS_PROXY と HTTP_PROXY") as caught:
        fetch_from(url, play=f"407 of a proxy for {scheme}")
    _assert_is_one_clear_error(caught.value, url, tmp_path, ".csv")


def test_a_proxy_that_forbids_an_address_is_named(publisher, fetch_from, tmp_path, monkeypatch):
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTPS_PROXY", publisher)
    url = "https://forbidden.invalid/a.csv"
    with pytest.raises(FetchError, match=r"(?s)プロキシ.*断りました（403）.*フィルター") as caught:
        fetch_from(url, play="403 of a proxy for https")
    _assert_is_one_clear_error(caught.value, url, tmp_path, ".csv")


def test_a_proxy_out_of_reach_is_named_without_its_password(fetch_from, tmp_path, monkeypatch):
    monkeypatch.delenv("NO_PROXY")
    # port 0 is nobody's
    monkeypatch.setenv("HTTPS_PROXY", "http://user:himitsu@127.0.0.1:0")
    with pytest.raises(FetchError, match=r"(?s)プロキシにつながりません.*HTTPS_PROXY") as caught:
        fetch_from("https://publisher.invalid/a.csv", play="proxy out of reach")
    assert "himitsu" not in str(caught.value)
    assert _list_remains(tmp_path) == []


def _resolve_nothing(*_arguments, **_options):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize("url", ["http://127.0.0.1:0/a.csv", "https://publisher.invalid/a.csv"])
def test_a_closed_network_says_what_to_carry_in_and_where_to_put_it(
    fetch_from, tmp_path, monkeypatch, url
):
    if "invalid" in url:
        monkeypatch.setattr("socket.getaddrinfo", _resolve_nothing)
    with pytest.raises(
        FetchError, match=r"(?s)外につながらない.*持ち込んで.*置いてください"
    ) as caught:
        fetch_from(url, play=f"closed network ({url.partition(':')[0]})")
    _assert_is_one_clear_error(caught.value, url, tmp_path, ".csv")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/a.csv", "こわれたアドレス", "http://"])
def test_an_address_that_is_none_is_refused(fetch_from, tmp_path, url):
    with pytest.raises(FetchError, match=r"http\(s\) のものではありません") as caught:
        fetch_from(url, play=f"address {url}")
    _assert_is_one_clear_error(caught.value, url, tmp_path, ".csv")


def test_a_person_who_stops_a_download_leaves_nothing(publisher, fetch_from, tmp_path, monkeypatch):
    def stop(_path):
        raise KeyboardInterrupt("by hand")

    monkeypatch.setattr("dxkit.loaders.read_residents", stop)
    with pytest.raises(KeyboardInterrupt, match=r"^by hand$"):
        fetch_from(f"{publisher}/sound.csv", play="stopped while its reader opens it")
    assert _list_remains(tmp_path) == []


def test_what_a_killed_kernel_left_is_swept_away_by_a_later_download(
    publisher, fetch_from, tmp_path
):
    old, new = tmp_path / "控え" / ".dxkit-fetch-old", tmp_path / "控え" / ".dxkit-fetch-new"
    for staging in (old, new):
        staging.mkdir(parents=True)
        (staging / "公式の表.csv").write_bytes(TABLE[:20])
    os.utime(old, (0, 0))
    fetch_from(f"{publisher}/sound.csv", play="sound.csv beside a killed and a running download")
    # another download may be running
    assert not old.exists()
    assert new.exists()


def test_a_place_that_cannot_be_written_is_named(publisher, fetch_from, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("DXKIT_CACHE", str(tmp_path / "file" / "控え"))
    with pytest.raises(FetchError, match=r"(?s)置き場所に書けません.*DXKIT_CACHE"):
        fetch_from(f"{publisher}/sound.csv", play="the folder is a file")
    assert _list_remains(tmp_path) == ["file"]
