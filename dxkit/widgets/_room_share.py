"""With which room does a trainee share, if with any?

One small file in the user's own folder, written when 共有する is pressed. It holds for the day: on
another day nothing is sent until the trainee presses again. Without it nothing is sent at all.
"""

import datetime as dt
import ipaddress
import json
import os
import re
import unicodedata
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from dxkit.errors import ChoiceError, shorten
from dxkit.loaders import user_folder

FILE_NAME = "room.json"
JAPAN_TIME = dt.timezone(dt.timedelta(hours=9))
MAX_PORT = 65_535
EXAMPLE = "192.168.137.1:51234"


@dataclass(frozen=True)
class RoomShare:
    """A room and the token that it gave, for one day."""

    host: str
    port: int
    token: str
    day: str


def read_share() -> RoomShare | None:
    """Read with which room is shared today; a damaged file is the same as none."""
    try:
        entry = json.loads((user_folder() / FILE_NAME).read_text(encoding="utf-8"))
        share = RoomShare(
            str(entry["host"]), int(entry["port"]), str(entry["token"]), str(entry["day"])
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return share if share.day == find_today() else None


def write_share(share: RoomShare | None) -> None:
    """Keep with which room is shared; ``None`` ends it.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    path = user_folder() / FILE_NAME
    if share is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    partial.write_text(json.dumps(asdict(share)), encoding="utf-8")
    partial.replace(path)


def find_today() -> str:
    """Find the day in Japan."""
    return dt.datetime.now(JAPAN_TIME).date().isoformat()


def read_address(typed: str) -> tuple[str, int]:
    """Read a room's address as people type it: host and port.

    Raises
    ------
    ChoiceError
        If it is none: names are refused, so that nothing ever leaves for elsewhere by a slip.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).removesuffix("/")
    refusal = ChoiceError(
        f"会場の住所「{shorten(typed)}」が読めません。"
        f"前の画面にある数字のとおりに入れてください（例: {EXAMPLE}）。"
    )
    try:
        parts = urlsplit(text if "//" in text else f"http://{text}")
        host, port = parts.hostname or "", parts.port
        ipaddress.ip_address(host)
    except ValueError as error:
        raise refusal from error
    if parts.scheme != "http" or port is None or not 0 < port <= MAX_PORT:
        raise refusal
    return host, port
