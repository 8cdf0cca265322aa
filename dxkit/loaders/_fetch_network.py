"""Why did a publisher, a filter or a proxy not send the file?

Errors of the network and answers of servers become one `RefusalError` each.
"""

import re
from collections.abc import Iterator

import requests
import urllib3

from dxkit.errors import shorten
from dxkit.loaders._fetch_refusal import (
    CARRY_IN,
    CERTIFICATE_REMEDY,
    CUT_SHORT,
    FILTER_REMEDY,
    LOOK_AT_PAGE,
    TRY_LATER,
    RefusalError,
)

# characters of the network library's own reason that stand in a message
DETAIL_LETTERS = 80
TRY_OR_CARRY_IN = f"{TRY_LATER}。または、{CARRY_IN}"
PROXY_SIGN_IN_REMEDY = (
    "環境変数 HTTPS_PROXY と HTTP_PROXY に「http://利用者名:パスワード@プロキシの名前:番号」を"
    "書いて（記号は %40 などの形で）、もう一度実行してください。"
    "値は情報システム担当に確かめ、パスワードはノートブックに残さないでください"
)
PROXY_REMEDY = (
    "環境変数 HTTPS_PROXY と HTTP_PROXY の値（プロキシの名前と番号）を"
    "情報システム担当に確かめてください"
)
# how Python's http.client words it
TUNNEL_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")
PROXY_SIGN_IN = "プロキシが利用者の確認を求めました（407）"
PROXY_ERRORS = (
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidProxyURL,
    urllib3.exceptions.ProxyError,
)
CERTIFICATE_ERRORS = (requests.exceptions.SSLError, urllib3.exceptions.SSLError)
TIME_ERRORS = (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)
ADDRESS_ERRORS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)
# kinds of error, problem and remedy
NETWORK_REASONS: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (TIME_ERRORS, "公表元の返事が時間内に来ません", TRY_OR_CARRY_IN),
    (
        (requests.exceptions.TooManyRedirects,),
        "転送が終わりません（同じ所を回っています）",
        LOOK_AT_PAGE,
    ),
    (ADDRESS_ERRORS, "アドレスか転送先が http(s) のものではありません", LOOK_AT_PAGE),
)
# status → problem and remedy
STATUS_REASONS = {
    401: ("公表元が利用者の確認を求めました（401）", LOOK_AT_PAGE),
    403: ("公表元か庁内のフィルターに断られました（403）", FILTER_REMEDY),
    404: ("公表元のその場所にファイルがありません（404）", LOOK_AT_PAGE),
    407: (PROXY_SIGN_IN, PROXY_SIGN_IN_REMEDY),
    410: ("公表元がファイルを取り下げました（410）", LOOK_AT_PAGE),
    429: ("公表元に、回数が多すぎると断られました（429）", TRY_LATER),
    511: ("ネットワークが利用の手続きを求めました（511）", FILTER_REMEDY),
}


def explain_status(status: int) -> RefusalError:
    """Explain an answer that is not the file."""
    if status in STATUS_REASONS:
        return RefusalError(*STATUS_REASONS[status])
    if status >= 500:
        return RefusalError(f"公表元の側で不具合が起きています（{status}）", TRY_LATER)
    return RefusalError(f"公表元がファイルを返しません（{status}）", LOOK_AT_PAGE)


def explain_network_error(error: Exception) -> RefusalError:
    """Explain an error of the network by the first of its kinds that has a remedy of its own."""
    # the kinds overlap: a refused certificate is also a lost connection
    if isinstance(error, PROXY_ERRORS):
        return _explain_proxy_error(error)
    if isinstance(error, CERTIFICATE_ERRORS):
        detail = _find_detail(error)
        return RefusalError(f"接続先の証明書を確かめられません（{detail}）", CERTIFICATE_REMEDY)
    for kinds, problem, remedy in NETWORK_REASONS:
        if isinstance(error, kinds):
            return RefusalError(problem, remedy)
    return _explain_lost_connection(error)


def _explain_proxy_error(error: Exception) -> RefusalError:
    """Explain a proxy by the status with which it refused a tunnel, if it answered at all."""
    status = TUNNEL_STATUS.search(str(error))
    if not status:
        return RefusalError("プロキシにつながりません", PROXY_REMEDY)
    if status[1] == "407":
        return RefusalError(PROXY_SIGN_IN, PROXY_SIGN_IN_REMEDY)
    return RefusalError(f"プロキシがこのアドレスを断りました（{status[1]}）", FILTER_REMEDY)


def _explain_lost_connection(error: Exception) -> RefusalError:
    """Explain a connection that never stood, that was cut, or whose other end spoke nonsense."""
    causes = tuple(_list_causes(error))
    # a machine without a network fails before anything is sent
    if any(isinstance(cause, urllib3.exceptions.NewConnectionError) for cause in causes):
        return RefusalError("公表元につながりません（外につながらない端末のようです）", CARRY_IN)
    if any(isinstance(cause, urllib3.exceptions.ProtocolError) for cause in causes):
        return RefusalError(CUT_SHORT, TRY_LATER)
    return RefusalError("公表元の返事が通信の決まりに合いません", TRY_OR_CARRY_IN)


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    """List an error and those it wraps, as causes, as reasons or as arguments."""
    waiting = [error]
    visits: set[int] = set()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in visits:
            continue
        visits.add(id(cause))
        yield cause
        wrapped = [*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__]
        waiting += [item for item in wrapped if isinstance(item, BaseException)]


def _find_detail(error: Exception) -> str:
    """Find the innermost reason, which the office's own network people can look up."""
    details = [
        str(getattr(cause, "verify_message", "") or getattr(cause, "reason", ""))
        for cause in _list_causes(error)
        if getattr(cause, "verify_message", "") or isinstance(getattr(cause, "reason", None), str)
    ]
    return shorten(details[-1] if details else type(error).__name__, DETAIL_LETTERS)
