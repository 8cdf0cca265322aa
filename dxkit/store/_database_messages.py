"""What does it mean in Japanese when a database's driver refuses, and what can be done?"""

from dxkit.errors import shorten

# bytes of a path: Windows opens up to 260 letters, SQLite elsewhere about 500 bytes
LONG_PATH_BYTES = 240
# words in a driver's message → what that means, what to do; the first that fits counts
EXPLANATIONS = (
    (
        ("disk is full", "no space left", "file too large", "disk i/o error",
         "could not extend file"),
        "保存先のディスクがいっぱいか、書き込めません",
        "空きを作ってから、もう一度送ってください",
    ),
    (
        ("readonly", "read-only", "permission denied"),
        "保存先が読み取り専用です",
        "書き込めるフォルダーに写してから開き直すか、読み取り専用を外してください",
    ),
    (
        ("not a database", "malformed", "encrypted", "could not decode",
         "can't decode"),
        "保存ファイルが壊れているか、dxkit の記録ではありません",
        "別の名前で新しく始め、このファイルは残しておいてください",
    ),
    (
        ("is locked",),
        "ほかのプログラムが保存ファイルを使い続けています",
        "ほかのノートブックを閉じて、もう一度試してください",
    ),
    (
        ("unable to open",),
        "保存ファイルを開けません",
        "フォルダーがあるか、開く権限があるかを確かめてください",
    ),
    (
        ("connection", "connect", "server closed", "terminating"),
        "データベースのサーバーとつながりません",
        "サーバーが動いているか、URL（ホスト・名前・パスワード）を確かめて、"
        "もう一度送ってください",
    ),
)  # fmt: skip


def explain_database_error(error: BaseException, place: str) -> str:
    """Write what a driver's error means for the store at ``place``, and what to do."""
    # drivers differ in upper and lower case
    message = _read_driver_message(error).lower()
    detail = shorten_driver_message(error)
    length = len(place.encode(errors="replace"))
    if "unable to open" in message and length > LONG_PATH_BYTES:
        return (
            f"保存先「{shorten(place)}」: 保存先のパスが長すぎます（{length}バイト）"
            f" → 上のほうの短いフォルダーに、短い名前で保存してください（{detail}）"
        )
    for words, problem, remedy in EXPLANATIONS:
        if any(word in message for word in words):
            return (
                f"保存先「{place}」: {problem} → {remedy}。"
                f"これまでに保存したものは残っています（{detail}）"
            )
    return (
        f"保存先「{place}」に書き込みか読み取りができません。"
        f"これまでに保存したものは残っています（{detail}）"
    )


def shorten_driver_message(error: BaseException) -> str:
    """Return the first line of what the driver said."""
    return _read_driver_message(error).splitlines()[0]


def _read_driver_message(error: BaseException) -> str:
    # SQLAlchemy wraps the driver's error and adds the statement, which nobody needs to see
    return str(getattr(error, "orig", None) or error)
